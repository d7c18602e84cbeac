"""The clock itself: APScheduler says when, the clerk settles it once, and every round finds what was dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from loguru import logger

from schedules.clerk import Clerk, Plans
from words.errors import YinxinError

_SWEEP = 30.0
_ROUND = "every round"
_ROUNDS_MISSED = 4


@dataclass
class Clockwork:
    """Wakes the clerk at every due time, and does a round every half minute.

    Attributes:
        clerk: settles what is due.
        plans: reads the schedules as they are declared now.
        dispatch: what hands queued firings on, where workers elsewhere run them.
        rounds: what else is done in every round, each for itself: one that fails does not keep the others from it.
    """

    clerk: Clerk
    plans: Callable[[], Plans]
    dispatch: Callable[[], object] = bool
    rounds: Sequence[Callable[[], object]] = ()
    sweep: float = _SWEEP
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _last: float = field(default_factory=time.monotonic)
    _wound: dict[str, tuple[str, str]] = field(default_factory=dict)

    def health(self) -> Mapping[str, object]:
        """Return whether its rounds come in time, and how many seconds ago the last one came."""
        ago = time.monotonic() - self._last
        return {"ok": ago < _ROUNDS_MISSED * self.sweep, "last_round_ago": round(ago, 1), "schedules": len(self._wound)}

    def run(self, stopping: threading.Event) -> None:
        """Keep the clock until everything has to end."""
        clock = BackgroundScheduler(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True})
        clock.add_job(self._round, IntervalTrigger(seconds=int(self.sweep)), [clock], id=_ROUND)
        clock.start()
        try:
            self._round(clock)
            stopping.wait()
        finally:
            clock.shutdown(wait=True)

    def _round(self, clock: BackgroundScheduler) -> None:
        self._last = time.monotonic()
        self._guarded(lambda: self._wind(clock))
        for each in (self._settle, self.clerk.recover, self.dispatch, *self.rounds):
            self._guarded(each)

    def _wind(self, clock: BackgroundScheduler) -> None:
        """Set the clock to the schedules as they are declared now."""
        self.clerk.plans = plans = self.plans()
        for name in self._wound.keys() - plans.keys():
            clock.remove_job(name)
            del self._wound[name]
        for name, planned in plans.items():
            if self._wound.get(name) != (told := (planned.cron, planned.timezone)):
                trigger = CronTrigger.from_crontab(planned.cron, timezone=planned.zone)
                clock.add_job(self._guarded, trigger, [self._settle], id=name, replace_existing=True)
                self._wound[name] = told

    def _settle(self) -> None:
        with self._turn:
            settled = self.clerk.settle()
        for firing in settled:
            logger.info("{} is {} {}", firing.key, firing.state, firing.reason)
        if settled:
            self.dispatch()

    def _guarded(self, do: Callable[[], object]) -> None:
        """Whatever goes wrong in one turn is told, and the next turn comes: nothing that is due gets lost."""
        try:
            do()
        except YinxinError as error:
            logger.warning("{}", error.sentence)
        except Exception as error:  # noqa: BLE001 - a clock must not stop
            logger.opt(exception=error).error("a turn of the clock failed")
