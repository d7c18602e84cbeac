"""A year's notice as holiday-cn publishes it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest

from schedules.declared import CalendarDeclared, calendar_of
from schedules.notices import read_notice
from schedules.workdays import Calendar
from words.errors import UsageError
from words.languages import choose

FILE = "2027.json"


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def notice(year: int, *days: tuple[str, str, bool]) -> str:
    """Return a notice in the form of the file."""
    told = [{"name": name, "date": day, "isOffDay": rests} for name, day, rests in days]
    about: dict[str, Any] = {"$schema": "…", "$id": "…", "year": year, "papers": ["…"], "days": told}
    return json.dumps(about, ensure_ascii=False, indent=4)


def library_notice(year: int) -> str:
    """Return what the library knows of a year in the form of the file."""
    first = date(year, 1, 1)
    whole = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    details = [(day, *chinese_calendar.get_holiday_detail(day)) for day in whole]
    return notice(year, *((name, f"{day}", rests) for day, rests, name in details if name))


@pytest.mark.parametrize("year", range(Calendar().first_day.year, Calendar().horizon.year + 1))
def test_a_notice_gives_the_year_that_the_library_has(year: int) -> None:
    """Every year in the form of the file is counted day by day as the library counts it."""
    read = read_notice(library_notice(year), FILE, year)
    years = {year: {"holidays": read.holidays, "workdays": read.workdays}}
    calendar = calendar_of(CalendarDeclared.model_validate({"title": "x", "years": years}))
    assert calendar.changed == ()
    assert calendar.version == Calendar().version


def test_neighbouring_days_become_a_range_with_its_name() -> None:
    """Holidays and make-up days apart, in the order of the days."""
    read = read_notice(
        notice(
            2027,
            ("春节", "2027-02-20", False),
            ("元旦", "2027-01-01", True),
            ("春节", "2027-02-06", True),
            ("春节", "2027-02-05", True),
            ("元旦", "2027-01-02", True),
        ),
        FILE,
        2027,
    )
    assert read.holidays == {"2027-01-01..2027-01-02": "元旦", "2027-02-05..2027-02-06": "春节"}
    assert read.workdays == {"2027-02-20": "春节"}
    assert read.outside == ()


def test_days_of_december_before_stand_apart() -> None:
    """A notice belongs to its title's year; the New Year of 2008 began on 30 December 2007, and the 29th was worked."""
    days = [("元旦", "2007-12-29", False)] + [("元旦", f"2007-12-{day}", True) for day in (30, 31)]
    read = read_notice(notice(2008, *days, ("元旦", "2008-01-01", True)), "2008.json", 2008)
    assert read.holidays == {"2008-01-01": "元旦"}
    assert [(each.span, each.kind.works) for each in read.outside] == [
        ("2007-12-29", True),
        ("2007-12-30..2007-12-31", False),
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (notice(2026, ("元旦", "2026-01-01", True)), "calendar-other-year", 4),
        (notice(2027), "bad-value", 8),
        (notice(2027, ("元旦", "2027-01-32", True)), "bad-value", 11),
        ('{"year": 2027}', "missing-key", 1),
        ("[1,\n}", "not-yaml", 2),
    ],
)
def test_a_file_that_is_no_notice_of_the_year_is_refused(text: str, code: str, line: int) -> None:
    """Another year, no days, an impossible day, no list, no JSON; each with its line."""
    with pytest.raises(UsageError) as error:
        read_notice(text, FILE, 2027)
    assert error.value.code == code
    assert error.value.place.file == FILE
    assert error.value.place.line == line
