"""Reading lists of hostile portals: every row once and all rows, or an error; a login page is never data."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from connectors.portal.pairs import pairs_of
from connectors.wire import NoAnswer
from tests.connectors.doubles import LOGIN_PAGE, Answer, Door, Portal, declared, once, rows_of, session_at
from tests.end_to_end.town import served
from words.errors import DriftError, LoginNeeded, SystemFailure, YinxinError

POSTED = """
page: /list
reader: replay
request: {url: /list, method: POST, body: {pageNo: "{page}", pageSize: "{size}", from: "{since}", deep: true}}
size: 10
rows: data.list
total: data.total
key: id
"""
QUERIED = """
page: /list
reader: replay
request: {url: /list, query: {page: "{page}", size: "{size}"}}
size: 10
rows: rows
total: total
key: id
"""
OFFSET = QUERIED.replace('page: "{page}"', 'start: "{offset}"')
LINKED = r"""
page: /list
reader: html
request: {url: "/list?page={page}"}
size: 5
headers: [编号, 名称]
total: 共\s*(\d+)\s*条
key: 编号
"""
FORMED = r"""
page: /list
reader: html
request: {url: /list, method: POST, form: {名称: "{since}", page: "1"}}
turn: {page: "{page}"}
size: 5
headers: [编号, 名称]
total: 共\s*(\d+)\s*条
key: 编号
key_pattern: (r\d+)
"""


async def read(answer: Answer, listing: str, folder: Path, **more: object) -> tuple[list[str], Portal, Door]:
    """Read the list of a portal that answers so; returns the keys, what was asked and how often one signed in."""
    portal, door = Portal(answer), Door()
    with served(portal.app) as url:
        async with session_at(declared(url, listing, **more), folder, door) as session:
            rows = await rows_of(session, {"since": "2024-05-01"})
    assert once(rows)
    return [row.key for row in rows], portal, door


def slice_of(total: int, page: int, size: int) -> list[dict[str, object]]:
    """Some numbered rows."""
    return [{"id": f"r{number}", "n": number} for number in range((page - 1) * size + 1, min(page * size, total) + 1)]


def keys(total: int) -> list[str]:
    """The keys of so many rows."""
    return [f"r{number}" for number in range(1, total + 1)]


def table(rows: list[tuple[str, str]], total: int, *, hidden: str = "") -> str:
    """A server-rendered page."""
    body = "".join(f"<tr><td>{key}</td><td>{name}</td></tr>" for key, name in rows)
    state = f'<form><input type="hidden" name="state" value="{hidden}"></form>' if hidden else ""
    return (
        f"<html><body>{state}<table><tr><th>编号</th><th>名称</th></tr>{body}</table><p>共 {total} 条</p></body></html>"
    )


async def test_a_list_that_pages_in_a_posted_body_is_read_whole(tmp_path: Path) -> None:
    """Numbers stay numbers in the JSON body, and the window is filled in."""
    bodies: list[dict[str, object]] = []

    async def answer(request: Request) -> Response:
        body = await request.json()
        bodies.append(body)
        rows = slice_of(37, body["pageNo"], body["pageSize"])
        return JSONResponse({"data": {"list": rows, "total": 37}})

    assert (await read(answer, POSTED, tmp_path))[0] == keys(37)
    assert sorted(str(body["pageNo"]) for body in bodies) == ["1", "2", "3", "4"]
    assert all(body["pageSize"] == 10 and body["from"] == "2024-05-01" and body["deep"] is True for body in bodies)


async def test_a_list_with_plain_links_is_read_whole(tmp_path: Path) -> None:
    """A table without any form is turned by its address."""

    async def answer(request: Request) -> Response:
        rows = slice_of(12, int(request.query_params["page"]), 5)
        return HTMLResponse(table([(str(row["id"]), "甲") for row in rows], 12))

    assert (await read(answer, LINKED, tmp_path))[0] == keys(12)


async def test_the_address_of_the_next_link_is_followed(tmp_path: Path) -> None:
    """Nobody has to say how pages are counted; the last page has no such link."""

    async def answer(request: Request) -> Response:
        start = int(request.query_params.get("after", "r0").removeprefix("r"))
        rows = [(f"r{number}", "甲") for number in range(start + 1, min(start + 5, 12) + 1)]
        link = f'<a href="?after={rows[-1][0]}">下一页 &gt;</a>' if start + 5 < 12 else "下一页"
        return HTMLResponse(table(rows, 12) + link)

    listing = LINKED.replace('"/list?page={page}"', "/list") + "paging: {}\n"
    assert (await read(answer, listing, tmp_path))[0] == keys(12)


def test_details_are_read_from_tables_definitions_and_forms() -> None:
    """A label belongs to the field it is for, or to what stands behind it."""
    page = """<table><tr><td>编号：</td><td>A1</td></tr></table><dl><dt>期限</dt><dd>长期</dd></dl>
