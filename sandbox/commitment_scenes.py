"""The days around one deadline, what may happen on them, and what a story made of it comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from sandbox.clock import OPENING
from sandbox.commitments import PARTLY, WHOLLY, Event, EventKind
from sandbox.model import Department
from sandbox.workdays import after, is_working, moved, push_day

_REMAINS = "消防设计专项审查意见尚未落实，施工图审查合格书未覆盖该部分"


@dataclass(frozen=True, slots=True)
class Ending:
    """What is true of a commitment in the end.

    Attributes:
        effective: The working day on which its deadline ends; none where nobody can tell.
        push: The first working morning on which it must be pushed; none is never.
        why: Why it is never pushed.
        later: When the department decided something after the push, the status from then on, and what remains.
        held: Why a person must look at it in place of a push.
        held_from, held_until: The working mornings on which that begins, and is over.
    """

    effective: date | None = None
    push: date | None = None
    why: str = ""
    later: tuple[tuple[datetime, str, str], ...] = ()
    held: str = ""
    held_from: date | None = None
    held_until: date | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """One planted story."""

    kind: str
    made: datetime
    deadline: date | None
    events: tuple[Event, ...]
    ending: Ending
    vanishes: datetime | None = None


def at(day: date, clock: str) -> datetime:
    """A time of day."""
    return datetime.combine(day, time.fromisoformat(clock))


def next_run(moment: datetime) -> date:
    """The first working day whose morning comes after a moment."""
    day = moment.date()
    return day if is_working(day) and moment <= datetime.combine(day, OPENING) else after(day, 1)


class Scene:
    """One deadline, with the events that can be laid around it."""

    def __init__(self, deadline: date, unit: Department, other: Department, rng: Random) -> None:
        self.deadline = deadline
        self.effective = moved(deadline)
        self.push = push_day(deadline)
        self.rng = rng
        self._unit = unit
        self._other = other

    def early(self, days: int) -> date:
        """A working day before the deadline."""
        return after(self.deadline, -days)

    def late(self, days: int) -> date:
        """A working day after the deadline; the seventh is the push day."""
        return after(self.effective, days)

    def upload(self, day: date, clock: str = "") -> Event:
        """The builder uploads the paper, in the afternoon unless told otherwise."""
        return Event(self._moment(day, clock), "upload", f"SGT1501{self.rng.randrange(10**7):07d}")

    def confirmation(self, day: date, clock: str = "", *, wrong: bool = False, partly: bool = False) -> Event:
        """A department confirms: the one that accepted the commitment, unless it is the wrong one."""
        return Event(
            self._moment(day, clock), "confirmation", _REMAINS if partly else "", self._other if wrong else self._unit
        )

    def extension(self, day: date) -> tuple[Event, Scene]:
        """The department grants a new deadline; returns the scene around that one too."""
        new = self.deadline + timedelta(days=self.rng.randint(40, 70))
        event = Event(self._moment(day), "extension", "图审机构复审尚未完成，申请延期", until=new)
        return event, Scene(new, self._unit, self._other, self.rng)

    def happens(self, kind: EventKind, day: date, text: str) -> Event:
        """Something happens in the afternoon that no more can be said of than a text."""
        return Event(self._moment(day), kind, text)

    def _moment(self, day: date, clock: str = "") -> datetime:
        if clock:
            return at(day, clock)
        return datetime.combine(day, time(14)) + timedelta(minutes=self.rng.randrange(180))

    def pushed(self, *later: Event) -> Ending:
        """The end of a story in which nobody met the deadline."""
        return Ending(self.effective, self.push, later=tuple(_decided(event) for event in later))

    def spared(self, why: str) -> Ending:
        """The end of a story in which there is nothing to push."""
        return Ending(self.effective, why=why)

    def held(self, why: str, until: date | None = None) -> Ending:
        """The end of a story in which a person must look, from the push day on."""
        ending = self.spared(why)
        return replace(ending, held=why, held_from=self.push, held_until=until)


def _decided(event: Event) -> tuple[datetime, str, str]:
    return event.at, PARTLY if event.text else WHOLLY, event.text
