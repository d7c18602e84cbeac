"""Every working morning of some weeks, for many cities: ``python -m tests.commitments`` in a shortened form."""

from __future__ import annotations

from datetime import date

import pytest

from mappings.standards.commitment import NOT_AT_ALL
from sandbox.commitment_planting import KINDS
from sandbox.workdays import push_day, working_days
from tests.commitments.campaign import REASONS, play, why_spared
from tests.commitments.cities import busy, commitments_of, crowd, told_of

CITIES = 30


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2025, 1, 6), date(2025, 3, 7)), (date(2025, 9, 8), date(2025, 11, 7))],
    ids=["spring festival", "national day"],
)
def test_every_commitment_is_pushed_on_its_day_or_not_at_all(first: date, last: date) -> None:
    """What is shown since when, with which status, what is held and why, is what the truth says on every morning."""
    city = busy(crowd(range(1, CITIES + 1)), first, last)
    tally = play(city, working_days(first, last))
    assert not tally.ill, tally.bad
    assert tally.counted["pushes"] > 20
    assert tally.counted["corrections"] > 5


def test_a_crowd_is_its_cities_with_codes_and_names_of_their_own() -> None:
    """Every kind of story once a city, told in step with the codes that its commitments now have."""
    city = crowd(range(1, 6))
    told, found = told_of(city), commitments_of(city)
    assert len(told) == len(found) == 5 * len(KINDS)
    assert [entry["code"] for entry in told] == list(found)
    assert len({project.builder.name for project in city.projects}) == len(city.projects)
    for entry in told:
        assert entry["record"] is None or entry["record"]["CN_BM"] == entry["code"]
        assert entry["kind"] in KINDS
        assert not entry["held"] or entry["held"] in REASONS


def test_the_campaigns_own_reading_agrees_with_the_truth() -> None:
    """On its push day nothing speaks for a commitment that the truth pushes, and on theirs something for the others."""
    city = crowd(range(1, 11))
    found = commitments_of(city)
    for entry in told_of(city):
        commitment = found[entry["code"]]
        if entry["push"]:
            assert why_spared(commitment, date.fromisoformat(entry["push"])) == ""
            assert entry["record"]["CN_LXZT"] == NOT_AT_ALL
        elif not entry["held"]:
            assert commitment.deadline
            assert why_spared(commitment, push_day(commitment.deadline)) != ""