<label for="n">名称:</label> <input id="n" value="甲公司">
<label for="t">类别</label><select id="t"><option>个人</option>
<option selected>法人</option></select><label>代码</label> <div>911</div>"""
    expected = {"编号": "A1", "期限": "长期", "名称": "甲公司", "类别": "法人", "代码": "911"}
    assert pairs_of(LexborHTMLParser(page)) == expected


@pytest.mark.parametrize("listing", [QUERIED, OFFSET])
async def test_a_server_that_caps_the_page_size_is_read_whole(tmp_path: Path, listing: str) -> None:
    """Four rows come where ten were asked for: the pages that follow are counted by what came."""

    async def answer(request: Request) -> Response:
        asked = request.query_params
        size = min(int(asked["size"]), 4)
        page = int(asked["page"]) if "page" in asked else int(asked["start"]) // size + 1
        return JSONResponse({"rows": slice_of(11, page, size), "total": 11})

    assert sorted((await read(answer, listing, tmp_path))[0]) == sorted(keys(11))


async def test_an_empty_list_is_empty(tmp_path: Path) -> None:
    """Zero rows of zero is an answer."""

    async def answer(_request: Request) -> Response:
        return JSONResponse({"rows": [], "total": 0})

    assert (await read(answer, QUERIED, tmp_path))[0] == []


async def test_an_empty_table_is_empty(tmp_path: Path) -> None:
    """Zero rows of zero on a server-rendered page, too."""

    async def answer(_request: Request) -> Response:
        return HTMLResponse(table([], 0))

    assert (await read(answer, LINKED, tmp_path))[0] == []


async def test_no_rows_of_a_total_that_is_not_zero_is_never_a_success(tmp_path: Path) -> None:
    """A list that says it has rows and shows none stops the reading."""

    async def answer(_request: Request) -> Response:
        return JSONResponse({"rows": [], "total": 5})

    with pytest.raises(DriftError, match="5 rows, and 0"):
        await read(answer, QUERIED, tmp_path)


async def test_a_total_that_moves_is_a_failure(tmp_path: Path) -> None:
    """A row that arrives while the list is read shifts the pages: nothing of it is believed."""

    async def answer(request: Request) -> Response:
        page = int(request.query_params["page"])
        return JSONResponse({"rows": slice_of(25, page, 10), "total": 25 if page == 1 else 26})

    with pytest.raises(SystemFailure, match="changed while"):
        await read(answer, QUERIED, tmp_path)


async def test_a_row_that_wanders_to_the_next_page_is_a_failure(tmp_path: Path) -> None:
    """The last row of a page coming again as the first of the next means that another one was lost."""

    async def answer(request: Request) -> Response:
        page = int(request.query_params["page"])
        rows = slice_of(30, page, 10)
        return JSONResponse({"rows": rows if page != 2 else [{"id": "r10"}, *rows[:-1]], "total": 30})

    with pytest.raises(SystemFailure, match="changed while"):
        await read(answer, QUERIED, tmp_path)


async def test_one_page_with_a_row_too_few_is_never_a_success(tmp_path: Path) -> None:
    """29 rows of 30 is not a list."""

    async def answer(request: Request) -> Response:
        page = int(request.query_params["page"])
        return JSONResponse({"rows": slice_of(30, page, 10)[: 9 if page == 3 else 10], "total": 30})

    with pytest.raises(DriftError, match="30 rows, and 29"):
        await read(answer, QUERIED, tmp_path)


def failing(first: list[Callable[[], Response]]) -> Answer:
    """An answer that fails in the given ways first, and then gives three rows."""

    async def answer(_request: Request) -> Response:
        return first.pop(0)() if first else JSONResponse({"rows": slice_of(3, 1, 3), "total": 3})

    return answer


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_two_failures_are_waited_out(tmp_path: Path, status: int) -> None:
    """A busy server is asked again, twice."""
    answer = failing([lambda: Response("busy", status), lambda: Response("busy", status)])
    found, portal, door = await read(answer, QUERIED, tmp_path)
    assert found == keys(3)
    assert len(portal.asked) == 3
    assert door.opened == 1


async def test_three_failures_are_a_failure(tmp_path: Path) -> None:
    """The third is told, with the system and the address."""
    with pytest.raises(SystemFailure) as told:
        await read(failing([lambda: Response("busy", 503)] * 3), QUERIED, tmp_path)
    assert told.value.place.system == "替身"
    assert str(told.value.place.url).endswith("/list")


async def test_an_answer_that_never_comes_is_a_failure_in_time(tmp_path: Path) -> None:
    """Fifty requests that hang do not make the first of them wait for the others."""

    async def answer(request: Request) -> Response:
        if request.query_params["page"] != "1":
            await asyncio.sleep(30)
        return JSONResponse({"rows": slice_of(500, 1, 10), "total": 500})

    start = asyncio.get_running_loop().time()
    with pytest.raises(SystemFailure, match="did not answer within"):
        await read(answer, QUERIED, tmp_path, timeout=0.3, connections=2)
    assert asyncio.get_running_loop().time() - start < 6


@pytest.mark.parametrize(
    "gone",
    [
        lambda: JSONResponse({"code": 401, "message": "未登录"}),
        lambda: JSONResponse({"code": "40101"}),
        lambda: Response("", 401),
        lambda: Response("", 403),
        lambda: RedirectResponse("/login?next=/list", 302),
        lambda: HTMLResponse(LOGIN_PAGE),
        lambda: HTMLResponse("<script>alert('登录超时，请重新登录');top.location='/'</script>"),
    ],
)
async def test_every_kind_of_expired_session_is_renewed_once(tmp_path: Path, gone: Callable[[], Response]) -> None:
    """Status, JSON code, redirect, login page or script: sign in again, ask again, go on."""
    found, portal, door = await read(failing([gone]), QUERIED, tmp_path)
    assert found == keys(3)
    assert door.opened == 2
    assert [request.headers["x-token"] for request in portal.asked] == ["1", "2"]


async def test_a_login_page_right_after_a_login_needs_a_person(tmp_path: Path) -> None:
    """Signing in is tried once more and then never again."""
    portal, door = Portal(failing([lambda: HTMLResponse(LOGIN_PAGE)] * 99)), Door()
    with served(portal.app) as url:
        async with session_at(declared(url, QUERIED), tmp_path, door) as session:
            with pytest.raises(LoginNeeded):
                await rows_of(session)
    assert door.opened <= 3


async def test_many_requests_that_meet_an_expired_session_sign_in_once(tmp_path: Path) -> None:
    """Pages that are fetched side by side renew a session together."""

    async def answer(request: Request) -> Response:
        page = int(request.query_params["page"])
        if page > 1 and request.headers["x-token"] == "1":
            return HTMLResponse(LOGIN_PAGE)
        return JSONResponse({"rows": slice_of(95, page, 10), "total": 95})

    found, _portal, door = await read(answer, QUERIED, tmp_path)
    assert found == keys(95)
    assert door.opened == 2


async def test_a_kept_session_is_used_again_and_never_lies_open(tmp_path: Path) -> None:
    """A second reading signs in no more, and the file on disk holds no readable token."""
    door = Door()
    portal = Portal(failing([]))
    with served(portal.app) as url:
        for _turn in range(2):
            async with session_at(declared(url, QUERIED), tmp_path, door) as session:
                assert len(await rows_of(session)) == 3
    assert door.opened == 1
    assert b"x-token" not in (tmp_path / "sessions" / "double.session").read_bytes()
    assert (tmp_path / "sessions" / "key").stat().st_mode & 0o077 == 0


async def test_a_form_is_sent_in_the_pages_own_charset_with_rare_characters_as_references(tmp_path: Path) -> None:
    """What the old system cannot write arrives as ``&#N;``, as a browser sends it; hidden fields go along."""
    sent: list[dict[str, list[str]]] = []

    async def answer(request: Request) -> Response:
        if request.method == "POST":
            sent.append(parse_qs((await request.body()).decode("ascii"), encoding="gb18030"))
        page = int(sent[-1]["page"][0]) if sent else 1
        rows = [(str(row["id"]), "呼和浩特㛃镕") for row in slice_of(7, page, 5)]
        text = table(rows, 7, hidden=f"s{len(sent)}")
        return Response(text.encode("gb18030"), media_type="text/html; charset=gb2312")

    portal, door = Portal(answer), Door()
    with served(portal.app) as url:
        async with session_at(declared(url, FORMED, encoding="gb2312"), tmp_path, door) as session:
            rows = await rows_of(session, {"since": "镕基㛃"})
    assert [row.key for row in rows] == keys(7)
    assert [row.payload["名称"] for row in rows] == ["呼和浩特㛃镕"] * 7
    assert [fields["state"] for fields in sent] == [["s0"], ["s1"]]
    assert [fields["名称"] for fields in sent] == [["镕基㛃"], ["镕基㛃"]]


