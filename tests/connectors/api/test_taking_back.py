"""Looking a record up at an interface, taking it back, correcting it, and reading the own list back."""

from __future__ import annotations

import polars as pl
import pytest
from starlette.responses import JSONResponse, Response

from tests.connectors.api.office import Asked, Office
from tests.connectors.api.platform import FEED, NUMBER, Platform, feed_at, filled
from tests.mappings.rows import canonical, record
from words.errors import DeliveryError, DriftError


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
