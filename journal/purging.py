"""Purging: personal values of runs that ended long ago are removed; hashes, verdicts, states and dates stay."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Select, select

from journal.blanking import NEEDED, Blanker, Kept, count_of, purged_files
from journal.database import Book, batches
from journal.events import Entry, append
from journal.purged import PURGED, purged
from journal.schema import deliveries, events, runs
from journal.texts import sha256
from journal.trouble import busy, of_a_file, place_of


class Purging(Book):
    """Removing what may not be kept for ever."""

    def purge(self, before: str, kept: Kept, by: str, reason: str, *, rehearse: bool = False) -> dict[str, int]:
        """Blank the personal values of runs: of their deliveries, findings, rows and records, receipts and files.

        A run is left alone as long as a delivery that it had to do with is open or differs; so is a record or a
        collected row that a later run has seen. What a purge finds blank already, it does not touch again.

        Args:
            before: a time as the journal writes it; runs that ended before it are purged.
            kept: what is not personal.
            by: who orders it.
            reason: why; the event holds only its hash.
            rehearse: only count.

        Returns:
            How many runs it is about, and per table how many rows held something to blank.

        Raises:
            SystemFailure: others were at work in the journal for a minute. What was blanked is blanked, and may stand
                in the file's free pages still: purging again ends it.
        """
        with self._writing() as connection:
            old = _old(connection, before)
            blanker = Blanker(connection, kept, old, purged(connection))
            blanker.blank()
            counts = {"runs": count_of(connection, old), **blanker.counts}
            if rehearse:
                connection.rollback()
                return counts
            if blanker.counts.total():
                told = {"before": before, "by": by, "reason_sha256": sha256(reason), "counts": counts}
                append(connection, [Entry("", PURGED, "journal", told | blanker.told)])
        self._remove_files()
        self._compact()
        return counts

    def purged_evidence(self) -> set[str]:
        """Return the hashes of the evidence whose files are purged."""
        with self._reading() as connection:
            return {name for name, _path in purged_files(connection, purged(connection))}

    def _remove_files(self) -> None:
        """Remove the files after what tells of it is durable; what a crash left is removed by the next purge."""
        with self._reading() as connection:
            paths = [path for _name, path in purged_files(connection, purged(connection))]
        for path in paths:
            (self.folder / path).unlink(missing_ok=True)

    def _compact(self) -> None:
        """Write the file anew: what was blanked still stands in its free pages and in its log."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            assert driver is not None
            try:
                driver.execute("VACUUM")
                (waits, *_pages) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error as error:
                raise of_a_file(error, place_of(self._engine)) or error from None
        if waits:  # somebody still reads what stood there before
            raise busy(place_of(self._engine))


def _old(connection: Connection, before: str) -> Select[tuple[str]]:
    """Select the runs that ended before a time, and of whose deliveries none needs anybody any more."""
    waiting = connection.scalars(select(deliveries.c.id).where(deliveries.c.state.in_(NEEDED)))
    subjects, needed = [f"delivery/{number}" for number in waiting], set[str]()
    for batch in batches(subjects):
        needed.update(connection.scalars(select(events.c.run_id).where(events.c.subject.in_(batch)).distinct()))
    ended = (runs.c.finished_at != "") & (runs.c.finished_at < before)
    return select(runs.c.run_id).where(ended, runs.c.run_id.not_in(needed))
