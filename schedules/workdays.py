"""Working days with the State Council's holidays and make-up working days (国务院办公厅, one notice a year).

The day after a decision is day 1, and only working days count. Beyond the years whose notice is known it refuses: a
Monday-to-Friday guess would be wrong in every autumn.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version as _installed

import chinese_calendar
from chinese_calendar import constants

from words.errors import UsageError
from words.languages import gettext as _


def calendar_version() -> str:
    """Return the name and version of the calendar that counts."""
    return f"chinesecalendar {_installed('chinesecalendar')}"


@lru_cache(maxsize=1)
def first_day() -> date:
    """Return the first day the calendar knows."""
    return date(min(day.year for day in constants.holidays), 1, 1)


@lru_cache(maxsize=1)
def horizon() -> date:
    """Return the last day the calendar knows."""
    return date(max(day.year for day in constants.holidays), 12, 31)


@lru_cache(maxsize=8192)
def is_workday(day: date) -> bool:
    """Whether offices work on this day.

    Raises:
        UsageError: the day lies outside the years that the calendar knows.
    """
    if not first_day() <= day <= horizon():
        raise UsageError(
            "calendar-horizon",
            _("The working-day calendar knows {first} to {last}, not {day}.").format(
                first=first_day(), last=horizon(), day=day
            ),
            todo=_("Install the release of chinesecalendar that holds the State Council's notice for that year."),
        )
    return bool(chinese_calendar.is_workday(day))


def add_workdays(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``; ``day`` itself never counts.

    Raises:
        UsageError: the count leads beyond the calendar.
    """
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
