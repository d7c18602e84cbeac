"""Guards over what a source shows: a system that changed, or tells nothing where it told much, is not believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bots.order import Order
from bots.workspace import Workspace
from connectors.base import Row, Source, Window
from journal import Journal
from journal.edges import LayoutRow, VisitRow
from mappings.shapes import Loss, Shape, losses, shape_of
from schedules.workdays import Calendar
from words.errors import DriftError, Place
from words.languages import gettext as _

#: Aspects of a layout: which columns the rows have, and that there are none.
ROWS, ZERO = "rows", "zero"
_FEW_DAYS = 3
_ENOUGH = 3  # visits of the same kind before a missing row means something


@dataclass(frozen=True, slots=True)
class Guard:
    """Looks at what one source showed in one run, before any of it is believed.

    Attributes:
        journal: what is remembered of it.
        run_id: the run.
        source: the source.
        window: what it was asked for.
        calendar: the working days.
        canary: the key of a row that is always there; none if empty.
    """

    journal: Journal
    run_id: str
    source: Source
    window: Window
    calendar: Calendar
    canary: str = ""

    async def look(self, rows: Sequence[Row]) -> None:
        """Compare rows with what the source showed before, and remember them as what it shows.

        Raises:
            DriftError: a column that the mapping reads is gone or hardly filled; nothing came where something always
                did; or the row that is always there is not.
        """
        if not rows:
            self._not_silent()
        if self.canary:
            await self._sings(self.canary)
        self._whole([row for row in rows if not row.known and not row.gone])
        self.journal.visited(self._visit(len(rows)))

    def _visit(self, rows: int) -> VisitRow:
        return VisitRow(self.source.name, self.window.until.isoformat(), self._span, rows)

    @property
    def _span(self) -> int:
        return (self.window.until - self.window.since).days + 1

    def _not_silent(self) -> None:
        """An empty list is not believed where rows always came; over few days only days alike are compared."""
        alike = [visit for visit in self.journal.visits(self.source.name) if self._alike(visit)]
        if len(alike) >= _ENOUGH and all(visit.rows for visit in alike):
            self.journal.suspect_layout(self.run_id, self.source.name, ZERO, self._visit(0)._asdict())
            raise DriftError(
                "silent-zero",
                _("The list is empty, where {count} visits of the same kind found {least} rows and more.").format(
                    count=len(alike), least=min(visit.rows for visit in alike)
                ),
                todo=_(
                    "Look at the list by hand. If it is really empty, “yinxin connectors accept {name}” and run again."
                ).format(name=self.source.name),
                place=self._place,
            )

    def _alike(self, visit: VisitRow) -> bool:
        day, own = date.fromisoformat(visit.day), self.window.until
        if visit.span != self._span:
            return False
        if self._span > _FEW_DAYS:
            return True
        return day.weekday() == own.weekday() and self._worked(day) == self._worked(own)

    def _worked(self, day: date) -> bool | None:
        return self.calendar.is_workday(day) if self.calendar.knows(day) else None

    async def _sings(self, canary: str) -> None:
        if not await self.source.again(canary):
            raise DriftError(
                "canary-gone",
                _("The row {key}, which is always there, is not found.").format(key=canary),
                todo=_("Look for it by hand; if it may be gone, name another one as “canary” in {file}.").format(
                    file=self._place.file
                ),
                place=self._place,
            )

    def _whole(self, rows: Sequence[Row]) -> None:
        """Compare what was opened anew; what is taken over from earlier runs says nothing of today's pages."""
        if not rows:
            return
        now = shape_of(row.payload for row in rows)
        known = next((each for each in self.journal.layouts(self.source.name) if each.aspect == ROWS), None)
        before = Shape.of_dict(known.accepted) if known else Shape(0, {}, {})
        if lost := losses(before, now, self.source.mapping):
            self.journal.suspect_layout(self.run_id, self.source.name, ROWS, now.as_dict())
            raise self._changed(lost, before, now)
        self.journal.learn_layout(self.run_id, self.source.name, ROWS, (before + now).as_dict())

    def _changed(self, lost: Sequence[Loss], before: Shape, now: Shape) -> DriftError:
        gone = ", ".join(each.column for each in lost if each.how == "gone")
        empty = ", ".join(each.column for each in lost if each.how == "empty")
        new = ", ".join(column for column in now.columns if column not in before.present)
        parts = [
            _("gone: {columns}").format(columns=gone) if gone else "",
            _("hardly filled any more: {columns}").format(columns=empty) if empty else "",
            _("new: {columns}").format(columns=new) if new else "",
        ]
        return DriftError(
            "layout-changed",
            _("The system does not show what it showed: {changes}.").format(changes="; ".join(filter(None, parts))),
            todo=_(
                "Correct the mapping; if it is right as it is, “yinxin connectors accept {name}”. Nothing was sent."
            ).format(name=self.source.name),
            place=self._place,
        )

    @property
    def _place(self) -> Place:
        return Place(system=self.source.title, file=f"connectors/{self.source.name}.yaml")


def guard_of(workspace: Workspace, journal: Journal, run_id: str, source: Source, order: Order, back: int = 0) -> Guard:
    """Return who looks at what a source shows before it is believed; it is asked so many days further back."""
    window = Window(order.since - timedelta(days=back), order.until)
    canary = workspace.connector(source.name).canary
    return Guard(journal, run_id, source, window, workspace.calendar, canary)


def accept(journal: Journal, name: str, by: str) -> list[LayoutRow]:
    """Let what a source was found to show be what it shows from now on; returns what that changed."""
    accepted = journal.accept_layouts(name, by)
    for each in accepted:
        if each.aspect == ZERO:
            journal.visited(VisitRow(**each.found))
    return accepted


def changes(layout: LayoutRow) -> list[dict[str, str]]:
    """Return what was accepted and what was found, one line for each column that differs."""
    if layout.aspect == ZERO:
        return [{"what": _("rows"), "before": _("some"), "now": _("none")}]
    before, now = Shape.of_dict(layout.accepted), Shape.of_dict(layout.found)
    return [
        {"what": column, "before": was, "now": is_}
        for column in dict.fromkeys([*before.columns, *now.columns])
        if (was := _share(before, column)) != (is_ := _share(now, column))
    ]


def _share(shape: Shape, column: str) -> str:
    """Return how many rows fill a column, in per cent; nothing where it is not there."""
    if not shape.present.get(column):
        return ""
    return f"{100 * shape.filled.get(column, 0) / shape.rows:.0f} %"
