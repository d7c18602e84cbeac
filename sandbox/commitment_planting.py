"""Which stories are planted, how often, and around which deadlines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from sandbox import commitment_days as days
from sandbox import commitment_stories as stories
from sandbox.commitment_scenes import Ending, Plot, Scene, at
from sandbox.departments import DEPARTMENTS
from sandbox.workdays import after, is_known, is_working

#: The department that issues the permits and accepts the commitments, and one that meddles.
UNIT, OTHER_UNIT = (next(each for each in DEPARTMENTS if each.key == key) for key in ("spj", "zjj"))
#: Kinds that share neither permit nor project with another commitment.
LONERS = ("no_deadline", "deadline_before_made", "unknown_year", "vanished")
# Kinds of which one has its push day today, so that a visitor need not wait.
_TODAY = ("plain", "confirmed_that_morning")


@dataclass(frozen=True, slots=True)
class Kind:
    """How often a story is planted at scale 1, around which deadlines, and what happens."""

    count: int
    days: Callable[[], days.Groups]
    story: stories.Story = stories.untouched


KINDS: dict[str, Kind] = {
    "plain": Kind(6, days.ordinary),
    "saturday": Kind(3, days.saturdays),
    "sunday": Kind(3, days.sundays),
    "holiday": Kind(20, days.on_holidays),
    "make_up_day": Kind(19, days.on_make_up_days),
    "after_holiday": Kind(12, days.pushed_after_holidays),
    "across_years": Kind(3, days.across_years),
    "fulfilled": Kind(5, days.around, stories.fulfilled),
    "confirmed_late": Kind(5, days.around, stories.confirmed_late),
    "confirmed_that_morning": Kind(4, days.around, stories.confirmed_that_morning),
    "confirmed_just_after": Kind(2, days.around, stories.confirmed_just_after),
    "unconfirmed": Kind(5, days.around, stories.unconfirmed),
    "extended_on_the_last_day": Kind(3, days.around, stories.extended_on_the_last_day),
    "extended_late": Kind(3, days.around, stories.extended_late),
    "extended_overdue": Kind(3, days.around, stories.extended_overdue),
    "disputed_rejected": Kind(3, days.around, stories.disputed_rejected),
    "disputed_upheld": Kind(3, days.around, stories.disputed_upheld),
    "cancelled": Kind(3, days.around, stories.cancelled),
    "fulfilled_after_push": Kind(3, days.around, stories.fulfilled_after_push),
    "partly_after_push": Kind(2, days.around, stories.partly_after_push),
    "uploaded_after_push": Kind(2, days.around, stories.uploaded_after_push),
    "wrong_department": Kind(2, days.around, stories.wrong_department),
    "two_confirmations": Kind(2, days.around, stories.two_confirmations),
    "vanished": Kind(2, days.around),
    "no_deadline": Kind(1, days.anywhere),
    "deadline_before_made": Kind(1, days.anywhere),
    "unknown_year": Kind(1, days.anywhere),
}


def counts(scale: float) -> dict[str, int]:
    """Return how often each kind is planted at a scale: at least once."""
    return {name: max(1, round(kind.count * scale)) for name, kind in KINDS.items()}


def plots(seed: int, scale: float, today: date) -> list[Plot]:
    """Draw the stories, in the order in which their commitments were made."""
    rng = Random(f"{seed}/commitments")
    return sorted(_plots(scale, today, rng), key=lambda plot: plot.made)


def _plots(scale: float, today: date, rng: Random) -> Iterator[Plot]:
    for name, count in counts(scale).items():
        drawn = days.draw(KINDS[name].days, count, rng)
        if name in _TODAY and is_working(today):
            drawn[0] = after(today, -7)
        yield from (_plot(name, day, rng) for day in drawn)


def _plot(name: str, deadline: date, rng: Random) -> Plot:
    made = _office_hour(deadline - timedelta(days=rng.randint(30, 120)), rng)
    if name in {"no_deadline", "deadline_before_made", "unknown_year"}:
        return _broken(name, _office_hour(deadline, rng))
    scene = Scene(deadline, UNIT, OTHER_UNIT, rng)
    events, ending = KINDS[name].story(scene)
    plot = Plot(name, made, deadline, events, ending)
    if name == "vanished":
        return replace(plot, ending=scene.held(name), vanishes=at(scene.late(6), "16:00"))
    return plot


def _broken(name: str, made: datetime) -> Plot:
    """Return a plot whose deadline says nothing; a person must look from the first list on that has it."""
    written = {"deadline_before_made": made.date() - timedelta(days=15), "unknown_year": date(2031, 6, 30)}
    ending = Ending(why=name, held=name, held_from=after(made.date(), 1))
    return Plot(name, made, written.get(name), (), ending)


def _office_hour(day: date, rng: Random) -> datetime:
    """Return a moment on the day, or on the next on which somebody works; of other years only weekends are known."""
    while not (is_working(day) if is_known(day) else day.weekday() < 5):
        day += timedelta(days=1)
    return datetime.combine(day, time(9, 30)) + timedelta(minutes=rng.randrange(420))
