"""What an interface answers to a batch: a word for every record, at once or later, and nothing believed beyond it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.connectors.api.office import Asked, Office
from tests.connectors.api.platform import FEED, HASTY, Platform, feed_at, filled, handed_over, ids
from words.errors import DeliveryError


@pytest.mark.parametrize(
    ("outcome", "results", "refused"),
    [
        ("{rows: r, code: ok, accepted: [true], reason: why}", [{"ok": True}, {"ok": False, "why": "x"}], {"r2": "x"}),
        ("{rows: r, position: i, first: 0, reason: why}", [{"i": 1, "why": "重复"}], {"r2": "重复"}),
        ("{rows: r, key: nr, column: XK_WSH, reason: why}", [{"nr": "呼审批许〔2024〕1号", "why": "x"}], {"r1": "x"}),
        ("{rows: r, position: i, reason: why}", [], {}),
        ("{rows: r, position: i, reason: why, refused_count: n}", [{"i": 1, "why": "y"}], {"r1": "y"}),
    ],
    ids=["by order", "errors only, from 0", "by a column", "no errors", "counted"],
)
async def test_a_receipt_is_read_as_declared(outcome: str, results: Any, refused: Any, office: Office) -> None:
    """By place, by position or by a column; all entries, or only the refusals."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"code": 200, "data": {"batch": 1}, "r": results, "n": len(results)})

    office.answer = answer
    feed = feed_at(
        office.url,
        FEED.replace("{rows: data.results, position: seq, code: state, accepted: [1], reason: why}", outcome),
    )
    (batch,) = await filled(feed, 2)
    receipt = await feed.send(batch)
    await feed.close()
    assert receipt.refused == refused
    assert {*receipt.accepted, *receipt.refused} == {"r1", "r2"}


@pytest.mark.parametrize(
    "answered",
    [
        {"code": 200, "data": {"batch": 1, "results": [{"seq": 1, "state": 1}]}},
        {"code": 200, "data": {"batch": 1, "results": [{"seq": 1, "state": 1}, {"seq": 1, "state": 1}]}},
        {"code": 200, "data": {"batch": 1, "results": [{"seq": 1, "state": 1}, {"seq": 3, "state": 1}]}},
        {"code": 200, "data": {"batch": 1}},
        {"code": 200, "data": {"results": []}},
        {"code": 500, "msg": "未知错误"},
        {"msg": "token失效"},
    ],
    ids=["one is missing", "one twice", "a third", "no entries", "no number", "an unknown code", "no code"],
)
async def test_a_receipt_that_does_not_add_up_is_not_believed(answered: Any, office: Office) -> None:
    """What the feed did not clearly say of every record is unknown, and looked up."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse(answered)

    office.answer = answer
    feed = feed_at(office.url)
    (batch,) = await filled(feed, 2)
    with pytest.raises(DeliveryError):
        await feed.send(batch)
    await feed.close()
    assert len(office.asked) == 1


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_a_refusal_of_the_data_is_the_records_own(status: int, office: Office) -> None:
    """A declared code refuses the record with the system's words, whatever HTTP status goes with it."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"code": 4001, "msg": "文书号重复"}, status)

    office.answer = answer
    feed = feed_at(office.url, changes="deliver: {rows: 1}")
    (batch,) = await filled(feed, 1)
    receipt = await feed.send(batch)
    await feed.close()
    assert receipt.refused == {"r1": "文书号重复"}
    assert len(office.asked) == 1


async def test_one_request_a_record_may_name_its_columns(office: Office) -> None:
    """A record's columns stand in address and form; without an envelope the status says whether it was taken."""
    statuses = [201, 409]

    async def answer(_asked: Asked) -> Response:
        return PlainTextResponse("{}", statuses.pop(0))

    office.answer = answer
    text = """
profile: province
deliver:
  request: {url: "/records/{XK_WSH}", method: PUT, form: {mc: "{XK_XDR_MC}", id: "{name}", all: "{record}"}}
  identity: extId
  refused: [409]
"""
    feed = feed_at(office.url, text)
    batches = await filled(feed, 2)
    receipts = [await feed.send(each) for each in batches]
    await feed.close()
    assert [receipt.accepted for receipt in receipts] == [("r1",), ()]
    assert receipts[1].refused == {"r2": "409"}
    assert office.paths() == ["/records/呼审批许〔2024〕1号", "/records/呼审批许〔2024〕2号"]
    form = office.asked[0].form
    assert (form["mc"], form["id"]) == ("呼和浩特某某建筑有限公司", "batch-0001-1.json")
    assert json.loads(form["all"])["extId"] == "r1"


