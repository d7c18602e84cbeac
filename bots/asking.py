"""Asking the feed: what became of everything that was ever sent there and is not clear yet.

Nothing whose fate is unknown is sent again before the feed was asked. It is asked in two ways: for the file itself, by
the name that no other attempt has; and for the record, in the feed's own list. Only when neither knows it, and time
enough has passed for the feed to have taken it in, does it count as never arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
from loguru import logger

from bots.gathering import read_feed
from connectors.base import Feed, Receipt
from journal import Delivery, Journal, State
from journal.restoring import RESTORED
from mappings.apply import ORIGIN, ROW_KEY, apply
from words.errors import BusinessError, DeliveryError
from words.languages import gettext as _

ALREADY = "already at the feed"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the feed shows: per record the rows it has of it, as canonical values with their fingerprint."""

    rows: Mapping[str, Sequence[dict[str, str]]]

    @classmethod
    def of(cls, records: pl.DataFrame) -> Shown:
        """Return what a frame of the feed's canonical records shows."""
        rows: dict[str, list[dict[str, str]]] = {}
        for row in records.to_dicts():
            rows.setdefault(row["record_id"], []).append(row)
        return cls(rows)

    def forms(self, record_id: str) -> set[str]:
        """Return the fingerprints under which the feed shows a record."""
        return {row["fingerprint"] for row in self.rows.get(record_id, ())}

    def received(self, delivery: Delivery) -> str:
        """Return the day on which the feed took the form that a delivery brought, by its own word; empty if untold."""
        rows = self.rows.get(delivery.record_id, ())
        return next((row.get("received") or "" for row in rows if row["fingerprint"] == delivery.fingerprint), "")

    def fulfils(self, delivery: Delivery) -> bool:
        """Tell whether the feed shows what the delivery was to bring about, field by field."""
        forms = self.forms(delivery.record_id)
        return delivery.fingerprint in forms if delivery.fingerprint else not forms

    def as_before(self, delivery: Delivery) -> bool:
        """Tell whether the feed shows what it showed before the delivery."""
        return not delivery.fingerprint or self.forms(delivery.record_id) <= {delivery.replaces}


async def look(feed: Feed, journal: Journal) -> Shown:
    """Read the feed's own list."""
    return Shown.of((await read_feed(feed, journal)).records)


async def ask(journal: Journal, run_id: str, feed: Feed, shown: Shown) -> None:
    """Bring everything that is open at a feed in line with what the feed says.

    Args:
        journal: where deliveries stand.
        run_id: the run that asks.
        feed: the feed.
        shown: its own list, read just before.
    """
    hanging = [each.id for each in journal.deliveries(feed.name, [State.SENT])]
    journal.unknown(hanging, "the run that sent it ended before the answer", run_id)
    needless = [each for each in journal.deliveries(feed.name, [State.HELD, State.PREPARED]) if shown.fulfils(each)]
    journal.discarded([each.id for each in needless], ALREADY, run_id)
    await _ask_for_files(journal, run_id, feed)
    seen = [each for each in journal.deliveries(feed.name, [State.ACCEPTED, State.DIFFERS]) if shown.fulfils(each)]
    journal.confirmed([each.id for each in seen], run_id)
    await _ask_for_records(journal, run_id, feed, shown)
    if journal.unreviewed(feed.name):  # it may have been sent again since the backup, and then it is not ours to send
        journal.discarded([each.id for each in journal.deliveries(feed.name, [State.PREPARED])], RESTORED, run_id)


async def _ask_for_files(journal: Journal, run_id: str, feed: Feed) -> None:
    for file_name in sorted({each.file_name for each in journal.deliveries(feed.name, [State.UNKNOWN])}):
        inside = journal.deliveries(feed.name, file_name=file_name)
        unclear = {each.record_id: each.id for each in standing(inside, [State.UNKNOWN])}
        try:
            receipt = await feed.look_up(file_name, [each.record_id for each in inside])
        except (DeliveryError, BusinessError):  # it has the file and no receipt; its list tells which records it took
            continue
        if receipt is not None:
            await take_in(journal, run_id, feed, receipt, unclear, file_name)


async def _ask_for_records(journal: Journal, run_id: str, feed: Feed, shown: Shown) -> None:
    """Decide by the list, waiting until what it does not show cannot be on its way any more."""
    while unclear := journal.deliveries(feed.name, [State.UNKNOWN]):
        journal.confirmed([each.id for each in unclear if shown.fulfils(each)], run_id)
        absent = [each for each in unclear if not shown.fulfils(each) and shown.as_before(each)]
        others = [each for each in unclear if not shown.fulfils(each) and not shown.as_before(each)]
        journal.differs({each.id: differing(feed, each, shown) for each in others}, run_id)
        journal.prepared_again([each.id for each in absent if _age(each) >= feed.settles], run_id)
        young = [each for each in absent if _age(each) < feed.settles]
        if not young:
            return
        pause = max(feed.settles - min(map(_age, young)), 0.05)
        told = logger.bind(action="settles", system=feed.title, seconds=round(pause, 3), waiting=len(young))
        told.info("{}", _("{system} may still be taking in what it does not show yet").format(system=feed.title))
        await asyncio.sleep(pause)
        shown = await look(feed, journal)


def _age(delivery: Delivery) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(delivery.changed_at)).total_seconds()


async def take_in(
    journal: Journal, run_id: str, feed: Feed, receipt: Receipt, ids: Mapping[str, int], file_name: str
) -> None:
    """Put down what a receipt says of the deliveries ``ids`` (record to delivery).

    A refusal is believed only after a look: a feed that has the record already also refuses it. Whether it has it as it
    was sent is for reading back to say.
    """
    for kind, content in receipt.papers:
        journal.keep_receipt(run_id, feed.name, receipt.batch, kind, content, file_name)
    journal.accepted([ids[record] for record in receipt.accepted if record in ids], receipt.batch, run_id)
    refused = {ids[record]: reason for record, reason in receipt.refused.items() if record in ids}
    if not refused:
        return
    shown = await look(feed, journal)
    mine = [each for each in journal.deliveries(feed.name, [State.SENT, State.UNKNOWN]) if each.id in refused]
    there = {each.id for each in mine if shown.fulfils(each) or _has_it(feed, refused[each.id])}
    journal.accepted(there, ALREADY, run_id)
    journal.rejected({key: reason for key, reason in refused.items() if key not in there}, run_id)


def _has_it(feed: Feed, reason: str) -> bool:
    return any(words in reason for words in feed.profile.declared.duplicate)


def differing(feed: Feed, delivery: Delivery, shown: Shown) -> str:
    """Return the names of the fields in which the feed shows something else than was sent, joined with a comma."""
    rows = shown.rows.get(delivery.record_id, ())
    sent = _canonical(feed, delivery.payload)
    names = feed.profile.standard.names
    unequal = {name for row in rows for name in names if (row[name] or "") != (sent.get(name) or "")}
    return ",".join(name for name in names if name in unequal) or "fingerprint"


def _canonical(feed: Feed, payload: Mapping[str, str]) -> dict[str, str]:
    raw = pl.DataFrame([{**payload, ORIGIN: "", ROW_KEY: ""}])
    records = apply(feed.profile.reading(), raw).records
    return records.row(0, named=True) if records.height else {}


def standing(deliveries: Iterable[Delivery], states: Iterable[State]) -> list[Delivery]:
    """Return the deliveries that stand in one of the states."""
    wanted = set(states)
    return [each for each in deliveries if each.state in wanted]
