"""What every feed has to hold, whatever it hands records to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

import polars as pl
import pytest

from connectors.base import Batch, Feed, Receipt
from mappings.apply import apply
from words.errors import YinxinError

#: What may happen to a receiver while something is handed over.
FeedTrouble = Literal["refuses-first", "takes-and-says-nothing", "takes-nothing-and-breaks-off"]
T = TypeVar("T")
RECORD = "record_id"


class FeedSystem(Protocol):
    """A receiver of the kind under test, with a profile whose key is the document number.

    Attributes:
        secret: a planted secret that the connector signs in with; empty if it needs none.
    """

    secret: str

    def empty(self) -> None:
        """Forget everything that was taken."""
        ...

    def stored(self) -> Sequence[str]:
        """Return the document numbers of everything that it took, as often as it took them."""
        ...

    def connect(self) -> Feed:
        """Return the feed as a new run opens it."""
        ...

    def records(self, count: int) -> pl.DataFrame:
        """Return canonical records (with ``record_id`` and ``fingerprint``) that the receiver takes."""
        ...

    def trouble(self, what: FeedTrouble) -> bool:
        """Let something happen once at the next hand-over; False if it cannot happen to such a receiver."""
        ...


def _with(system: FeedSystem, ask: Callable[[Feed], Coroutine[Any, Any, T]]) -> T:
    async def asked() -> T:
        feed = system.connect()
        try:
            return await ask(feed)
        finally:
            await feed.close()

    return asyncio.run(asked())


def payloads(feed: Feed, records: pl.DataFrame) -> pl.DataFrame:
    """Return records as the receiver writes them."""
    return feed.profile.encode(records).with_columns(records[RECORD])


async def _hand_over(feed: Feed, records: pl.DataFrame, name: str) -> tuple[list[Batch], list[Receipt]]:
    await feed.check()
    batches = list(await feed.fill(payloads(feed, records), "publish", name))
    return batches, [await feed.send(batch) for batch in batches]


class FeedConformance:
    """Subclass it as ``TestNAME`` and give it a fixture ``system`` that returns a :class:`FeedSystem`."""

    def test_what_is_handed_over_is_taken_once_and_shown_as_it_was_sent(self, system: FeedSystem) -> None:
        """The receipt names every record, and reading back gives the same fingerprints."""
        system.empty()
        records = system.records(7)
        _batches, receipts = _with(system, lambda feed: _hand_over(feed, records, "first"))
        assert sorted(each for receipt in receipts for each in receipt.accepted) == sorted(records[RECORD])
        assert sorted(system.stored()) == sorted(records["document_number"])

        async def shown(feed: Feed) -> set[str]:
            raw = await feed.disclosed()
            assert "received" in raw.columns
            return set(apply(feed.profile.reading(), raw).records["fingerprint"])

        assert _with(system, shown) == set(records["fingerprint"])

    def test_an_empty_receiver_shows_nothing(self, system: FeedSystem) -> None:
        """The frame has its columns all the same."""
        system.empty()

        async def shown(feed: Feed) -> pl.DataFrame:
            return await feed.disclosed()

        raw = _with(system, shown)
        assert raw.height == 0
        assert {*_codes(system), "received"} <= set(raw.columns)

    def test_a_refused_record_is_told_by_its_own_reason(self, system: FeedSystem) -> None:
        """The others are taken all the same, and none is both."""
        system.empty()
        if not system.trouble("refuses-first"):
            pytest.skip("it cannot happen to such a receiver")
        records = system.records(4)
        _batches, receipts = _with(system, lambda feed: _hand_over(feed, records, "refused"))
        refused: dict[str, str] = {}
        for receipt in receipts:
            refused |= receipt.refused
        accepted = {each for receipt in receipts for each in receipt.accepted}
        assert len(refused) == 1
        assert all(refused.values())
        assert accepted.isdisjoint(refused)
        assert accepted | refused.keys() == set(records[RECORD])

    @pytest.mark.parametrize("what", ["takes-and-says-nothing", "takes-nothing-and-breaks-off"])
    def test_what_is_unclear_is_told_so_and_can_be_asked_for(self, system: FeedSystem, what: FeedTrouble) -> None:
        """Nothing is sent twice by the connector itself; asking tells what became of it."""
        system.empty()
        if not system.trouble(what):
            pytest.skip("it cannot happen to such a receiver")
        records = system.records(3)

        async def hand_over(feed: Feed) -> tuple[Batch, Receipt | YinxinError]:
            batches = list(await feed.fill(payloads(feed, records), "publish", "unclear"))
            try:
                return batches[0], await feed.send(batches[0])
            except YinxinError as error:
                return batches[0], error

        batch, answer = _with(system, hand_over)
        taken = system.stored()
        assert len(taken) == len(set(taken))
        if isinstance(answer, YinxinError):
            assert system.secret == "" or system.secret not in f"{answer} {answer.sentence} {answer.todo}"
        found = _with(system, lambda feed: feed.look_up(batch.file_name, list(batch.rows.values())))
        if taken and found is not None:
            assert set(found.accepted) <= set(records[RECORD])
        if not taken:
            assert found is None or not found.accepted

    def test_a_file_that_was_never_handed_over_is_not_found(self, system: FeedSystem) -> None:
        """Not found is an answer, not an error."""
        system.empty()
        assert _with(system, lambda feed: feed.look_up("never-1", ["r"])) is None

    def test_taking_back_says_what_is_shown_then(self, system: FeedSystem) -> None:
        """A feed that takes nothing back says so before anything is sent."""
        system.empty()
        records = system.records(1)
        _with(system, lambda feed: _hand_over(feed, records, "back"))

        async def take_back(feed: Feed) -> tuple[str, set[str]] | None:
            back = feed.withdrawal(records, "公示错误")
            if back is None:
                return None
            payload, after = back
            row = pl.DataFrame([{**payload, RECORD: records[RECORD].item()}])
            for batch in await feed.fill(row, "withdraw", "back-w"):
                await feed.send(batch)
            raw = await feed.disclosed()
            return after, set(apply(feed.profile.reading(), raw).records["fingerprint"])

        told = _with(system, take_back)
        if told is None:
            pytest.skip("this receiver takes nothing back")
        after, shown = told
        assert shown == ({after} if after else set())


def _codes(system: FeedSystem) -> Mapping[str, None] | Sequence[str]:
    async def headers(feed: Feed) -> Sequence[str]:
        return feed.profile.headers

    return _with(system, headers)
