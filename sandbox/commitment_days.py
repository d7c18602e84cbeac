"""On which days the deadlines of commitments lie: around every public holiday and every make-up day of three years."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random

from sandbox.workdays import HOLIDAYS, MAKE_UP_DAYS, after, holidays, is_working, push_day

Groups = Sequence[Sequence[date]]

# The first deadline leaves room for a commitment made before it, the last one for all that may follow it.
_FIRST, _LAST = date(2024, 2, 1), date(2026, 10, 31)


def _days(first: date, last: date) -> list[date]:
    span = range((last - first).days + 1)
    return [day for step in span if _FIRST <= (day := first + timedelta(days=step)) <= _LAST]


@cache
def _ordinary() -> list[date]:
    """List the days between which and their push day no holiday and no make-up day lies."""
    special = {*HOLIDAYS, *MAKE_UP_DAYS}
    return [day for day in _days(_FIRST, _LAST) if special.isdisjoint(_days(day, push_day(day)))]


def ordinary() -> Groups:
    """Working days that a calendar without holidays gets right."""
    return [[day for day in _ordinary() if is_working(day)]]


def saturdays() -> Groups:
    """Rest days that are Saturdays."""
    return [[day for day in _ordinary() if day.weekday() == 5]]


def sundays() -> Groups:
    """Rest days that are Sundays."""
    return [[day for day in _ordinary() if day.weekday() == 6]]


def on_holidays() -> Groups:
    """The weekdays in each holiday."""
    return [[day for day in HOLIDAYS if first <= day <= last] for first, last in holidays()]


def on_make_up_days() -> Groups:
    """The weekend days on which offices are open."""
    return [[day] for day in MAKE_UP_DAYS]


def pushed_after_holidays() -> Groups:
    """The days whose push day is the first working day after a holiday."""
    return [[after(after(last, 1), -7)] for _, last in holidays() if last > _FIRST]


def across_years() -> Groups:
    """Working days in one year whose push day lies in the next."""
    december = [_days(date(year, 12, 10), date(year, 12, 31)) for year in (2024, 2025)]
    return [[day for day in days if is_working(day) and push_day(day).year > day.year] for days in december]


def around() -> Groups:
    """The days near each holiday and each make-up day."""
    special = [*holidays(), *((day, day) for day in MAKE_UP_DAYS)]
    near = (_days(first - timedelta(days=12), last + timedelta(days=2)) for first, last in special)
    return [days for days in near if days]


def anywhere() -> Groups:
    """The days of the first months, which every visitor of the city sees."""
    return [_days(date(2024, 5, 6), date(2024, 7, 31))]


def draw(groups: Callable[[], Groups], count: int, rng: Random) -> list[date]:
    """Draw some days, from every group one before any group gives a second."""
    turns = [list(group) for group in groups()]
    rng.shuffle(turns)
    return [rng.choice(turns[at % len(turns)]) for at in range(count)]
