"""Leases: who is at work on what, so that no two processes deliver the same record or share one login at once.

A lease runs out by itself when nobody renews it. On the machine of a dead process it need not run out: each holder
keeps a lock on a file of its own, which the operating system lets go of the moment the process dies.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlalchemy import Connection, func, select

from journal.database import Book
from journal.schema import leases
from words.errors import SystemFailure
from words.languages import gettext as _

TERM = 40.0  # seconds that a lease outlives its last renewal
_RENEWAL = 10.0
_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """Somebody's lease: ``about`` says who in words, ``until`` is in seconds since 1970."""

    name: str
    holder: str
    about: str
    until: float


class Busy(SystemFailure):
    """Somebody else is at work on the same."""

    def __init__(self, lease: LeaseRow) -> None:
        sentence = _("Somebody else is at work: {about}.").format(about=lease.about)
        todo = _("Wait until it has ended; if that process is dead, its claim runs out within a minute by itself.")
        super().__init__("busy", sentence, todo=todo)


class Leases(Book):
    """Taking and keeping leases."""

    def take(self, names: Collection[str], holder: str, about: str) -> list[LeaseRow]:
        """Take all the leases or none.

        Returns:
            The leases of others that stand in the way; none when all were taken.
        """
        with self._writing() as connection:
            now = seconds_of(connection)
            there = connection.execute(select(leases).where(leases.c.name.in_(names), leases.c.holder != holder))
            rivals = [LeaseRow(*row) for row in there]
            alive = [rival for rival in rivals if rival.until > now and not self._dead(rival.holder)]
            if not alive:
                for rival in rivals:
                    self._sign_of(rival.holder).unlink(missing_ok=True)
                connection.execute(leases.delete().where(leases.c.name.in_(names)))
                rows = [{"name": name, "holder": holder, "about": about, "until": now + TERM} for name in names]
                if rows:  # what has no login is nobody's
                    connection.execute(leases.insert(), rows)
        return alive

    def leases(self) -> list[LeaseRow]:
        """Return the leases in force."""
        with self._reading() as connection:
            now = seconds_of(connection)
            rows = connection.execute(select(leases).where(leases.c.until > now).order_by(leases.c.name))
            found = [LeaseRow(*row) for row in rows]
        return [lease for lease in found if not self._dead(lease.holder)]

    @contextmanager
    def holding(
        self, names: Collection[str], work: str, *, patience: float = 0, waiting: Callable[[LeaseRow], None] = print
    ) -> Iterator[None]:
        """Keep leases for as long as the block runs; every writing inside it makes sure that they are still its own.

        Args:
            names: what nobody else may work on meanwhile; nothing is waited for without any.
            work: what is being done, in words for whoever has to wait.
            patience: seconds to wait for others.
            waiting: called once, with the lease that stands in the way.

        Raises:
            Busy: somebody else is still at work after ``patience`` seconds.
        """
        if not names:
            yield
            return
        holder = uuid4().hex
        sign = FileLock(self._sign_of(holder))
        sign.acquire(timeout=0)
        try:
            self._take_in_time(names, (holder, f"{work} ({platform.node()}, {os.getpid()})"), patience, waiting)
            with self._renewed(holder), self._fenced(holder, len(names)):
                yield
        finally:
            sign.release()
            with suppress(SystemFailure):  # the sign stays then, and tells that nobody holds the lease any more
                self._give_back(holder)
                Path(sign.lock_file).unlink(missing_ok=True)

    def _take_in_time(
        self, names: Collection[str], who: tuple[str, str], patience: float, waiting: Callable[[LeaseRow], None]
    ) -> None:
        end, told = time.monotonic() + patience, False
        while rivals := self.take(names, *who):
            if time.monotonic() >= end:
                raise Busy(rivals[0])
            if not told:
                waiting(rivals[0])
                told = True
            time.sleep(_PAUSE)

    @contextmanager
    def _renewed(self, holder: str) -> Iterator[None]:
        over = threading.Event()

        def keep() -> None:
            while not over.wait(_RENEWAL):
                with suppress(SystemFailure):  # the fence tells when a term has passed without a renewal
                    self._renew(holder)

        thread = threading.Thread(target=keep, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _renew(self, holder: str) -> None:
        with self._writer.begin() as connection:
            until = seconds_of(connection) + TERM
            connection.execute(leases.update().where(leases.c.holder == holder).values(until=until))

    def _give_back(self, holder: str) -> None:
        with self._writer.begin() as connection:
            connection.execute(leases.delete().where(leases.c.holder == holder))

    def _dead(self, holder: str) -> bool:
        """Tell whether a holder is known to be dead: its sign is here, and nobody keeps it locked."""
        sign = self._sign_of(holder)
        if not sign.exists():
            return False
        lock = FileLock(sign)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        lock.release()
        return True

    def _sign_of(self, holder: str) -> Path:
        folder = self.folder / "leases"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{holder}.lock"


def seconds_of(connection: Connection) -> float:
    """Return the seconds since 1970 by the database's own clock, which all machines share."""
    if connection.dialect.name == "sqlite":
        return time.time()
    return float(connection.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0)
