"""Reading lists of interfaces: all rows, each once, or an error that says who has to do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from connectors.api.source import ApiSource
from tests.connectors.api.office import (
    COUNT,
    ENVELOPE,
    LIST,
    PAGE,
    SECRETS,
    WINDOW,
    Asked,
    Office,
    client_of,
    declared,
    keys,
    listing,
    no_mapping,
    pages_of,
    rows_of,
)
from words.errors import DriftError, SystemFailure, UsageError, YinxinError, first_of

Rows = list[dict[str, Any]]


def _numbered(cap: int, *, first: int = 1, told: bool = True, key: str = "page") -> Callable[[Asked], Any]:
    async def answer(asked: Asked) -> Response:
        size = min(cap, int(asked.query["size"]))
        at = int(asked.query[key])
        number = at // size + 1 if key == "offset" else at - first + 1
        rows = pages_of(COUNT, size, number)
        return JSONResponse({"rows": rows, **({"total": COUNT} if told else {})})

    return answer


OFFSET = 'offset: "{offset}", size: "{size}"'


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (listing("page", PAGE, "total: total"), _numbered(10)),
        (listing("page", PAGE, "total: total\n  first: 0"), _numbered(10, first=0)),
        (listing("page", PAGE, "total: total"), _numbered(7)),
        (listing("page", PAGE), _numbered(10, told=False)),
        (listing("page", PAGE), _numbered(7, told=False)),
        (listing("offset", OFFSET, "total: total"), _numbered(10, key="offset")),
        (listing("offset", OFFSET), _numbered(10, told=False, key="offset")),
    ],
    ids=["page", "from 0", "fewer than asked", "no total", "fewer, no total", "offset", "offset, no total"],
)
async def test_counted_pages_all_come(text: str, answer: Any, office: Office) -> None:
    """By number or offset, with or without a total, in the size asked for or the system's own."""
    office.answer = answer
    assert await keys(office, text) == list(range(1, COUNT + 1))


async def test_an_offset_counts_rows_that_came(office: Office) -> None:
    """A system that gives fewer than asked is asked to go on where it stopped."""

    async def answer(asked: Asked) -> Response:
        start = int(asked.query["offset"])
        return JSONResponse({"rows": [{"id": each} for each in range(start + 1, min(start + 4, COUNT) + 1)]})

    office.answer = answer
    assert await keys(office, listing("offset", OFFSET)) == list(range(1, COUNT + 1))


@pytest.mark.parametrize("total", ["", "total: total"])
async def test_cursors_are_handed_on(total: str, office: Office) -> None:
    """The first request carries none, each further one what the answer before gave, the last gives none."""

    async def answer(asked: Asked) -> Response:
        number = int(asked.query.get("after", "c1")[1:])
        following = f"c{number + 1}" if number * 10 < COUNT else None
        return JSONResponse({"rows": pages_of(COUNT, 10, number), "next": following, "total": COUNT})

    office.answer = answer
    assert await keys(office, listing("cursor", 'after: "{cursor}"', f"next: next\n  {total}")) == list(range(1, 24))
    assert [each.query.get("after") for each in office.asked] == [None, "c2", "c3"]


@pytest.mark.parametrize("header", [True, False])
async def test_links_are_followed(header: bool, office: Office) -> None:
    """In the Link header or in the answer, whole or below the address; the key goes with them."""

    async def answer(asked: Asked) -> Response:
        number = int(asked.query.get("n", "1"))
        more = number * 10 < COUNT
        link = f"{office.url}/list?n={number + 1}&q=%E5%91%BC,x" if header else f"/list?n={number + 1}"
        headers = {"link": f'</list?n=1>; rel="first", <{link}>; rel="next"'} if more and header else {}
        content = {"rows": pages_of(COUNT, 10, number), "next": link if more else ""}
        return JSONResponse(content, headers=headers)

    office.answer = answer
    text = listing("link", "from: '{since}'", "" if header else "next: next")
    assert await keys(office, f"{text}\nauth: {{kind: static, secret: key}}") == list(range(1, 24))
    assert [each.headers["authorization"] for each in office.asked] == [SECRETS["key"]] * 3
    assert office.asked[0].query == {"from": "2024-08-01"}


