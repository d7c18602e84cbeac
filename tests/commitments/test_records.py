"""What is remembered of a case and what is published of it: no answer goes back in time, equal cases say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.checks import check_records, check_value
from mappings.identity import with_identity
from mappings.normalise import normalise
from mappings.standards import COMMITMENT
from mappings.standards.commitment import FULLY, NOT_AT_ALL, PARTLY, PROMISE
from reconciliation.commitments.cases import Case, older_than
from reconciliation.commitments.judging import Terms, judge
from reconciliation.commitments.records import record_of
from sandbox.building import SORTS
from schedules.workdays import Calendar
from tests.commitments.cases import DUE, PUSH, Happened, Told, case, happenings, on, todays
from tests.commitments.doubles import PretendPlatform
from tests.mappings.rows import patient

CALENDAR = Calendar()
PROFILE = PretendPlatform().profile
LATE = date(2024, 10, 11)
REMAINS = "消防设计专项审查意见尚未落实"


def published(found: Case, today: date = PUSH) -> dict[str, str]:
    """Return what is published of a case on a day."""
    return record_of(found, judge(found, Terms(), CALENDAR, today))


def until(happened: Happened, moment: str, told_at: str = "") -> Case:
    """Return the case as it was at a moment."""
    past = {kind: [each for each in told if each["at"] <= moment] for kind, told in happened.items()}
    return case(told_at=told_at, happened=past)


@given(happenings(), todays, todays)
@patient
def test_an_answer_is_older_exactly_if_something_in_it_has_not_happened_yet(
    happened: Happened, first: date, second: date
) -> None:
    """A later answer never is; an earlier one is, as soon as the two differ; both are told by their own time too."""
    earlier, later = sorted((f"{first} 09:00:00", f"{second} 09:00:00"))
    before, after = until(happened, earlier), until(happened, later)
    assert not older_than(after, before)
    assert older_than(before, after) == (before.timeline != after.timeline)
    assert older_than(until(happened, later, earlier), until(happened, later, later)) == (earlier < later)


@pytest.mark.parametrize(
    ("kind", "open_", "decided"),
    [
        ("disputes", on(LATE), on(LATE, "异议不成立")),
        ("disputes", on(LATE), on(LATE, "异议成立", text="另有说明")),
        ("extensions", on(LATE), on(LATE, until=date(2024, 12, 2))),
    ],
)
def test_what_is_decided_is_newer_than_what_is_open(kind: str, open_: Told, decided: Told) -> None:
    """The same dispute with its outcome, the same request with the day it was granted; and never the other way."""
    before, after = case(happened={kind: [open_]}), case(happened={kind: [decided]})
    assert not older_than(after, before)
    assert older_than(before, after)


def test_a_corrected_wording_or_day_is_not_older() -> None:
    """A clerk who corrects a text does not stop the clock."""
    one = case(extensions=[on(LATE, until=DUE, text="申请延期")])
    other = case(extensions=[on(LATE, until=LATE, text="申请展期")])
    assert not older_than(one, other)
    assert not older_than(other, one)


def test_one_of_two_events_of_the_same_moment_that_is_gone_is_missed() -> None:
    """Systems that write days only give several events one moment."""
    assert older_than(case(supplies=[on(LATE)]), case(supplies=[on(LATE), on(LATE, text="二")]))


@given(happenings(), todays)
@patient
def test_every_record_keeps_the_standards_rules(happened: Happened, today: date) -> None:
    """Whatever happened: each value has its kind's form, and what was not kept is stated exactly where not all was."""
    record = published(case(happened=happened), today)
    assert list(record) == list(COMMITMENT.names)
    for field in COMMITMENT.fields:
        check_value(field, record[field.name])
        assert normalise(field.kind, record[field.name]) == record[field.name]
    assert check_records(pl.DataFrame([record]), COMMITMENT) == []


@given(happenings(), todays, st.sampled_from(SORTS))
@patient
def test_every_record_fits_the_platforms_template(happened: Happened, today: date, sort: str) -> None:
    """Of whatever type, and whatever happened: the shipped profile has a column for each field and refuses none."""
    record = published(case(sort=sort, happened=happened), today)
    assert [column.field for column in PROFILE.columns] == list(COMMITMENT.names)
    assert PROFILE.malformed(with_identity(pl.DataFrame([record]), COMMITMENT), today).to_list() == [""]


@given(happenings(), todays, todays)
@patient
def test_the_same_case_gives_the_same_record_on_whatever_day_it_leaves(
    happened: Happened, first: date, second: date
) -> None:
    """Nothing of today enters it, nor the order in which events are told."""
    shuffled = {kind: list(reversed(told)) for kind, told in reversed(list(happened.items()))}
    assert published(case(happened=happened), first) == published(case(happened=shuffled), second)


def test_a_failure_is_told_with_the_day_on_which_it_was_one() -> None:
    """What was promised is what is missing, and the push day is when that was certain, even if it leaves later."""
    record = published(case(), PUSH + timedelta(days=20))
    told = {name: case().values[name] for name in PROMISE}
    assert {name: record[name] for name in PROMISE} == told
    assert record["performance"] == NOT_AT_ALL
    assert record["unperformed"] == told["content"]
    assert record["accountability"] == told["liability"]
    assert record["determined_on"] == PUSH.isoformat()
    assert (record["determiner_name"], record["determiner_code"]) == (told["authority_name"], told["authority_code"])
    assert "150102202401080001" in record["remarks"]
    assert "金桥路物流仓储中心建设项目" in record["remarks"]


def test_a_part_says_what_remains_and_the_whole_says_nothing() -> None:
    """Both with the day of the department's word."""
    partly = published(case(confirmations=[on(LATE, PARTLY, text=REMAINS)]))
    assert (partly["performance"], partly["unperformed"]) == (PARTLY, REMAINS)
    assert partly["accountability"] == case().values["liability"]
    assert partly["determined_on"] == LATE.isoformat()
    fully = published(case(confirmations=[on(LATE, PARTLY, text=REMAINS), on(PUSH, FULLY)]))
    assert (fully["performance"], fully["unperformed"], fully["accountability"]) == (FULLY, "", "")
    assert fully["determined_on"] == PUSH.isoformat()


def test_what_the_department_says_is_missing_is_told_of_a_failure() -> None:
    """Its own words go before the commitment's; without any, the commitment's stand."""
    assert published(case(confirmations=[on(LATE, NOT_AT_ALL, text=REMAINS)]))["unperformed"] == REMAINS
    assert published(case(confirmations=[on(LATE, PARTLY)]))["unperformed"] == case().values["content"]


def test_a_case_without_permit_and_project_has_no_remarks() -> None:
    """Nothing is told of nothing."""
    bare = replace(case(), values={**case().values, "permit_number": "", "project_name": ""})
    assert published(bare)["remarks"] == ""
