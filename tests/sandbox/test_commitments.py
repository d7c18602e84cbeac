"""The planted commitments keep their promises: every kind at any scale, and a truth that a plain reading confirms."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, cast

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from sandbox.building import SORTS
from sandbox.city import TODAY, build_city
from sandbox.commitment_planting import KINDS, OTHER_UNIT, UNIT, counts
from sandbox.commitment_truth import Standing, commitment_truth
from sandbox.commitments import STATES, UPHELD, Commitment, Project
from sandbox.model import City
from sandbox.workdays import HOLIDAYS, MAKE_UP_DAYS, is_working, moved, push_day
from tests.sandbox.visitors import moment

SIZES = [(1, 1.0), (2, 0.02), (3, 0.1), (4, 2.0)]
END = date(2026, 12, 31)
EVER = moment("9999-12-31")


@cache
def city_of(seed: int, scale: float) -> City:
    """Build a city once for all tests."""
    return build_city(seed, scale)


def days(first: date, last: date) -> list[date]:
    """All days from one to another."""
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


#: The days of the three years on which offices are open, as the library says.
WORKED = [day for day in days(date(2024, 1, 1), END) if chinese_calendar.is_workday(day)]


def told(city: City) -> list[dict[str, Any]]:
    """The truth about the commitments."""
    return cast("list[dict[str, Any]]", city.truth["commitments"])


def promises(city: City) -> Iterator[tuple[Project, Commitment]]:
    """All commitments of a city."""
    for project in city.projects:
        yield from ((project, commitment) for _, commitment in project.promises(EVER))


def test_the_calendar_is_that_of_the_notices() -> None:
    """Every day of the three years is worked or not as the library of the yearly notices says."""
    known = days(date(2024, 1, 1), END)
    assert [is_working(day) for day in known] == [chinese_calendar.is_workday(day) for day in known]
    with pytest.raises(ValueError, match="2031"):
        is_working(date(2031, 6, 30))


@pytest.mark.parametrize(
    ("deadline", "ends", "push"),
    [
        ("2024-09-30", "2024-09-30", "2024-10-15"),
        ("2024-10-02", "2024-10-08", "2024-10-16"),
        ("2024-10-12", "2024-10-12", "2024-10-22"),
        ("2024-12-28", "2024-12-30", "2025-01-09"),
        ("2026-02-14", "2026-02-14", "2026-03-03"),
    ],
)
def test_a_deadline_on_a_rest_day_moves_and_the_push_follows_it(deadline: str, ends: str, push: str) -> None:
    """Holidays and weekends move a deadline, make-up Saturdays do not, and seven working days follow."""
    day = date.fromisoformat(deadline)
    assert (moved(day), push_day(day)) == (date.fromisoformat(ends), date.fromisoformat(push))


@given(st.dates(date(2024, 1, 1), date(2026, 11, 30)))
def test_seven_working_days_lie_between_the_end_of_a_deadline_and_its_push(day: date) -> None:
    """Counted day by day with the library, the push day is the seventh one worked after the deadline's end."""
    ends, push = moved(day), push_day(day)
    assert not any(chinese_calendar.is_workday(each) for each in days(day, ends - timedelta(days=1)))
    worked = [each for each in days(ends + timedelta(days=1), push) if chinese_calendar.is_workday(each)]
    assert (len(worked), worked[-1]) == (7, push)


@pytest.mark.parametrize(("seed", "scale"), SIZES)
def test_every_kind_is_planted_at_any_scale(seed: int, scale: float) -> None:
    """Each kind has its share, at least one, and every commitment stands in the truth once."""
    city = city_of(seed, scale)
    assert Counter(entry["kind"] for entry in told(city)) == counts(scale)
    codes = [commitment.code for _, commitment in promises(city)]
    assert codes == [entry["code"] for entry in told(city)]
    assert len(set(codes)) == len(codes)


def test_every_holiday_and_every_make_up_day_has_a_deadline() -> None:
    """The real case leaves out no stretch of rest days and no weekend day that is worked."""
    deadlines = {entry["deadline"] for entry in told(city_of(1, 1.0))}
    assert {day.isoformat() for day in MAKE_UP_DAYS} <= deadlines
    last_days = [day for day in HOLIDAYS if day + timedelta(days=1) not in HOLIDAYS]
    assert len(last_days) > len(KINDS) // 2
    for day in last_days:
        around = {(day + timedelta(days=step)).isoformat() for step in range(-7, 8)}
        assert around & deadlines, day


def test_commitments_are_written_as_the_standard_wants() -> None:
    """Codes are area, day and serial, promisors' codes are valid, and all sorts and kinds of holder occur."""
    found = list(promises(city_of(2, 0.02)))
    for project, commitment in found:
        assert commitment.code[:14] == f"{project.region}{commitment.made:%Y%m%d}"
        assert len(commitment.code) == 20
        check = ric if project.builder.category == "自然人" else uscc
        assert check.is_valid(project.builder.code)
        assert [each.at for each in commitment.events] == sorted(each.at for each in commitment.events)
        assert all(each.at > commitment.made for each in commitment.events)
        assert all(chinese_calendar.is_workday(each.at.date()) for each in commitment.events)
    assert {commitment.sort for _, commitment in found} == set(SORTS)
    assert {project.builder.category for project, _ in found} == {"法人及非法人组织", "自然人", "个体工商户"}


