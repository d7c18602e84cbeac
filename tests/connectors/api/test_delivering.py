"""Handing over at an interface: nothing twice, nothing believed that was not said, every record with its own word."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bots.asking import ask, look
from bots.declared import Release
from bots.delivering import Courier
from bots.gating import Gate
from bots.watching import Watch
from connectors.api.feed import ApiFeed
from journal import Journal
from mappings.identity import with_identity
from mappings.standards import LICENCE
from tests.connectors.api.office import SECRETS, Asked, Office
from tests.connectors.api.platform import CONTENT, FEED, HASTY, NUMBER, Platform, Way, feed_at, filled, ids
from tests.mappings.rows import canonical, record
from words.errors import DeliveryError, DriftError, SystemFailure, YinxinError


@pytest.fixture
def platform(office: Office) -> Platform:
    """The receiver behind the office of this test."""
    platform = Platform()
    office.answer = platform.answer
    return platform


def handed_over(office: Office) -> int:
    """How many requests handed something over."""
    return sum(each.path in {"/push", "/correct", "/withdraw"} for each in office.asked)


async def test_a_batch_is_a_request_and_its_receipt_names_every_record(office: Office, platform: Platform) -> None:
    """As many records as the feed takes at once, and what it said of each, by position."""
    feed = feed_at(office.url)
    platform.ways = ["refuse"]
    first, second = await filled(feed, 4)
    receipts = [await feed.send(first), await feed.send(second)]
    await feed.close()
    assert receipts[0].batch == "PC1"
    assert receipts[0].accepted == ("r2", "r3")
    assert receipts[0].refused == {"r1": "许可内容不合规"}
    assert receipts[1].accepted == ("r4",)
    assert json.loads(receipts[0].papers[0][1])["data"]["batch"] == "PC1"
    assert [len(each.json["records"]) for each in office.asked] == [3, 1]
    assert first.file_name.endswith(".json")
    assert json.loads(first.content) == office.asked[0].json["records"]
    assert "record_id" not in office.asked[0].json["records"][0]


@pytest.mark.parametrize("way", ["mute", "slow", "deaf", "busy", "half"])
async def test_an_unclear_answer_is_told_and_never_sent_again(way: Way, office: Office, platform: Platform) -> None:
    """A 500, a 503 or no answer in time may come after the feed took it: one request, and an error."""
    feed = feed_at(office.url, changes=HASTY if way == "slow" else "")
    platform.ways = [way]
    (batch,) = await filled(feed)
    with pytest.raises(DeliveryError) as error:
        await feed.send(batch)
    assert error.value.code == "delivery-failed"
    assert handed_over(office) == 1
    receipt = await feed.look_up(batch.file_name, ids(3))
    await feed.close()
    assert (receipt.accepted if receipt else ()) == (tuple(ids(3)) if way in {"mute", "slow"} else ())


@pytest.mark.parametrize("way", ["again", "limit"])
async def test_what_was_clearly_not_taken_is_sent_again(way: Way, office: Office, platform: Platform) -> None:
    """“Too many requests” and a code that is declared for it mean that nothing was done."""
    feed = feed_at(office.url)
    platform.ways = [way, way]
    (batch,) = await filled(feed)
    receipt = await feed.send(batch)
    assert receipt.accepted == tuple(ids(3))
    platform.ways = [way] * 3
    with pytest.raises(SystemFailure) as error:
        await feed.send(batch)
    await feed.close()
    assert error.value.code == "no-answer"
    assert handed_over(office) == 6
    assert len(platform.stored) == 3


async def test_a_closed_door_is_knocked_at_again(office: Office) -> None:
    """Without a connection nothing was sent, which is told as such."""
    feed = feed_at("http://127.0.0.1:1")
    (batch,) = await filled(feed)
    with pytest.raises(SystemFailure) as error:
        await feed.send(batch)
    await feed.close()
    assert error.value.code == "no-answer"
    assert office.asked == []


async def test_an_expired_token_lets_a_batch_go_again(office: Office, platform: Platform) -> None:
    """Who asks for a login took nothing; the batch goes once more with the new token."""
    tokens = iter("12")

    async def answer(asked: Asked) -> Response:
        if asked.path == "/token":
            return JSONResponse({"code": 200, "token": next(tokens)})
        if asked.headers["x-token"] == "1":
            return JSONResponse({"code": 401, "msg": "过期"})
        return await platform.answer(asked)

    office.answer = answer
    auth = 'auth: {kind: token, request: {url: "/token?s={secret}"}, secret: key, at: token, name: X-Token}'
    feed = feed_at(office.url, changes=f"envelope: {{expired: [401]}}\n{auth}")
    (batch,) = await filled(feed)
    assert (await feed.send(batch)).accepted == tuple(ids(3))
    await feed.close()
    assert office.paths() == ["/token", "/push", "/token", "/push"]
    assert len(platform.stored) == 3


async def test_a_connection_that_breaks_off_is_not_used_again_for_the_same_request() -> None:
    """A PUT over a kept connection that ends without an answer is told; no client sends it a second time by itself."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            heard.append(head.split()[0])
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
            await reader.readexactly(int(length[0].split(b":")[1]))
            if len(heard) == 2:
                break
            content = b'{"code": 200, "data": {"batch": 1, "results": [{"seq": 1, "state": 1}]}}'
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(content), content))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    feed = feed_at(
        f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", changes="deliver: {request: {method: PUT}}"
    )
    (batch,) = await filled(feed, 1)
    assert (await feed.send(batch)).accepted == ("r1",)
    with pytest.raises(DeliveryError):
        await feed.send(batch)
    await feed.close()
    server.close()
    assert heard == [b"PUT", b"PUT"]


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