async def test_a_link_to_another_system_is_not_followed(office: Office) -> None:
    """A key is never carried to another address, whatever an answer says."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"rows": [{"id": 1}], "next": "http://127.0.0.2:9/list"})

    office.answer = answer
    with pytest.raises(DriftError) as error:
        await keys(office, listing("link", "", "next: next"))
    assert error.value.code == "link-elsewhere"


async def _one_page(_asked: Asked) -> Response:
    return JSONResponse({"rows": pages_of(COUNT, 10, 1), "total": COUNT, "next": "again"})


@pytest.mark.parametrize(
    "text",
    [
        listing("page", PAGE),
        listing("page", PAGE, "total: total"),
        listing("cursor", 'after: "{cursor}"', "next: next"),
        listing("offset", OFFSET, "total: total"),
    ],
)
async def test_a_system_that_does_not_turn_is_an_error(text: str, office: Office) -> None:
    """The same page again is no page, and never the end of the list."""
    office.answer = _one_page
    with pytest.raises(DriftError) as error:
        await keys(office, text)
    assert error.value.code == "page-repeated"
    assert len(office.asked) <= 3


@pytest.mark.parametrize(("said", "code"), [(24, "rows-missing"), (22, "rows-missing")])
async def test_a_total_that_does_not_hold_is_an_error(said: int, code: str, office: Office) -> None:
    """As many rows as the system says, or none are believed."""

    async def answer(asked: Asked) -> Response:
        return JSONResponse({"rows": pages_of(COUNT, 10, int(asked.query["page"])), "total": said})

    office.answer = answer
    with pytest.raises(DriftError) as error:
        await keys(office, listing("page", PAGE, "total: total"))
    assert error.value.code == code


async def test_a_list_that_moves_is_told(office: Office) -> None:
    """A row that wandered to another page while the list was read stops the run."""

    async def answer(asked: Asked) -> Response:
        start = (int(asked.query["page"]) - 1) * 9
        return JSONResponse({"rows": [{"id": each} for each in range(start + 1, start + 11)], "total": 20})

    office.answer = answer
    with pytest.raises(SystemFailure) as error:
        await keys(office, listing("page", PAGE, "total: total"))
    assert error.value.code == "list-moving"


@pytest.mark.parametrize(
    "response",
    [
        JSONResponse({"code": 200, "data": {"total": 0, "rows": None}}),
        JSONResponse({"code": 204, "msg": "没有数据"}),
        PlainTextResponse("今日无数据"),
    ],
)
async def test_nothing_is_an_empty_list(response: Response, office: Office) -> None:
    """No rows may be told by a null, by a code of its own, or by bare words."""

    async def answer(_asked: Asked) -> Response:
        return response

    office.answer = answer
    assert await rows_of(declared(office.url, ENVELOPE)) == []


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (JSONResponse({"code": 40003, "msg": "IP不在白名单"}), "request-refused"),
        (JSONResponse({"code": 200, "data": {"total": 0}}), "answer-changed"),
        (JSONResponse({"code": 200, "data": {"total": "?", "rows": []}}), "answer-changed"),
        (JSONResponse({"code": 200, "data": {"total": 1, "rows": [{"no": 1}]}}), "answer-changed"),
        (PlainTextResponse("密钥错误"), "request-refused"),
        (JSONResponse({"msg": "no"}, 404), "request-refused"),
        (JSONResponse({"data": {"total": 0, "rows": []}}), "request-refused"),
        (Response(status_code=302, headers={"location": "/login"}), "request-refused"),
    ],
)
async def test_what_is_no_list_is_never_an_empty_one(response: Response, code: str, office: Office) -> None:
    """Refusals and answers of another shape stop the run, with the system's own words."""

    async def answer(_asked: Asked) -> Response:
        return response

    office.answer = answer
    with pytest.raises(DriftError) as error:
        await rows_of(declared(office.url, ENVELOPE))
    assert error.value.code == code
    told = [words for words in ("IP不在白名单", "密钥错误") if words.encode() in response.body]
    assert all(words in error.value.sentence for words in told)
    assert len(office.asked) == 1


async def test_an_unreadable_success_is_told(office: Office) -> None:
    """A page of HTML with the status 200 is no data."""

    async def answer(_asked: Asked) -> Response:
        return PlainTextResponse("<html>维护中</html>")

    office.answer = answer
    with pytest.raises(DriftError) as error:
        await rows_of(declared(office.url))
    assert error.value.code == "answer-unreadable"


@pytest.mark.parametrize("failing", [JSONResponse({"code": 503, "msg": "繁忙"}), Response(status_code=502)])
async def test_a_system_that_is_busy_is_asked_again(failing: Response, office: Office) -> None:
    """Twice no answer, then one; after three tries it is an error."""
    left = [failing, failing]

    async def answer(_asked: Asked) -> Response:
        return left.pop() if left else JSONResponse({"code": 200, "data": {"total": 1, "rows": [{"id": 1}]}})

    office.answer = answer
    assert len(await rows_of(declared(office.url, ENVELOPE))) == 1
    left.extend([failing] * 3)
    with pytest.raises(SystemFailure) as error:
        await rows_of(declared(office.url, ENVELOPE))
    assert error.value.code == "no-answer"
    assert len(office.asked) == 6


XML = """<?xml version="1.0" encoding="GBK"?>
<n:DATAS xmlns:n="urn:n"><code>00</code><n:page total="9"><count>%d</count>%s</n:page></n:DATAS>"""
IN_XML = """
format: xml
encoding: gbk
envelope: {code: DATAS.code, success: ["00"]}
list:
  request: {url: /list, method: POST, xml: "<q><since>{since}</since><name>{name}</name></q>"}
  paging: none
  rows: DATAS.page.ROW
  total: DATAS.page.count
  key: ID
"""


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_xml_is_read_like_json(count: int, office: Office) -> None:
    """None, one or several elements are a list; prefixes and attributes do not matter; rare characters survive."""
    rows = "".join(f'<ROW no="{each}"><ID>{each}</ID><XM t="s">某䶮公司</XM><KONG/></ROW>' for each in range(count))

    async def answer(asked: Asked) -> Response:
        assert asked.content.startswith(b"<q><since>2024-08-01</since>")
        assert asked.headers["content-type"] == "application/xml"
        return Response((XML % (count, rows)).encode("gb18030"), media_type="text/xml")

    office.answer = answer
    found = await rows_of(declared(office.url, IN_XML))
    assert [row.payload for row in found] == [{"ID": str(each), "XM": "某䶮公司", "KONG": ""} for each in range(count)]


