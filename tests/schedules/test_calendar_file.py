"""A workspace's own days: the file says what it means, and whatever is wrong in it is named with its line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.comparing import Standing, compare
from schedules.declared import CALENDAR, calendar_of, days_of, read_calendar
from schedules.stretches import stretches
from schedules.workdays import Calendar
from words.errors import UsageError
from words.languages import choose

YEAR = Calendar().horizon.year + 1
WHOLE = f"""\
title: 新城区行政审批局
years:
  {YEAR}:
    holidays: [{YEAR}-01-01, {YEAR}-02-05..{YEAR}-02-11]
    workdays: {{}}
closed: {{2024-08-19: 那达慕}}
open:
  2024-08-24: 补班
"""
days = st.dates(date(2024, 1, 1), date(2026, 11, 30))


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def test_the_file_says_which_days_are_worked() -> None:
    """Whole years, ranges, single days; what is not named is as the library or the weekday says."""
    calendar = calendar_of(read_calendar(WHOLE, CALENDAR))
    assert calendar.horizon == date(YEAR, 12, 31)
    rests = [date(YEAR, 1, 1), *(date(YEAR, 2, day) for day in range(5, 12)), date(2024, 8, 19), date(2024, 8, 17)]
    assert not any(map(calendar.is_workday, rests))
    assert all(map(calendar.is_workday, (date(2024, 8, 24), date(2024, 8, 20), date(2024, 2, 4))))
    assert calendar.reason(date(2024, 8, 19)) == "那达慕"
    assert calendar.reason(date(2024, 10, 1)) == "National Day"
    choose("zh")
    assert calendar.reason(date(2024, 10, 1)) == "国庆节"


def test_single_days_go_before_whole_years() -> None:
    """A bureau that works on a holiday of its own year says so in one line."""
    text = f"title: x\nyears: {{{YEAR}: {{holidays: [{YEAR}-05-01..{YEAR}-05-05]}}}}\nopen: {{{YEAR}-05-04: 值班}}\n"
    calendar = calendar_of(read_calendar(text, CALENDAR))
    assert calendar.is_workday(date(YEAR, 5, 4))
    assert not calendar.is_workday(date(YEAR, 5, 3))


def test_a_list_is_short_for_days_without_names() -> None:
    """Names are only for people."""
    spans = f"{YEAR}-01-01, {YEAR}-02-05..{YEAR}-02-11"
    listed = read_calendar(f"title: x\nyears: {{{YEAR}: {{holidays: [{spans}]}}}}", CALENDAR)
    first, second = spans.split(", ")
    named = read_calendar(f"title: x\nyears: {{{YEAR}: {{holidays: {{{first}: 元旦, {second}: 春节}}}}}}", CALENDAR)
    assert calendar_of(listed).version == calendar_of(named).version


@pytest.mark.parametrize(
    ("text", "code", "line", "told"),
    [
        ("title: x\nclosed:\n  2024-02-30: a\n", "not-a-day", 3, "2024-02-30"),
        ("title: x\nclosed:\n  2024-08-21..2024-08-19: a\n", "not-a-day", 3, "2024-08-21..2024-08-19"),
        ("title: x\nclosed:\n  2024-12-31..2025-01-01: a\n", "not-a-day", 3, "2024-12-31..2025-01-01"),
        ("title: x\nclosed:\n  20240819: a\n", "bad-value", 3, "string"),
        ("title: x\nyears:\n  2027:\n    holidays:\n      - 2027-01-01\n      - 1月2日\n", "not-a-day", 6, "1月2日"),
        (
            "title: x\nyears:\n  2027:\n    holidays:\n    - 2027-01-01\n    - 2028-01-01\n",
            "calendar-other-year",
            6,
            "2028",
        ),
        ("title: x\nyears:\n  2027:\n    workdays: [2027-02-22]\n", "calendar-plain-workday", 4, "2027-02-22"),
        (
            "title: x\nyears:\n  2027:\n    holidays: [2027-02-20..2027-02-21]\n    workdays:\n    - 2027-02-20\n",
            "calendar-contradiction",
            6,
            "2027-02-20",
        ),
        (
            "title: x\nclosed: {2024-08-19..2024-08-21: a}\nopen:\n  2024-08-20: b\n",
            "calendar-contradiction",
            4,
            "2024-08-20",
        ),
        ("title: x\nclosed:\n  2024-08-19: ''\n", "bad-value", 3, "1 character"),
        ("title: x\nclosing: {}\n", "unknown-key", 2, "closing"),
        ("title: x\nyears: {twenty: {}}\n", "bad-value", 2, "integer"),
        ("closed: {}\n", "missing-key", 1, "title"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, code: str, line: int, told: str) -> None:
    """No day, another year, a plain weekday as made up, both ways, no reason, an unknown key."""
    with pytest.raises(UsageError) as error:
        read_calendar(text, CALENDAR)
    assert error.value.code == code
    assert (error.value.place.file, error.value.place.line) == (CALENDAR, line)
    assert told in error.value.sentence


@pytest.mark.parametrize("span", ["2027-02-06", "2027-02-05..2027-02-11"])
def test_a_holiday_may_be_a_weekend(span: str) -> None:
    """A notice names a holiday by its first and last day, whatever weekends lie between."""
    read_calendar(f"title: x\nyears: {{2027: {{holidays: [{span}]}}}}", CALENDAR)


@given(st.dictionaries(days, st.tuples(st.booleans(), st.text(min_size=1).filter(str.strip)), max_size=8))
@settings(deadline=None)
def test_any_days_that_are_written_are_read_as_they_were(own: dict[date, tuple[bool, str]]) -> None:
    """The calendar of a file works where it says open, rests where it says closed, and is the library's elsewhere."""
    sections = {True: "open", False: "closed"}
    text = {
        section: {f"{day}": reason for day, (works, reason) in own.items() if sections[works] == section}
        for section in sections.values()
    }
    calendar = calendar_of(read_calendar(yaml.safe_dump({"title": "x", **text}, allow_unicode=True), CALENDAR))
    assert {day: calendar.is_workday(day) for day in own} == {day: works for day, (works, _reason) in own.items()}
    others = [day for day in (date(2024, 1, 1) + timedelta(days=number) for number in range(366)) if day not in own]
    assert list(map(calendar.is_workday, others)) == list(map(Calendar().is_workday, others))