@pytest.mark.parametrize(
    ("shown", "day"),
    [
        ("2024/8/13 10:00", "2024-08-13"),
        ("2024-08-12T16:30:00Z", "2024-08-13"),
        ("20240813100000", "2024-08-13"),
        (1723480200000, "2024-08-13"),
        (1723480200, "2024-08-13"),
        (None, ""),
        ("昨天", None),
    ],
)
async def test_the_day_of_taking_is_read_in_every_form(shown: object, day: str | None, office: Office) -> None:
    """Lateness hangs on it: it is China's day, and one that cannot be read is told."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"code": 200, "data": {"total": 1, "rows": [{"id": 1, "taken": shown}]}})

    office.answer = answer
    feed = feed_at(office.url)
    if day is None:
        with pytest.raises(DriftError, match="昨天"):
            await feed.disclosed()
    else:
        assert (await feed.disclosed())["received"].to_list() == [day]
    await feed.close()


async def test_a_feed_without_a_way_to_look_knows_nothing(office: Office) -> None:
    """Then its list of records decides."""
    feed = feed_at(office.url, FEED.replace("  lookup:", "  #"))
    assert await feed.look_up("batch-0001-1.json", ["r1"]) is None
    assert office.asked == []


async def test_what_cannot_be_told_apart_any_more_is_not_guessed(office: Office, platform: Platform) -> None:
    """After a restart nobody knows which record had which number; with our own id as the key that is not needed."""
    column = "outcome: {rows: data.results, key: nr, column: XK_WSH, code: state, accepted: [1]}"
    platform.known["b"] = {"batch": "PC1", "results": [{"nr": "r1", "state": 1}]}
    feed = feed_at(office.url, changes=f"deliver: {{{column}}}")
    with pytest.raises(DeliveryError, match="column"):
        await feed.look_up("b", ["r1"])
    await feed.close()
    feed = feed_at(office.url, changes=f"deliver: {{{column.replace('XK_WSH', 'record_id')}}}")
    receipt = await feed.look_up("b", ["r1"])
    await feed.close()
    assert receipt is not None
    assert receipt.accepted == ("r1",)


async def test_a_record_is_taken_back_by_the_declared_request(office: Office, platform: Platform) -> None:
    """The record's own fields and the reason go there, one record a request."""
    feed = feed_at(office.url)
    for each in await filled(feed, 2):
        await feed.send(each)
    taken_back = feed.withdrawal(canonical(record(document_number="呼审批许〔2024〕1号")), "重复")
    assert taken_back == ({NUMBER: "呼审批许〔2024〕1号", "reason": "重复"}, "")
    payload = pl.DataFrame([{**taken_back[0], "record_id": "r1"}, {**taken_back[0], "record_id": "r2"}])
    batches = await feed.fill(payload, "withdraw", "back-0001")
    receipt = await feed.send(batches[0])
    await feed.close()
    assert len(batches) == 2
    assert receipt.accepted == ("r1",)
    assert [row[NUMBER] for row in platform.stored] == ["呼审批许〔2024〕2号"]
    assert office.asked[-1].json == {NUMBER: "呼审批许〔2024〕1号", "reason": "重复"}


