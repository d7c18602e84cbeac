r"""The event log: each event's hash covers the one before it, so that any later change of the past shows.

The hash of an event, for whoever recomputes it, is the SHA-256 (lower-case hexadecimal) of the UTF-8 bytes of

    previous + "\n" + json.dumps([seq, at, run_id, kind, subject, data], ensure_ascii=False, separators=(",", ":"))

where ``seq`` is a number, the other five are text exactly as stored (``data`` is JSON text, taken as text), and
``previous`` is the hash of event ``seq - 1``, or 64 zeros for event 1. ``seq`` counts 1, 2, 3 without a hole.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, select

from journal.database import Book, insert_all
from journal.schema import chain, events
from journal.texts import canonical, now, sha256
from words.languages import N_
from words.languages import gettext as _

NOTHING = "0" * 64
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Problem = Literal["gap", "link", "content", "cut", "forged"]
_SENTENCES: dict[Problem, str] = {
    "gap": N_("Event {seq} is missing, or stands where none belongs."),
    "link": N_("Event {seq} does not follow the one before it."),
    "content": N_("Event {seq} is not what was written."),
    "cut": N_("The log ends before event {seq}, or an earlier part was exchanged: a known head is not in it."),
    "forged": N_("Event {seq} was not appended by the journal."),
}


class Entry(NamedTuple):
    """What is to be appended: ``data`` is JSON-able and holds nothing personal, because it can never be removed."""

    run_id: str
    kind: str
    subject: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as stored; ``data`` is canonical JSON text."""

    seq: int
    at: str
    run_id: str
    kind: str
    subject: str
    data: str
    previous: str
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


def link(previous: str, content: tuple[int, str, str, str, str, str]) -> str:
    """Return the hash of the event ``(seq, at, run_id, kind, subject, data)`` that follows ``previous``."""
    return sha256(f"{previous}\n{_encode(content)}")


def append(connection: Connection, entries: Iterable[Entry]) -> None:
    """Append the entries in their order, inside the caller's writing transaction."""
    seq, previous = connection.execute(select(chain.c.seq, chain.c.hash)).one()
    at, rows = now(), []
    for entry in entries:
        seq += 1
        content = (seq, at, entry.run_id, entry.kind, entry.subject, canonical(entry.data))
        digest = link(previous, content)
        rows.append(dict(zip(EventRow.__slots__, (*content, previous, digest), strict=True)))
        previous = digest
    insert_all(connection, events, rows)
    connection.execute(chain.update().values(seq=seq, hash=previous))


class Events(Book):
    """Reading and proving the event log."""

    def head(self) -> str:
        """Return the hash of the newest event, 64 zeros when there is none."""
        return self._head()[1]

    def events(self, subject: str | None = None, run_id: str | None = None, after: int = 0) -> Iterator[EventRow]:
        """Yield events in order, those after number ``after``; of one subject or one run if given."""
        query = select(events).where(events.c.seq > after).order_by(events.c.seq)
        if subject is not None:
            query = query.where(events.c.subject == subject)
        if run_id is not None:
            query = query.where(events.c.run_id == run_id)
        return self._stream(query)

    def verify(self, heads: Iterable[str] = ()) -> Damage | None:
        """Recompute the whole chain.

        Args:
            heads: hashes that were the head once, such as those printed on workbooks; each must be in the chain.
                Only a head kept elsewhere shows that somebody has rewritten everything after a point.

        Returns:
            The first event that does not fit, or None for a whole chain.
        """
        missing = {self.head(), *heads} - {NOTHING}
        seq, previous = 0, NOTHING
        with closing(self._stream(select(events).order_by(events.c.seq))) as rows:
            for seq, row in enumerate(rows, 1):
                if problem := _misfit(row, seq, previous):
                    return Damage(min(seq, row.seq), problem)
                previous = row.hash
                missing.discard(previous)
        if missing:
            return Damage(seq + 1, "cut")
        recorded = self._head()[0]
        return Damage(recorded + 1, "forged") if seq > recorded else None

    def _head(self) -> tuple[int, str]:
        with self._reading() as connection:
            seq, digest = connection.execute(select(chain.c.seq, chain.c.hash)).one()
        return seq, digest

    def _stream(self, query: Any) -> Generator[EventRow, None, None]:  # noqa: ANN401 - a select over all columns of events
        with self._reading() as connection, connection.execution_options(yield_per=1000).execute(query) as rows:
            for row in rows:
                yield EventRow(*row)


def _misfit(row: EventRow, seq: int, previous: str) -> Problem | None:
    if row.seq != seq:
        return "gap"
    if row.previous != previous:
        return "link"
    if row.hash != link(previous, (row.seq, row.at, row.run_id, row.kind, row.subject, row.data)):
        return "content"
    return None
