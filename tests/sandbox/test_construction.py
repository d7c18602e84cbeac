from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from sandbox.city import build_city
from sandbox.clock import Clock
from sandbox.doors import ACCOUNTS
from sandbox.model import City
from tests.sandbox.test_faults import CHROMIUM, CHROMIUM_ARGS
from tests.sandbox.visitors import log_in, log_in_with_token, moment, order, visit

END = moment("2026-12-31 09:00")


def nine(day: str) -> datetime:
    """The morning of a day."""
    return moment(f"{day} 09:00")


@cache
def small() -> City:
    """A city with one commitment of most kinds."""
    return build_city(2, 0.02)


def planted(kind: str) -> dict[str, Any]:
    """What truth says of the first commitment of a kind."""
    entries = cast("list[dict[str, Any]]", small().truth["commitments"])
    return next(entry for entry in entries if entry["kind"] == kind)


@pytest.fixture
def city() -> City:
    """The city whose commitments are asked for."""
    return small()


@pytest.fixture
def clock() -> Clock:
    """A clock that a test moves."""
    return Clock(moment("2024-08-13 09:00"))


@pytest.fixture
async def clerk(clock: Clock, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is logged in at the construction-approval system and carries its token."""
    async with visit(small(), tmp_path, clock) as client:
        await log_in_with_token(client, "construction")
        yield client


async def get(client: httpx.AsyncClient, path: str, **query: str | int) -> Any:
    """The data of an answer."""
    return (await client.get(f"/construction/api/{path}", params=query)).json()["data"]


async def row_of(client: httpx.AsyncClient, kind: str) -> dict[str, Any]:
    """The list's row of a planted commitment."""
    rows = (await get(client, "commitments", size=200))["rows"]
    found: dict[str, Any] = next(row for row in rows if row["cnbm"] == planted(kind)["code"])
    return found


async def detail_of(client: httpx.AsyncClient, kind: str) -> Any:
    """The detail of a planted commitment."""
    return await get(client, f"commitments/{(await row_of(client, kind))['id']}")


async def test_the_token_opens_the_interface_and_the_cookie_alone_does_not(tmp_path: Path) -> None:
    """Without a session the login page comes, without its token code 401."""
    async with visit(small(), tmp_path) as client:
        assert "登 录" in (await client.get("/construction/api/projects")).text
        await log_in(client, "construction")
        assert (await client.get("/construction/api/projects")).json() == {"code": 401, "message": "登录已过期"}
        await log_in_with_token(client, "construction")
        assert (await get(client, "projects"))["total"] > 0


async def test_pages_put_together_are_the_whole_list(clerk: httpx.AsyncClient, clock: Clock) -> None:
    """At the end of the story every commitment is listed once, newest first, and every project."""
    clock.now = END
    whole = (await get(clerk, "commitments", size=200))["rows"]
    paged = [row for page in (1, 2, 3) for row in (await get(clerk, "commitments", page=page, size=10))["rows"]]
    assert paged == whole
    assert len(whole) == len(cast("list[object]", small().truth["commitments"]))
    assert [row["cnzcrq"] for row in whole] == sorted((row["cnzcrq"] for row in whole), reverse=True)
    projects = await get(clerk, "projects", size=200)
    assert projects["total"] == len(projects["rows"]) == len(small().projects)
    assert sum(row["cnsl"] for row in projects["rows"]) == len(whole)


async def test_only_what_has_happened_is_shown(clerk: httpx.AsyncClient, clock: Clock) -> None:
    """What will be promised is in no list, and what will happen in no timeline."""
    early = await get(clerk, "commitments", size=200)
    assert early["total"] < len(cast("list[object]", small().truth["commitments"]))
    assert max(row["cnzcrq"] for row in early["rows"]) <= "2024-08-12"
    entry = planted("fulfilled_after_push")
    clock.now = nine(entry["push"])
    assert (await detail_of(clerk, "fulfilled_after_push"))["bmqr"] == []
    clock.now = moment(entry["later"][0]["at"])
    assert len((await detail_of(clerk, "fulfilled_after_push"))["bmqr"]) == 1


async def test_the_list_is_of_last_midnight_and_the_detail_of_now(clerk: httpx.AsyncClient, clock: Clock) -> None:
    """A confirmation of this morning shows in the detail at once, in the list tomorrow."""
    morning = (await row_of(clerk, "confirmed_that_morning"))["zt"]
    assert morning == "已上传待确认"
    detail = await detail_of(clerk, "confirmed_that_morning")
    assert detail["commitment"]["zt"] == "已确认"
    assert (detail["sjsj"], detail["bmqr"][-1]["qrsj"]) == ("2024-08-13 09:00:00", "2024-08-13 08:40:00")
    assert (await get(clerk, "commitments"))["sjsj"] == "2024-08-13 00:00:00"
    clock.now += timedelta(days=1)
    assert (await row_of(clerk, "confirmed_that_morning"))["zt"] == "已确认"


async def test_a_replica_that_lags_tells_an_older_state(clerk: httpx.AsyncClient) -> None:
    """On order a detail is as it was, says of when it is, and the next one is live again."""
    await order(clerk, "construction", "older_state", seconds=1800)
    stale = await detail_of(clerk, "confirmed_that_morning")
    assert (stale["sjsj"], stale["bmqr"], stale["commitment"]["zt"]) == ("2024-08-13 08:30:00", [], "已上传待确认")
    assert len((await detail_of(clerk, "confirmed_that_morning"))["bmqr"]) == 1


async def test_a_vanished_project_is_listed_and_not_found(clerk: httpx.AsyncClient, clock: Clock) -> None:
    """The list keeps it; its detail and its commitment's answer code 404 in JSON."""
    entry = planted("vanished")
    clock.now = nine(entry["held_from"])
    row = await row_of(clerk, "vanished")
    for path in (f"commitments/{row['id']}", f"projects/{row['gcdm']}"):
        assert (await clerk.get(f"/construction/api/{path}")).json() == {"code": 404, "message": "项目不存在"}
    clock.now -= timedelta(days=7)
    assert (await detail_of(clerk, "vanished"))["project"]["gcdm"] == row["gcdm"]


async def test_the_timeline_tells_who_confirmed_and_how_deadlines_moved(clerk: httpx.AsyncClient, clock: Clock) -> None:
    """The wrong department is named with its code though the state says confirmed; an extension has both deadlines."""
    clock.now = END
    meddled = await detail_of(clerk, "wrong_department")
    assert meddled["commitment"]["zt"] == "已确认"
    assert meddled["bmqr"][0]["qrbmdm"] != meddled["commitment"]["slbmdm"]
    extended = await detail_of(clerk, "extended_overdue")
    (extension,) = extended["cnyq"]
    assert extension["ycnqx"] < extension["xcnqx"] == extended["commitment"]["cnqx"]
    assert extended["commitment"]["zt"] == "已逾期"
    disputed = await detail_of(clerk, "disputed_rejected")
    assert disputed["cnyy"][0]["yyjg"] == disputed["commitment"]["yyzt"] == "异议不成立"
    partly = await detail_of(clerk, "partly_after_push")
    assert (partly["bmqr"][0]["qrjg"], partly["commitment"]["zt"]) == ("部分履行", "部分确认")
    assert partly["bmqr"][0]["wlxnr"]


async def test_a_pending_dispute_shows_until_it_ends(clerk: httpx.AsyncClient, clock: Clock) -> None:
    """On the day that would be the push day the state says that it is disputed."""
    clock.now = nine(planted("disputed_upheld")["held_from"])
    detail = await detail_of(clerk, "disputed_upheld")
    assert (detail["commitment"]["zt"], detail["cnyy"][0]["jssj"]) == ("异议中", "")


async def test_the_list_can_be_cut_by_state_and_by_deadline(clerk: httpx.AsyncClient) -> None:
    """Both ends of the window are included; without a deadline nothing is in a window; nonsense is refused."""
    rows = (await get(clerk, "commitments", size=200))["rows"]
    day = next(row["cnqx"] for row in rows if row["cnqx"])
    assert {row["cnqx"] for row in (await get(clerk, "commitments", **{"from": day, "to": day}))["rows"]} == {day}
    assert "" in {row["cnqx"] for row in rows}
    ever = await get(clerk, "commitments", **{"from": "2000-01-01"}, size=200)
    assert len(ever["rows"]) == len([row for row in rows if row["cnqx"]])
    overdue = (await get(clerk, "commitments", status="已逾期", size=200))["rows"]
    assert overdue == [row for row in rows if row["zt"] == "已逾期"] != []
    assert (await clerk.get("/construction/api/commitments?from=x")).json()["code"] == 400


async def test_a_project_shows_its_permits_and_their_commitments(clerk: httpx.AsyncClient, clock: Clock) -> None:
    """Nested as the bureau thinks of them, and each commitment leads to its own detail."""
    clock.now = END
    row = max((await get(clerk, "projects", size=200))["rows"], key=lambda each: each["cnsl"])
    data = await get(clerk, f"projects/{row['gcdm']}")
    promised = [promise for permit in data["permits"] for promise in permit["cnlb"]]
    assert (len(data["permits"]), len(promised)) == (row["sgxksl"], row["cnsl"])
    details = [await get(clerk, f"commitments/{promise['id']}") for promise in promised]
    assert [each["commitment"]["cnbm"] for each in details] == [promise["cnbm"] for promise in promised]
    assert {each["project"]["gcdm"] for each in details} == {row["gcdm"]}


async def test_no_key_of_a_detail_means_two_things(clerk: httpx.AsyncClient) -> None:
    """Whoever lays project, permit and commitment side by side loses nothing."""
    detail = await detail_of(clerk, "plain")
    keys = [key for part in ("project", "permit", "commitment") for key in detail[part]]
    assert len(set(keys)) == len(keys)


async def test_drift_and_short_pages_strike_here_too(clerk: httpx.AsyncClient) -> None:
    """The deadline's column is renamed and a page loses a row without another sign of trouble."""
    await order(clerk, "construction", "renamed_header")
    await order(clerk, "construction", "short_page")
    drifted = (await get(clerk, "commitments", size=5))["rows"]
    assert (len(drifted), "lxqx" in drifted[0], "cnqx" in drifted[0]) == (4, True, False)


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}")
async def test_a_clerk_walks_from_project_to_timeline_and_filters(address: str) -> None:
    """The nested pages and the teleported drop-down work in a real browser."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = await (await browser.new_context(locale="zh-CN")).new_page()
        await page.goto(f"{address}/construction/")
        await page.get_by_label("用户名").fill(ACCOUNTS["construction"][0])
        await page.get_by_label("密码").fill(ACCOUNTS["construction"][1])
        await page.get_by_role("button", name="登 录").click()
        for heading in ("施工许可数", "施工许可证编号", "承诺材料"):
            await page.get_by_text(heading, exact=True).wait_for()
            await page.locator(".el-table__row").first.get_by_text("查看").click()
        await page.get_by_text("办理过程").wait_for()
        assert "#/commitments/" in page.url
        await page.get_by_text("告知承诺", exact=True).click()
        await page.locator("[name=status]").click()
        option = page.locator("body > .el-select-dropdown .el-select-dropdown__item")
        await option.get_by_text("已逾期", exact=True).click()
        await page.get_by_role("button", name="查询").click()
        await page.wait_for_function(
            "() => { const cells = [...document.querySelectorAll('.el-table__row td:nth-last-child(2)')];"
            " return cells.length && cells.every((cell) => cell.textContent === '已逾期'); }"
        )
        await browser.close()
