"""What happened to a commitment, and when: one canonical text, whatever order and spelling a system uses."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import transforms
from mappings.checks import check_value
from mappings.mapping import Mapping
from mappings.normalise import Unfit, events, moment, normalise
from mappings.standards import COMMITMENT_CASE
from mappings.standards.fields import EVENT_KEYS, Kind
from tests.commitments.cases import Happened, Told, happenings
from tests.mappings.rows import FOLDER, patient

RENAMED = "at=qrsj by=qrbmdm unit=qrbmmc result=qrjg text=wlxnr"
SUBJECT = COMMITMENT_CASE.by_name["promisor_code"]


@given(happenings(("confirmations",)), st.integers(0, 99))
@patient
def test_events_are_sorted_canonical_and_stay_so(happened: Happened, seed: int) -> None:
    """Any order gives the same text, oldest first, with every key of the standard; once more changes nothing."""
    told = happened.get("confirmations", [])
    text = events(json.dumps(Random(seed).sample(told, len(told))))
    assert text == events(json.dumps(told))
    found = json.loads(text or "[]")
    assert [each["at"] for each in found] == sorted(each["at"] for each in told)
    assert all(tuple(each) == EVENT_KEYS for each in found)
    assert normalise(Kind.EVENTS, text) == text


@given(happenings(("confirmations",)))
@patient
def test_the_systems_keys_become_the_standards(happened: Happened) -> None:
    """Renamed and made canonical, events say what they said; what the system says besides is left out."""
    told = happened.get("confirmations", [])
    own = dict(pair.split("=") for pair in RENAMED.split())
    theirs = [{own[key]: text for key, text in each.items() if key in own} | {"id": 7} for each in told]
    without = [{**each, "until": ""} for each in told]
    assert events(transforms.build({"events": RENAMED})(json.dumps(theirs))) == events(json.dumps(without))


def test_days_and_codes_in_events_are_made_canonical() -> None:
    """Every written form of a moment, a code in full-width letters, a number in place of text, nothing as nothing."""
    told = [
        {"at": "2024年10月8日 9:05", "by": "ａ１ ", "until": "2024/12/2"},
        {"at": "2024-10-08", "text": 3, "until": "/"},
    ]
    assert json.loads(events(json.dumps(told))) == [
        {"at": "2024-10-08 00:00:00", "by": "", "unit": "", "result": "", "until": "", "text": "3"},
        {"at": "2024-10-08 09:05:00", "by": "A1", "unit": "", "result": "", "until": "2024-12-02", "text": ""},
    ]


@pytest.mark.parametrize("text", ["已确认", "{", "3", '["a"]', "[3]", '{"at": "2024-10-08"}'])
def test_what_is_no_list_of_events_is_named(text: str) -> None:
    """Neither the transform nor the normaliser guesses."""
    for read in (events, transforms.build({"events": RENAMED})):
        with pytest.raises(Unfit) as refused:
            read(text)
        assert refused.value.rule == "unreadable-events"


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"at": ""}, "unreadable-date"),
        ({"at": "昨天"}, "unreadable-date"),
        ({"at": "2024-02-30"}, "impossible-date"),
        ({"at": "2024-02-03", "until": "下月"}, "unreadable-date"),
    ],
)
def test_an_event_without_a_readable_moment_is_named(told: Told, rule: str) -> None:
    """It cannot be put in order, so nothing is believed of the case."""
    with pytest.raises(Unfit) as refused:
        events(json.dumps([told]))
    assert refused.value.rule == rule


@pytest.mark.parametrize("keys", ["by=qrbmdm", "at=qrsj who=qrr", "at"])
def test_a_declared_renaming_needs_the_moment_and_the_standards_keys(keys: str) -> None:
    """A slip in a mapping file is found when it is read."""
    with pytest.raises(LookupError):
        transforms.build({"events": keys})


def test_the_shipped_mapping_reads_all_that_can_happen_to_a_commitment() -> None:
    """What it did not read would be taken for never having happened."""
    mapping = Mapping.parse((FOLDER / "construction.yaml").read_text("utf-8"), "", "construction")
    told = {field.name for field in COMMITMENT_CASE.fields if field.kind is Kind.EVENTS}
    assert told - mapping.fields.keys() == {"inspections"}


@pytest.mark.parametrize(
    ("shown", "canonical"),
    [
        ("2024-10-08 09:05:07", "2024-10-08 09:05:07"),
        ("2024/10/8 9:05", "2024-10-08 09:05:00"),
        ("2024-10-08T09:05:07.123", "2024-10-08 09:05:07"),
        ("2024年10月8日 9:05:07", "2024-10-08 09:05:07"),
        ("20241008", "2024-10-08 00:00:00"),
        ("2024-10-08T16:00:00Z", "2024-10-09 00:00:00"),
        ("2024-10-08T09:05:07+08:00", "2024-10-08 09:05:07"),
        ("2024-10-08T01:05:07Z", "2024-10-08 09:05:07"),
    ],
)
def test_a_moment_has_one_form(shown: str, canonical: str) -> None:
    """To the second and in the city's own time; a day is its midnight."""
    assert moment(shown) == canonical
    assert moment(canonical) == canonical


@given(at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), minutes=st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001
@patient
def test_a_moment_of_any_time_zone_is_the_citys_own(at: datetime, minutes: int) -> None:
    """Written in another zone's time it is the same moment."""
    there = at - timedelta(minutes=8 * 60 - minutes)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    assert moment(f"{there:%Y-%m-%dT%H:%M:%S}{zone}") == moment(str(at)) == str(at)[:19]


@pytest.mark.parametrize(
    ("shown", "canonical"),
    [("91150100MA0N12340B", "91150100MA0N12340B"), (" 9115-0100ｍa0n12340b", "91150100MA0N12340B")],
)
def test_a_credit_code_names_a_promisor(shown: str, canonical: str) -> None:
    """However it is typed."""
    value = normalise(Kind.SUBJECT_CODE, shown)
    assert value == canonical
    check_value(SUBJECT, value)


def test_an_identity_number_names_a_promisor_and_nothing_else_does() -> None:
    """A natural person has no credit code; what is neither is named."""
    check_value(SUBJECT, "11010519491231002X")
    for wrong in ("110105194912310021", "91150100MA0N12340C", "150100", "110105194913310025"):
        with pytest.raises(Unfit) as refused:
            check_value(SUBJECT, wrong)
        assert refused.value.rule == "subject-code"