@given(st.sets(days), st.sampled_from([1, 2]))
def test_stretches_are_the_days_again(chosen: set[date], kinds: int) -> None:
    """Neighbouring days of one kind are one stretch; no day is lost or added, and a span is read as its days."""
    told = [(day, day.toordinal() % kinds) for day in sorted(chosen)]
    found = list(stretches(told))
    assert [(day, each.kind) for each in found for day in days_of(each.span)] == told
    assert sum(each.days for each in found) == len(chosen)
    assert all(each.first.year == each.last.year for each in found)


def test_own_days_are_set_against_the_library() -> None:
    """Another day, the same day, a new year, and a year behind one that nobody knows."""
    library = Calendar()
    text = (
        f"title: x\nyears: {{{YEAR}: {{holidays: [{YEAR}-01-01]}}, {YEAR + 2}: {{holidays: [{YEAR + 2}-01-01]}}}}\n"
        "closed: {2024-08-19..2024-08-20: 那达慕, 2024-10-01: 国庆节}\n"
    )
    found = {each.span: each.kind.standing for each in compare(calendar_of(read_calendar(text, CALENDAR)))}
    assert found == {
        "2024-08-19..2024-08-20": Standing.DIFFERS,
        "2024-10-01": Standing.AGREES,
        f"{YEAR}-01-01": Standing.NEW,
        f"{YEAR + 2}-01-01": Standing.NOT_IN_FORCE,
    }
    assert list(compare(library)) == []


def test_an_own_year_that_the_library_knows_too_is_compared_day_by_day() -> None:
    """A holiday that the workspace's year leaves out shows as a difference, though nothing is said of it."""
    found = list(compare(calendar_of(read_calendar("title: x\nyears: {2024: {}}", CALENDAR))))
    changed = {day for each in found for day in days_of(each.span)}
    whole = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
    assert changed == {day for day in whole if Calendar().is_workday(day) != (day.weekday() < 5)}
    assert {each.kind.standing for each in found} == {Standing.DIFFERS}
