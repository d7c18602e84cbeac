"""Working days of the State Council's yearly notices, kept as data so that the truth leans on no library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

DISCLOSURE_DAYS = 7
COMMITMENT_DAYS = 7

#: By year: the holidays that fall on weekdays, and the weekend days that are made up for them (MM-DD).
_NOTICES = {
    2024: (
        "01-01 02-12..16 04-04..05 05-01..03 06-10 09-16..17 10-01..04 10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01 01-28..31 02-03..04 04-04 05-01..02 05-05 06-02 10-01..03 10-06..08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01..02 02-16..20 02-23 04-06 05-01 05-04..05 06-19 09-25 10-01..02 10-05..07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}


def _dates(year: int, notice: str) -> Iterator[date]:
    for part in notice.split():
        first, _, last = part.partition("..")
        month, day = map(int, first.split("-"))
        for each in range(day, int(last or day) + 1):
            yield date(year, month, each)


HOLIDAYS = tuple(day for year, (off, _) in _NOTICES.items() for day in _dates(year, off))
MAKE_UP_DAYS = tuple(day for year, (_, on) in _NOTICES.items() for day in _dates(year, on))
_HOLIDAYS, _MAKE_UP_DAYS = frozenset(HOLIDAYS), frozenset(MAKE_UP_DAYS)


def is_known(day: date) -> bool:
    """Tell whether a notice says which days of this one's year are worked."""
    return day.year in _NOTICES


@cache
def is_working(day: date) -> bool:
    """Tell whether offices are open on a day.

    Raises:
        ValueError: no notice for its year is known.
    """
    if not is_known(day):
        raise ValueError(f"the holidays of {day.year} are not known")
    return day in _MAKE_UP_DAYS or (day.weekday() < 5 and day not in _HOLIDAYS)


def working_days(first: date, last: date) -> list[date]:
    """List the working days from ``first`` to ``last``, both included."""
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if is_working(day)]


@cache
def after(day: date, count: int) -> date:
    """Return the day that lies ``count`` working days after ``day`` (before it when ``count`` is negative)."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_working(day):
            day += step
    return day


def moved(day: date) -> date:
    """Return the working day on which a deadline ends: one on a rest day moves to the next working day."""
    return day if is_working(day) else after(day, 1)


def push_day(day: date) -> date:
    """Return the day on which a commitment that nobody met by ``day`` is pushed: the seventh working day after it."""
    return after(moved(day), COMMITMENT_DAYS)


@cache
def holidays() -> tuple[tuple[date, date], ...]:
    """List the stretches of rest days around public holidays, each with its first and last day."""
    found: list[tuple[date, date]] = []
    for day in HOLIDAYS:
        if not found or day > found[-1][1]:
            found.append((_edge(day, -1), _edge(day, 1)))
    return tuple(found)


def _edge(day: date, step: int) -> date:
    while is_known(further := day + timedelta(days=step)) and not is_working(further):
        day = further
    return day


def deadline(decided: date) -> date:
    """Return the last day on which a decision is disclosed in time: the day after the decision is day 1."""
    return after(decided, DISCLOSURE_DAYS)


def timeliness(decided: date, received: date | None, today: date) -> str:
    """Judge a decision: by the day it was received, or, when it was not, by the days that are left."""
    due = deadline(decided)
    if (received or today) > due:
        return "late"
    if received is None and len(working_days(today + timedelta(days=1), due)) <= 2:
        return "due_soon"
    return "on_time"
