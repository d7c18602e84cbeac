from __future__ import annotations

import asyncio
import json
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from sandbox.model import City
from tests.sandbox.visitors import (
    decision,
    ended,
    filled,
    hand_over,
    log_in,
    no_order_is_open,
    order,
    refusals,
    reported,
    shown,
    until,
    upload,
    upload_rows,
    visit,
    withdraw,
)

LONG = 600


@pytest.fixture
async def clerk(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client that is logged in at the credit platform."""
    await log_in(client, "credit")
    return client


def pass_time(patch: pytest.MonkeyPatch) -> None:
    """Let the platform believe that every delay is over."""
    patch.setattr("sandbox.credit_store.monotonic", lambda: monotonic() + LONG)


async def batches(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """All batches that the platform tells of."""
    listed: list[dict[str, Any]] = (await client.get("/credit/api/batches")).json()["data"]["list"]
    return listed


async def public_count(client: httpx.AsyncClient, row: dict[str, str]) -> int:
    """How many records the public finds under a document number."""
    page = (await client.get("/credit/public", params={"keyword": row["XK_WSH"]})).text
    return page.count('<section class="card">')


async def test_a_500_after_the_commit_hides_a_file_that_was_taken(clerk: httpx.AsyncClient) -> None:
    """The clerk reads HTTP 500, the batch is in the list under its file name, and its rows are stored."""
    await order(clerk, "credit", "commit_then_500")
    answer = await hand_over(clerk, await filled(clerk, reported(500)), name="第一批.xlsx")
    assert answer.status_code == 500
    (batch,) = await batches(clerk)
    assert batch["fileName"] == "第一批.xlsx"
    assert (await ended(clerk, batch["batchNo"]))["successNum"] == 1


@pytest.mark.parametrize(("moment", "taken"), [("before", 0), ("after", 1)])
async def test_a_cut_or_silent_upload_was_taken_or_not(clerk: httpx.AsyncClient, moment: str, taken: int) -> None:
    """Whether the connection is cut or silent, before the commit nothing is there, after it all is."""
    await order(clerk, "credit", f"drop_{moment}_commit")
    with pytest.raises(ConnectionAbortedError):
        await hand_over(clerk, await filled(clerk, reported(500)))
    assert len(await batches(clerk)) == taken
    await order(clerk, "credit", f"hang_{moment}_commit")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(hand_over(clerk, await filled(clerk, reported(501))), 0.3)
    assert len(await batches(clerk)) == 2 * taken


@pytest.mark.parametrize(("fault", "left"), [("drop_before_commit", 1), ("drop_after_commit", 0)])
async def test_a_cut_withdrawal_was_done_or_not(clerk: httpx.AsyncClient, fault: str, left: int) -> None:
    """A withdrawal whose answer never came may have happened."""
    await order(clerk, "credit", fault)
    with pytest.raises(ConnectionAbortedError):
        await withdraw(clerk, decision(1).values)
    assert len(await shown(clerk, decision(1).values)) == left


@pytest.mark.parametrize(("fault", "left"), [("hang_before_commit", 1), ("hang_after_commit", 0)])
async def test_a_silent_withdrawal_was_done_or_not(clerk: httpx.AsyncClient, fault: str, left: int) -> None:
    """A withdrawal that is never answered may have happened."""
    await order(clerk, "credit", fault)
    waiting = asyncio.create_task(withdraw(clerk, decision(1).values))
    await until(lambda: no_order_is_open(clerk))
    assert len(await shown(clerk, decision(1).values)) == left
    assert not waiting.done()
    waiting.cancel()


async def test_a_500_hides_a_withdrawal_that_was_done(clerk: httpx.AsyncClient) -> None:
    """The clerk reads HTTP 500, and the record is gone."""
    await order(clerk, "credit", "commit_then_500")
    assert await withdraw(clerk, decision(1).values) == "Internal Server Error"
    assert await shown(clerk, decision(1).values) == []


@pytest.mark.parametrize(
    ("fault", "status"), [("expire_session", 200), ("login_page", 200), ("error_500", 500), ("too_many_requests", 429)]
)
async def test_any_fault_can_strike_at_the_upload(clerk: httpx.AsyncClient, fault: str, status: int) -> None:
    """The login page, HTTP 500 or 429 in place of the answer to an upload: nothing was taken."""
    content = await filled(clerk, reported(500))
    await order(clerk, "credit", fault)
    answer = await hand_over(clerk, content)
    assert (answer.status_code, answer.url.path) == (status, "/credit/upload")
    assert answer.headers.get("retry-after") == ("1" if status == 429 else None)
    await log_in(clerk, "credit")
    assert await batches(clerk) == []


async def test_half_a_batch_fails_and_its_rows_stay(city: City, tmp_path: Path) -> None:
    """Half of the rows, rounded up, are stored; there is no error workbook, after a restart neither."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        await order(client, "credit", "half_batch")
        rows = [reported(500), reported(501, XK_NR=""), reported(502), reported(503), reported(504)]
        batch = await upload_rows(client, *rows)
        assert (batch["status"], batch["message"], batch["total"]) == ("失败", "导入中断，已导入 2 条", 5)
        assert (batch["successNum"], batch["errorFile"]) == (2, None)
        assert [len(await shown(client, row)) for row in rows] == [1, 0, 1, 0, 0]
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        assert (await client.get(f"/credit/api/batches/{batch['batchNo']}")).json()["data"] == batch


async def test_a_lost_receipt_leaves_rows_without_a_batch(city: City, tmp_path: Path) -> None:
    """The page after the upload names the batch once; then nobody knows it, and its number is not given again."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        await order(client, "credit", "lost_receipt")
        page = await hand_over(client, await filled(client, reported(500)))
        number = page.url.path.rpartition("/")[2]
        assert number in page.text
        await until(lambda: shown(client, reported(500)))
        assert (await client.get(page.url)).status_code == 404
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        assert (await client.get(f"/credit/api/batches/{number}")).json() == {"code": 404, "message": "批次不存在"}
        assert await batches(client) == []
        assert (await upload_rows(client, reported(501)))["batchNo"] > number


async def test_a_late_record_is_stored_before_it_shows(
    clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import is done, yet neither list has the row until the seconds are over."""
    await order(clerk, "credit", "late_record", seconds=LONG)
    assert (await upload_rows(clerk, reported(500)))["successNum"] == 1
    assert (await shown(clerk, reported(500)), await public_count(clerk, reported(500))) == ([], 0)
    pass_time(monkeypatch)
    assert len(await shown(clerk, reported(500))) == 1
    assert await public_count(clerk, reported(500)) == 1


async def test_a_hidden_record_is_stored_and_never_shows(city: City, tmp_path: Path) -> None:
    """The first row counts as stored and as known, but no list has it, after a restart neither."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        await order(client, "credit", "hidden_record")
        assert (await upload_rows(client, reported(500), reported(501)))["successNum"] == 2
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        assert [len(await shown(client, reported(number))) for number in (500, 501)] == [0, 1]
        assert await public_count(client, reported(500)) == 0
        again = await upload_rows(client, reported(500, XK_NR="再次报送"))
        assert [line[1] for line in await refusals(client, again)] == ["DATA_DUPLICATION"]


async def test_a_slow_import_waits_before_it_begins(clerk: httpx.AsyncClient) -> None:
    """The batch is there and has not begun, while another is done; a shorter wait ends."""
    await order(clerk, "credit", "slow_import", seconds=LONG)
    await order(clerk, "credit", "slow_import", after=1, seconds=0.01)
    await hand_over(clerk, await filled(clerk, reported(500)))
    assert (await upload_rows(clerk, reported(501)))["successNum"] == 1
    assert [(each["status"], each["total"]) for each in await batches(clerk)] == [("完成", 1), ("未开始", 0)]


async def test_accepted_duplicates_stand_twice_and_can_be_neither_corrected_nor_withdrawn(
    clerk: httpx.AsyncClient,
) -> None:
    """The same file is taken again and its row stored again; with two of them nobody knows which is meant."""
    content = await filled(clerk, reported(500))
    await upload(clerk, content)
    await order(clerk, "credit", "accept_duplicates")
    assert (await upload(clerk, content))["successNum"] == 1
    assert len(await shown(clerk, reported(500))) == 2
    assert "该文件已导入" in (await upload(clerk, content))["message"]
    correction = await upload_rows(clerk, reported(500, XK_NR="更正"), page="corrections")
    assert [line[3] for line in await refusals(clerk, correction)] == ["存在多条相同数据，不能更正"]
    assert "存在多条相同数据，不能撤回" in await withdraw(clerk, reported(500))


async def test_a_truncated_field_is_cut_silently(city: City, tmp_path: Path) -> None:
    """The receipt is good, the first row is stored with half of its content, the log has both forms."""
    whole = reported(500)["XK_NR"]
    half = whole[: (len(whole) + 1) // 2]
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        await order(client, "credit", "truncate_field")
        batch = await upload_rows(client, reported(500), reported(501))
        assert (batch["status"], batch["successNum"], batch["failNum"]) == ("完成", 2, 0)
    line = json.loads((tmp_path / "received.jsonl").read_text("utf-8").splitlines()[0])
    assert (line["values"]["XK_NR"], line["kept"]["XK_NR"]) == (whole, half)
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        contents = [(await shown(client, reported(number)))[0]["entity"]["xk_nr"] for number in (500, 501)]
        assert contents == [half, whole]


async def test_an_older_value_shows_for_a_while_after_a_correction(
    clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The correction is done, the lists still say what was there before; then they say what is."""
    await upload_rows(clerk, reported(500))
    before = await shown(clerk, reported(500))
    await order(clerk, "credit", "older_value", seconds=LONG)
    assert (await upload_rows(clerk, reported(500, XK_NR="更正后"), page="corrections"))["successNum"] == 1
    assert await shown(clerk, reported(500)) == before
    pass_time(monkeypatch)
    assert (await shown(clerk, reported(500)))[0]["entity"]["xk_nr"] == "更正后"


async def test_a_fault_for_an_import_waits_for_the_import_it_is_for(clerk: httpx.AsyncClient) -> None:
    """Uploads do not use up what was ordered for a correction, nor the other way round."""
    await upload_rows(clerk, reported(500))
    await order(clerk, "credit", "hidden_record")
    await order(clerk, "credit", "older_value")
    await upload_rows(clerk, reported(500, XK_NR="更正后"), page="corrections")
    assert [each["fault"] for each in (await clerk.get("/faults")).json()["faults"]] == ["hidden_record"]


async def test_a_delay_must_last(client: httpx.AsyncClient) -> None:
    """No seconds, or none that are a number, are no order."""
    for seconds in (0, -1, "x"):
        order_ = {"system": "credit", "fault": "slow_import", "seconds": seconds}
        assert (await client.post("/faults", json=order_)).status_code == 400