async def test_xml_with_entities_is_refused(office: Office) -> None:
    """An answer that defines entities may be a bomb, or read this machine's files."""

    async def answer(_asked: Asked) -> Response:
        return Response('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><DATAS><code>&x;</code></DATAS>')

    office.answer = answer
    with pytest.raises(YinxinError, match="entities"):
        await rows_of(declared(office.url, IN_XML.replace('envelope: {code: DATAS.code, success: ["00"]}', "")))


async def test_an_answer_in_an_answer_is_read(office: Office) -> None:
    """JSON whose data is a text of JSON is read as if it were one."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"code": 200, "data": '{"total": 1, "rows": [{"id": 7, "a": {"b": null}}]}'})

    office.answer = answer
    (row,) = await rows_of(declared(office.url, f"inner: data\n{LIST}"))
    assert row.payload == {"id": "7", "b": ""}


async def test_an_answer_in_an_answer_keeps_its_encoding(office: Office) -> None:
    """What is nested in an answer in GBK is in GBK once, not twice."""

    async def answer(_asked: Asked) -> Response:
        inner = escape('{"total": 1, "rows": [{"id": "某䶮公司"}]}')
        return Response(f"<R><data>{inner}</data></R>".encode("gb18030"))

    office.answer = answer
    text = LIST.replace("data.", "R.data.")
    (row,) = await rows_of(declared(office.url, f"format: xml\nencoding: gb2312\ninner: R.data\n{text}"))
    assert row.key == "某䶮公司"


async def test_only_new_rows_are_opened(office: Office) -> None:
    """A row whose entry is as it was is not opened again; one behind which there is nothing is gone."""

    async def answer(asked: Asked) -> Response:
        if asked.path == "/list":
            return JSONResponse({"data": {"total": 3, "rows": [{"id": "a/1"}, {"id": "b?2"}, {"id": "c"}]}})
        if asked.path == "/one/c":
            return JSONResponse({"msg": "无此记录"}, 404)
        return JSONResponse({"data": {"more": asked.path} if "a" in asked.path else None})

    office.answer = answer
    form = declared(office.url, f'{LIST}\ndetail: {{request: {{url: "/one/{{key}}"}}, record: data, absent: [404]}}')
    source = ApiSource(client_of(form), no_mapping())
    first = [row async for page in source.collect(WINDOW, {}) for row in page.rows]
    known = {"c": (first[2].digest, {"id": "c", "more": "kept"})}
    second = [row async for page in source.collect(WINDOW, known) for row in page.rows]
    (picture,) = await source.evidence()
    await source.close()
    assert [row.gone for row in first] == [False, True, True]
    assert first[0].payload == {"id": "a/1", "more": "/one/a/1"}
    assert second[2].known
    assert second[2].payload["more"] == "kept"
    assert office.paths().count("/one/c") == 1
    assert picture.kind == "page"
    assert picture.suffix == ".json"


async def test_what_cannot_be_opened_stops_the_run(office: Office) -> None:
    """A refusal that is not declared as “nothing there” is never taken for a row that is gone."""

    async def answer(asked: Asked) -> Response:
        if asked.path == "/list":
            return JSONResponse({"data": {"total": 1, "rows": [{"id": 1}]}})
        return JSONResponse({"msg": "no right"}, 403)

    office.answer = answer
    with pytest.raises(ExceptionGroup) as error:  # rows are opened side by side
        await rows_of(declared(office.url, f'{LIST}\ndetail: {{request: {{url: "one/{{key}}"}}, absent: [404]}}'))
    cause = first_of(error.value)
    assert isinstance(cause, DriftError)
    assert cause.code == "request-refused"
    assert office.paths()[-1] == "/one/1"


async def test_numbers_stay_as_they_are_written(office: Office) -> None:
    """An amount keeps its zeros and its digits; a mark of the byte order in front is no part of the answer."""

    async def answer(_asked: Asked) -> Response:
        return Response('\ufeff{"data": {"total": 1, "rows": [{"id": 1, "amount": 12345678901234567.10}]}}')

    office.answer = answer
    (row,) = await rows_of(declared(office.url))
    assert row.payload["amount"] == "12345678901234567.10"


async def test_a_row_cannot_be_opened_without_a_way(office: Office) -> None:
    """Whoever asks for details that are not declared is told which key is missing."""
    source = ApiSource(client_of(declared(office.url)), no_mapping())
    with pytest.raises(UsageError) as error:
        await source.again("1")
    assert error.value.code == "missing-key"
