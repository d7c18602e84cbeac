"""What persons decide about records: to hold one back, or to let it go on; the newest decision stands."""

from __future__ import annotations

import json
from typing import Literal

from sqlalchemy import select

from journal.database import Book
from journal.events import Entry, append
from journal.schema import events
from journal.texts import sha256

Decision = Literal["hold", "let"]
_KIND = "decision."


class Decisions(Book):
    """Remembering decisions."""

    def decide(self, run_id: str, record_id: str, decision: Decision, by: str, reason: str) -> None:
        """Record a decision.

        Args:
            run_id: the run whose result was decided about.
            record_id: the record.
            decision: hold it back, or let it go on.
            by: who decides.
            reason: why; the event holds only its hash.
        """
        told = {"by": by, "reason_sha256": sha256(reason)}
        with self._writing() as connection:
            append(connection, [Entry(run_id, f"{_KIND}{decision}", f"record/{record_id}", told)])

    def on_hold(self) -> dict[str, str]:
        """Return the records that are held back, each with who decided so."""
        query = select(events.c.kind, events.c.subject, events.c.data).where(events.c.kind.startswith(_KIND))
        held: dict[str, str] = {}
        with self._reading() as connection:
            for kind, subject, data in connection.execute(query.order_by(events.c.seq)):
                record = subject.removeprefix("record/")
                if kind == f"{_KIND}hold":
                    held[record] = json.loads(data)["by"]
                else:
                    held.pop(record, None)
        return held
