from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from sandbox.doors import ACCOUNTS
from sandbox.model import City
from tests.sandbox.visitors import (
    cells,
    log_in,
    log_in_with_token,
    post_gbk,
    results,
    visit,
)


@pytest.mark.parametrize("system", ACCOUNTS)
async def test_wrong_password_says_so_and_the_fifth_locks(client: httpx.AsyncClient, system: str) -> None:
    """Four wrong passwords get a message with HTTP 200, the fifth locks even the right one out."""
    texts = [(await log_in(client, system, "wrong")).text for _ in range(5)]
    assert all("用户名或密码错误" in text for text in texts[:4])
    assert "账号已锁定" in texts[4]
    assert "账号已锁定" in (await log_in(client, system)).text


async def test_cookies_stay_on_their_own_path(client: httpx.AsyncClient) -> None:
    """Each portal has its own cookie, bound to its own path."""
    for system in ACCOUNTS:
        await log_in(client, system)
    assert {cookie.path for cookie in client.cookies.jar} == {f"/{system}" for system in ACCOUNTS}
    assert len({cookie.name for cookie in client.cookies.jar}) == len(ACCOUNTS)


async def test_idle_session_answers_the_login_page_with_200(city: City, tmp_path: Path) -> None:
    """A session that was idle too long is gone, and every portal says so with HTTP 200."""
    async with visit(city, tmp_path, session_minutes=0.001) as client:
        await log_in_with_token(client)
        await log_in(client, "bureau")
        await asyncio.sleep(0.1)
        answer = await client.get("/approval/api/results")
        assert (answer.status_code, "登 录" in answer.text) == (200, True)
        old = await client.get("/bureau/list.asp")
        assert (old.status_code, "登录超时" in old.content.decode("gb18030")) == (200, True)


async def test_missing_token_is_code_401_in_a_200(client: httpx.AsyncClient) -> None:
    """The cookie alone does not open the interface."""
    await log_in(client, "approval")
    answer = await client.get("/approval/api/results")
    assert answer.status_code == 200
    assert answer.json() == {"code": 401, "message": "登录已过期"}


async def test_list_is_newest_first_capped_and_whole(client: httpx.AsyncClient) -> None:
    """Pages put together are every decision of the system, newest first, at most 200 at once."""
    await log_in_with_token(client)
    whole = await results(client, size=1000)
    assert (whole["size"], whole["total"], len(whole["rows"])) == (200, 60, 60)
    paged = [row for page in (1, 2, 3) for row in (await results(client, page=page, size=25))["rows"]]
    assert paged == whole["rows"]
    times = [row["decideTime"] for row in paged]
    assert times == sorted(times, reverse=True)


async def test_window_of_days_includes_both_ends(client: httpx.AsyncClient) -> None:
    """The window cuts on the decision date, which is an instant of midnight in Shanghai."""
    await log_in_with_token(client)
    found = await results(client, **{"from": "2024-03-15", "to": "2024-03-16"})
    assert [row["caseNo"] for row in found["rows"]] == ["2024000002", "2024000001"]
    assert found["rows"][-1]["decideTime"] == 1710432000000


async def test_detail_shows_every_value_in_the_platforms_own_spelling(client: httpx.AsyncClient) -> None:
    """Holder types are numbers, long-term is a flag, an impossible date is passed through."""
    await log_in_with_token(client)
    row = next(row for row in (await results(client, size=200))["rows"] if row["caseNo"] == "2024000007")
    detail = (await client.get(f"/approval/api/results/{row['id']}")).json()["data"]
    assert (detail["xkholder_type"], detail["islong_term"], detail["close_time"]) == ("1", "1", "")
    assert detail["effect_time"] == "2024-02-30 00:00:00"
    assert (detail["xkfile_num"], detail["xk_type"]) == (row["documentNum"], "其他-补办")


async def test_old_system_speaks_gbk_and_escapes_the_rest(client: httpx.AsyncClient) -> None:
    """Pages declare gb2312, and a character outside GBK comes as a numeric reference."""
    await log_in(client, "bureau")
    listing = await client.get("/bureau/list.asp")
    assert "gb2312" in listing.headers["content-type"]
    page = listing.content.decode("gbk")
    assert cells(page, "th") == ["序号", "受理编号", "许可文书号", "被许可人", "许可事项", "批准日期", "操作"]
    key = re.findall(r"openDetail\('(\w+)'\)", page)[0]
    detail = (await client.get(f"/bureau/detail.asp?id={key}")).content.decode("gbk")
    assert "准予&#134071;祥小区施工" in detail


async def test_view_state_must_be_the_one_of_the_answer_before(client: httpx.AsyncClient) -> None:
    """Each view state opens one POST; a used one is refused."""
    await log_in(client, "bureau")
    page = (await client.get("/bureau/list.asp")).content.decode("gbk")
    first = turn_to(page, 2)
    second = (await post_gbk(client, "/bureau/list.asp", first)).content.decode("gbk")
    assert "共 30 条记录 第 2/2 页" in second
    assert "页面已过期，请刷新后重试" in (await post_gbk(client, "/bureau/list.asp", first)).content.decode("gbk")
    again = (await post_gbk(client, "/bureau/list.asp", turn_to(second, 1))).content.decode("gbk")
    assert "第 1/2 页" in again


def turn_to(page: str, number: int) -> dict[str, str]:
    """The form that asks for another page."""
    state = re.findall(r'id="__VIEWSTATE" value="([^"]+)"', page)[0]
    return {"__VIEWSTATE": state, "__EVENTTARGET": "pager", "__EVENTARGUMENT": str(number), "ddlSize": "15"}


async def test_old_system_writes_codes_hyphens_and_three_shapes_of_date(client: httpx.AsyncClient) -> None:
    """The detail page writes kinds and states as codes and even an impossible date in the row's shape."""
    await log_in(client, "bureau")
    page = (await client.get("/bureau/list.asp?")).content.decode("gbk")
    last = (await post_gbk(client, "/bureau/list.asp", turn_to(page, 2))).content.decode("gbk")
    key = re.findall(r"2024000006.*?openDetail\('(\w+)'\)", last)[0]
    detail = (await client.get(f"/bureau/detail.asp?id={key}")).content.decode("gbk")
    shown = dict(zip(cells(detail, "th"), cells(detail, "td"), strict=True))
    assert (shown["组织机构代码"], shown["许可种类"], shown["证书状态"]) == ("78068813-2", "01", "10")
    assert (shown["批准日期"], shown["有效期起"]) == ("2024年3月18日", "2024年2月30日")
