"""Tallies: how many of what there is, for whoever watches from outside; nothing in them belongs to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from journal.database import Book
from journal.schema import alarms, deliveries, firings, runs

_RUNNING = "running"


@dataclass(frozen=True, slots=True)
class LastRun:
    """How the newest run of a bot went that has ended."""

    seconds: float
    quarantined: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers as of one moment; dry runs are left out.

    Attributes:
        runs: (bot, state) → runs.
        last: bot → its newest run that has ended.
        succeeded: bot → when its newest run ended that was done, UTC ISO text.
        deliveries: (feed, state) → deliveries.
        firings: state → firings.
        alarms: alarms that last.
    """

    runs: Mapping[tuple[str, str], int]
    last: Mapping[str, LastRun]
    succeeded: Mapping[str, str]
    deliveries: Mapping[tuple[str, str], int]
    firings: Mapping[str, int]
    alarms: int


class Tallies(Book):
    """Counting what there is."""

    def tally(self) -> Tally:
        """Count, all as of one moment."""
        real = select(runs).where(runs.c.dry_run.is_(False)).subquery()
        with self._reading() as connection:
            counted = _pairs(connection, real.c.bot, real.c.state)
            done = select(real.c.bot, func.max(real.c.finished_at)).where(real.c.state == "done").group_by(real.c.bot)
            of_firings = select(firings.c.state, func.count()).group_by(firings.c.state)
            bots = sorted({bot for bot, _state in counted})
            ended = {bot: last for bot in bots if (last := _last(connection, real, bot))}
            return Tally(
                counted,
                ended,
                {str(bot): str(at) for bot, at in connection.execute(done)},
                _pairs(connection, deliveries.c.feed, deliveries.c.state),
                {str(state): int(count) for state, count in connection.execute(of_firings)},
                connection.scalar(select(func.count()).where(alarms.c.over_at == "")) or 0,
            )


def _pairs(connection: Connection, one: ColumnElement[str], other: ColumnElement[str]) -> dict[tuple[str, str], int]:
    rows = connection.execute(select(one, other, func.count()).group_by(one, other))
    return {(str(first), str(second)): int(count) for first, second, count in rows}


def _last(connection: Connection, real: FromClause, bot: str) -> LastRun | None:
    ended = select(real.c.started_at, real.c.finished_at, real.c.counts)
    mine = ended.where(real.c.bot == bot, real.c.state != _RUNNING).order_by(real.c.started_at.desc()).limit(1)
    row = connection.execute(mine).one_or_none()
    if row is None:
        return None
    started, finished, counts = row
    took = datetime.fromisoformat(finished) - datetime.fromisoformat(started)
    return LastRun(took.total_seconds(), int(counts.get("quarantined", 0)))
