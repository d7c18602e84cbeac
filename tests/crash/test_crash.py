"""Killed at any moment, in any weather, nothing is lost, doubled or wrong: ``make crash`` in a shortened form."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest

from sandbox.faults import FAULTS
from tests.crash.plan import DATABASES, Planned, plan, trial_at
from tests.crash.points import ARROWS, LEAVING, OUTSIDE, POINTS, arrow_of
from tests.crash.stories import STORIES, WEATHER
from tests.crash.theatre import Theatre, theatre

#: The hand-over, the way out of not knowing, a correction; whoever resumes dies from outside too.
_SAMPLES = (
    (LEAVING, "cut after commit"),
    ("unknown-prepared:committed", "imports half"),
    ("confirmed-superseded:before", "shows never"),
)


@pytest.fixture(scope="module")
def stage() -> Iterator[Theatre]:
    """One lane and one database server for all trials of this file."""
    before = dict(os.environ)
    with theatre() as ready:
        yield ready
    os.environ.clear()
    os.environ.update(before)


def test_every_way_between_two_states_has_a_story() -> None:
    """A new way without a story that passes it would never be killed at."""
    told = {arrow for story in STORIES for arrow in story.arrows}
    assert told == {arrow_of(point) for point in POINTS}
    assert set(ARROWS) <= told


def test_a_campaign_aims_at_every_point_on_every_database_in_every_weather() -> None:
    """One turn of the plan leaves no point out, and no weather."""
    turn = [planned for planned, _number in zip(plan(), range(2 * (len(POINTS) + 1)), strict=False)]
    assert {(each.aim, each.database) for each in turn} == {
        (point, database) for point in (*POINTS, OUTSIDE) for database in DATABASES
    }
    assert {each.trial.weather for each in turn} == set(WEATHER)


def test_every_fault_at_a_file_is_a_weather() -> None:
    """What the sandbox can do wrong with a file or its import is done while processes are killed."""
    played = {each.fault for mishaps in WEATHER.values() for each in mishaps}
    reading = {"login_page", "expire_token", "hang", "error_500", "short_page", "older_state"}
    changed = {"renamed_header", "renamed_template_column"}
    assert set(FAULTS) - reading - changed == played | {"accept_duplicates"}


@pytest.mark.parametrize(("point", "weather"), _SAMPLES)
def test_a_kill_loses_doubles_and_falsifies_nothing(stage: Theatre, point: str, weather: str) -> None:
    """Killed at a point, resumed, killed once more: the platform has what it has in a city where nothing goes wrong."""
    number = _SAMPLES.index((point, weather))
    trial = trial_at(point, weather, Random(number), seeds=(1,))
    outcome = stage.play(Planned(trial, DATABASES[number % 2], point))
    assert point in outcome.kills
    assert outcome.good, outcome