@pytest.mark.parametrize(("seed", "scale"), SIZES)
def test_some_projects_nest_and_the_broken_ones_stand_alone(seed: int, scale: float) -> None:
    """A project may have two permits and a permit two commitments; a vanished one takes nothing with it."""
    projects = city_of(seed, scale).projects
    assert max(len(project.permits) for project in projects) >= 2
    assert max(len(permit.commitments) for project in projects for permit in project.permits) >= 2
    gone = [project for project in projects if project.vanishes]
    assert len(gone) == counts(scale)["vanished"]
    assert all(sum(1 for _ in project.promises(EVER)) == 1 for project in gone)


def test_the_system_uses_each_of_its_states() -> None:
    """Over the years every state is shown, and right after midnight of its deadline an open commitment is overdue."""
    found = list(promises(city_of(1, 1.0)))
    moments = [datetime.combine(day, time()) for day in days(date(2024, 1, 1), END)[::5]]
    assert {commitment.state_at(when) for _, commitment in found for when in moments} == set(STATES)


def read_plainly(project: Project, commitment: Commitment, run: datetime) -> tuple[str, str]:
    """What an honest clerk reads at a moment: open, or fulfilled, or held with the reason; and the status."""
    kinds = [event.kind for event in commitment.past(run)]
    confirmed = [each for each in commitment.past(run, "confirmation") if each.unit == UNIT]
    ended = commitment.past(run, "dispute", "ruling")
    deadline = commitment.deadline_at(run)
    if deadline is None or deadline < commitment.made.date() or deadline.year > 2026:
        return "held", ""
    if confirmed:
        return ("open", "部分履行") if confirmed[-1].text else ("closed", "全部履行")
    if "cancellation" in kinds or (ended and ended[-1].text == UPHELD):
        return "closed", ""
    if project.is_gone(run) or "upload" in kinds or (ended and ended[-1].kind == "dispute"):
        return "held", ""
    return "open", "全部未履行"


def plain_course(project: Project, commitment: Commitment, first: date) -> dict[date, Standing]:
    """Where a commitment stands after each morning, by counting working days one by one with the library."""
    course, pushed = {}, None
    for day in WORKED[bisect_left(WORKED, first) :]:
        run = datetime.combine(day, time(9))
        reading, status = read_plainly(project, commitment, run)
        deadline = commitment.deadline_at(run)
        ripe = deadline is not None and deadline.year < 2027 and _worked_after(deadline, day) >= 7
        if not pushed and ripe and reading == "open":
            pushed = day
        broken = reading == "held" and (deadline is None or deadline < commitment.made.date() or deadline.year > 2026)
        held = reading == "held" and (ripe or broken) and not pushed
        course[day] = Standing(pushed, (status or "全部未履行") if pushed else "", "held" if held else "")
    return course


def _worked_after(deadline: date, day: date) -> int:
    """How many working days lie after the one on which a deadline ends, up to and including a day."""
    return bisect_right(WORKED, day) - bisect_left(WORKED, deadline) - 1


@pytest.mark.parametrize(
    ("seed", "scale", "since"),
    [(2, 0.02, None), (1, 0.1, None), *((seed, 0.02, date(2024, 10, 12)) for seed in range(5, 15))],
)
def test_truth_is_what_a_plain_reading_comes_to(seed: int, scale: float, since: date | None) -> None:
    """On every morning of three years the truth says what somebody finds who reads all events and counts days."""
    city = city_of(seed, scale)
    begin = since or date(2024, 1, 2)
    courses = {
        commitment.code: plain_course(project, commitment, max(begin, commitment.made.date() + timedelta(days=1)))
        for project, commitment in promises(city)
    }
    for day in WORKED[bisect_left(WORKED, begin) :]:
        truth = commitment_truth(city, day, since)
        plain = {code: course[day] for code, course in courses.items() if day in course}
        assert {code: _blunt(standing) for code, standing in truth.items()} == plain, day


def _blunt(standing: Standing) -> Standing:
    return Standing(standing.pushed, standing.status, "held" if standing.held else "")


def test_somebody_is_due_today() -> None:
    """However small the city is, its today has a commitment to push and one that was met this morning."""
    city = city_of(2, 0.02)
    entries = {entry["kind"]: entry for entry in told(city)}
    assert entries["plain"]["push"] == TODAY.isoformat()
    codes = [entry["code"] for entry in told(city) if entry["kind"] == "confirmed_that_morning"]
    (met,) = [commitment for _, commitment in promises(city) if commitment.code in codes]
    assert met.events[-1].at == moment("2024-08-13 08:40")


def test_confirmations_come_from_whom_truth_says() -> None:
    """Only the planted kind is confirmed by a department that did not accept the commitment."""
    city = city_of(1, 1.0)
    kinds = {entry["code"]: entry["kind"] for entry in told(city)}
    meddled = {
        kinds[commitment.code]
        for _, commitment in promises(city)
        for event in commitment.events
        if event.unit == OTHER_UNIT
    }
    assert meddled == {"wrong_department"}
