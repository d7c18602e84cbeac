from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import openpyxl
import pytest
import uvicorn

from sandbox.doors import ACCOUNTS
from sandbox.model import COLUMNS, City, Decision, Department, Published
from sandbox.server import CityServer, create_app

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
TODAY = date(2024, 8, 13)
OFFICE = Department("spj", "呼和浩特市行政审批和政务服务局", "111501000115123436", "呼审批许", "approval")
BUREAU = Department("zjj", "呼和浩特市住房和城乡建设局", "111501000115123436", "呼建许", "bureau")
LABELS = {code: label for label, code in COLUMNS}


def values(number: int, department: Department, decided: date) -> dict[str, str]:
    """The values of one decision nothing is wrong with."""
    filled = {
        "XK_XDR_MC": f"呼和浩特某某建筑有限公司{number}",
        "XK_XDR_LB": "法人及非法人组织",
        "XK_XDR_SHXYM": "91150100MA0N12340B",
        "XK_XDR_ZZJG": "780688132",
        "XK_FRDB": "张三",
        "XK_FR_ZJLX": "身份证",
        "XK_FR_ZJHM": "11010519491231002X",
        "XK_XKWS": "准予行政许可决定书",
        "XK_WSH": f"{department.prefix}〔2024〕{number}号",
        "XK_XKLB": "其他-补办" if number % 2 else "普通",
        "XK_NR": "准予𠮷祥小区施工",
        "XK_JDRQ": decided.isoformat(),
        "XK_YXQZ": decided.isoformat(),
        "XK_YXQZI": "2099-12-31" if number % 2 else "2027-03-14",
        "XK_XKJG": department.name,
        "XK_XKJGDM": department.code,
        "XK_ZT": "有效",
        "XK_LYDW": department.name,
        "XK_LYDWDM": department.code,
    }
    return {code: filled.get(code, "") for _, code in COLUMNS}


def decision(number: int) -> Decision:
    """One decision; two thirds belong to the office, one third to the bureau."""
    department = OFFICE if number % 3 else BUREAU
    decided = date(2024, 3, 15) + timedelta(days=number // 2)
    shown = values(number, department, decided)
    if number in {6, 7}:
        shown["XK_YXQZ"] = "2024-02-30"
    return Decision(number, f"2024{number:06d}", department, "建筑工程施工许可证核发", "首次申请", decided, shown)


@pytest.fixture
def city() -> City:
    """Ninety decisions, five of them published."""
    decisions = tuple(decision(number) for number in range(1, 91))
    published = tuple(Published(each.values, each.decided + timedelta(days=2), "P202404") for each in decisions[:5])
    return City(1, 0.1, TODAY, (OFFICE, BUREAU), decisions, published)


@asynccontextmanager
async def visit(city: City, state: Path, **behaviour: float) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a city that exists for the length of one block."""
    app = create_app(city, state, **behaviour)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://city", follow_redirects=True) as client,
    ):
        yield client


@pytest.fixture
async def client(city: City, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client nobody has logged in."""
    async with visit(city, tmp_path) as made:
        yield made


async def log_in(client: httpx.AsyncClient, system: str, password: str = "") -> httpx.Response:
    """Send the login form of one portal."""
    name, right = ACCOUNTS[system]
    fields = {"username": name, "password": password or right}
    if system == "bureau":
        return await post_gbk(client, "/bureau/login.asp", fields)
    page = await client.get(f"/{system}/login")
    ticket = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    return await client.post(f"/{system}/login", data={**fields, "csrf": ticket})


async def post_gbk(client: httpx.AsyncClient, path: str, fields: dict[str, str]) -> httpx.Response:
    """Send a form as a page in GBK does."""
    body = urlencode(fields, encoding="gbk")
    return await client.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})


async def log_in_with_token(client: httpx.AsyncClient) -> None:
    """Log in to the approval platform and carry its token."""
    await log_in(client, "approval")
    token = (await client.post("/approval/api/token")).json()["data"]["token"]
    client.headers["x-access-token"] = token


async def results(client: httpx.AsyncClient, **query: str | int) -> Any:
    """The data of one page of the approval list."""
    return (await client.get("/approval/api/results", params=query)).json()["data"]


def cells(page: str, tag: str) -> list[str]:
    """The texts of all cells of a kind in a page of the old system."""
    return [unescape(text) for text in re.findall(f"<{tag}[^>]*>([^<]*)</{tag}>", page)]


async def order(client: httpx.AsyncClient, system: str, fault: str, **when: int) -> None:
    """Order a fault."""
    answer = await client.post("/faults", json={"system": system, "fault": fault, **when})
    assert answer.status_code == 200, answer.text


