"""Dispositions: what persons decided about the verdicts of a run, each with its event in the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, func, select

from journal.database import Book, insert_all
from journal.deliveries import move
from journal.events import Entry, append
from journal.schema import deliveries, dispositions
from journal.states import State
from journal.texts import now, sha256

#: What an event tells of a disposition as it stands in the table; of the reason, which may name a person, the hash.
TOLD = (
    *("record_id", "document_number", "verdict", "fingerprint", "basis"),
    *("disposition", "reviewer", "settles", "imported_by", "file_sha256"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What a person decided about a record.

    Attributes:
        run_id: the run whose verdict was decided about.
        record_id: the record.
        document_number: as the run showed it.
        verdict: the verdict.
        fingerprint: of the form of the record.
        basis: hash of all that was judged: the verdict, the form, and what the other sides stated.
        disposition: the code word of what was decided.
        reviewer: who decided.
        reason: why; the event holds only its hash.
        settles: whether it ends a disagreement of others.
        imported_by: who read the workbook in.
        file_sha256: of the workbook as it came back.
        id: its number; 0 until it is kept.
        at: when it was kept, UTC ISO text.
    """

    run_id: str
    record_id: str
    document_number: str
    verdict: str
    fingerprint: str
    basis: str
    disposition: str
    reviewer: str
    reason: str
    settles: bool
    imported_by: str
    file_sha256: str
    id: int = 0
    at: str = ""


class Dispositions(Book):
    """Keeping what persons decided."""

    def dispose(self, made: Sequence[Disposition], let_go: Mapping[int, str]) -> None:
        """Keep dispositions in one transaction with their events.

        Args:
            made: what was decided, in the order in which it counts.
            let_go: held delivery → the person who releases it by deciding so.

        Raises:
            IllegalTransition: one of the deliveries is not held any more; nothing was kept.
        """
        with self._writing() as connection:
            number, at = connection.scalar(select(func.max(dispositions.c.id))) or 0, now()
            rows = [asdict(each) | {"id": number + place, "at": at} for place, each in enumerate(made, 1)]
            insert_all(connection, dispositions, rows)
            append(connection, [_entry(row) for row in rows])
            _release(connection, let_go)

    def dispositions(self, record_id: str | None = None, document_number: str | None = None) -> list[Disposition]:
        """Return what was decided, oldest first; of one record, or about one document number, if given."""
        query = select(dispositions).order_by(dispositions.c.id)
        for name, value in (("record_id", record_id), ("document_number", document_number)):
            if value is not None:
                query = query.where(dispositions.c[name] == value)
        with self._reading() as connection:
            return [Disposition(**row) for row in connection.execute(query).mappings()]


def _entry(row: Mapping[str, object]) -> Entry:
    told = {name: row[name] for name in TOLD} | {"reason_sha256": sha256(str(row["reason"]))}
    return Entry(str(row["run_id"]), "disposition.made", f"disposition/{row['id']}", told)


def _release(connection: Connection, let_go: Mapping[int, str]) -> None:
    """Let held deliveries go as “yinxin release” does; one that somebody let go meanwhile needs nothing more."""
    held = select(deliveries.c.id).where(deliveries.c.id.in_(let_go), deliveries.c.state == State.HELD.value)
    still = set(connection.scalars(held))
    for who in sorted(set(let_go.values())):
        ids = [key for key, by in let_go.items() if by == who and key in still]
        move(connection, State.PREPARED, {key: {"reason": ""} for key in ids}, only_from=State.HELD, by=who)
