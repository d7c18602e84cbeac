"""How the tests visit the pretend portals: a small city, logins, uploads."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import openpyxl

from sandbox.clock import Clock
from sandbox.credit_commitments import COMMITMENTS
from sandbox.credit_kinds import Kind
from sandbox.credit_licences import LICENCES
from sandbox.doors import ACCOUNTS
from sandbox.model import COLUMNS, City, Decision, Department
from sandbox.server import create_app

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


def moment(text: str) -> datetime:
    """A moment of the city, whose clock knows no time zone."""
    return datetime.fromisoformat(text)


@asynccontextmanager
async def visit(
    city: City, state: Path, clock: Clock | None = None, **behaviour: float
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a city that exists for the length of one block."""
    app = create_app(city, state, clock=clock, **behaviour)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://city", follow_redirects=True) as client,
    ):
        yield client


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


async def log_in_with_token(client: httpx.AsyncClient, system: str = "approval") -> None:
    """Log in to a single-page application and carry its token."""
    await log_in(client, system)
    token = (await client.post(f"/{system}/api/token")).json()["data"]["token"]
    client.headers["x-access-token"] = token


async def results(client: httpx.AsyncClient, **query: str | int) -> Any:
    """The data of one page of the approval list."""
    return (await client.get("/approval/api/results", params=query)).json()["data"]


def cells(page: str, tag: str) -> list[str]:
    """The texts of all cells of a kind in a page of the old system."""
    return [unescape(text) for text in re.findall(f"<{tag}[^>]*>([^<]*)</{tag}>", page)]


async def order(client: httpx.AsyncClient, system: str, fault: str, **when: float) -> None:
    """Order a fault."""
    answer = await client.post("/faults", json={"system": system, "fault": fault, **when})
    assert answer.status_code == 200, answer.text


def workbook(template: bytes, rows: list[dict[str, str]], kind: Kind = LICENCES) -> bytes:
    """Fill rows into the template."""
    book = openpyxl.load_workbook(BytesIO(template))
    for row in rows:
        book[kind.title].append([row[code] for code in kind.codes])
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


async def until(happens: Callable[[], Awaitable[object]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while True:
            if await happens():
                return
            await asyncio.sleep(0.01)


async def no_order_is_open(client: httpx.AsyncClient) -> bool:
    """Whether every ordered fault has struck."""
    return not (await client.get("/faults")).json()["faults"]


def promised(number: int, **changes: str) -> dict[str, str]:
    """One overdue commitment as the template wants it."""
    filled = {
        "CN_BM": f"15010220240513{number:06d}",
        "CN_CNR_MC": f"呼和浩特某某置业有限公司{number}",
        "CN_CNR_LB": "法人及非法人组织",
        "CN_CNR_DM": "91150100MA0N12340B",
        "CN_LX": "容缺受理型",
        "CN_SY": "办理新城区养老服务中心建设项目建筑工程施工许可",
        "CN_NR": "承诺在承诺期限内取得并提交施工图审查合格书",
        "CN_WNZR": "逾期未履行承诺的，依法撤销施工许可决定",
        "CN_ZCRQ": "2024/05/13",
        "CN_YXQ": "2024/08/02",
        "CN_SLDW": OFFICE.name,
        "CN_SLDWDM": OFFICE.code,
        "CN_GKLX": "1",
        "CN_LXZT": "全部未履行",
        "CN_WLXNR": "未提交施工图审查合格书",
        "CN_ZRZJ": "责令限期改正",
    }
    return {code: filled.get(code, "") for code in COMMITMENTS.codes} | changes


async def seal(client: httpx.AsyncClient, page: str) -> str:
    """The hidden proof in a form of the credit platform."""
    answer = await client.get(f"/credit/{page}")
    return str(re.findall(r'name="csrf" value="([^"]+)"', answer.text)[0])


async def hand_over(
    client: httpx.AsyncClient, content: bytes, page: str = "upload", name: str = "许可.xlsx", kind: Kind = LICENCES
) -> httpx.Response:
    """Upload a file and return the page that answers."""
    csrf = await seal(client, f"{kind.path}/{page}".strip("/"))
    return await client.post(f"/credit{kind.path}/{page}", data={"csrf": csrf}, files={"file": (name, content)})


async def ended(client: httpx.AsyncClient, number: str, kind: Kind = LICENCES) -> dict[str, Any]:
    """Wait for the end of a batch."""
    async with asyncio.timeout(20):
        while True:
            batch: dict[str, Any] = (await client.get(f"/credit/api{kind.path}/batches/{number}")).json()["data"]
            if batch["status"] in {"完成", "失败"}:
                return batch
            await asyncio.sleep(0.01)


async def upload(
    client: httpx.AsyncClient, content: bytes, page: str = "upload", kind: Kind = LICENCES
) -> dict[str, Any]:
    """Upload a file and wait for the end of its batch."""
    answer = await hand_over(client, content, page, kind=kind)
    return await ended(client, answer.url.path.rpartition("/")[2], kind)


async def filled(client: httpx.AsyncClient, *rows: dict[str, str], kind: Kind = LICENCES) -> bytes:
    """A fresh template with rows in it."""
    return workbook((await client.get(f"/credit{kind.path}/template.xlsx")).content, list(rows), kind)


def kind_of(row: dict[str, str]) -> Kind:
    """The kind of record that a row is of."""
    return LICENCES if LICENCES.number in row else COMMITMENTS


async def upload_rows(client: httpx.AsyncClient, *rows: dict[str, str], page: str = "upload") -> dict[str, Any]:
    """Upload rows of one kind in a fresh template and wait for the end of the batch."""
    kind = kind_of(rows[0])
    return await upload(client, await filled(client, *rows, kind=kind), page, kind)


async def withdraw(client: httpx.AsyncClient, row: dict[str, str], reason: str = "录入错误") -> str:
    """Ask for a record to be taken back; returns the page that answers."""
    kind = kind_of(row)
    page = f"{kind.path}/withdraw".strip("/")
    fields = {kind.ask: row[kind.number], "name": row[kind.name], "reason": reason}
    answer = await client.post(f"/credit/{page}", data={**fields, "csrf": await seal(client, page)})
    return answer.text


async def shown(client: httpx.AsyncClient, row: dict[str, str]) -> list[dict[str, Any]]:
    """What the own list has under the number of a row."""
    kind = kind_of(row)
    found = await client.get(f"/credit/api{kind.path}/submissions", params={"keyword": row[kind.number]})
    listed: list[dict[str, Any]] = found.json()["data"]["list"]
    return listed


async def refusals(client: httpx.AsyncClient, batch: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a batch's error workbook."""
    book = openpyxl.load_workbook(BytesIO((await client.get(batch["errorFile"])).content))
    return list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
