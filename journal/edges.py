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

    def learn_layout(self, run_id: str, connector: str, aspect: str, layout: Layout) -> None:
        """Remember how an aspect is built, as what is accepted; only what is new, or as before again, is an event."""
        known = self._layout(connector, aspect)
        told = LayoutRow(connector, aspect, dict(layout), {}, now())
        kind = "layout.first" if known is None else "layout.restored" if known.found else ""
        self._keep_layout(run_id, told, kind)

    def suspect_layout(self, run_id: str, connector: str, aspect: str, found: Layout) -> None:
        """Remember that an aspect was found otherwise than it was accepted."""
        known = self._layout(connector, aspect)
        accepted = known.accepted if known else {}
        kind = "" if known and known.found == dict(found) else "layout.changed"
        self._keep_layout(run_id, LayoutRow(connector, aspect, accepted, dict(found), now()), kind)

    def accept_layouts(self, connector: str, by: str) -> list[LayoutRow]:
        """Let what was found be what is accepted; returns what that changed, as it was before."""
        pending = [each for each in self.layouts(connector) if each.found]
        for each in pending:
            told = LayoutRow(connector, each.aspect, each.found, {}, now())
            self._keep_layout("", told, "layout.accepted", by=by)
        return pending

    def _layout(self, connector: str, aspect: str) -> LayoutRow | None:
        return next((each for each in self.layouts(connector) if each.aspect == aspect), None)

    def _keep_layout(self, run_id: str, told: LayoutRow, kind: str, **facts: str) -> None:
        mine = (layouts.c.connector == told.connector) & (layouts.c.aspect == told.aspect)
        shown = told.found or told.accepted
        with self._writing() as connection:
            connection.execute(layouts.delete().where(mine))
            connection.execute(layouts.insert().values(told._asdict()))
            if kind:
                about = {"aspect": told.aspect, "layout_sha256": sha256(canonical(shown)), **facts}
                append(connection, [Entry(run_id, kind, f"connector/{told.connector}", about)])

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