POLLED = """
deliver:
  result: {request: {url: /result, query: {batch: "{batch}"}}, state: data.state, done: [完成], failed: [失败],
    message: data.msg}
"""


async def test_a_receipt_that_comes_later_is_asked_for(office: Office, platform: Platform) -> None:
    """The batch number of the answer is asked for until the work is done; a batch looked up is, too."""
    states = ["未开始", "正在执行"]

    async def answer(asked: Asked) -> Response:
        if asked.path != "/result":
            return await platform.answer(asked)
        assert asked.query == {"batch": "PC1"}
        (told,) = platform.known.values()
        return JSONResponse({"code": 200, "data": {"state": states.pop(0) if states else "完成", **told}})

    office.answer = answer
    feed = feed_at(office.url, changes=POLLED)
    (batch,) = await filled(feed)
    receipt = await feed.send(batch)
    assert receipt.accepted == tuple(ids(3))
    assert [kind for kind, _content in receipt.papers] == ["receipt", "receipt"]
    assert office.paths() == ["/push", "/result", "/result", "/result"]
    again = await feed.look_up(batch.file_name, ids(3))
    await feed.close()
    assert again is not None
    assert (again.batch, again.accepted) == (receipt.batch, receipt.accepted)


@pytest.mark.parametrize(
    ("state", "words"),
    [({"state": "失败", "msg": "模板错误"}, "模板错误"), ({}, "PC1"), ({"state": "正在执行"}, "PC1")],
)
async def test_a_receipt_that_never_comes_is_told(
    state: Any, words: str, office: Office, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that failed, one that the feed does not know any more, one that never ends: each is an error."""
    monkeypatch.setattr("connectors.api.receipts._PATIENCE", 1)

    async def answer(asked: Asked) -> Response:
        if asked.path != "/result":
            return await platform.answer(asked)
        return JSONResponse({"code": 200, "data": state})

    office.answer = answer
    feed = feed_at(office.url, changes=f"{HASTY}\n{POLLED}")
    (batch,) = await filled(feed)
    with pytest.raises(DeliveryError, match=words):
        await feed.send(batch)
    await feed.close()
    assert handed_over(office) == 1


async def test_a_batch_is_found_in_the_list_of_batches(office: Office) -> None:
    """By its name among others; one that is not there was never taken."""

    async def answer(_asked: Asked) -> Response:
        rows = [{"name": "other", "no": 1}, {"name": "batch-0001-1.json", "no": 2}]
        return JSONResponse({"code": 200, "rows": rows})

    office.answer = answer
    lookup = "deliver: {lookup: {request: {url: /batches}, rows: rows, name: name, batch: 'no', unknown: []}}"
    feed = feed_at(office.url, changes=lookup.replace("deliver: {", "deliver: {outcome: null, "))
    receipt = await feed.look_up("batch-0001-1.json", ["r1"])
    assert receipt is not None
    assert (receipt.batch, receipt.accepted) == ("2", ("r1",))
    assert await feed.look_up("batch-0002-1.json", ["r1"]) is None
    await feed.close()
    feed = feed_at(office.url, changes=lookup)
    with pytest.raises(DeliveryError, match="batch 2"):  # which records it took, its list of records has to tell
        await feed.look_up("batch-0001-1.json", ["r1"])
    await feed.close()


async def test_a_batch_without_a_number_is_not_known(office: Office) -> None:
    """A system that answers “success” and nothing else to a question for a batch has not taken it."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"code": 200, "data": None})

    office.answer = answer
    feed = feed_at(office.url, changes="deliver: {outcome: null}")
    assert await feed.look_up("batch-0001-1.json", ["r1"]) is None
    await feed.close()