async def test_a_record_is_taken_back_by_the_key_in_the_feeds_own_list(office: Office) -> None:
    """What the feed shows is known by its own key, which may stand in the address."""
    withdraw = 'withdraw: {request: {url: "/records/{id}", method: DELETE}, fields: {id: row_key}}'

    async def answer(_asked: Asked) -> Response:
        return Response(status_code=204)

    office.answer = answer
    feed = feed_at(office.url, "profile: province\ndeliver: {request: {url: /push}}", changes=withdraw)
    shown = canonical(record()).with_columns(row_key=pl.lit("a/7"))
    told = feed.withdrawal(shown, "重复")
    assert told is not None
    receipt = await feed.send((await feed.fill(pl.DataFrame([{**told[0], "record_id": "r1"}]), "withdraw", "b"))[0])
    await feed.close()
    assert receipt.accepted == ("r1",)
    assert (office.asked[0].method, office.asked[0].path, office.asked[0].content) == ("DELETE", "/records/a/7", b"")


async def test_an_invalid_copy_takes_a_record_back(office: Office, platform: Platform) -> None:
    """Where records are taken back by sending them once more, the copy goes the way of corrections."""
    feed = feed_at(office.url, FEED[: FEED.index("withdraw:")], changes="invalidate: {set: {status: 无效}}")
    (batch,) = await filled(feed, 1)
    await feed.send(batch)
    told = feed.withdrawal(canonical(record(document_number="呼审批许〔2024〕1号")), "重复")
    assert told is not None
    assert told[1]
    payload = pl.DataFrame([{**told[0], "record_id": "r1"}])
    await feed.send((await feed.fill(payload, "withdraw", "back-0001"))[0])
    await feed.close()
    assert office.paths() == ["/push", "/correct"]
    assert [(row["XK_ZT"], row["BZ"]) for row in platform.stored] == [("2", "重复")]


@pytest.mark.parametrize(
    ("text", "corrects"),
    [
        (FEED, "replace"),
        (FEED.replace("  corrections:", "  #"), "reissue"),
        (FEED[: FEED.index("withdraw:")].replace("  corrections:", "  #"), ""),
    ],
)
def test_the_way_of_correcting_follows_from_what_is_declared(text: str, corrects: str) -> None:
    """A request for corrections replaces; without one, what can be taken back is published anew."""
    feed = feed_at("http://double", text)
    assert feed.corrects == corrects
    if not corrects:
        assert feed.withdrawal(canonical(record()), "x") is None


async def test_the_own_list_is_read_back_under_the_profiles_codes(office: Office, platform: Platform) -> None:
    """An empty list has the columns too; a day is a day; a key that an answer leaves out is an empty cell."""
    feed = feed_at(office.url)
    empty = await feed.disclosed()
    (batch,) = await filled(feed, 2)
    await feed.send(batch)
    del platform.stored[1]["BZ"]
    shown = await feed.disclosed()
    (picture,) = await feed.evidence()
    await feed.check()
    await feed.close()
    assert empty.height == 0
    assert set(empty.columns) == {*feed.profile.headers, "received", "_origin", "_row_key"}
    assert shown[NUMBER].to_list() == ["呼审批许〔2024〕1号", "呼审批许〔2024〕2号"]
    assert shown["received"].to_list() == ["2024-08-13"] * 2
    assert shown["BZ"].null_count() == 0
    assert "呼审批许〔2024〕2号" in picture.content.decode()
    assert "XK_WSH" in shown.columns


FORMED = """form: {data: "<ROWDATA no='{name}'>{records}</ROWDATA>"}"""
XML = """
profile: province
format: xml
envelope: {code: R.code, success: ["00"]}
deliver:
  request: {url: /push, method: POST, xml: "<ROWDATA no='{name}'>{records}</ROWDATA>"}
  rows: 10
  element: ROW
  outcome: {rows: R.errors.error, position: row, reason: why}
"""


@pytest.mark.parametrize("formed", [False, True])
async def test_records_go_as_xml(formed: bool, office: Office) -> None:
    """As the body or in a field: each record an element with one for every column, what XML would misread escaped."""

    async def answer(asked: Asked) -> Response:
        import xmltodict

        rows = xmltodict.parse(asked.form["data"] if formed else asked.content)["ROWDATA"]
        assert rows["@no"] == "batch-0001-1.json"
        assert [row[NUMBER] for row in rows["ROW"]] == ["呼审批许〔2024〕1号", "呼审批许〔2024〕2号"]
        assert rows["ROW"][0][CONTENT] == "准予<建筑>&工程施工。"
        return Response("<R><code>00</code><errors><error><row>2</row><why>重复</why></error></errors></R>")

    office.answer = answer
    feed = feed_at(
        office.url, XML.replace("xml: \"<ROWDATA no='{name}'>{records}</ROWDATA>\"", FORMED) if formed else XML
    )
    records = canonical(*(record(document_number=f"呼审批许〔2024〕{each}号") for each in (1, 2)))
    payloads = feed.profile.encode(records).with_columns(
        record_id=pl.Series(ids(2)), **{CONTENT: pl.lit("准予<建筑>&工程施工。")}
    )
    receipt = await feed.send((await feed.fill(payloads, "publish", "batch-0001"))[0])
    await feed.close()
    assert (receipt.accepted, receipt.refused) == (("r1",), {"r2": "重复"})


