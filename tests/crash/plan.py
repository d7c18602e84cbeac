"""Which trials there are: every point on every database, under every weather in turn, and blows from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import NamedTuple

from tests.crash.lane import SEEDS
from tests.crash.points import OUTSIDE, POINTS, arrow_of
from tests.crash.stories import STORIES, WEATHER, Story, can_be_asked
from tests.crash.trial import Blow, Trial

DATABASES = ("sqlite", "postgresql")
#: Seconds within which a command is struck from outside; it takes about as long.
_SOON = (0.2, 3.0)
#: Points that a resuming process may pass.
_RESUMED = ("prepared", "sent", "unknown", "accepted", "hand")
_AGAIN = tuple(point for point in POINTS if arrow_of(point).startswith(_RESUMED))


class Planned(NamedTuple):
    """A trial, the kind of database it is for, and the point that it aims at."""

    trial: Trial
    database: str
    aim: str


def plan(seed: int = 1) -> Iterator[Planned]:
    """Yield trials without end; every ``2 * (points + 1)`` of them aim at every point on both databases."""
    rng = Random(seed)
    weathers = tuple(WEATHER)
    for turn in count():
        for place, point in enumerate((*POINTS, OUTSIDE)):
            for number, database in enumerate(DATABASES):
                weather = weathers[(place + 5 * turn + 7 * number) % len(weathers)]
                yield Planned(trial_at(point, weather, rng), database, point)


def trial_at(point: str, weather: str, rng: Random, seeds: Sequence[int] = SEEDS) -> Trial:
    """Return a trial: a process dies at a point, those that resume die from outside and at another point."""
    story = rng.choice(stories_of(point))
    first = _from_outside(rng) if point == OUTSIDE else Blow(point)
    blows = (first, _from_outside(rng), Blow(rng.choice(_AGAIN)))
    doubles = can_be_asked(story, weather) and rng.random() < 0.5
    return Trial(story, weather, rng.randrange(len(story.scenes)), doubles, blows, rng.choice(seeds))


def stories_of(point: str) -> list[Story]:
    """Return the stories that are sure to pass a point."""
    if point == OUTSIDE:
        return list(STORIES)
    return [story for story in STORIES if arrow_of(point) in story.arrows]


def _from_outside(rng: Random) -> Blow:
    return Blow(OUTSIDE, after=round(rng.uniform(*_SOON), 2))
