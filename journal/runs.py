"""Runs: one execution of one bot over one window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from journal.database import Book
from journal.events import Entry, append
from journal.schema import deliveries, runs
from journal.states import UNDER_WAY, State
from journal.texts import canonical, now, sha256
from words.errors import UsageError
from words.languages import gettext as _

Ending = Literal["done", "failed", "stopped"]
_RUNNING = "running"
_TICKS = 1 << 24  # ticks of about 5 ms a day: six hexadecimal digits


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run; dates and times are ISO text, ``finished_at`` is empty while it runs.

    ``state`` is running, done, failed or stopped.
    """

    run_id: str
    bot: str
    since: str
    until: str
    as_of: str
    dry_run: bool
    started_at: str
    finished_at: str
    state: str
    counts: dict[str, int]
    result: dict[str, Any]


class Runs(Book):
    """Beginning, finishing and finding runs."""

    def begin_run(self, bot: str, since: str, until: str, as_of: str, dry_run: bool = False) -> str:
        """Record that a run has begun.

        Args:
            bot: name of the bot.
            since: first day of the window, ISO text.
            until: last day of the window, ISO text.
            as_of: the day on which deadlines are judged, ISO text.
            dry_run: whether nothing will be sent.

        Returns:
            The run id, such as ``disclosure-20240813-3f9a1c``: the local day and the part of it that had passed, so
            that the ids of one bot sort by their beginning.
        """
        window = {"bot": bot, "since": since, "until": until, "as_of": as_of, "dry_run": dry_run}
        with self._writing() as connection:
            started = now()
            run_id = _unused_id(connection, bot, started)
            state = {"started_at": started, "finished_at": "", "state": _RUNNING, "counts": {}, "result": {}}
            connection.execute(runs.insert().values(run_id=run_id, **window, **state))
            append(connection, [Entry(run_id, "run.begun", f"run/{run_id}", window)])
        return run_id

    def resume_run(self, run_id: str) -> None:
        """Record that a run that did not come to its end goes on.

        Raises:
            UsageError: no such run.
        """
        self.run(run_id)
        with self._writing() as connection:
            connection.execute(runs.update().where(runs.c.run_id == run_id).values(state=_RUNNING, finished_at=""))
            append(connection, [Entry(run_id, "run.resumed", f"run/{run_id}", {})])

    def unfinished_runs(self, bot: str | None = None) -> list[RunRow]:
        """Return the runs that somebody should resume, oldest first.

        They are those that left deliveries on their way, and those that ended early after the last one that was done.
        A run that is still at work is among them: only its lease tells.
        """
        on_their_way = select(deliveries.c.run_id).where(deliveries.c.state.in_([State.PREPARED, *UNDER_WAY]))
        later = runs.alias()
        done = select(later.c.run_id).where(
            later.c.bot == runs.c.bot,
            later.c.state == "done",
            later.c.dry_run.is_(False),
            later.c.started_at > runs.c.started_at,
        )
        ended_early = (runs.c.state != "done") & ~done.exists()
        query = select(runs).where(runs.c.dry_run.is_(False), ended_early | runs.c.run_id.in_(on_their_way))
        if bot is not None:
            query = query.where(runs.c.bot == bot)
        with self._reading() as connection:
            return [RunRow(*row) for row in connection.execute(query.order_by(runs.c.started_at))]

    def stop_crashed(self, bot: str) -> None:
        """Say of the bot's runs that are still running that they ended; call it only while holding the bot's lease."""
        running = select(runs.c.run_id).where(runs.c.bot == bot, runs.c.state == _RUNNING)
        with self._reading() as connection:
            crashed = list(connection.scalars(running))
        for run_id in crashed:
            self.finish_run(run_id, "stopped", {}, {"error": "crashed"})

    def finish_run(self, run_id: str, state: Ending, counts: Mapping[str, int], result: Mapping[str, Any]) -> None:
        """Record how a run ended; a resumed run may end again.

        Args:
            run_id: the run.
            state: done, failed or stopped.
            counts: the conservation counts by name.
            result: anything JSON-able that is shown later; only its hash enters the event log.

        Raises:
            UsageError: no such run.
        """
        self.run(run_id)
        ending = {"state": state, "counts": dict(counts), "result": dict(result)}
        event = {"state": state, "counts": dict(counts), "result_sha256": sha256(canonical(ending["result"]))}
        with self._writing() as connection:
            connection.execute(runs.update().where(runs.c.run_id == run_id).values(finished_at=now(), **ending))
            append(connection, [Entry(run_id, "run.finished", f"run/{run_id}", event)])

    def run(self, run_id: str) -> RunRow:
        """Return one run.

        Raises:
            UsageError: no such run.
        """
        with self._reading() as connection:
            row = connection.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
        if row is None:
            raise UsageError(
                "unknown-run",
                _("There is no run “{run}” in this journal.").format(run=run_id),
                todo=_("Copy the run id from the status or from the notes of a workbook."),
            )
        return RunRow(*row)

    def last_run(self, bot: str | None = None, finished: bool = True) -> RunRow | None:
        """Return the run that began last, of one bot if given; ``finished`` leaves out those still running."""
        query = select(runs).order_by(runs.c.started_at.desc()).limit(1)
        if bot is not None:
            query = query.where(runs.c.bot == bot)
        if finished:
            query = query.where(runs.c.state != _RUNNING)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return RunRow(*row) if row else None

    def last_success(self, bot: str) -> RunRow | None:
        """Return the bot's run that was done and looked furthest; dry runs do not count."""
        done = (runs.c.bot == bot) & (runs.c.state == "done") & runs.c.dry_run.is_(False)
        query = select(runs).where(done).order_by(runs.c.until.desc(), runs.c.started_at.desc()).limit(1)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return RunRow(*row) if row else None

    def done_since(self) -> dict[str, str]:
        """Return when each bot's last run that was done ended."""
        done = (runs.c.state == "done") & runs.c.dry_run.is_(False)
        query = select(runs.c.bot, func.max(runs.c.finished_at)).where(done).group_by(runs.c.bot)
        with self._reading() as connection:
            return {str(bot): str(at) for bot, at in connection.execute(query)}

    def runs(self, limit: int = 50) -> list[RunRow]:
        """Return the newest runs, newest first."""
        query = select(runs).order_by(runs.c.started_at.desc()).limit(limit)
        with self._reading() as connection:
            return [RunRow(*row) for row in connection.execute(query)]


def _unused_id(connection: Connection, bot: str, started: str) -> str:
    local = datetime.fromisoformat(started).astimezone()
    passed = local - local.replace(hour=0, minute=0, second=0, microsecond=0)
    tick = int(passed.total_seconds() / 86400 * _TICKS)
    while True:
        run_id = f"{bot}-{local:%Y%m%d}-{tick:06x}"
        if connection.scalar(select(runs.c.run_id).where(runs.c.run_id == run_id)) is None:
            return run_id
        tick += 1
