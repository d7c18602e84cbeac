"""The commitments of many cities in one system: every code and every name is there once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from sandbox.building import Builders
from sandbox.city import TODAY
from sandbox.commitment_planting import plots
from sandbox.commitment_scenes import Ending, Plot
from sandbox.commitment_truth import tell_commitments
from sandbox.commitments import Commitment, Event, Project
from sandbox.departments import DEPARTMENTS
from sandbox.model import City
from tests.commitments.doubles import EVER
from tests.commitments.pretend import OPENING

#: Serials of one city; its commitments are far fewer.
_ROOM = 1000
#: How long before and after a stretch of days that is looked at something may happen that matters in it.
_BEFORE, _AFTER = timedelta(days=30), timedelta(days=15)
#: How long a life is watched before its first event, and after its last: the longest wait for a push is 17 days.
_EARLIER, _LATER = timedelta(days=20), timedelta(days=25)
#: The projects of one cohort.
_COHORT = 400


def crowd(seeds: Iterable[int], scale: float = 0.0) -> City:
    """Return the commitments of up to a thousand cities as those of one that has nothing else."""
    projects: list[Project] = []
    told: dict[str, Plot] = {}
    for at, seed in enumerate(seeds):
        builders = Builders(seed)
        for project in builders.build(plots(seed, scale, TODAY)):
            own = _renamed(project, at)
            pairs = zip(_commitments(project), _commitments(own), strict=True)
            told |= {new.code: builders.told[old.code] for old, new in pairs}
            projects.append(own)
    return _city(projects, tell_commitments(projects, told))


def busy(city: City, first: date, last: date) -> City:
    """Return a city without the projects of whose commitments nothing is to be said in a stretch of days."""
    begin, end = first - _BEFORE, last + _AFTER
    return _only(city, [each for each in city.projects if any(begin <= day <= end for day in _days(each))])


def cohorts(city: City, first: date, last: date) -> Iterator[tuple[City, date, date]]:
    """Yield a city's projects in groups of about an age, each with the days of the stretch in which they live.

    A life begins some weeks before the first thing happens to a commitment after it was made, and ends some weeks after
    its last: before and after that its system tells the same on every day.
    """
    lives = sorted(((*_life(each, first, last), each) for each in city.projects), key=lambda life: life[:2])
    for at in range(0, len(lives), _COHORT):
        begins, ends, projects = zip(*lives[at : at + _COHORT], strict=True)
        yield _only(city, projects), min(begins), max(ends)


def told_of(city: City) -> list[dict[str, Any]]:
    """Return the truth about the commitments, one entry for each."""
    return cast("list[dict[str, Any]]", city.truth["commitments"])


def commitments_of(city: City) -> dict[str, Commitment]:
    """Return every commitment by its code."""
    return {each.code: each for project in city.projects for each in _commitments(project)}


def renamed(city: City, name: str) -> City:
    """Return a city whose builders all have a new name."""
    projects = [replace(each, builder=replace(each.builder, name=name)) for each in city.projects]
    return _city(projects, told_of(city))


def _city(projects: Iterable[Project], told: list[dict[str, Any]]) -> City:
    return City(0, 0.0, TODAY, DEPARTMENTS, (), (), truth={"commitments": told}, projects=tuple(projects))


def _only(city: City, projects: Sequence[Project]) -> City:
    codes = {each.code for project in projects for each in _commitments(project)}
    return _city(projects, [entry for entry in told_of(city) if entry["code"] in codes])


def _renamed(project: Project, at: int) -> Project:
    """Return the project of the ``at``-th city with codes and a name of its own."""
    permits = [
        replace(permit, commitments=tuple(_recoded(each, at) for each in permit.commitments))
        for permit in project.permits
    ]
    builder = replace(project.builder, name=f"{project.builder.name}{at}")
    return replace(project, permits=tuple(permits), builder=builder)


def _recoded(commitment: Commitment, at: int) -> Commitment:
    place, serial = commitment.code[:14], int(commitment.code[14:])
    return replace(commitment, code=f"{place}{at * _ROOM + serial:06d}")


def _commitments(project: Project) -> Iterator[Commitment]:
    return (each for _permit, each in project.promises(EVER))


def _days(project: Project) -> Iterator[date]:
    yield from _later_days(project)
    yield from (each.made.date() for each in _commitments(project))


def _later_days(project: Project) -> Iterator[date]:
    for each in _commitments(project):
        yield from (event.at.date() for event in each.events)
        yield from filter(None, (each.deadline, each.deadline_at(EVER)))
    if project.vanishes:
        yield project.vanishes.date()


def _life(project: Project, first: date, last: date) -> tuple[date, date]:
    """Return the days of a stretch on which something may be said of a project."""
    made = [each.made.date() for each in _commitments(project)]
    days = [day for day in _later_days(project) if first <= day <= last] or [min(max(made), last)]
    return max(min(days) - _EARLIER, first), max(min(max(*days, *made) + _LATER, last), first)


def opening(day: date) -> datetime:
    """Return the moment of the run of a day."""
    return datetime.combine(day, OPENING)


def city_of(deadline: date, *events: Event, vanishes: datetime | None = None) -> City:
    """Return a city with one commitment, made half a year before its deadline."""
    made = datetime.combine(deadline - timedelta(days=180), OPENING)
    plot = Plot("plain", made, deadline, tuple(sorted(events, key=lambda each: each.at)), Ending(), vanishes)
    return _city(Builders(1).build([plot]), [])
