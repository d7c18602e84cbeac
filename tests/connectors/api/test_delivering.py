"""Handing over at an interface: nothing twice, nothing believed that was not said, every record with its own word."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from starlette.responses import JSONResponse, Response

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
from tests.connectors.api.platform import CONTENT, HASTY, NUMBER, Platform, Way, feed_at, filled, handed_over, ids
from tests.mappings.rows import canonical, record
from words.errors import DeliveryError, SystemFailure, YinxinError


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
