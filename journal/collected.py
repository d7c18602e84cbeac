"""Collected rows: the newest form of every source row, and which rows each run saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from journal.database import Book, batches, insert_all
from journal.schema import collected, runs, sightings
from journal.texts import pack, storable, unpack


@dataclass(frozen=True, slots=True)
class CollectedRow:
    """A row as its system shows it: header text to cell text, with the digest its caller computed."""

    row_key: str
    digest: str
    payload: dict[str, str]


class KnownRow(NamedTuple):
    """What is remembered of a row."""

    digest: str
    payload: dict[str, str]


class Remembered(NamedTuple):
    """How many rows of one call were new, changed, and as they had been."""

    new: int
    changed: int
    unchanged: int


class CollectedRows(Book):
    """Remembering what the sources show."""

    def known_rows(self, source: str) -> dict[str, KnownRow]:
        """Return every remembered row of a source by its row key."""
        query = select(collected.c.row_key, collected.c.digest, collected.c.payload).where(collected.c.source == source)
        with self._reading() as connection:
            return {key: KnownRow(digest, payload) for key, digest, payload in connection.execute(query)}

    def remember_rows(self, run_id: str, source: str, rows: Iterable[CollectedRow]) -> Remembered:
        """Remember rows in one transaction; may be called page by page.

        A row whose digest is known writes nothing of its own: it counts as seen by its number in one line that the
        call writes. Of several rows with one key the last stands.
        """
        given = {storable(row.row_key): row for row in rows}
        with self._writing() as connection:
            known = _known(connection, source, list(given))
            new = [row for key, row in given.items() if key not in known]
            changed = [row for key, row in given.items() if key in known and known[key][1] != row.digest]
            numbers = _insert(connection, run_id, source, new)
            _update(connection, run_id, source, changed)
            seen = pack([*numbers, *(number for number, _digest in known.values())])
            if seen:
                connection.execute(sightings.insert().values(run_id=run_id, source=source, numbers=seen))
        return Remembered(len(new), len(changed), len(known) - len(changed))

    def days_of_rows(self, source: str) -> dict[str, str]:
        """Return of every row of a source the day of the run that last saw it change, ISO text."""
        query = select(collected.c.row_key, runs.c.as_of).join(runs, runs.c.run_id == collected.c.run_id)
        with self._reading() as connection:
            return {str(key): str(day) for key, day in connection.execute(query.where(collected.c.source == source))}

    def rows_seen(self, run_id: str, source: str) -> set[str]:
        """Return the keys of the rows that a run saw in a source, unchanged ones included."""
        mine = (sightings.c.run_id == run_id) & (sightings.c.source == source)
        with self._reading() as connection:
            seen = set[int]().union(*map(unpack, connection.scalars(select(sightings.c.numbers).where(mine))))
            query = select(collected.c.number, collected.c.row_key).where(collected.c.source == source)
            return {key for number, key in connection.execute(query) if number in seen}


def _known(connection: Connection, source: str, keys: list[str]) -> dict[str, tuple[int, str]]:
    query = select(collected.c.row_key, collected.c.number, collected.c.digest).where(collected.c.source == source)
    found: dict[str, tuple[int, str]] = {}
    for batch in batches(keys):
        rows = connection.execute(query.where(collected.c.row_key.in_(batch)))
        found.update((key, (number, digest)) for key, number, digest in rows)
    return found


def _insert(connection: Connection, run_id: str, source: str, rows: list[CollectedRow]) -> range:
    first = (connection.scalar(select(func.max(collected.c.number))) or 0) + 1
    numbers = range(first, first + len(rows))
    insert_all(
        connection,
        collected,
        [
            {
                "source": source,
                "row_key": row.row_key,
                "number": number,
                "run_id": run_id,
                "digest": row.digest,
                "payload": row.payload,
            }
            for number, row in zip(numbers, rows, strict=True)
        ],
    )
    return numbers


def _update(connection: Connection, run_id: str, source: str, rows: list[CollectedRow]) -> None:
    if not rows:
        return
    statement = collected.update().where(collected.c.source == source, collected.c.row_key == bindparam("key"))
    connection.execute(
        statement.values(run_id=run_id, digest=bindparam("new_digest"), payload=bindparam("new_payload")),
        [{"key": row.row_key, "new_digest": row.digest, "new_payload": row.payload} for row in rows],
    )
