"""Days as people read them: a year as a list of its holidays, a month as a sheet of a wall calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from schedules.comparing import Own, Standing
from schedules.stretches import Stretch, stretches
from schedules.workdays import Calendar, Day, days_between
from words.errors import UsageError
from words.languages import N_
from words.languages import gettext as _

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
_WEEK = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_STANDINGS = {
    Standing.DIFFERS: N_("otherwise"),
    Standing.AGREES: N_("the same"),
    Standing.NEW: N_("a year it does not know"),
    Standing.NOT_IN_FORCE: N_("does not count: it knows neither this year nor all years before"),
}
_PERIOD = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)


def period_of(text: str) -> tuple[date, date]:
    """Return the first and the last day of a year or a month.

    Raises:
        UsageError: it is neither.
    """
    found = _PERIOD.fullmatch(text)
    try:
        first = date(int(found[1]), int(found[2] or 1), 1) if found else None
    except ValueError:
        first = None
    if found is None or first is None:
        raise UsageError(
            "not-a-period",
            _("“{text}” is neither a year nor a month.").format(text=text),
            todo=_("Write it as YYYY or YYYY-MM, for example 2026 or 2026-10."),
        )
    if not found[2]:
        return first, date(first.year, 12, 31)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def sheet(calendar: Calendar, first: date, last: date) -> Table:
    """Return a month by its weeks; holidays and make-up working days are marked."""
    marked = {each.day: each.works for each in calendar.special(first, last)}
    cells = [""] * first.weekday() + [_cell(day, marked.get(day)) for day in days_between(first, last)]
    cells += [""] * (-len(cells) % 7)
    return [_(name) for name in _WEEK], [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _cell(day: date, works: bool | None) -> str:
    if works is None:
        return str(day.day)
    return (_("{day} work") if works else _("{day} rest")).format(day=day.day)


def listed(days: Iterable[Day]) -> Table:
    """Return the holidays and make-up working days of a period, neighbouring ones as one line."""
    told = stretches((each.day, (each.works, each.reason, each.own)) for each in days)
    rows = [
        [_days(each), f"{each.days:,}", _work(works), reason, _("workspace") if own else _("notice")]
        for each in told
        for works, reason, own in [each.kind]
    ]
    return [_("Days"), _("Length in days"), _("Offices"), _("Reason"), _("Said by")], rows


def compared(own: Iterable[Stretch[Own]]) -> Table:
    """Return what the workspace says, and how it stands to the library."""
    rows = [[_days(each), _work(each.kind.works), each.kind.reason, _(_STANDINGS[each.kind.standing])] for each in own]
    return [_("Days"), _("Offices"), _("Reason"), _("The library")], rows


def as_rows(days: Iterable[Stretch[Own]]) -> list[dict[str, Any]]:
    """Return the same for ``--json``."""
    return [{"first": each.first, "last": each.last, **each.kind._asdict()} for each in days]


def _days(stretch: Stretch[Any]) -> str:
    if stretch.first == stretch.last:
        return f"{stretch.first}"
    return _("{since} to {until}").format(since=stretch.first, until=stretch.last)


def _work(works: bool) -> str:
    return _("work") if works else _("rest")
