"""Canonical records: every form a record ever had, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from journal.database import Book, batches, insert_all
from journal.schema import records

_COLUMNS = (
    records.c.record_id,
    records.c.fingerprint,
    records.c.origin,
    records.c.mapping,
    records.c.content,
    records.c.changed,
)


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One form of a record.

    Attributes:
        record_id: its identity.
        fingerprint: hash of its normalised values.
        origin: where the row stands, as a person would look it up.
        mapping: name and version of the mapping that made it.
        values: canonical values by field name.
        changed: the raw text of every value that normalisation altered, by field name.
    """

    record_id: str
    fingerprint: str
    origin: str
    mapping: str
    values: dict[str, str]
    changed: dict[str, str]


class Records(Book):
    """Remembering records."""

    def remember_records(self, run_id: str, rows: Iterable[RecordRow]) -> int:
        """Remember records in one transaction and return how many forms were new.

        A form that is already the newest of its record writes nothing; an earlier one that returns becomes the newest.
        """
        given = {(row.record_id, row.fingerprint): row for row in rows}
        with self._writing() as connection:
            turns = _turns(connection, list({record_id for record_id, _fingerprint in given}))
            newest = {form[0]: form for form in sorted(turns, key=turns.__getitem__)}
            turn = count((connection.scalar(select(func.max(records.c.turn))) or 0) + 1)
            new = [_as_columns(run_id, next(turn), row) for form, row in given.items() if form not in turns]
            back = [form for form in given if form in turns and newest[form[0]] != form]
            insert_all(connection, records, new)
            _renew(connection, [(next(turn), *form) for form in back])
        return len(new)

    def record(self, record_id: str) -> list[RecordRow]:
        """Return every form of a record, newest first; none if it was never seen."""
        return self._forms(records.c.record_id == record_id)

    def find_records(self, document_number: str) -> list[RecordRow]:
        """Return the records that ever bore a normalised document number, all forms, newest first."""
        bearers = select(records.c.record_id).where(records.c.document_number == document_number)
        return self._forms(records.c.record_id.in_(bearers))

    def numbers_of(self, record_ids: Iterable[str]) -> dict[str, str]:
        """Return record id → document number of those records that were ever seen at a source."""
        query = select(records.c.record_id, records.c.document_number).distinct()
        found: dict[str, str] = {}
        with self._reading() as connection:
            for batch in batches(list(record_ids)):
                found.update(
                    (row[0], row[1]) for row in connection.execute(query.where(records.c.record_id.in_(batch)))
                )
        return found

    def _forms(self, wanted: ColumnElement[bool]) -> list[RecordRow]:
        query = select(*_COLUMNS).where(wanted).order_by(records.c.turn.desc())
        with self._reading() as connection:
            return [RecordRow(*row) for row in connection.execute(query)]


def _turns(connection: Connection, record_ids: list[str]) -> dict[tuple[str, str], int]:
    query = select(records.c.record_id, records.c.fingerprint, records.c.turn)
    found: dict[tuple[str, str], int] = {}
    for batch in batches(record_ids):
        rows = connection.execute(query.where(records.c.record_id.in_(batch)))
        found.update(((record_id, fingerprint), turn) for record_id, fingerprint, turn in rows)
    return found


def _as_columns(run_id: str, turn: int, row: RecordRow) -> dict[str, object]:
    return {
        "record_id": row.record_id,
        "fingerprint": row.fingerprint,
        "turn": turn,
        "run_id": run_id,
        "document_number": row.values.get("document_number", ""),
        "origin": row.origin,
        "mapping": row.mapping,
        "content": row.values,
        "changed": row.changed,
    }


def _renew(connection: Connection, forms: list[tuple[int, str, str]]) -> None:
    if forms:
        this = (records.c.record_id == bindparam("record")) & (records.c.fingerprint == bindparam("form"))
        statement = records.update().where(this).values(turn=bindparam("new_turn"))
        connection.execute(
            statement, [{"new_turn": turn, "record": record, "form": form} for turn, record, form in forms]
        )
