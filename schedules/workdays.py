"""Working days with the State Council's holidays and make-up working days (国务院办公厅, one notice a year).

The day after a decision is day 1, and only working days count. Beyond the years whose notice is known it refuses: a
Monday-to-Friday guess would be wrong in every autumn.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from importlib.metadata import version as _installed
from typing import NamedTuple

import chinese_calendar
from chinese_calendar import constants

from words.errors import UsageError
from words.languages import current
from words.languages import gettext as _

#: Days before the horizon from which on somebody has to be told.
SOON = 60
_LIBRARY = "chinesecalendar"
_SATURDAY = 5
_ONE = timedelta(days=1)


class Said(NamedTuple):
    """What a workspace says of a day: whether offices work, and why."""

    works: bool
    reason: str = ""


class Day(NamedTuple):
    """A day as it is told to people; ``own`` if it is so by the word of the workspace."""

    day: date
    works: bool
    reason: str
    own: bool


@dataclass(frozen=True)
class Calendar:
    """The calendar of the library, and what a workspace says besides.

    Attributes:
        years: whole years of the workspace's own: every day is as its weekday, unless something is said of it.
        said: the days of which the workspace says something; that goes before everything else.
    """

    years: frozenset[int] = frozenset()
    said: Mapping[date, Said] = field(default_factory=dict)

    @cached_property
    def first_day(self) -> date:
        """The first day of the years that are known without a gap."""
        known, year = self.years | library_years(), min(library_years())
        while year - 1 in known:
            year -= 1
        return date(year, 1, 1)

    @cached_property
    def horizon(self) -> date:
        """The last day of the years that are known without a gap."""
        known, year = self.years | library_years(), max(library_years())
        while year + 1 in known:
            year += 1
        return date(year, 12, 31)

    @cached_property
    def version(self) -> str:
        """The library's name and version and, where the workspace changes days, a hash of what it changes.

        The same days give the same version, however they are written down.
        """
        library = f"{_LIBRARY} {_installed(_LIBRARY)}"
        new = [year for year in sorted(self.years - library_years()) if self.knows(date(year, 1, 1))]
        changes = [*map(str, new), *(f"{day} {self.is_workday(day)}" for day in self.changed)]
        return f"{library} + {hashlib.sha256(' '.join(changes).encode()).hexdigest()[:8]}" if changes else library

    @cached_property
    def changed(self) -> tuple[date, ...]:
        """The known days on which the workspace changes what the library, or in a year of its own the weekday, says."""
        days = {*self.said, *(day for year in self.years for day in days_between(date(year, 1, 1), date(year, 12, 31)))}
        return tuple(day for day in sorted(days) if self.knows(day) and self.is_workday(day) != usual(day))

    @cached_property
    def _worked(self) -> tuple[date, ...]:
        return tuple(filter(self.is_workday, days_between(self.first_day, self.horizon)))

    def knows(self, day: date) -> bool:
        """Whether this day lies in the years that are known."""
        return self.first_day <= day <= self.horizon

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day.

        Raises:
            UsageError: the day lies outside the years that the calendar knows.
        """
        if not self.first_day <= day <= self.horizon:
            raise self._beyond(day)
        if said := self.said.get(day):
            return said.works
        return day.weekday() < _SATURDAY if day.year in self.years else _library_works(day)

    def add(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after ``day``; ``day`` itself never counts, and 0 is ``day``.

        Raises:
            UsageError: the count leads beyond the calendar.
        """
        while count > 0:
            day += _ONE
            count -= self.is_workday(day)
        return day

    def between(self, day: date, later: date) -> int:
        """Return how many working days there are after ``day`` up to ``later``; none if that is not later.

        Raises:
            UsageError: one of the days lies outside the calendar.
        """
        if day >= later:
            return 0
        for end in (day + _ONE, later):
            if not self.knows(end):
                raise self._beyond(end)
        return bisect_right(self._worked, later) - bisect_right(self._worked, day)

    def next_workday(self, day: date) -> date:
        """Return the day itself if it is worked, else the next one that is: a deadline on a rest day moves on.

        Raises:
            UsageError: the calendar ends before.
        """
        while not self.is_workday(day):
            day += _ONE
        return day

    def reason(self, day: date) -> str:
        """Return why a day is no day like others, in the reader's language where the library says it; empty if it is.

        The day lies in the years that are known.
        """
        if said := self.said.get(day):
            return said.reason
        return "" if day.year in self.years else _library_reason(day)

    def special(self, first: date, last: date) -> Iterator[Day]:
        """Yield the holidays and make-up working days from ``first`` to ``last``, a holiday's weekends too.

        Raises:
            UsageError: one of the days lies outside the calendar.
        """
        for day in days_between(first, last):
            works, reason, said = self.is_workday(day), self.reason(day), day in self.said
            if said or reason or works != (day.weekday() < _SATURDAY):
                yield Day(day, works, reason, said or day.year in self.years)

    def _beyond(self, day: date) -> UsageError:
        return UsageError(
            "calendar-horizon",
            _("The working-day calendar knows {first} to {last}, not {day}.").format(
                first=self.first_day, last=self.horizon, day=day
            ),
            todo=_(
                "Add the State Council's notice for that year with “yinxin calendar add --year {year} --from FILE”, "
                "or install the release of chinesecalendar that holds it."
            ).format(year=day.year),
        )


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from ``first`` to ``last``, both included."""
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


def usual(day: date) -> bool:
    """Whether offices work on this day by the library or, in a year that it does not know, by the weekday."""
    return _library_works(day) if day.year in library_years() else day.weekday() < _SATURDAY


@lru_cache(maxsize=1)
def library_years() -> frozenset[int]:
    """Return the years that the library knows."""
    return frozenset(day.year for day in constants.holidays)


@cache
def _library_works(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _library_reason(day: date) -> str:
    _rests, name = chinese_calendar.get_holiday_detail(day)
    if name is None:
        return ""
    return str(constants.Holiday(name).chinese if current() == "zh" else name)