async def test_a_session_that_expires_between_two_posted_pages_starts_its_form_anew(tmp_path: Path) -> None:
    """A view state belongs to its session: after a renewal the form is fetched again before it is sent."""
    sessions: list[str] = []

    async def answer(request: Request) -> Response:
        token = request.headers["x-token"]
        if request.method == "GET":
            return HTMLResponse(table([], 12, hidden=f"{token}-first"))
        fields = parse_qs((await request.body()).decode())
        page = int(fields["page"][0])
        if token == "1" and page == 2:
            return HTMLResponse(LOGIN_PAGE)
        if not fields["state"][0].startswith(f"{token}-"):
            return HTMLResponse("<html><body>页面已过期，请刷新后重试</body></html>")
        sessions.append(token)
        rows = [(str(row["id"]), "甲") for row in slice_of(12, page, 5)]
        return HTMLResponse(table(rows, 12, hidden=f"{token}-{page}"))

    assert (await read(answer, FORMED, tmp_path))[0] == keys(12)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"items": [], "total": 0}, "answer-changed"),
        ({"rows": [{"key": "r1"}], "total": 1}, "answer-changed"),
        ({"rows": ["r1"], "total": 1}, "answer-changed"),
        ({"rows": [{"id": "r1"}], "total": None}, "answer-changed"),
        ({"code": 500, "message": "系统繁忙"}, "answer-changed"),
    ],
)
async def test_an_answer_of_another_shape_is_drift(tmp_path: Path, answer: dict[str, object], code: str) -> None:
    """Rows, total or key that are not where they were declared stop the reading."""

    async def answered(_request: Request) -> Response:
        return JSONResponse(answer)

    with pytest.raises(DriftError) as told:
        await read(answered, QUERIED, tmp_path)
    assert told.value.code == code


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("<html><body>系统维护中</body></html>", "headings-changed"),
        (table([("r1", "甲")], 1).replace("编号", "号码"), "headings-changed"),
        (table([("r1", "甲")], 1).replace("共 1 条", ""), "page-changed"),
    ],
)
async def test_a_page_of_another_shape_is_drift(tmp_path: Path, page: str, code: str) -> None:
    """A table without its headings, or a page without its total, stops the reading."""

    async def answered(_request: Request) -> Response:
        return HTMLResponse(page)

    with pytest.raises(DriftError) as told:
        await read(answered, LINKED, tmp_path)
    assert told.value.code == code


async def test_html_where_json_was_due_is_drift(tmp_path: Path) -> None:
    """A maintenance page with HTTP 200 is not an empty list."""

    async def answered(_request: Request) -> Response:
        return HTMLResponse("<html><body>系统升级维护中</body></html>")

    with pytest.raises(YinxinError) as told:
        await read(answered, QUERIED, tmp_path)
    assert told.value.code == "not-json"


async def test_a_portal_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A refused connection names the system and the address."""
    door = Door()
    async with session_at(declared("http://127.0.0.1:9", QUERIED), tmp_path, door) as session:
        with pytest.raises(SystemFailure) as told:
            await rows_of(session)
    assert told.value.place.url == "http://127.0.0.1:9/list"
    assert isinstance(told.value.__cause__, NoAnswer)
