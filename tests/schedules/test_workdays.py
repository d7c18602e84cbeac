"""Working days with the State Council's holidays and make-up days, and nothing guessed beyond them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.workdays import Calendar, Said
from words.errors import UsageError
from words.languages import choose

HOLIDAYS = {
    2024: "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 10-01 10-02 10-03 10-04 "
    "10-07",
    2025: "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 "
    "10-07",
}
MADE_UP = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
CALENDAR = Calendar()
#: Far enough before the horizon for every count that is tried.
days = st.dates(CALENDAR.first_day, CALENDAR.horizon - timedelta(days=120))


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def listed(year: int, table: dict[int, str]) -> set[date]:
    """Return the days of one year's row in the domain's table."""
    return {date.fromisoformat(f"{year}-{day}") for day in table[year].split()}


def days_of(year: int) -> list[date]:
    """Return every day of a year."""
    return [
        date(year, 1, 1) + timedelta(days=number) for number in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)
    ]


@pytest.mark.parametrize(
    ("decided", "due"),
    [
        ("2024-03-15", "2024-03-26"),
        ("2024-02-08", "2024-02-23"),
        ("2024-09-30", "2024-10-15"),
        ("2025-01-24", "2025-02-10"),
        ("2025-04-30", "2025-05-14"),
        ("2025-09-30", "2025-10-16"),
        ("2026-02-13", "2026-03-02"),
        ("2026-09-30", "2026-10-15"),
        ("2026-02-14", "2026-03-03"),
    ],
)
def test_the_seventh_working_day(decided: str, due: str) -> None:
    """The day after the decision is day 1; the domain's vectors."""
    assert CALENDAR.add(date.fromisoformat(decided), 7) == date.fromisoformat(due)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_published_holidays_and_make_up_days(year: int) -> None:
    """The notice's weekday holidays are off, its weekends on, every other day as in any week."""
    holidays, made_up = listed(year, HOLIDAYS), listed(year, MADE_UP)
    assert {day for day in days_of(year) if day.weekday() < 5 and not CALENDAR.is_workday(day)} == holidays
    assert {day for day in days_of(year) if day.weekday() >= 5 and CALENDAR.is_workday(day)} == made_up


def test_new_years_eve_of_2024_was_worked() -> None:
    """除夕 was a working day that year, whatever people remember."""
    assert CALENDAR.is_workday(date(2024, 2, 9))


@pytest.mark.parametrize("year", range(CALENDAR.first_day.year, CALENDAR.horizon.year + 1))
def test_every_known_day_is_the_calendars(year: int) -> None:
    """Day by day, for all years the calendar knows."""
    assert [CALENDAR.is_workday(day) for day in days_of(year)] == [
        chinese_calendar.is_workday(day) for day in days_of(year)
    ]


def test_the_calendar_knows_whole_years() -> None:
    """From a first of January to a thirty-first of December, the domain's years among them."""
    assert (CALENDAR.first_day.month, CALENDAR.first_day.day, CALENDAR.horizon.month, CALENDAR.horizon.day) == (
        1,
        1,
        12,
        31,
    )
    assert CALENDAR.first_day.year <= 2024
    assert CALENDAR.horizon.year >= 2026


@pytest.mark.parametrize(
    "day", [CALENDAR.first_day - timedelta(days=1), CALENDAR.horizon + timedelta(days=1), date(2099, 12, 31)]
)
def test_beyond_the_horizon_it_refuses(day: date) -> None:
    """No Monday-to-Friday guess; the error says what is known and what to install."""
    with pytest.raises(UsageError) as error:
        CALENDAR.is_workday(day)
    assert error.value.code == "calendar-horizon"
    assert all(str(each) in error.value.sentence for each in (CALENDAR.first_day, CALENDAR.horizon, day))
    assert "chinesecalendar" in error.value.todo


def test_counting_over_the_horizon_refuses() -> None:
    """A deadline in a year without a notice is not known, however near it is."""
    assert CALENDAR.add(CALENDAR.horizon, 0) == CALENDAR.horizon
    with pytest.raises(UsageError) as error:
        CALENDAR.add(CALENDAR.horizon - timedelta(days=3), 7)
    assert error.value.code == "calendar-horizon"


@given(day=days, count=st.integers(0, 40))
@settings(deadline=None)
def test_exactly_so_many_working_days_lie_between(day: date, count: int) -> None:
    """Of the days after the first, ``count`` are worked up to the result, which is the last of them."""
    result = CALENDAR.add(day, count)
    between = [day + timedelta(days=number) for number in range(1, (result - day).days + 1)]
    assert sum(map(CALENDAR.is_workday, between)) == count
    assert CALENDAR.is_workday(result) or count == 0


@given(day=days, first=st.integers(0, 20), second=st.integers(0, 20))
@settings(deadline=None)
def test_counting_in_two_steps_is_counting_in_one(day: date, first: int, second: int) -> None:
    """A deadline does not depend on how it was reached."""
    assert CALENDAR.add(CALENDAR.add(day, first), second) == CALENDAR.add(day, first + second)


