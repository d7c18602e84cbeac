"""What is remembered of one document number, found by its indexes instead of by reading whole runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, Text, cast, func, literal, or_, select, union

from journal.database import Book, batches
from journal.findings import Finding
from journal.runs import RunRow
from journal.schema import deliveries, events, quarantine, records, runs, verdicts

_JUDGED = "quarantine.kept"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a delivery of a record reached a state; ``at`` is UTC ISO text, ``as_of`` the day its run took it to be."""

    record_id: str
    state: str
    at: str
    as_of: str
    batch: str


class Lookup(Book):
    """Finding what is known about a document number."""

    def verdicts_about(self, document_number: str, record_ids: Collection[str] = ()) -> list[Finding]:
        """Return the verdicts on a normalised document number or on these records, newest first, with ``run_id``."""
        named = verdicts.c.document_number == document_number
        return self._found(verdicts, or_(named, verdicts.c.record_id.in_(record_ids)))

    def quarantine_about(self, document_number: str) -> list[Finding]:
        """Return the quarantined findings on a normalised document number, newest first, with ``run_id``."""
        return self._found(quarantine, quarantine.c.document_number == document_number)

    def first_runs(self, record_id: str) -> dict[str, str]:
        """Return for each form of a record, by its fingerprint, the run that saw it first."""
        query = select(records.c.fingerprint, records.c.run_id).where(records.c.record_id == record_id)
        with self._reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def first_days(self, record_ids: Collection[str]) -> dict[str, str]:
        """Return for each record the day of the run that saw it first."""
        query = select(records.c.record_id, func.min(runs.c.as_of)).join(runs, runs.c.run_id == records.c.run_id)
        query, found = query.group_by(records.c.record_id), dict[str, str]()
        with self._reading() as connection:
            for batch in batches(list(record_ids)):
                rows = connection.execute(query.where(records.c.record_id.in_(batch)))
                found.update((row[0], row[1]) for row in rows)
        return found

    def moments(self, feed: str, record_ids: Collection[str], states: Collection[str]) -> list[Moment]:
        """Return when the deliveries of these records to a feed reached these states, in the order of the events."""
        of_delivery = events.c.subject == literal("delivery/") + cast(deliveries.c.id, Text)
        kinds = [f"delivery.{state}" for state in states]
        told = (
            events.c.seq,
            deliveries.c.record_id,
            events.c.kind,
            events.c.at,
            func.coalesce(runs.c.as_of, ""),
            deliveries.c.batch,
        )
        query = (
            select(*told)
            .join_from(deliveries, events, of_delivery)
            .join(runs, runs.c.run_id == events.c.run_id, isouter=True)
        )
        query = query.where(deliveries.c.feed == feed, events.c.kind.in_(kinds))
        with self._reading() as connection:
            found = [
                tuple(row)
                for batch in batches(list(record_ids))
                for row in connection.execute(query.where(deliveries.c.record_id.in_(batch)))
            ]
        return [Moment(record, kind.partition(".")[2], *rest) for _seq, record, kind, *rest in sorted(found)]

    def known_numbers(self) -> set[str]:
        """Return every document number that any record, verdict or quarantined row ever bore."""
        numbers = union(*(select(table.c.document_number) for table in (records, verdicts, quarantine)))
        with self._reading() as connection:
            return set(connection.scalars(numbers)) - {""}

    def judged_runs(self, limit: int, bot: str | None = None) -> list[RunRow]:
        """Return the newest runs that got so far as to judge what they had collected, newest first.

        A run that ended before, and one that only did an errand at a feed, tell nothing of what is in quarantine.
        """
        judged = select(events.c.seq).where(
            events.c.subject == literal("run/") + runs.c.run_id, events.c.kind == _JUDGED
        )
        query = select(runs).where(judged.exists()).order_by(runs.c.started_at.desc()).limit(limit)
        if bot is not None:
            query = query.where(runs.c.bot == bot)
        with self._reading() as connection:
            return [RunRow(*row) for row in connection.execute(query)]

    def _found(self, table: Table, wanted: ColumnElement[bool]) -> list[Finding]:
        query = select(table).where(wanted).order_by(table.c.id.desc())
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [{**row["data"], **{name: row[name] for name in row if name not in {"id", "data"}}} for row in rows]
