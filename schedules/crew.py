"""Local workers: so many firings at a time, each in a process of its own, on this machine."""

from __future__ import annotations

import threading
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from loguru import logger

from journal import Firing, Journal
from schedules.attendant import Attendant
from schedules.clerk import Clerk
from words.errors import YinxinError

_GLANCE = 1.0


@dataclass
class Crew:
    """Runs what is queued.

    Attributes:
        clerk: knows what may start.
        attendant: runs it.
        size: how many firings at a time.
        queues: those that are served; all if none are named.
    """

    clerk: Clerk
    attendant: Attendant
    size: int
    queues: Collection[str] = ()
    _busy: dict[str, Future[Firing | None]] = field(default_factory=dict)

    def work(self) -> None:
        """Run what is queued until all work has to end, and wait for what is under way."""
        stopping = self.attendant.stopping
        with ThreadPoolExecutor(self.size, thread_name_prefix="firing") as pool, self.attendant.opened() as journal:
            while not stopping.is_set():
                try:
                    self._start(journal, pool)
                except YinxinError as error:  # its database is away for a moment
                    logger.warning("{}", error.sentence)
                stopping.wait(_GLANCE)

    def doing(self) -> list[str]:
        """Return the keys of the firings under way."""
        return [key for key, future in list(self._busy.items()) if not future.done()]

    def _start(self, journal: Journal, pool: ThreadPoolExecutor) -> None:
        for key in [key for key, future in self._busy.items() if future.done()]:
            _told(self._busy.pop(key))
        if free := self.size - len(self._busy):
            room = self.clerk.room()
            for firing in journal.claimable(self.clerk.clock(), self.queues, room)[:free]:
                if firing.key not in self._busy:
                    self._busy[firing.key] = pool.submit(self.attendant.attend, firing.key, room)


def _told(future: Future[Firing | None]) -> None:
    """Say what went wrong while a firing was attended; it is taken up again as one whose worker died."""
    error = future.exception()
    if isinstance(error, YinxinError):
        logger.warning("{}", error.sentence)
    elif error is not None:
        logger.opt(exception=error).error("a firing could not be attended")


def in_thread(crew: Crew) -> threading.Thread:
    """Start a crew in a thread of its own."""
    thread = threading.Thread(target=crew.work, name="crew")
    thread.start()
    return thread
