"""Somebody who meddles with a journal's file by hand, as cleverly as can be done without the program."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from tests.end_to_end.town import Desk

#: Somewhere in the middle of the first run, between the two heads that were noted, and close to the end.
MIDDLE, BETWEEN, LATE = 200, 377, 379

Meddle = Callable[[sqlite3.Connection], object]


@contextmanager
def by_hand(desk: Desk) -> Iterator[sqlite3.Connection]:
    """Open the journal's file without the program; what was done is kept."""
    with closing(sqlite3.connect(desk.folder / ".yinxin" / "journal.db")) as database, database:
        yield database


def meddle(desk: Desk, how: Meddle | str) -> None:
    """Meddle with the journal's file."""
    with by_hand(desk) as database:
        database.execute(how) if isinstance(how, str) else how(database)


def edit(column: str) -> Meddle:
    """Return a way to change one column of an event in the middle."""
    return lambda database: database.execute(f"UPDATE events SET {column} = {column} || ' ' WHERE seq = {MIDDLE}")


def swap_contents(database: sqlite3.Connection) -> None:
    """Exchange what two events say, and leave their numbers, links and hashes in their places."""
    columns = ("at", "run_id", "kind", "subject", "data")
    told = [_told(database, seq, columns) for seq in (MIDDLE, MIDDLE + 1)]
    assert told[0] != told[1]
    blanks = ", ".join(f"{column} = ?" for column in columns)
    for seq, row in zip((MIDDLE + 1, MIDDLE), told, strict=True):
        database.execute(f"UPDATE events SET {blanks} WHERE seq = {seq}", row)


def swap_numbers(database: sqlite3.Connection) -> None:
    """Exchange the places of two events."""
    for before, after in ((MIDDLE, -1), (MIDDLE + 1, MIDDLE), (-1, MIDDLE + 1)):
        database.execute(f"UPDATE events SET seq = {after} WHERE seq = {before}")


def delete_and_close(database: sqlite3.Connection) -> None:
    """Remove an event, and let all behind it move up."""
    database.execute(f"DELETE FROM events WHERE seq = {MIDDLE}")
    _move(database, MIDDLE, -1)


def insert(database: sqlite3.Connection) -> None:
    """Put a copy of an event behind it, and let all others move on."""
    _move(database, MIDDLE, 1)
    columns = "at, run_id, kind, subject, data, previous, hash"
    database.execute(
        f"INSERT INTO events (seq, {columns}) SELECT {MIDDLE + 1}, {columns} FROM events WHERE seq = {MIDDLE}"
    )


def cut(after: int, *, note: bool = False) -> Meddle:
    """Return a way to cut the tail, with the journal's own note of its newest event mended if wished."""

    def run(database: sqlite3.Connection) -> None:
        database.execute(f"DELETE FROM events WHERE seq > {after}")
        if note:
            database.execute(f"UPDATE chain SET seq = {after}, hash = (SELECT hash FROM events WHERE seq = {after})")

    return run


def forget_last_run(database: sqlite3.Connection) -> None:
    """Remove the newest run with everything that tells of it, so that what is left fits in itself."""
    (run,) = database.execute("SELECT run_id FROM runs ORDER BY started_at DESC").fetchone()
    (first,) = database.execute("SELECT min(seq) FROM events WHERE run_id = ?", (run,)).fetchone()
    cut(first - 1, note=True)(database)
    for table in ("quarantine", "verdicts", "sightings", "receipts", "evidence", "runs"):
        database.execute(f"DELETE FROM {table} WHERE run_id = ?", (run,))


def rewrite(first: int) -> Meddle:
    """Return a way to change an event, and to give it and all behind it new hashes that fit, and the note as well."""

    def run(database: sqlite3.Connection) -> None:
        database.execute(f"UPDATE events SET at = '2024-01-01T00:00:00.000000+00:00' WHERE seq = {first}")
        (head,) = _told(database, first - 1, ("hash",))
        for seq, *told in database.execute(
            f"SELECT seq, at, run_id, kind, subject, data FROM events WHERE seq >= {first} ORDER BY seq"
        ).fetchall():
            body = json.dumps([seq, *told], ensure_ascii=False, separators=(",", ":"))
            before, head = head, hashlib.sha256(f"{head}\n{body}".encode()).hexdigest()
            database.execute("UPDATE events SET previous = ?, hash = ? WHERE seq = ?", (before, head, seq))
        database.execute("UPDATE chain SET hash = ?", (head,))

    return run


def _move(database: sqlite3.Connection, behind: int, by: int) -> None:
    database.execute(f"UPDATE events SET seq = -seq WHERE seq > {behind}")
    database.execute(f"UPDATE events SET seq = -seq + {by} WHERE seq < 0")


def _told(database: sqlite3.Connection, seq: int, columns: tuple[str, ...]) -> tuple[str, ...]:
    row = database.execute(f"SELECT {', '.join(columns)} FROM events WHERE seq = {seq}").fetchone()
    return tuple(map(str, row))
