"""What a workspace says of days, against the library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from schedules.stretches import Stretch, stretches
from schedules.workdays import Calendar, library_years, usual


class Standing(StrEnum):
    """How the workspace's word on a day stands to the library's."""

    DIFFERS = "differs"
    AGREES = "agrees"
    NEW = "new"  # a year that the library does not know
    NOT_IN_FORCE = "not in force"  # a year that nobody knows as a whole


class Own(NamedTuple):
    """What the workspace says: whether offices work, why, and how that stands to the library."""

    works: bool
    reason: str
    standing: Standing


def compare(calendar: Calendar) -> Iterator[Stretch[Own]]:
    """Yield the days of which the workspace says something, or which its own years count otherwise than the library."""
    days = sorted({*calendar.said, *calendar.changed})
    return stretches((day, _own(calendar, day)) for day in days)


def _own(calendar: Calendar, day: date) -> Own:
    if not calendar.knows(day):
        return Own(*calendar.said[day], Standing.NOT_IN_FORCE)
    works, reason = calendar.is_workday(day), calendar.reason(day)
    if day.year not in library_years():
        return Own(works, reason, Standing.NEW)
    return Own(works, reason, Standing.AGREES if works == usual(day) else Standing.DIFFERS)
