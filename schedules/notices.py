"""A year's notice of the State Council as the holiday-cn project publishes it: ``{year, days: [{name, date, …}]}``.

A notice belongs to the year of its title, and may speak of December days of the year before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pydantic import Field

from schedules.stretches import Stretch, stretches
from schedules.workdays import Said
from words.declared import Declared, line_of, parse
from words.errors import Place, UsageError
from words.languages import gettext as _

_SATURDAY = 5


class _Day(Declared, extra="ignore"):
    name: str = Field(min_length=1)
    date: date
    rests: bool = Field(alias="isOffDay")


class _File(Declared, extra="ignore"):
    year: int
    days: tuple[_Day, ...] = Field(min_length=1)


class Notice(NamedTuple):
    """What a notice says: of its own year by list, and of days of other years."""

    year: int
    holidays: dict[str, str]
    workdays: dict[str, str]
    outside: tuple[Stretch[Said], ...]


def read_notice(text: str, file: str, year: int) -> Notice:
    """Read a notice; neighbouring days of one holiday become a range.

    Raises:
        UsageError: the text is no notice, or that of another year.
    """
    notice = parse(_File, text, file)
    if notice.year != year:
        raise UsageError(
            "calendar-other-year",
            _("This notice is that of {found}, not of {year}.").format(found=notice.year, year=year),
            todo=_("Name its own year with --year, or another file with --from."),
            place=Place(file=file, line=line_of(text, ("year",)), field="year"),
        )
    told = list(stretches(_told(notice)))
    own = [each for each in told if each.first.year == year]
    return Notice(
        year,
        {each.span: each.kind.reason for each in own if not each.kind.works},
        {each.span: each.kind.reason for each in own if each.kind.works},
        tuple(each for each in told if each.first.year != year),
    )


def _told(notice: _File) -> Iterator[tuple[date, Said]]:
    """Yield what the notice says, day by day; a weekday that is worked needs no saying."""
    for day in sorted(notice.days, key=lambda each: each.date):
        if day.rests or day.date.weekday() >= _SATURDAY:
            yield day.date, Said(not day.rests, " ".join(day.name.split()))