def workbook(template: bytes, rows: list[dict[str, str]]) -> bytes:
    """Fill rows into the template."""
    book = openpyxl.load_workbook(BytesIO(template))
    for row in rows:
        book["行政许可"].append([row[code] for _, code in COLUMNS])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def reported(number: int, **changes: str) -> dict[str, str]:
    """One row as the template wants it."""
    row = values(number, OFFICE, date(2024, 6, 3))
    spelt = {
        code: text.replace("-", "/") if code in {"XK_JDRQ", "XK_YXQZ", "XK_YXQZI"} else text
        for code, text in row.items()
    }
    return {**spelt, "XK_ZT": "1", **changes}


async def upload(client: httpx.AsyncClient, content: bytes) -> dict[str, Any]:
    """Upload a file and wait for the end of its batch."""
    page = await client.get("/credit/upload")
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    answer = await client.post("/credit/upload", data={"csrf": csrf}, files={"file": ("许可.xlsx", content)})
    number = answer.url.path.rpartition("/")[2]
    while True:
        batch: dict[str, Any] = (await client.get(f"/credit/api/batches/{number}")).json()["data"]
        if batch["status"] in {"完成", "失败"}:
            return batch
        await asyncio.sleep(0.01)


async def upload_rows(client: httpx.AsyncClient, *rows: dict[str, str]) -> dict[str, Any]:
    """Upload rows in a fresh template."""
    template = (await client.get("/credit/template.xlsx")).content
    return await upload(client, workbook(template, list(rows)))


@pytest.mark.parametrize("system", ["approval", "bureau", "credit"])
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
    assert {cookie.path for cookie in client.cookies.jar} == {"/approval", "/bureau", "/credit"}
    assert len({cookie.name for cookie in client.cookies.jar}) == 3


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


async def test_template_has_the_28_starred_headers_in_its_second_row(client: httpx.AsyncClient) -> None:
    """The template has a title row, the standard's labels, and a sheet of notes."""
    await log_in(client, "credit")
    book = openpyxl.load_workbook(BytesIO((await client.get("/credit/template.xlsx")).content))
    header = [cell.value for cell in book["行政许可"][2]]
    assert book.sheetnames == ["行政许可", "填报说明"]
    assert [str(text).rstrip("*") for text in header] == [label for label, _ in COLUMNS]
    assert sum(str(text).endswith("*") for text in header) == 14


async def test_good_rows_are_stored_and_can_be_read_back(client: httpx.AsyncClient) -> None:
    """A stored row is found by its document number with the values that were uploaded."""
    await log_in(client, "credit")
    batch = await upload_rows(client, reported(500), reported(501))
    assert (batch["total"], batch["successNum"], batch["failNum"], batch["errorFile"]) == (2, 2, 0, None)
    found = (await client.get("/credit/api/submissions", params={"keyword": "呼审批许〔2024〕500号"})).json()["data"]
    assert found["total"] == 1
    entity = found["list"][0]["entity"]
    assert {code.upper(): text for code, text in entity.items()} == reported(500)
    assert found["list"][0]["receivedAt"].startswith("2024-08-13 ")


FAULTY = [
    ({"XK_NR": ""}, "许可内容", "不能为空"),
    ({"XK_XDR_MC": "某某·公司"}, "行政相对人名称", "非法字符"),
    ({"XK_XDR_MC": "无"}, "行政相对人名称", "不能为空、无"),
    ({"XK_FRDB": "Test"}, "法定代表人", "test"),
    ({"XK_XKWS": "书" * 33}, "行政许可决定文书名称", "最多64字节，实际66字节"),
    ({"XK_XKLB": "其他"}, "许可类别", "注明"),
    ({"XK_ZT": "3"}, "当前状态", "取值范围"),
    ({"XK_XDR_SHXYM": ""}, "行政相对人代码_1(统一社会信用代码)", "自然人除外"),
    ({"XK_XDR_SHXYM": "91150100MA0N1234"}, "行政相对人代码_1(统一社会信用代码)", "18位"),
    ({"XK_XDR_SHXYM": "91150100MA0N12340A"}, "行政相对人代码_1(统一社会信用代码)", "校验位"),
    ({"XK_JDRQ": "2024-06-03"}, "许可决定日期", "YYYY/MM/DD"),
    ({"XK_YXQZ": "2024/02/30"}, "有效期自", "YYYY/MM/DD"),
    ({"XK_JDRQ": "2024/08/14"}, "许可决定日期", "晚于当前日期"),
    ({"XK_YXQZI": "2024/06/02"}, "有效期至", "早于有效期自"),
]


