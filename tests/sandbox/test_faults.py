from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path

import httpx
import openpyxl
import pytest

from sandbox.doors import ACCOUNTS
from tests.sandbox.visitors import (
    cells,
    log_in,
    log_in_with_token,
    order,
    results,
)

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def test_faults_strike_after_and_as_often_as_ordered(client: httpx.AsyncClient) -> None:
    """An order lets its askings pass, strikes its times, and is gone."""
    await log_in_with_token(client)
    await order(client, "approval", "error_500", after=1, times=2)
    statuses = [(await client.get("/approval/api/results")).status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    assert (await client.get("/faults")).json()["faults"] == []


async def test_an_unknown_fault_is_refused(client: httpx.AsyncClient) -> None:
    """A misspelt order is an error, not a fault that never strikes."""
    answer = await client.post("/faults", json={"system": "approval", "fault": "nonsense"})
    assert answer.status_code == 400


async def test_login_page_comes_although_the_session_lives(client: httpx.AsyncClient) -> None:
    """login_page leaves the session alive, expire_session ends it."""
    await log_in_with_token(client)
    await order(client, "approval", "login_page")
    assert "登 录" in (await client.get("/approval/api/results")).text
    assert (await results(client))["total"] == 60
    await order(client, "approval", "expire_session")
    assert "登 录" in (await client.get("/approval/api/results")).text
    assert "登 录" in (await client.get("/approval/api/results")).text


async def test_a_silent_portal_answers_when_the_client_has_given_up(client: httpx.AsyncClient) -> None:
    """A hanging request never gets an answer."""
    await log_in_with_token(client)
    await order(client, "approval", "hang")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.get("/approval/api/results"), 0.1)


async def test_drift_faults_rename_and_shorten(client: httpx.AsyncClient) -> None:
    """Headers are renamed and pages lose a row without another sign of trouble."""
    await log_in_with_token(client)
    await order(client, "approval", "renamed_header")
    await order(client, "approval", "short_page")
    drifted = await results(client)
    assert (len(drifted["rows"]), "docNo" in drifted["rows"][0]) == (19, True)
    await log_in(client, "bureau")
    await order(client, "bureau", "renamed_header")
    assert "文书编号" in cells((await client.get("/bureau/list.asp")).content.decode("gbk"), "th")
    await log_in(client, "credit")
    await order(client, "credit", "renamed_template_column")
    book = openpyxl.load_workbook(BytesIO((await client.get("/credit/template.xlsx")).content))
    assert "许可内容说明*" in [cell.value for cell in book["行政许可"][2]]


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}")
async def test_a_clerk_sees_rows_turns_pages_and_opens_the_drawer(address: str) -> None:
    """The single-page application works in a real browser."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=CHROMIUM_ARGS,
        )
        context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        page = await context.new_page()
        await page.goto(f"{address}/approval/")
        await page.get_by_label("用户名").fill(ACCOUNTS["approval"][0])
        await page.get_by_label("密码").fill(ACCOUNTS["approval"][1])
        await page.get_by_role("button", name="登 录").click()
        rows = page.locator(".el-table__row")
        await rows.get_by_text("2024000089", exact=True).wait_for()
        assert "2024-04-28" in await rows.first.inner_text()
        await page.get_by_role("button", name="下一页").click()
        await rows.get_by_text("2024000059", exact=True).wait_for()
        assert await rows.count() == 20
        await rows.first.get_by_text("详情").click()
        drawer = page.get_by_role("dialog")
        await drawer.get_by_text("准予𠮷祥小区施工").wait_for()
        await browser.close()