@given(day=days, count=st.integers(1, 20))
@settings(deadline=None)
def test_a_rest_day_counts_like_the_working_day_before_it(day: date, count: int) -> None:
    """Later days are never due earlier, and a rest day is due with the day before it."""
    tomorrow = day + timedelta(days=1)
    assert CALENDAR.add(tomorrow, count) >= CALENDAR.add(day, count)
    assert (CALENDAR.add(tomorrow, count) == CALENDAR.add(day, count)) == (not CALENDAR.is_workday(tomorrow))


def test_the_calendar_has_a_version() -> None:
    """It is kept with every deadline that was counted with it."""
    name, version = CALENDAR.version.split()
    assert name == "chinesecalendar"
    assert version[0].isdigit()


@given(day=days, later=days)
@settings(deadline=None)
def test_between_and_add_agree_with_counting_by_hand(day: date, later: date) -> None:
    """After the first day, up to the last; and so many working days on from the first is the last one of them."""
    passed = [day + timedelta(days=number) for number in range(1, (later - day).days + 1)]
    worked = [each for each in passed if chinese_calendar.is_workday(each)]
    assert CALENDAR.between(day, later) == len(worked)
    assert CALENDAR.add(day, len(worked)) == (worked[-1] if worked else day)


@given(day=days, count=st.integers(0, 20), more=st.integers(0, 3))
@settings(deadline=None)
def test_working_days_are_counted_back_as_they_were_counted_on(day: date, count: int, more: int) -> None:
    """From any day to its n-th working day there are n of them, and rest days behind that add none."""
    later = CALENDAR.add(day, count)
    assert CALENDAR.between(day, later) == count
    assert CALENDAR.between(later, day) == 0
    rest = later + timedelta(days=more)
    assert CALENDAR.between(day, rest) == count + CALENDAR.between(later, rest)


@given(day=days)
@settings(deadline=None)
def test_a_deadline_on_a_rest_day_moves_to_the_next_working_day(day: date) -> None:
    """A working day stays; from a rest day it is the first working day after it."""
    moved = CALENDAR.next_workday(day)
    assert CALENDAR.is_workday(moved)
    assert moved == (day if CALENDAR.is_workday(day) else CALENDAR.add(day, 1))


@given(st.dictionaries(days, st.booleans(), max_size=6), days, st.integers(0, 15))
@settings(deadline=None)
def test_a_workspaces_own_days_go_before_the_library(said: dict[date, bool], day: date, count: int) -> None:
    """Counting is counting by hand over the library's days with some of them replaced."""
    calendar = Calendar(said={each: Said(works) for each, works in said.items()})
    later = calendar.add(day, count)
    passed = [day + timedelta(days=number) for number in range(1, (later - day).days + 1)]
    assert (
        sum(said.get(each, chinese_calendar.is_workday(each)) for each in passed)
        == count
        == calendar.between(day, later)
    )
    assert set(calendar.changed) == {each for each in said if said[each] != chinese_calendar.is_workday(each)}


@given(st.dictionaries(days, st.booleans(), max_size=6))
@settings(deadline=None)
def test_the_same_days_have_the_same_version(said: dict[date, bool]) -> None:
    """Reasons, order, and what the library says anyway do not matter; one other day does."""
    calendar = Calendar(said={each: Said(works, "a") for each, works in sorted(said.items())})
    idle = {day: Said(CALENDAR.is_workday(day)) for day in days_of(2024)}
    again = Calendar(said=idle | {each: Said(works, "b") for each, works in sorted(said.items(), reverse=True)})
    assert calendar.version == again.version
    assert (calendar.version == CALENDAR.version) == (not calendar.changed)
    other = next(day for day in days_of(2025) if day not in said)
    assert Calendar(said={**calendar.said, other: Said(not CALENDAR.is_workday(other))}).version != calendar.version


def test_a_year_of_ones_own_extends_what_is_known() -> None:
    """The year after the horizon is as its weekdays, except for what is said; it is known, the one after is not."""
    year = CALENDAR.horizon.year + 1
    calendar = Calendar(frozenset({year}), {date(year, 1, 1): Said(False, "元旦")})
    assert calendar.horizon == date(year, 12, 31)
    weekdays = sum(day.weekday() < 5 for day in days_of(year))
    assert calendar.between(date(year - 1, 12, 31), calendar.horizon) == weekdays - (date(year, 1, 1).weekday() < 5)
    assert calendar.version != CALENDAR.version
    with pytest.raises(UsageError):
        calendar.is_workday(calendar.horizon + timedelta(days=1))


def test_a_year_behind_an_unknown_one_is_not_in_force() -> None:
    """A count cannot go over a year of which nothing is known."""
    calendar = Calendar(frozenset({CALENDAR.horizon.year + 2}))
    assert calendar.horizon == CALENDAR.horizon
    assert calendar.version == CALENDAR.version


def test_the_end_of_2026_is_counted_with_an_own_2027_only() -> None:
    """The seventh working day after 28 December 2026 lies beyond the notice that the library knows."""
    if CALENDAR.horizon.year == 2026:
        with pytest.raises(UsageError, match="2027-01-01") as error:
            CALENDAR.add(date(2026, 12, 28), 7)
        assert "yinxin calendar add --year 2027" in error.value.todo
    new_year = {date(2027, 1, day): Said(False, "元旦") for day in (1, 2, 3)}
    assert Calendar(frozenset({2027}), new_year).add(date(2026, 12, 28), 7) == date(2027, 1, 7)
