r"""The event log: each event's hash covers the one before it, so that any later change of the past shows.

The hash of an event, for whoever recomputes it, is the SHA-256 (lower-case hexadecimal) of the UTF-8 bytes of

    previous + "\n" + json.dumps([seq, at, run_id, kind, subject, data], ensure_ascii=False, separators=(",", ":"))

where ``seq`` is a number, the other five are text exactly as stored (``data`` is JSON text, taken as text), and
``previous`` is the hash of event ``seq - 1``, or 64 zeros for event 1. ``seq`` counts 1, 2, 3 without a hole.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from journal.database import Book, insert_all
from journal.schema import chain, events
from journal.texts import canonical, now, sha256, storable

NOTHING = "0" * 64
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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


def link(previous: str, content: tuple[int, str, str, str, str, str]) -> str:
    """Return the hash of the event ``(seq, at, run_id, kind, subject, data)`` that follows ``previous``."""
    return sha256(f"{previous}\n{_encode(content)}")


def append(connection: Connection, entries: Iterable[Entry]) -> None:
    """Append the entries in their order, inside the caller's writing transaction."""
    seq, previous = connection.execute(select(chain.c.seq, chain.c.hash)).one()
    at, rows = now(), []
    for entry in entries:
        seq += 1
        run_id, kind, subject = map(storable, entry[:3])
        content = (seq, at, run_id, kind, subject, canonical(entry.data))
        digest = link(previous, content)
        rows.append(dict(zip(EventRow.__slots__, (*content, previous, digest), strict=True)))
        previous = digest
    insert_all(connection, events, rows)
    connection.execute(chain.update().values(seq=seq, hash=previous))


class Events(Book):
    """Reading the event log."""

    def head(self) -> str:
        """Return the hash of the newest event, 64 zeros when there is none."""
        with self._reading() as connection:
            return str(connection.execute(select(chain.c.hash)).scalar_one())

    def newest(self) -> EventRow | None:
        """Return the newest event, None when there is none."""
        with self._reading() as connection:
            row = connection.execute(select(events).order_by(events.c.seq.desc()).limit(1)).one_or_none()
        return EventRow(*row) if row else None

    def minute_ends(self) -> list[EventRow]:
        """Return the last event of every minute in which there was one, in order."""
        last = select(func.max(events.c.seq)).group_by(func.substr(events.c.at, 1, 16))
        return list(self._stream(select(events).where(events.c.seq.in_(last)).order_by(events.c.seq)))

    def events(self, subject: str | None = None, run_id: str | None = None, after: int = 0) -> Iterator[EventRow]:
        """Yield events in order, those after number ``after``; of one subject or one run if given."""
        query = select(events).where(events.c.seq > after).order_by(events.c.seq)
        if subject is not None:
            query = query.where(events.c.subject == subject)
        if run_id is not None:
            query = query.where(events.c.run_id == run_id)
        return self._stream(query)

    def _stream(self, query: Any) -> Generator[EventRow, None, None]:  # noqa: ANN401 - a select over all columns of events
        with self._reading() as connection, connection.execution_options(yield_per=1000).execute(query) as rows:
            for row in rows:
                yield EventRow(*row)
