from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from sandbox.doors import ACCOUNTS
from sandbox.model import City
from tests.sandbox.visitors import TODAY, decision, log_in, reported, seal, shown, upload_rows, visit, withdraw

PLANTED = decision(1).values


async def total(client: httpx.AsyncClient) -> int:
    """How many records the own list counts."""
    counted: int = (await client.get("/credit/api/submissions")).json()["data"]["total"]
    return counted


async def test_a_withdrawn_record_is_gone_from_both_lists(client: httpx.AsyncClient, tmp_path: Path) -> None:
    """The page says under which number; neither the own list nor the public finds it; the log says who and why."""
    await log_in(client, "credit")
    await upload_rows(client, reported(500))
    before = await total(client)
    assert "撤回成功，受理编号 CH202408130001" in await withdraw(client, reported(500), "许可已撤销")
    assert await shown(client, reported(500)) == []
    assert await total(client) == before - 1
    public = await client.get("/credit/public", params={"keyword": reported(500)["XK_WSH"]})
    assert "共 0 条" in public.text
    last = json.loads((tmp_path / "received.jsonl").read_text("utf-8").splitlines()[-1])
    assert (last["result"], last["reason"], last["who"]) == ("withdrawn", "许可已撤销", ACCOUNTS["credit"][0])
    assert last["values"] == reported(500)


async def test_a_withdrawal_is_refused_with_its_reason_and_keeps_what_was_typed(client: httpx.AsyncClient) -> None:
    """No reason, no such record: the page says so, and nothing goes."""
    await log_in(client, "credit")
    before = await total(client)
    refused = await withdraw(client, PLANTED, " ")
    assert "撤回原因不能为空" in refused
    assert f'value="{PLANTED["XK_WSH"]}"' in refused
    assert "未找到对应的公示数据" in await withdraw(client, reported(999))
    assert await total(client) == before


@pytest.mark.parametrize(("days", "said"), [(0, "撤回成功"), (-1, "已超过可撤回期限，不能撤回")])
async def test_a_record_can_be_withdrawn_until_the_last_day(city: City, tmp_path: Path, days: int, said: str) -> None:
    """On the last of the revocable days it goes, on the day after no more."""
    age = (TODAY - city.published[0].received).days
    async with visit(city, tmp_path, revocable_days=age + days) as client:
        await log_in(client, "credit")
        assert said in await withdraw(client, PLANTED)


async def test_a_withdrawn_record_is_gone_after_a_restart_and_can_be_reported_anew(city: City, tmp_path: Path) -> None:
    """Planted and reported records stay withdrawn, the numbers go on, and the place is free again."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        await upload_rows(client, reported(500))
        await withdraw(client, PLANTED)
        await withdraw(client, reported(500))
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        assert await total(client) == len(city.published) - 1
        assert await shown(client, PLANTED) == []
        assert "未找到对应的公示数据" in await withdraw(client, PLANTED)
        again = await upload_rows(client, reported(500, XK_NR="重新作出的许可"))
        assert again["successNum"] == 1
        assert "受理编号 CH202408130003" in await withdraw(client, reported(500))


async def test_a_stale_form_withdraws_nothing(client: httpx.AsyncClient) -> None:
    """Without the proof of the page nothing happens, and without a login there is no page."""
    assert "报送单位登录" in (await client.get("/credit/withdraw")).text
    await log_in(client, "credit")
    assert await seal(client, "withdraw")
    answer = await client.post("/credit/withdraw", data={"document_number": PLANTED["XK_WSH"], "csrf": "x"})
    assert "页面已过期" in answer.text
    assert len(await shown(client, PLANTED)) == 1
