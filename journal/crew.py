"""The crew: which workers are there to run firings, by the database's own clock, which all machines share.

A sign of life is no event: it says nothing of what happened to a record, and there are thousands of them a day.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Collection
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import RowMapping, select

from journal.database import Book
from journal.leases import seconds_of
from journal.schema import workers
from journal.texts import now

#: Seconds without a sign after which a worker counts as gone.
GONE_AFTER = 60.0
_BETWEEN = ","


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as it last reported; ``queues`` is empty where it serves all, ``doing`` where it waits for work.

    ``started_at`` is UTC ISO text, ``ago`` the seconds since its last sign.
    """

    name: str
    queues: tuple[str, ...]
    concurrency: int
    started_at: str
    doing: str
    ago: float

    @property
    def gone(self) -> bool:
        """Whether nothing was heard of it for so long that nobody counts on it."""
        return self.ago > GONE_AFTER


def new_name() -> str:
    """Return a name for a worker in this process, which no other one has: machine, process, and a few letters."""
    return f"{platform.node()}/{os.getpid()}/{uuid4().hex[:6]}"


class Crew(Book):
    """Workers that report in, sign off, or are missed."""

    def report_in(self, name: str, queues: Collection[str], concurrency: int, doing: str = "") -> None:
        """Say that a worker is there; the first report is when it started.

        Args:
            name: its name, see ``new_name``.
            queues: the queues it serves; all if none are named.
            concurrency: how many firings it runs at a time.
            doing: the keys of those that it runs now, for whoever looks.
        """
        told = {"queues": _BETWEEN.join(queues), "concurrency": concurrency, "doing": doing}
        with self._writer.begin() as connection:
            told["seen"] = seconds_of(connection)
            if not connection.execute(workers.update().where(workers.c.name == name).values(told)).rowcount:
                connection.execute(workers.insert().values(name=name, started_at=now(), **told))

    def sign_off(self, name: str) -> None:
        """Say that a worker leaves in order."""
        with self._writer.begin() as connection:
            connection.execute(workers.delete().where(workers.c.name == name))

    def workers(self) -> list[Worker]:
        """Return the workers that have not signed off, by name."""
        with self._reading() as connection:
            present = seconds_of(connection)
            rows = connection.execute(select(workers).order_by(workers.c.name)).mappings().all()
        return [_worker(row, present) for row in rows]

    def forget_gone(self, after: float = GONE_AFTER) -> list[str]:
        """Strike off the workers of whom nothing was heard for so many seconds, and return their names."""
        with self._writer.begin() as connection:
            silent = workers.c.seen < seconds_of(connection) - after
            names = sorted(connection.scalars(select(workers.c.name).where(silent)))
            connection.execute(workers.delete().where(workers.c.name.in_(names)))
        return names

    def clock(self) -> float:
        """Return the seconds since 1970 by the database's own clock."""
        with self._reading() as connection:
            return seconds_of(connection)


def _worker(row: RowMapping, present: float) -> Worker:
    served = tuple(row["queues"].split(_BETWEEN)) if row["queues"] else ()
    ago = max(0.0, present - row["seen"])
    return Worker(row["name"], served, row["concurrency"], row["started_at"], row["doing"], ago)