async def test_each_rule_refuses_its_row_and_the_report_says_which(client: httpx.AsyncClient) -> None:
    """Every rule's row stands in the error workbook with its sheet row, field and reason; good rows pass."""
    await log_in(client, "credit")
    rows = [reported(600 + at, **changes) for at, (changes, _, _) in enumerate(FAULTY)]
    batch = await upload_rows(client, *rows, reported(700))
    assert (batch["successNum"], batch["failNum"]) == (1, len(FAULTY))
    book = openpyxl.load_workbook(BytesIO((await client.get(batch["errorFile"])).content))
    lines = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    for at, (line, (_, field, reason)) in enumerate(zip(lines, FAULTY, strict=True), 3):
        assert line[:3] == (at, "FORMAT_ERROR", field)
        assert reason in str(line[3])


async def test_a_natural_person_needs_no_credit_code(client: httpx.AsyncClient) -> None:
    """The credit code is required of everybody but natural persons."""
    await log_in(client, "credit")
    batch = await upload_rows(client, reported(800, XK_XDR_LB="自然人", XK_XDR_SHXYM="", XK_XDR_MC="张三"))
    assert batch["successNum"] == 1


async def test_a_record_is_stored_once(client: httpx.AsyncClient) -> None:
    """The same document number and name is refused, within a file and against what is stored."""
    await log_in(client, "credit")
    known = reported(0, **{code: decision(1).values[code] for code in ("XK_WSH", "XK_XDR_MC")})
    batch = await upload_rows(client, reported(900), reported(900), known)
    assert (batch["successNum"], batch["failNum"]) == (1, 2)
    book = openpyxl.load_workbook(BytesIO((await client.get(batch["errorFile"])).content))
    assert [line[1] for line in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == ["DATA_DUPLICATION"] * 2


async def test_unusable_files_are_refused_as_a_whole(client: httpx.AsyncClient) -> None:
    """No workbook, another header, too many rows, the same file again: the batch fails with the reason."""
    await log_in(client, "credit")
    template = (await client.get("/credit/template.xlsx")).content
    assert "xlsx" in (await upload(client, b"not a workbook"))["message"]
    book = openpyxl.load_workbook(BytesIO(template))
    book["行政许可"]["B2"] = "类别"
    buffer = BytesIO()
    book.save(buffer)
    assert (
        '不是标准模板：第2列应为"行政相对人类别*"，实际为"类别"' in (await upload(client, buffer.getvalue()))["message"]
    )
    content = workbook(template, [reported(1000)])
    first, again = await upload(client, content), await upload(client, content)
    assert (again["status"], again["message"]) == ("失败", f"该文件已导入，批次号 {first['batchNo']}")


async def test_too_many_rows_are_refused_as_a_whole(client: httpx.AsyncClient) -> None:
    """Five thousand rows are the most one file may bring."""
    await log_in(client, "credit")
    batch = await upload_rows(client, *[reported(1000)] * 5001)
    assert (batch["status"], batch["message"]) == ("失败", "单次导入不能超过5000条，实际5001条")


async def test_a_restarted_platform_still_knows_what_it_received(city: City, tmp_path: Path) -> None:
    """Rows, batches and file hashes come back from the log, and a half-written last line is dropped."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        content = workbook(
            (await client.get("/credit/template.xlsx")).content, [reported(501), reported(502, XK_NR="")]
        )
        before = await upload(client, content)
    log = tmp_path / "received.jsonl"
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [(line["row"], line["result"]) for line in lines] == [(3, "stored"), (4, "refused")]
    with log.open("a", encoding="utf-8") as file:
        file.write('{"at": "2024')
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        after = (await client.get(f"/credit/api/batches/{before['batchNo']}")).json()["data"]
        assert (after["total"], after["successNum"], after["failNum"]) == (2, 1, 1)
        assert "该文件已导入" in (await upload(client, content))["message"]


async def test_the_public_never_sees_identity_numbers(client: httpx.AsyncClient) -> None:
    """The public search needs no login and shows no number of an identity paper."""
    page = await client.get("/credit/public", params={"keyword": "某某建筑"})
    assert "共 5 条" in page.text
    assert "11010519491231002X" not in page.text


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


@pytest.fixture
def address(city: City, tmp_path: Path) -> Iterator[str]:
    """The address of a city that listens on a free port."""
    told: list[str] = []
    listening = threading.Event()

    def ready(url: str) -> None:
        told.append(url)
        listening.set()

    config = uvicorn.Config(create_app(city, tmp_path), port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = CityServer(config, ready)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert listening.wait(10)
    yield told[0]
    server.should_exit = True
    thread.join(10)


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
