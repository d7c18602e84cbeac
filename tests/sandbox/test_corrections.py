from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from sandbox.model import City
from tests.sandbox.visitors import decision, filled, log_in, refusals, reported, shown, upload, upload_rows, visit

PLANTED = reported(0, **{code: decision(1).values[code] for code in ("XK_WSH", "XK_XDR_MC")})


def log_of(folder: Path) -> list[dict[str, Any]]:
    """What the platform wrote down."""
    return [json.loads(line) for line in (folder / "received.jsonl").read_text("utf-8").splitlines()]


async def test_a_correction_replaces_the_values_and_the_time_of_its_record(
    city: City, tmp_path: Path, client: httpx.AsyncClient
) -> None:
    """The one matching record says what the corrected row says, is no new record, and comes first in the list."""
    await log_in(client, "credit")
    await upload_rows(client, reported(500), reported(501))
    (before,) = await shown(client, reported(500))
    batch = await upload_rows(client, reported(500, XK_NR="准予变更"), page="corrections")
    assert (batch["status"], batch["successNum"], batch["failNum"]) == ("完成", 1, 0)
    (after,) = await shown(client, reported(500))
    assert (after["id"], after["entity"]["xk_nr"], after["batchNo"]) == (before["id"], "准予变更", batch["batchNo"])
    listed = (await client.get("/credit/api/submissions")).json()["data"]
    assert (listed["total"], listed["list"][0]["id"]) == (len(city.published) + 2, before["id"])
    last = log_of(tmp_path)[-1]
    assert (last["result"], last["values"]["XK_NR"]) == ("corrected", "准予变更")


async def test_what_cannot_be_corrected_is_refused_row_by_row(client: httpx.AsyncClient) -> None:
    """A malformed row, an unknown one, an unchanged one: each with its own reason; the good row is corrected."""
    await log_in(client, "credit")
    await upload_rows(client, reported(500), reported(501))
    rows = [reported(500, XK_NR=""), reported(999), reported(500), reported(501, XK_FRDB="李四")]
    batch = await upload_rows(client, *rows, page="corrections")
    assert (batch["successNum"], batch["failNum"]) == (1, 3)
    assert [line[3] for line in await refusals(client, batch)] == [
        "许可内容不能为空",
        "未找到对应的公示数据",
        "数据未发生变化，无需更正",
    ]


async def test_another_name_under_the_same_number_is_another_record(client: httpx.AsyncClient) -> None:
    """A correction finds its record by number and name together."""
    await log_in(client, "credit")
    await upload_rows(client, reported(500))
    batch = await upload_rows(client, reported(500, XK_XDR_MC="另一公司"), page="corrections")
    assert [line[3] for line in await refusals(client, batch)] == ["未找到对应的公示数据"]


async def test_a_planted_record_can_be_corrected_and_stays_so_after_a_restart(city: City, tmp_path: Path) -> None:
    """The restarted platform shows the corrected values and still knows the batch and its file."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        content = await filled(client, PLANTED)
        batch = await upload(client, content, "corrections")
        before = await shown(client, PLANTED)
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        assert await shown(client, PLANTED) == before
        assert {code.upper(): text for code, text in before[0]["entity"].items()} == PLANTED
        listed = (await client.get("/credit/api/batches")).json()["data"]["list"]
        assert [(each["batchNo"], each["fileName"], each["successNum"]) for each in listed] == [
            (batch["batchNo"], "许可.xlsx", 1)
        ]
        assert "该文件已导入" in (await upload(client, content, "corrections"))["message"]


async def test_a_file_that_stored_nothing_may_come_again(client: httpx.AsyncClient) -> None:
    """Only a file that stored a row is known by its bytes; the same bytes may also come as a correction."""
    await log_in(client, "credit")
    content = await filled(client, reported(500, XK_NR="准予变更"))
    assert (await upload(client, content, "corrections"))["failNum"] == 1
    await upload_rows(client, reported(500))
    assert (await upload(client, content, "corrections"))["successNum"] == 1
    assert (await upload(client, content))["failNum"] == 1
    assert "该文件已导入" in (await upload(client, content, "corrections"))["message"]


async def test_the_batches_are_listed_newest_first_for_scripts(client: httpx.AsyncClient) -> None:
    """The list has every batch with its file name and time, page by page, for those who are logged in."""
    assert "报送单位登录" in (await client.get("/credit/api/batches")).text
    await log_in(client, "credit")
    numbers = [(await upload_rows(client, reported(number)))["batchNo"] for number in (500, 501, 502)]
    first = (await client.get("/credit/api/batches", params={"page": 1, "size": 2})).json()["data"]
    second = (await client.get("/credit/api/batches", params={"page": 2, "size": 2})).json()["data"]
    assert (first["total"], second["total"]) == (3, 3)
    assert [each["batchNo"] for each in first["list"] + second["list"]] == numbers[::-1]
    newest = first["list"][0]
    state = (await client.get(f"/credit/api/batches/{numbers[-1]}")).json()["data"]
    assert {name: newest[name] for name in state} == state
    assert newest["receivedAt"].startswith("2024-08-13 ")
    assert "许可.xlsx" in (await client.get("/credit/batches")).text
