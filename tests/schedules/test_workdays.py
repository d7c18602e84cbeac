"""Working days with the State Council's holidays and make-up days, and nothing guessed beyond them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.workdays import add_workdays, calendar_version, first_day, horizon, is_workday
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
#: Far enough before the horizon for every count that is tried.
days = st.dates(first_day(), horizon() - timedelta(days=120))


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
    assert add_workdays(date.fromisoformat(decided), 7) == date.fromisoformat(due)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_published_holidays_and_make_up_days(year: int) -> None:
    """The notice's weekday holidays are off, its weekends on, every other day as in any week."""
    holidays, made_up = listed(year, HOLIDAYS), listed(year, MADE_UP)
    assert {day for day in days_of(year) if day.weekday() < 5 and not is_workday(day)} == holidays
    assert {day for day in days_of(year) if day.weekday() >= 5 and is_workday(day)} == made_up


def test_new_years_eve_of_2024_was_worked() -> None:
    """除夕 was a working day that year, whatever people remember."""
    assert is_workday(date(2024, 2, 9))


@pytest.mark.parametrize("year", range(first_day().year, horizon().year + 1))
def test_every_known_day_is_the_calendars(year: int) -> None:
    """Day by day, for all years the calendar knows."""
    assert [is_workday(day) for day in days_of(year)] == [chinese_calendar.is_workday(day) for day in days_of(year)]


def test_the_calendar_knows_whole_years() -> None:
    """From a first of January to a thirty-first of December, the domain's years among them."""
    assert (first_day().month, first_day().day, horizon().month, horizon().day) == (1, 1, 12, 31)
    assert first_day().year <= 2024
    assert horizon().year >= 2026


@pytest.mark.parametrize("day", [first_day() - timedelta(days=1), horizon() + timedelta(days=1), date(2099, 12, 31)])
def test_beyond_the_horizon_it_refuses(day: date) -> None:
    """No Monday-to-Friday guess; the error says what is known and what to install."""
    with pytest.raises(UsageError) as error:
        is_workday(day)
    assert error.value.code == "calendar-horizon"
    assert all(str(each) in error.value.sentence for each in (first_day(), horizon(), day))
    assert "chinesecalendar" in error.value.todo


def test_counting_over_the_horizon_refuses() -> None:
    """A deadline in a year without a notice is not known, however near it is."""
    assert add_workdays(horizon(), 0) == horizon()
    with pytest.raises(UsageError) as error:
        add_workdays(horizon() - timedelta(days=3), 7)
    assert error.value.code == "calendar-horizon"


@given(day=days, count=st.integers(0, 40))
@settings(deadline=None)
def test_exactly_so_many_working_days_lie_between(day: date, count: int) -> None:
    """Of the days after the first, ``count`` are worked up to the result, which is the last of them."""
    result = add_workdays(day, count)
    between = [day + timedelta(days=number) for number in range(1, (result - day).days + 1)]
    assert sum(map(is_workday, between)) == count
    assert is_workday(result) or count == 0


@given(day=days, first=st.integers(0, 20), second=st.integers(0, 20))
@settings(deadline=None)
def test_counting_in_two_steps_is_counting_in_one(day: date, first: int, second: int) -> None:
    """A deadline does not depend on how it was reached."""
    assert add_workdays(add_workdays(day, first), second) == add_workdays(day, first + second)


@given(day=days, count=st.integers(1, 20))
@settings(deadline=None)
def test_a_rest_day_counts_like_the_working_day_before_it(day: date, count: int) -> None:
    """Later days are never due earlier, and a rest day is due with the day before it."""
    tomorrow = day + timedelta(days=1)
    assert add_workdays(tomorrow, count) >= add_workdays(day, count)
    assert (add_workdays(tomorrow, count) == add_workdays(day, count)) == (not is_workday(tomorrow))


def test_the_calendar_has_a_version() -> None:
    """It is kept with every deadline that was counted with it."""
    name, version = calendar_version().split()
    assert name == "chinesecalendar"
    assert version[0].isdigit()
