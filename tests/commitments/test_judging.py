"""Where a commitment stands: the push day, what closes it, and everything that keeps it from being pushed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.standards.commitment import FULLY, NOT_AT_ALL, PARTLY
from reconciliation.commitments.cases import Case
from reconciliation.commitments.judging import Closing, Judgement, Stage, Terms, judge
from sandbox import workdays
from sandbox.building import SORTS
from sandbox.commitment_planting import OTHER_UNIT, UNIT
from schedules.workdays import Calendar
from tests.commitments.cases import MADE, PUSH, Happened, a_little, case, deadlines, happenings, on, todays
from tests.mappings.rows import patient

CALENDAR = Calendar()
CLOSINGS: tuple[Closing, ...] = ("supply", "confirmation", "inspection")
#: By what is told, the closing that it belongs to.
OF: dict[str, Closing] = {"supplies": "supply", "confirmations": "confirmation", "inspections": "inspection"}
EARLY, LATE, AFTER = date(2024, 9, 2), date(2024, 10, 11), date(2024, 10, 25)


def judged(found: Case, today: date = PUSH, terms: Terms | None = None) -> Judgement:
    """Judge a case on a day, by default on the push day of the usual one."""
    return judge(found, terms or Terms(), CALENDAR, today)


def stage(found: Case, today: date = PUSH) -> tuple[Stage, str]:
    """Return where a case stands, and what a person must look at."""
    judgement = judged(found, today)
    return judgement.stage, judgement.why


@given(due=deadlines, step=a_little)
@patient
def test_untouched_it_runs_falls_due_and_is_pushed_on_the_seventh_working_day(due: date, step: timedelta) -> None:
    """The deadline moves off a rest day; the days are those of the notices, counted by another hand."""
    deadline, push_day = workdays.moved(due), workdays.push_day(due)
    today = max(deadline + step, MADE)
    judgement = judged(case(due), today)
    assert (judgement.deadline, judgement.push_day) == (deadline, push_day)
    if today > deadline:
        assert judgement.stage == (Stage.BREACHED if today >= push_day else Stage.OVERDUE)
    else:
        left = len(workdays.working_days(today + timedelta(days=1), deadline))
        assert judgement.stage == (Stage.AT_RISK if left <= 3 else Stage.RUNNING)
    assert (judgement.performance, judgement.why) == (NOT_AT_ALL, "")


@pytest.mark.parametrize(
    ("due", "ends", "push"),
    [
        ("2024-02-08", "2024-02-08", "2024-02-23"),
        ("2024-02-10", "2024-02-18", "2024-02-27"),
        ("2024-09-30", "2024-09-30", "2024-10-15"),
        ("2024-10-12", "2024-10-12", "2024-10-22"),
        ("2025-01-24", "2025-01-24", "2025-02-10"),
        ("2025-10-04", "2025-10-09", "2025-10-17"),
        ("2026-02-14", "2026-02-14", "2026-03-03"),
    ],
)
def test_the_push_days_around_spring_festival_and_national_day(due: str, ends: str, push: str) -> None:
    """Holidays and weekends do not count, make-up Saturdays and Sundays do."""
    judgement = judged(case(date.fromisoformat(due)))
    assert (str(judgement.deadline), str(judgement.push_day)) == (ends, push)


@pytest.mark.parametrize(("sort", "closing", "told"), list(product(SORTS, CLOSINGS, OF)))
def test_only_what_the_rule_of_its_type_names_closes_a_commitment(sort: str, closing: Closing, told: str) -> None:
    """Supplied, confirmed or inspected: the one that counts closes it, each other leaves it open and is not pushed."""
    terms = Terms(closes={sort.partition("-")[0]: closing})
    result = "通过" if told == "inspections" else ""
    judgement = judged(case(sort=sort, happened={told: [on(LATE, result)]}), terms=terms)
    closed = OF[told] == closing
    assert judgement.stage == (Stage.CLOSED if closed else Stage.UNCONFIRMED)
    assert (judgement.performance, judgement.why) == ((FULLY, "") if closed else (NOT_AT_ALL, "unconfirmed"))


@pytest.mark.parametrize("sort", SORTS)
def test_a_type_that_is_not_named_needs_a_confirmation(sort: str) -> None:
    """Nothing declared is the strictest rule."""
    assert Terms().closing(sort) == Terms(closes={"别的": "supply"}).closing(sort) == "confirmation"


@given(todays)
@patient
def test_supplied_and_unconfirmed_is_neither_kept_nor_broken(today: date) -> None:
    """Uploaded is not confirmed, and nobody is told that it was not kept either."""
    found = judged(case(supplies=[on(EARLY)]), today)
    assert found.stage not in (Stage.CLOSED, Stage.BREACHED)
    assert found.why == ("unconfirmed" if today >= PUSH else "")


def test_another_departments_confirmation_neither_closes_nor_breaks_it() -> None:
    """It is told as what it is, until the accepting department has spoken."""
    foreign = on(EARLY, FULLY, by=OTHER_UNIT.code)
    assert stage(case(confirmations=[foreign])) == (Stage.UNCONFIRMED, "confirmed-by-another")
    assert stage(case(supplies=[on(EARLY)], confirmations=[foreign])) == (Stage.UNCONFIRMED, "confirmed-by-another")
    assert stage(case(confirmations=[foreign, on(LATE, FULLY)])) == (Stage.CLOSED, "")
    assert stage(case(confirmations=[foreign, on(LATE, NOT_AT_ALL)])) == (Stage.BREACHED, "")


@pytest.mark.parametrize(
    ("results", "standing", "performance"),
    [
        ((FULLY, FULLY), Stage.CLOSED, FULLY),
        ((PARTLY,), Stage.BREACHED, PARTLY),
        ((PARTLY, FULLY), Stage.CLOSED, FULLY),
        ((FULLY, PARTLY), Stage.BREACHED, PARTLY),
        ((NOT_AT_ALL,), Stage.BREACHED, NOT_AT_ALL),
        (("未履行",), Stage.BREACHED, NOT_AT_ALL),
        ((NOT_AT_ALL, FULLY), Stage.CLOSED, FULLY),
        (("待补正",), Stage.UNCONFIRMED, NOT_AT_ALL),
        ((PARTLY, "待补正"), Stage.UNCONFIRMED, PARTLY),
        ((FULLY, "待补正"), Stage.CLOSED, FULLY),
    ],
)
def test_the_last_clear_word_of_the_department_counts(
    results: tuple[str, ...], standing: Stage, performance: str
) -> None:
    """In whole, in part, not at all; a word that nobody knows is for a person."""
    told = [on(EARLY + timedelta(days=at), result) for at, result in enumerate(results)]
    judgement = judged(case(confirmations=told))
    assert (judgement.stage, judgement.performance) == (standing, performance)


def test_what_is_supplied_after_a_confirmation_in_part_has_to_be_confirmed() -> None:
    """The rest may be in it."""
    partly = [on(EARLY, PARTLY, text="消防设计")]
    assert stage(case(confirmations=partly, supplies=[on(LATE)])) == (Stage.UNCONFIRMED, "unconfirmed")
    assert stage(case(confirmations=partly, supplies=[on(MADE)])) == (Stage.BREACHED, "")


def test_an_inspection_counts_once_it_is_passed() -> None:
    """One that is not over says nothing, nor does one that failed."""
    terms = Terms(closes={"容缺受理型": "inspection"})
    for results, expected in (
        (("",), Stage.BREACHED),
        (("不通过",), Stage.BREACHED),
        (("不通过", "通过"), Stage.CLOSED),
        ((PARTLY,), Stage.BREACHED),
    ):
        told = [on(EARLY + timedelta(days=at), result) for at, result in enumerate(results)]
        assert judged(case(inspections=told), terms=terms).stage is expected


@pytest.mark.parametrize(
    ("rulings", "expected"),
    [
        (("",), (Stage.DISPUTED, "disputed")),
        (("异议成立",), (Stage.CANCELLED, "")),
        (("异议不成立",), (Stage.BREACHED, "")),
        (("部分成立",), (Stage.DISPUTED, "disputed")),
        (("", "异议不成立"), (Stage.DISPUTED, "disputed")),
        (("异议成立", "异议不成立"), (Stage.CANCELLED, "")),
        (("异议不成立", ""), (Stage.DISPUTED, "disputed")),
    ],
)
def test_a_dispute_keeps_it_until_every_one_is_rejected(rulings: tuple[str, ...], expected: tuple[Stage, str]) -> None:
    """Open, it waits for a person; upheld, it is over; rejected, it is pushed."""
    told = [on(LATE + timedelta(days=at), ruling) for at, ruling in enumerate(rulings)]
    assert stage(case(disputes=told)) == expected
    assert stage(case(disputes=told), AFTER) == expected


def test_nobody_has_to_look_before_the_push_day() -> None:
    """A dispute or an upload may still be dealt with in time."""
    for found in (case(disputes=[on(LATE)]), case(supplies=[on(LATE)])):
        assert stage(found, PUSH - timedelta(days=1))[1] == ""
        assert stage(found, PUSH)[1] != ""


@given(due=deadlines, new=deadlines)
@patient
def test_an_extension_cancels_the_push_and_counts_anew(due: date, new: date) -> None:
    """Whatever the deadline was, only the granted one counts; the last of several; a request that says no day none."""
    granted = [on(MADE, until=due), on(EARLY, until=new), on(LATE, until=None)]
    judgement = judged(case(due, extensions=granted), workdays.push_day(new))
    assert (judgement.deadline, judgement.push_day) == (workdays.moved(new), workdays.push_day(new))
    assert judgement.stage is Stage.BREACHED
    assert judged(case(due, extensions=granted), workdays.moved(new)).stage is Stage.AT_RISK


def test_a_cancelled_commitment_is_over() -> None:
    """Taken back is neither kept nor broken."""
    for today in (MADE, PUSH, AFTER):
        assert stage(case(cancellations=[on(EARLY)]), today) == (Stage.CANCELLED, "")


@pytest.mark.parametrize(
    ("due", "why"),
    [
        (None, "no-deadline"),
        (MADE - timedelta(days=1), "deadline-before-commitment"),
        (date(2031, 6, 30), "deadline-beyond-calendar"),
        (CALENDAR.horizon, "deadline-beyond-calendar"),
        (CALENDAR.horizon - timedelta(days=5), "deadline-beyond-calendar"),
    ],
)
def test_a_deadline_that_cannot_be_is_for_a_person_from_the_first_day(due: date | None, why: str) -> None:
    """Nobody guesses, and what is confirmed or taken back needs no deadline."""
    for today in (MADE, PUSH, CALENDAR.horizon):
        judgement = judged(case(due), today)
        assert (judgement.stage, judgement.why) == (Stage.UNCLEAR, why)
        assert judgement.push_day is None
    assert stage(case(due, confirmations=[on(EARLY)])) == (Stage.CLOSED, "")
    assert stage(case(due, cancellations=[on(EARLY)])) == (Stage.CANCELLED, "")


def test_a_deadline_on_the_day_of_the_commitment_is_one() -> None:
    """Strange, and possible."""
    assert judged(case(MADE)).stage is Stage.BREACHED


@given(happenings(), deadlines, todays, st.sampled_from(CLOSINGS))
@patient
def test_nothing_is_broken_that_anything_speaks_for(
    happened: Happened, due: date, today: date, closing: Closing
) -> None:
    """Whatever happened: broken means that seven working days have passed and nobody has said anything else."""
    judgement = judged(case(due, happened=happened), today, Terms(closes={"容缺受理型": closing}))
    if judgement.stage is not Stage.BREACHED:
        return
    told = {kind: sorted(each, key=lambda one: one["at"]) for kind, each in happened.items()}
    granted = [each["until"] for each in told.get("extensions", []) if each["until"]]
    deadline = date.fromisoformat(granted[-1]) if granted else due
    assert today >= workdays.push_day(deadline)
    assert not told.get("cancellations")
    assert {each["result"] for each in told.get("disputes", [])} <= {"异议不成立"}
    decided = judgement.decided.at if judgement.decided else ""
    assert all(each["at"] < decided for each in told.get("supplies", []))
    own = [each["result"] for each in told.get("confirmations", []) if each["by"] == UNIT.code and each["at"] > decided]
    assert set(own) <= {NOT_AT_ALL, "未履行"}
    if judgement.decided is None:
        assert not told.get("confirmations") or closing != "confirmation"
