"""What is remembered of the systems at the edges: turns given out, layouts accepted, rows shown, marks reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import case, literal, select
from sqlalchemy.exc import IntegrityError

from journal.database import Book
from journal.events import Entry, append
from journal.leases import seconds_of
from journal.schema import layouts, marks, turns, visits
from journal.texts import canonical, now, sha256

Layout = Mapping[str, Any]


class LayoutRow(NamedTuple):
    """One aspect of a system (list, detail, form, template): as it was accepted, and as it was found since."""

    connector: str
    aspect: str
    accepted: dict[str, Any]
    found: dict[str, Any]
    changed_at: str


class VisitRow(NamedTuple):
    """How many rows a source showed on a day, asked for so many days."""

    connector: str
    day: str
    span: int
    rows: int


class Edges(Book):
    """Remembering the systems at the edges."""

    def take_turn(self, name: str, interval: float, burst: float) -> float:
        """Reserve the next request of a login, whichever process or machine makes it.

        Args:
            name: the login.
            interval: seconds between two requests in the long run.
            burst: seconds by which requests may run ahead of that.

        Returns:
            The seconds to wait before it may be sent.
        """
        with self._writer.begin() as connection:
            moment = seconds_of(connection)
            later = case((turns.c.until > moment, turns.c.until), else_=literal(moment)) + interval
            update = turns.update().where(turns.c.name == name).values(until=later).returning(turns.c.until)
            until = connection.scalar(update)
            if until is None:
                until = moment + interval
                try:
                    with connection.begin_nested():
                        connection.execute(turns.insert().values(name=name, until=until))
                except IntegrityError:  # another one was first
                    until = connection.scalar(update) or until
        return max(0.0, float(until) - interval - burst - moment)

    def layouts(self, connector: str) -> list[LayoutRow]:
        """Return what is known of how a system is built."""
        query = select(layouts).where(layouts.c.connector == connector).order_by(layouts.c.aspect)
        with self._reading() as connection:
            return [LayoutRow(*row) for row in connection.execute(query)]

    def found_layout(self, run_id: str, connector: str, aspect: str, layout: Layout) -> LayoutRow:
        """Remember how an aspect was found; the first time it is accepted as it is.

        Returns:
            What is remembered now; ``found`` is empty where it is as accepted.
        """
        mine = (layouts.c.connector == connector) & (layouts.c.aspect == aspect)
        with self._reading() as connection:
            row = connection.execute(select(layouts).where(mine)).one_or_none()
        known = LayoutRow(*row) if row else None
        given = dict(layout)
        found: dict[str, Any] = {} if known is None or known.accepted == given else given
        if known and known.found == found:
            return known
        told = LayoutRow(connector, aspect, known.accepted if known else given, found, now())
        with self._writing() as connection:
            if known:
                connection.execute(layouts.update().where(mine).values(found=found, changed_at=told.changed_at))
            else:
                connection.execute(layouts.insert().values(told._asdict()))
            kind = "layout.changed" if found else ("layout.restored" if known else "layout.first")
            about = {"aspect": aspect, "layout_sha256": sha256(canonical(given))}
            append(connection, [Entry(run_id, kind, f"connector/{connector}", about)])
        return told

    def accept_layouts(self, connector: str, by: str) -> list[LayoutRow]:
        """Let what was found be what is accepted; returns what was changed by that."""
        pending = [each for each in self.layouts(connector) if each.found]
        with self._writing() as connection:
            for each in pending:
                mine = (layouts.c.connector == connector) & (layouts.c.aspect == each.aspect)
                changes = {"accepted": each.found, "found": {}, "changed_at": now()}
                connection.execute(layouts.update().where(mine).values(changes))
                told = {"aspect": each.aspect, "layout_sha256": sha256(canonical(each.found)), "by": by}
                append(connection, [Entry("", "layout.accepted", f"connector/{connector}", told)])
        return pending

    def visited(self, visit: VisitRow) -> None:
        """Remember how many rows a source showed; of several visits of a day the last stands."""
        mine = (visits.c.connector == visit.connector) & (visits.c.day == visit.day) & (visits.c.span == visit.span)
        with self._writing() as connection:
            connection.execute(visits.delete().where(mine))
            connection.execute(visits.insert().values(visit._asdict()))

    def visits(self, connector: str, limit: int = 400) -> list[VisitRow]:
        """Return the newest visits of a source, newest first."""
        query = select(visits).where(visits.c.connector == connector).order_by(visits.c.day.desc()).limit(limit)
        with self._reading() as connection:
            return [VisitRow(*row) for row in connection.execute(query)]

    def mark(self, connector: str) -> str:
        """Return up to where a source has been read; empty if it never was."""
        query = select(marks.c.mark).where(marks.c.connector == connector)
        with self._reading() as connection:
            return str(connection.scalar(query) or "")

    def move_mark(self, run_id: str, connector: str, mark: str) -> None:
        """Remember up to where a source has been read, once what it showed has come to its end."""
        if mark == self.mark(connector):
            return
        with self._writing() as connection:
            connection.execute(marks.delete().where(marks.c.connector == connector))
            connection.execute(marks.insert().values(connector=connector, mark=mark, run_id=run_id))
            append(connection, [Entry(run_id, "source.read", f"connector/{connector}", {"mark": mark})])
