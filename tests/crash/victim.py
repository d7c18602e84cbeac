"""The real command line in a process that kills itself at a point.

``python -m tests.crash.victim POINT[,POINT] [--nth N] [--told FILE] -- run disclosure -w DIR --json``

Nothing in the product knows of it: the doors through which every change of a delivery goes are wrapped before the
command begins. The point at which the process dies is written to ``--told``.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from journal import Delivery, deliveries, preparing, tracking
from journal.database import Book
from journal.schema import deliveries as table
from journal.states import State
from tests.crash.points import ANSWERED, BORN, LEAVING

if TYPE_CHECKING:
    from connectors.base import Batch, Receipt
    from connectors.portal.feed import PortalFeed

_ARROWS = "arrows of this transaction"


@dataclass(slots=True)
class Death:
    """Where to die: when one of the points is passed for the ``left``-th time in all; with no point, never."""

    points: Collection[str] = ()
    left: int = 1
    told: str = os.devnull

    def meet(self, point: str) -> None:
        """Pass a point, or die."""
        if point not in self.points:
            return
        self.left -= 1
        if self.left == 0:
            with Path(self.told).open("a", encoding="utf-8") as file:
                file.write(f"{point}\n")
            os.kill(os.getpid(), signal.SIGKILL)


def arm(death: Death) -> None:
    """Wrap the doors; once in a process."""
    _wrap_writing(death)
    _wrap_moves(death)
    _wrap_births(death)
    _wrap_hand_over(death)


def _wrap_writing(death: Death) -> None:
    real = Book._writing

    @contextmanager
    def writing(self: Book) -> Iterator[Connection]:
        arrows: list[str] = []
        with real(self) as connection:
            connection.info[_ARROWS] = arrows
            yield connection
            for arrow in arrows:
                death.meet(f"{arrow}:uncommitted")
        for arrow in arrows:
            death.meet(f"{arrow}:committed")

    Book._writing = writing  # type: ignore[method-assign]


def _pass(death: Death, connection: Connection, arrows: Collection[str]) -> None:
    for arrow in sorted(arrows):
        death.meet(f"{arrow}:before")
    connection.info[_ARROWS].extend(sorted(arrows))


def _wrap_moves(death: Death) -> None:
    real = deliveries.move

    def move(connection: Connection, to: State, changes: dict[int, Any], *rest: Any, **options: Any) -> None:
        origins = connection.scalars(select(table.c.state).where(table.c.id.in_(list(changes))).distinct())
        _pass(death, connection, {f"{origin}-{to}" for origin in origins})
        real(connection, to, changes, *rest, **options)

    deliveries.move = tracking.move = move  # type: ignore[assignment,attr-defined]


def _wrap_births(death: Death) -> None:
    real = preparing._insert

    def insert(connection: Connection, new: list[Delivery]) -> None:
        _pass(death, connection, {f"{BORN}-{each.state}" for each in new})
        real(connection, new)

    preparing._insert = insert


def _wrap_hand_over(death: Death) -> None:
    from connectors.portal.feed import PortalFeed

    real = PortalFeed.send

    async def send(self: PortalFeed, batch: Batch) -> Receipt:
        death.meet(LEAVING)
        receipt = await real(self, batch)
        death.meet(ANSWERED)
        return receipt

    PortalFeed.send = send  # type: ignore[method-assign]


def act(death: Death, words: list[str], out: str = "", err: str = "", environ: dict[str, str] | None = None) -> None:
    """Be the command line with these words; ``out`` and ``err`` are files in place of this process's own."""
    from cli.main import main

    os.environ.update(environ or {})
    for number, path in ((1, out), (2, err)):
        if path:
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    arm(death)
    main(words)


def _main() -> None:
    cut = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("points")
    parser.add_argument("--nth", type=int, default=1)
    parser.add_argument("--told", default=os.devnull)
    asked = parser.parse_args(sys.argv[1:cut])
    act(Death(asked.points.split(","), asked.nth, asked.told), sys.argv[cut + 1 :])


if __name__ == "__main__":
    _main()
