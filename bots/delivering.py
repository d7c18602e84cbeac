"""Delivering once: intent first, then the hand-over, then reading back; nothing unclear is ever sent again unasked."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Collection, Iterable, Sequence

import polars as pl

from bots.gathering import read_feed
from bots.watching import Watch
from connectors.base import Batch, Feed
from journal import Delivery, Journal, Prepared, State
from words.errors import YinxinError

#: What the delivery states are called in a run's counts; what was never sent, or not answered, is unknown.
OUTCOMES = {State.CONFIRMED: "confirmed", State.ACCEPTED: "waiting", State.REJECTED: "rejected"}
_PAUSE, _LONGEST_PAUSE = 0.2, 2.0


def settle(journal: Journal, run_id: str, feed: Feed, shown: pl.DataFrame) -> None:
    """Bring what earlier runs left open in line with what the feed shows now.

    ``shown`` is the feed's own list, read just before: it is the look-up that every unclear delivery needs.
    """
    fingerprints = _fingerprints(shown)
    left = journal.open_deliveries(feed.name)
    hanging = [each.id for each in left if each.state == State.SENT]
    journal.unknown(hanging, "the run that sent it ended before the answer", run_id)
    equal = [each.id for each in left if each.state != State.PREPARED and _equal(each, fingerprints)]
    journal.confirmed(equal, run_id)
    absent = [
        each.id for each in left if each.state in {State.SENT, State.UNKNOWN} and each.record_id not in fingerprints
    ]
    journal.prepared_again(absent, run_id)


def refused_before(journal: Journal, feed: Feed) -> dict[tuple[str, str], str]:
    """Return (record, fingerprint) → reason of what the feed has refused as it is."""
    rejected = journal.deliveries(feed.name, [State.REJECTED])
    return {(each.record_id, each.fingerprint): each.reason for each in rejected}


async def deliver(journal: Journal, run_id: str, feed: Feed, due: pl.DataFrame, watch: Watch) -> YinxinError | None:
    """Deliver records to a feed: the one way that a first send, a retry and a replay all take.

    ``due`` holds canonical records with ``record_id`` and ``fingerprint``. Returns the error that stopped the
    hand-over, if one did; every delivery's state is in the journal either way.

    Raises:
        YinxinError: before anything was sent (a changed template, a refused login).
    """
    batches = await feed.fill(_sendable(journal, feed, due))
    deliveries = journal.prepare(run_id, feed.name, _items(feed, due))
    by_record = {each.record_id: each for each in deliveries if each.state == State.PREPARED}
    trouble = None
    for number, batch in enumerate(batches, 1):
        trouble = await _hand_over(journal, run_id, feed, batch, by_record)
        watch.progress("deliver", feed.title, number, len(batches))
        if trouble:
            break
    return trouble


def _sendable(journal: Journal, feed: Feed, due: pl.DataFrame) -> pl.DataFrame:
    """Leave out what is on its way already."""
    on_its_way = {
        (each.record_id, each.fingerprint)
        for each in journal.open_deliveries(feed.name)
        if each.state != State.PREPARED
    }
    keep = [pair not in on_its_way for pair in due.select("record_id", "fingerprint").iter_rows()]
    return due.filter(pl.Series(keep, dtype=pl.Boolean))


def _items(feed: Feed, due: pl.DataFrame) -> Iterable[Prepared]:
    payloads = feed.profile.encode(due).iter_rows(named=True)
    for (record_id, fingerprint), payload in zip(
        due.select("record_id", "fingerprint").iter_rows(), payloads, strict=True
    ):
        yield Prepared(record_id, fingerprint, payload)


async def _hand_over(
    journal: Journal, run_id: str, feed: Feed, batch: Batch, by_record: dict[str, Delivery]
) -> YinxinError | None:
    ids = {record: by_record[record].id for record in batch.rows.values()}
    journal.keep_evidence(run_id, "payload", batch.file_name, batch.content, ".xlsx")
    journal.sent(list(ids.values()), hashlib.sha256(batch.content).hexdigest(), run_id)
    try:
        receipt = await feed.send(batch)
    except YinxinError as error:
        journal.unknown(list(ids.values()), error.code, run_id)
        return error
    for kind, content in receipt.papers:
        journal.keep_receipt(run_id, feed.name, receipt.batch, kind, content, batch.file_name)
    journal.accepted([ids[record] for record in receipt.accepted], receipt.batch, run_id)
    if receipt.refused:
        await _refused(journal, run_id, feed, {ids[record]: reason for record, reason in receipt.refused.items()})
    return None


async def _refused(journal: Journal, run_id: str, feed: Feed, reasons: dict[int, str]) -> None:
    """A refusal is believed only after a look: a feed that has the record already also refuses it."""
    fingerprints = _fingerprints((await read_feed(feed)).records)
    mine = [each for each in journal.open_deliveries(feed.name) if each.id in reasons]
    there = {each.id for each in mine if _equal(each, fingerprints)}
    journal.accepted(there, "already at the feed", run_id)
    journal.rejected({number: reason for number, reason in reasons.items() if number not in there}, run_id)


async def confirm(journal: Journal, run_id: str, feed: Feed, *, within: float) -> None:
    """Read the feed's own list until all that was sent shows there as it was sent, or the time is up."""
    end, pause = time.monotonic() + within, _PAUSE
    while waiting := _waiting(journal, feed):
        fingerprints = _fingerprints((await read_feed(feed)).records)
        journal.confirmed([each.id for each in waiting if _equal(each, fingerprints)], run_id)
        if time.monotonic() > end or not _waiting(journal, feed):
            return
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _waiting(journal: Journal, feed: Feed) -> Sequence[Delivery]:
    return journal.deliveries(feed.name, [State.ACCEPTED, State.UNKNOWN])


def outcomes(journal: Journal, feed: Feed, records: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return record id → (confirmed, waiting, rejected or unknown; reason) as the journal has it now."""
    newest = {each.record_id: each for each in journal.deliveries(feed.name) if each.record_id in records}
    return {record: (OUTCOMES.get(each.state, "unknown"), each.reason) for record, each in newest.items()}


def _fingerprints(shown: pl.DataFrame) -> dict[str, str]:
    return dict(shown.select("record_id", "fingerprint").iter_rows())


def _equal(delivery: Delivery, fingerprints: dict[str, str]) -> bool:
    return fingerprints.get(delivery.record_id) == delivery.fingerprint
