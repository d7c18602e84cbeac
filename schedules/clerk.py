"""The clerk of the clock: settles every due time once, whoever else does the same, and takes up what others dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from journal import Busy, Firing, Journal
from journal.queueing import stamp
from schedules.due import Due, due_times, settle, starts_at
from schedules.planned import NOTHING, Planned
from schedules.workdays import Calendar

Plans = Mapping[str, Planned]
Clock = Callable[[], datetime]
_AHEAD = timedelta(days=31)


def present() -> datetime:
    """Return the present, UTC."""
    return datetime.now(UTC)


@dataclass
class Clerk:
    """Settles due times in a journal.

    Attributes:
        journal: where it writes.
        plans: the schedules by name; may be exchanged at any time.
        calendar: the working days.
        clock: what tells the present.
    """

    journal: Journal
    plans: Plans
    calendar: Calendar
    clock: Clock = present
    _known: dict[str, Planned] = field(default_factory=dict)
    _coming: dict[str, datetime] = field(default_factory=dict)

    def settle(self) -> list[Firing]:
        """Settle what has become due since the last time, whoever did that; writes only if there is something."""
        moment = self.clock()
        names = [name for name, planned in self.plans.items() if not self._quiet(name, planned, moment)]
        until = self.journal.settled_until() if names else {}
        settled = [firing for name in names for firing in self._settle(name, until.get(name), moment)]
        self._known = dict(self.plans)
        return settled

    def _quiet(self, name: str, planned: Planned, moment: datetime) -> bool:
        """Tell whether it is known that nothing is due yet."""
        return self._known.get(name) == planned and moment < self._coming.get(name, moment)

    def _settle(self, name: str, until: str | None, moment: datetime) -> list[Firing]:
        planned = self.plans[name]
        # What was due before the file changed was due by the file as it was.
        before = self._known.get(name, planned)
        after = datetime.fromisoformat(until) if until else moment
        self._coming[name] = coming = next(due_times(planned, after, after + _AHEAD), after + _AHEAD)
        changed = (before.cron, before.timezone) != (planned.cron, planned.timezone)
        if until and not changed and moment < coming:
            return []

        def decide(after: datetime) -> list[Firing]:
            return [self._firing(name, before, due) for due in settle(before, after, moment, self.calendar)]

        self._coming.pop(name)
        return self.journal.settle(name, moment, decide, coalesce=planned.coalesce)

    def _firing(self, name: str, planned: Planned, due: Due) -> Firing:
        return Firing(
            *(name, stamp(due.at), planned.bot, planned.queue, planned.priority),
            starts_at=stamp(starts_at(planned, name, due.at)),
            deadline_at=stamp(due.at + planned.deadline) if planned.deadline else "",
            state=due.fate,
            reason=due.reason,
        )

    def call(self, name: str) -> Firing:
        """Queue a firing of a schedule for now, on whatever day it is."""
        moment = self.clock()
        return self.journal.call(self._firing(name, _at_once(self.plans[name]), Due(moment)), moment)

    def recover(self) -> list[Firing]:
        """Queue again what is running and whose worker is dead; the process that ran it died with its worker."""
        return [firing for firing in self.journal.abandoned() if self._taken_up(firing)]

    def _taken_up(self, firing: Firing) -> bool:
        with suppress(Busy), self.journal.holding([firing.lease], "yinxin schedule"):
            if (now := self.journal.firing(firing.key)) and now.state == "running":
                self.journal.again(now, self.clock(), "worker-died", self.clock(), counted=False)
                return True
        return False

    def room(self) -> dict[str, int]:
        """Return how many firings of each bot may run at a time: the most that one of its schedules allows."""
        room: dict[str, int] = {}
        for planned in self.plans.values():
            room[planned.bot] = max(room.get(planned.bot, 1), planned.concurrency)
        return room

    def late(self) -> list[Firing]:
        """Return what waits for a worker for longer than its schedule grants."""
        moment = self.clock()
        waiting = self.journal.claimable(moment, room=dict.fromkeys(self.room(), 1 << 20))
        return [each for each in waiting if moment - datetime.fromisoformat(each.starts_at) > self._grace(each)]

    def _grace(self, firing: Firing) -> timedelta:
        planned = self.plans.get(firing.whole)
        return planned.misfire_grace if planned else NOTHING


def _at_once(planned: Planned) -> Planned:
    return planned.model_copy(update={"jitter": NOTHING})