@dataclass
class Bureau:
    """Records at their source, this receiver, and a journal that outlives every run."""

    folder: Path
    office: Office
    records: list[dict[str, str]] = field(default_factory=list)

    async def run(self, changes: str = "") -> YinxinError | None:
        """One run of a bot, as far as it delivers."""
        feed = feed_at(self.office.url, changes=changes)
        with Journal.open(self.folder) as journal:
            run_id = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
            await ask(journal, run_id, feed, await look(feed, journal))
            trouble = await self._deliver(journal, run_id, feed)
            journal.finish_run(run_id, "done", {}, {})
        await feed.close()
        return trouble

    async def _deliver(self, journal: Journal, run_id: str, feed: ApiFeed) -> YinxinError | None:
        shown, due = await look(feed, journal), with_identity(canonical(*self.records), LICENCE)
        fresh = [key not in shown.forms(each) for each, key in due.select("record_id", "fingerprint").iter_rows()]
        gated = Gate(journal, feed, Release(), "rules", "张三").judge(
            due.filter(pl.Series(fresh, dtype=pl.Boolean)), shown
        )
        ids = {each.id for each in journal.prepare(run_id, feed.name, gated.items)}
        courier = Courier(journal, run_id, feed, Watch(), within=0)
        trouble = await courier.deliver(ids)
        await courier.confirm()
        return trouble

    def states(self) -> Counter[str]:
        """How many deliveries stand in each state."""
        with Journal.open(self.folder) as journal:
            assert journal.verify() is None
            return Counter(each.state.value for each in journal.deliveries())


@pytest.fixture
def bureau(tmp_path: Path, office: Office) -> Bureau:
    """Five records that nobody has sent."""
    numbers = [f"呼审批许〔2024〕{each}号" for each in range(1, 6)]
    return Bureau(tmp_path, office, [record(document_number=each) for each in numbers])


@pytest.mark.parametrize("ways", [["mute", "half"], ["slow", "deaf"], ["half", "limit"], ["busy", "mute"]])
async def test_whatever_the_interface_does_every_record_is_stored_once(
    ways: list[Way], bureau: Bureau, platform: Platform
) -> None:
    """Commits that look like failures and failures that look like commits: looked up, and each record there once."""
    platform.ways = ways
    await bureau.run(HASTY if "slow" in ways else "")
    for _run in range(2):
        await bureau.run()
    assert Counter(row[NUMBER] for row in platform.stored) == Counter(
        each["document_number"] for each in bureau.records
    )
    assert bureau.states() == {"confirmed": 5}


@pytest.mark.parametrize("lookup", ["", "deliver: {lookup: null, corrections: null}"])
async def test_a_change_is_delivered_as_a_correction(lookup: str, bureau: Bureau, platform: Platform) -> None:
    """By the request for corrections, or by taking back and publishing anew; never as a second row."""
    await bureau.run(lookup)
    bureau.records[0] = {**bureau.records[0], "content": "准予变更。"}
    await bureau.run(lookup)
    assert Counter(row[NUMBER] for row in platform.stored).most_common(1)[0][1] == 1
    assert sum(row[CONTENT] == "准予变更。" for row in platform.stored) == 1
    assert ("/correct" in bureau.office.paths()) == (not lookup)
    assert ("/withdraw" in bureau.office.paths()) == bool(lookup)


@pytest.mark.usefixtures("platform")
async def test_no_secret_leaves_with_the_evidence(office: Office) -> None:
    """What is kept of a delivery is the records, not the signature or the key."""
    signing = 'signing: {digest: md5, secret: key, query: {app: "{app}", sign: "{signature}"}}'
    feed = feed_at(office.url, changes=signing)
    (batch,) = await filled(feed, 1)
    receipt = await feed.send(batch)
    await feed.close()
    sign = office.asked[0].query["sign"]
    kept = batch.content + b"".join(content for _kind, content in receipt.papers)
    assert sign.encode() not in kept
    assert SECRETS["key"].encode() not in kept
