"""Working days of the State Council's calendar, make-up weekends included."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import chinese_calendar

DISCLOSURE_DAYS = 7


@cache
def is_working(day: date) -> bool:
    """Tell whether offices are open on a day."""
    return bool(chinese_calendar.is_workday(day))


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
