"""What a run found: rows in quarantine, and verdicts. Columns for what is queried, JSON for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, select

from journal.database import Book, insert_all
from journal.events import Entry, append
from journal.schema import quarantine, verdicts

Finding = dict[str, Any]
_OWN = ("id", "run_id", "data")


class Findings(Book):
    """Remembering what a run found."""

    def remember_quarantine(self, run_id: str, entries: Iterable[Mapping[str, Any]]) -> int:
        """Keep rows that did not survive, and return how many.

        Args:
            run_id: the run.
            entries: ``side``, ``origin``, ``document_number``, ``field``, ``rule`` and ``mapping`` as text, each empty
                if absent; every other key is kept as it is and must be JSON-able.
        """
        return self._keep(run_id, quarantine, "quarantine.kept", entries)

    def quarantine_of(self, run_id: str) -> list[Finding]:
        """Return the quarantined rows of a run as they were given, in their order."""
        return self._of(run_id, quarantine)

    def remember_verdicts(self, run_id: str, entries: Iterable[Mapping[str, Any]]) -> int:
        """Keep verdicts, and return how many.

        Args:
            run_id: the run.
            entries: ``record_id``, ``document_number``, ``verdict``, ``timeliness``, ``compliance``, ``bucket`` and
                ``outcome`` as text, each empty if absent; every other key is kept as it is and must be JSON-able.
        """
        return self._keep(run_id, verdicts, "verdicts.kept", entries)

    def verdicts_of(self, run_id: str) -> list[Finding]:
        """Return the verdicts of a run as they were given, in their order."""
        return self._of(run_id, verdicts)

    def _keep(self, run_id: str, table: Table, kind: str, entries: Iterable[Mapping[str, Any]]) -> int:
        rows = [{"run_id": run_id, **_split(table, entry)} for entry in entries]
        with self._writing() as connection:
            insert_all(connection, table, rows)
            append(connection, [Entry(run_id, kind, f"run/{run_id}", {"count": len(rows)})])
        return len(rows)

    def _of(self, run_id: str, table: Table) -> list[Finding]:
        query = select(*_queried(table), table.c.data).where(table.c.run_id == run_id).order_by(table.c.id)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [{**row["data"], **{name: row[name] for name in row if name != "data"}} for row in rows]


def _queried(table: Table) -> list[Any]:
    return [column for column in table.c if column.name not in _OWN]


def _split(table: Table, entry: Mapping[str, Any]) -> Finding:
    queried = {column.name: entry.get(column.name, "") for column in _queried(table)}
    return {**queried, "data": {name: value for name, value in entry.items() if name not in queried}}
