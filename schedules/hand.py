"""A worker anywhere: takes firings from the queues, attends them, and recovers those of workers that died."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from loguru import logger
from procrastinate import App
from procrastinate.app import WorkerOptions
from procrastinate.exceptions import ConnectorException

from journal import Firing
from schedules import fleet
from schedules.attendant import Attendant
from schedules.clerk import Clerk
from words.errors import YinxinError

_ROUND = 15.0
_ROUNDS_MISSED = 4
_PAUSE = timedelta(seconds=2)
_AWAY = 3.0


@dataclass
class Hand:
    """Works for queues until it is told to stop.

    Attributes:
        address: the server's, as libpq reads it.
        clerk: knows what may start, and takes up what is abandoned.
        attendant: runs it.
        size: how many firings at a time.
        queues: those that are served; all if none are named.
        rounds: what is done every quarter of a minute besides.
        part: judges a part of a reconciliation, by its key.
    """

    address: str
    clerk: Clerk
    attendant: Attendant
    size: int
    queues: Collection[str] = ()
    rounds: Sequence[Callable[[], object]] = ()
    part: Callable[[str], object] = str
    doing: set[str] = field(default_factory=set)
    _last: float = field(default_factory=time.monotonic)

    def health(self) -> Mapping[str, object]:
        """Return whether its rounds come in time, and what it is at."""
        ago = time.monotonic() - self._last
        return {"ok": ago < _ROUNDS_MISSED * _ROUND, "last_round_ago": round(ago, 1), "doing": sorted(self.doing)}

    def work(self) -> None:
        """Work until it is told to stop, and end what is under way in order."""
        asyncio.run(self._work())

    async def _work(self) -> None:
        with ThreadPoolExecutor(self.size + 1, thread_name_prefix="firing") as pool:
            while not self.attendant.stopping.is_set():
                try:
                    await self._served(pool)
                except (ConnectorException, OSError):
                    logger.warning("{}", fleet.away().sentence)
                await self._stopped(_AWAY)

    async def _served(self, pool: ThreadPoolExecutor) -> None:
        """Serve as one worker of Procrastinate, until it stops or its server goes away."""
        app = fleet.worker_app(self.address, self.size)

        @app.task(name=fleet.TASK)
        async def fire(key: str) -> None:
            await self._fire(app, pool, key)

        @app.task(name=fleet.PART_TASK)
        async def part(key: str) -> None:
            with self._at(f"part {key}"):
                await asyncio.get_running_loop().run_in_executor(pool, self.part, key)

        async with app.open_async():
            worker = asyncio.create_task(app.run_worker_async(**self._options()))
            rounds = asyncio.create_task(self._rounds(app, pool))
            stopped = asyncio.create_task(self._stopped(None))
            try:
                await asyncio.wait({worker, rounds, stopped}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (worker, rounds, stopped):
                    task.cancel()
                ends = await asyncio.gather(worker, rounds, stopped, return_exceptions=True)
        for error in ends:
            if isinstance(error, Exception):
                raise error

    def _options(self) -> WorkerOptions:
        options = WorkerOptions(concurrency=self.size, delete_jobs="always", install_signal_handlers=False)
        return {**options, "queues": sorted(self.queues)} if self.queues else options

    async def _fire(self, app: App, pool: ThreadPoolExecutor, key: str) -> None:
        loop, room = asyncio.get_running_loop(), self.clerk.room()
        with self._at(key):
            firing = await loop.run_in_executor(pool, self._attended, key, room)
        if firing and firing.state == "queued" and not self.attendant.stopping.is_set():
            await fleet.again(app, firing, _PAUSE)

    @contextmanager
    def _at(self, what: str) -> Iterator[None]:
        self.doing.add(what)
        try:
            yield
        finally:
            self.doing.discard(what)

    def _attended(self, key: str, room: dict[str, int]) -> Firing | None:
        """Attend a firing; one that could not start is returned as it stands."""
        try:
            if firing := self.attendant.attend(key, room):
                return firing
            with self.attendant.opened() as journal:
                return journal.firing(key)
        except YinxinError as error:  # it is taken up again when its lease has run out
            logger.warning("{}: {}", key, error.sentence)
            return None

    async def _rounds(self, app: App, pool: ThreadPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await fleet.revive(app)
            await fleet.supply(app, await loop.run_in_executor(pool, self._round))
            await self._stopped(_ROUND)

    def _round(self) -> list[Firing]:
        """Recover what was abandoned, and return everything that waits: what has no job gets one."""
        try:
            self._last = time.monotonic()
            self.clerk.recover()
            for each in self.rounds:
                each()
            return self.clerk.journal.firings(states=["queued"])
        except YinxinError as error:
            logger.warning("{}", error.sentence)
            return []

    async def _stopped(self, seconds: float | None) -> None:
        """Wait until everything has to end, or so many seconds."""
        end = asyncio.get_running_loop().time() + seconds if seconds is not None else None
        while not self.attendant.stopping.is_set():
            if end is not None and asyncio.get_running_loop().time() > end:
                return
            await asyncio.sleep(0.2)
