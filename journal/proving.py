"""Proving the event log: every change of the past is found, and the first place where it shows is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, select

from journal.events import NOTHING, EventRow, link
from journal.schema import chain, events
from journal.texts import storable
from words.languages import N_
from words.languages import gettext as _

Problem = Literal["gap", "link", "content", "cut", "forged", "note", "rewritten"]
_SENTENCES: dict[Problem, str] = {
    "gap": N_("Event {seq} is missing, or stands where none belongs."),
    "link": N_("Event {seq} does not follow the one before it."),
    "content": N_("Event {seq} is not what was written."),
    "cut": N_("The log ends before event {seq}, or an earlier part was exchanged: a known head is not in it."),
    "forged": N_("Event {seq} was not appended by the journal."),
    "note": N_("The journal's own note of its newest event does not name event {seq}."),
    "rewritten": N_("The log was rewritten, from event {seq} on or later: a head that was noted is not in it."),
}


class Head(NamedTuple):
    """How many events there were once, and the hash of the newest of them."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Damage:
    """The first event that does not fit, and what is wrong with it."""

    seq: int
    problem: Problem

    @property
    def sentence(self) -> str:
        """The damage in the reader's language."""
        return _(_SENTENCES[self.problem]).format(seq=self.seq)


@dataclass(frozen=True, slots=True)
class Proof:
    """How far the chain is whole: its newest fitting event, and the damage behind it, if there is one."""

    head: Head
    damage: Damage | None = None


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """One view of the whole database as of one moment, in which even text that is no text can be read."""
    sqlite = engine.dialect.name == "sqlite"
    view = engine if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
    with view.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        if not sqlite:
            yield connection
            return
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            yield connection
        finally:
            driver.text_factory = str


def prove(connection: Connection, heads: Iterable[str] = (), noted: Iterable[Head] = ()) -> Proof:
    """Recompute the whole chain.

    Args:
        connection: one from ``looking``.
        heads: hashes that were the head once; each must be in the chain.
        noted: heads that were written down elsewhere with their place.
    """
    wanted = set(heads) - {NOTHING}
    places: dict[int, set[str]] = {}
    for head in noted:
        places.setdefault(head.seq, set()).add(head.hash)
    newest, fitting = Head(0, NOTHING), 0
    for seq, row in enumerate(stored(connection), 1):
        if problem := _misfit(row, seq, newest.hash):
            return Proof(newest, Damage(min(seq, row.seq), problem))
        newest = Head(seq, row.hash)
        wanted.discard(row.hash)
        if there := places.pop(seq, None):
            if there != {row.hash}:
                return Proof(newest, Damage(fitting + 1, "rewritten"))
            fitting = seq
    if wanted or places:
        return Proof(newest, Damage(newest.seq + 1, "cut"))
    return Proof(newest, _misnoted(connection, newest))


def stored(connection: Connection) -> Iterator[EventRow]:
    """Yield all events in the order of their numbers."""
    query = select(events).order_by(events.c.seq).execution_options(yield_per=1000)
    with connection.execute(query) as rows:
        for row in rows:
            yield EventRow(*row)


def _misfit(row: EventRow, seq: int, previous: str) -> Problem | None:
    if row.seq != seq:
        return "gap"
    if row.previous != previous:
        return "link"
    told = (row.at, row.run_id, row.kind, row.subject, row.data)
    # What the journal never stores would have the hash of what it stores in its place.
    as_stored = all(isinstance(text, str) and storable(text) == text for text in told)
    return None if as_stored and row.hash == link(previous, (row.seq, *told)) else "content"


def _misnoted(connection: Connection, newest: Head) -> Damage | None:
    """Compare what the journal noted as its newest event, by which it goes on, with the newest there is."""
    noted = [Head(*row) for row in connection.execute(select(chain.c.seq, chain.c.hash))]
    if noted == [newest]:
        return None
    if len(noted) != 1 or not isinstance(noted[0].seq, int):
        return Damage(newest.seq, "note")
    (note,) = noted
    if note.seq > newest.seq:
        return Damage(newest.seq + 1, "cut")
    there = connection.scalar(select(events.c.hash).where(events.c.seq == note.seq)) if note.seq else NOTHING
    outrun = note.seq < newest.seq and note.hash == there
    return Damage(note.seq + 1, "forged") if outrun else Damage(newest.seq, "note")
