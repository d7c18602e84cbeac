"""By which working-day calendar the runs of a bot counted: an event wherever it is another than before."""

from __future__ import annotations

import json

from sqlalchemy import select

from journal.database import Book
from journal.events import Entry, append
from journal.schema import events

_CHANGED = "calendar.changed"


class Counting(Book):
    """Remembering by which calendar deadlines were counted."""

    def calendar_of(self, bot: str) -> str:
        """Return the version of the calendar by which the bot's last run counted, empty before its first one."""
        query = select(events.c.data).where(events.c.subject == f"bot/{bot}", events.c.kind == _CHANGED)
        with self._reading() as connection:
            data = connection.scalar(query.order_by(events.c.seq.desc()).limit(1))
        return str(json.loads(data)["now"]) if data else ""

    def change_calendar(self, run_id: str, bot: str, version: str, moved: int) -> None:
        """Record that from this run on the bot counts by another calendar.

        Args:
            run_id: the run.
            bot: name of the bot; whoever calls this holds its lease.
            version: of the calendar.
            moved: how many records that are not disclosed yet have another deadline than before.
        """
        data = {"before": self.calendar_of(bot), "now": version, "moved": moved}
        with self._writing() as connection:
            append(connection, [Entry(run_id, _CHANGED, f"bot/{bot}", data)])
