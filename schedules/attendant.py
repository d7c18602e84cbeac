"""Attending one firing from its claim to its end: a process of its own, tried again, and told how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loguru import logger

from journal import Busy, Firing, Journal
from schedules.child import Ended, Limits, run_child
from schedules.clerk import Clock, Plans, present
from schedules.planned import Planned

#: What the command line ends with when a system failed, and when it was interrupted.
_FAILED, _INTERRUPTED = 4, (130, 143)
_HOUR = timedelta(hours=1)


@dataclass
class Attendant:
    """Runs firings, each in a process of its own.

    Attributes:
        opened: opens a journal, one for every firing: leases belong to whoever opened it.
        plans: the schedules by name.
        words: returns the command line of a firing, given the interrupted run that it goes on with, if there is one.
        parts: returns the parts of a firing that are to be done before it, by whoever is free; mostly none.
        after: called with every firing that has ended, and the envelope of its run.
        stopping: set when all work has to end in order.
        clock: what tells the present.
    """

    opened: Callable[[], Journal]
    plans: Callable[[], Plans]
    words: Callable[[Journal, Firing, str], Sequence[str]]
    parts: Callable[[Journal, Firing], Sequence[Firing]] = lambda _journal, _firing: ()
    after: Callable[[Journal, Firing, Mapping[str, object]], None] = lambda _journal, _firing, _told: None
    stopping: threading.Event = field(default_factory=threading.Event)
    clock: Clock = present

    def attend(self, key: str, room: Mapping[str, int]) -> Firing | None:
        """Run a firing if it may start now.

        Returns:
            How it ended, or that it is queued again; None if somebody else has it, or it may not start.
        """
        with self.opened() as journal:
            if (firing := journal.firing(key)) is None or firing.state != "queued":
                return None
            try:
                with journal.holding([firing.lease], f"yinxin schedule {firing.schedule}"):
                    claimed = journal.claim(self.clock(), key, room)
                    return self._run(journal, claimed) if claimed else None
            except Busy:
                return None

    def _run(self, journal: Journal, firing: Firing) -> Firing:
        planned = self.plans().get(firing.whole)
        if planned is None:
            return journal.ended(firing, self.clock(), reason="undeclared", exit_code=2)
        if _first(firing) and (parts := self.parts(journal, firing)):
            logger.info("{} waits for {} parts", firing.key, len(parts))
            return journal.parted(firing, parts, self.clock())
        logger.info("{} begins, attempt {}", firing.key, firing.attempts)
        words = self.words(journal, firing, _interrupted(journal, firing))
        ended = run_child(words, self._limits(planned, firing), self.stopping)
        firing = self._settled(journal, firing, planned, ended)
        logger.info("{} is {}: exit code {}, {}", firing.key, firing.state, ended.code, firing.reason or "-")
        self.after(journal, firing, ended.told)
        return firing

    def _limits(self, planned: Planned, firing: Firing) -> Limits:
        if not firing.deadline_at:
            return Limits(None, planned.memory)
        left = datetime.fromisoformat(firing.deadline_at) - self.clock()
        return Limits(max(0.0, left.total_seconds()), planned.memory)

    def _settled(self, journal: Journal, firing: Firing, planned: Planned, ended: Ended) -> Firing:
        """Say how it ended, or queue it again: what was stopped by us at no cost, what failed or died while it may."""
        moment = self.clock()
        if ended.stopped == "stopping" or (not ended.stopped and ended.code in _INTERRUPTED):
            return journal.again(firing, moment, "stopped", moment, counted=False)
        reason = ended.stopped or _reason(ended)
        failed = ended.code < 0 or ended.code == _FAILED
        if failed and ended.stopped != "deadline" and firing.attempts < planned.attempts:
            return journal.again(firing, moment, reason, moment + pause(planned, firing.attempts))
        code = _FAILED if ended.stopped or ended.code < 0 else ended.code
        return journal.ended(firing, moment, reason=reason, run_id=_run_of(ended), exit_code=code)


def pause(planned: Planned, attempts: int) -> timedelta:
    """Return how long a firing waits after so many attempts: twice as long each time, an hour at most."""
    return min(planned.pause * (1 << min(attempts - 1, 16)), max(_HOUR, planned.pause))


def _first(firing: Firing) -> bool:
    """Tell whether nobody has worked at a firing yet."""
    return firing.attempts == 1 and not firing.reason


def _interrupted(journal: Journal, firing: Firing) -> str:
    """Return the run that an earlier attempt left unfinished."""
    if _first(firing) or (firing.attempts == 1 and firing.reason == "parts"):
        return ""
    left = [run for run in journal.unfinished_runs(firing.bot) if run.state != "done"]
    return left[-1].run_id if left else ""


def _reason(ended: Ended) -> str:
    """Return the code of the error that a process told, or what killed it."""
    errors = ended.told.get("errors")
    if isinstance(errors, list) and errors:
        return str(errors[0].get("code", ""))
    return f"signal {-ended.code}" if ended.code < 0 else ""


def _run_of(ended: Ended) -> str:
    """Return the run that a process told of: that of a run, or the last that it resumed."""
    result = ended.told.get("result")
    if not isinstance(result, dict):
        return ""
    resumed = result.get("resumed")
    told = resumed[-1] if isinstance(resumed, list) and resumed else result
    return str(told.get("run", "")) if isinstance(told, dict) else ""
