"""Firings: every due time of every schedule once, and how it ended.

    queued ─▶ running ─▶ ran            what was never queued: coalesced, missed or skipped at once
      │  ◀───── again ┘
      └─▶ coalesced | missed

The due times of a schedule are settled up to a moment that only moves on, in one transaction with their rows: two
schedulers never settle one twice, and one that was away for days leaves no hole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, select

from journal.database import insert_all
from journal.events import Entry, append
from journal.leases import Leases
from journal.schema import firings, schedules

FiringState = Literal["queued", "running", "ran", "coalesced", "missed", "skipped"]
#: What no scheduler and no worker touches any more.
SETTLED: tuple[FiringState, ...] = ("ran", "coalesced", "missed", "skipped")


@dataclass(frozen=True, slots=True)
class Firing:
    """One due time of a schedule; times are UTC ISO text to the second, ``deadline_at`` is empty without a deadline.

    Attributes:
        starts_at: when it may be claimed at the earliest: when it is due, later by its jitter or by a pause.
        reason: why it was coalesced, missed, skipped, tried again; or the code of the error it ended with.
        attempts: how often it was claimed.
        run_id: the run it came to.
        exit_code: what that ended with; none before.
    """

    schedule: str
    due_at: str
    bot: str
    queue: str = "default"
    priority: int = 0
    starts_at: str = ""
    deadline_at: str = ""
    state: FiringState = "queued"
    reason: str = ""
    attempts: int = 0
    run_id: str = ""
    exit_code: int | None = None
    changed_at: str = ""

    @property
    def key(self) -> str:
        """Its name."""
        return f"{self.schedule}@{self.due_at}"

    @property
    def lease(self) -> str:
        """The lease that whoever runs it holds."""
        return f"firing {self.key}"


def stamp(moment: datetime) -> str:
    """Return a moment as UTC ISO text to the second, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class Firings(Leases):
    """Settling due times, claiming what is due, and telling how it ended."""

    def settle(
        self, schedule: str, moment: datetime, decide: Callable[[datetime], Sequence[Firing]], *, coalesce: bool = True
    ) -> list[Firing]:
        """Settle the due times of a schedule up to a moment.

        Args:
            schedule: its name; one that was never seen is settled up to now, and its first due time lies ahead.
            moment: the present.
            decide: given up to when it was settled, the firings after that up to the present, in their order.
            coalesce: a new firing takes the place of earlier ones that nobody has claimed yet.

        Returns:
            What was settled now, as stored.
        """
        with self._writing() as connection:
            until = connection.scalar(select(schedules.c.settled_until).where(schedules.c.name == schedule))
            if until is None:
                connection.execute(schedules.insert().values(name=schedule, settled_until=stamp(moment)))
                return []
            if stamp(moment) <= until:
                return []
            settled = [replace(each, changed_at=stamp(moment)) for each in decide(datetime.fromisoformat(until))]
            mine = schedules.c.name == schedule
            connection.execute(schedules.update().where(mine).values(settled_until=stamp(moment)))
            if coalesce and any(each.state == "queued" for each in settled):
                _overtake(connection, schedule, moment)
            _insert(connection, settled)
        return settled

    def call(self, firing: Firing, moment: datetime) -> Firing:
        """Queue a firing that somebody wants now, beside those of the clock."""
        called = replace(firing, changed_at=stamp(moment))
        with self._writing() as connection:
            _insert(connection, [called])
        return called

    def claimable(
        self, moment: datetime, queues: Collection[str] = (), room: Mapping[str, int] | None = None
    ) -> list[Firing]:
        """Return the firings that may start, the most urgent first.

        Args:
            moment: the present; what nobody claimed before its deadline is missed.
            queues: those that are served; all if none are named.
            room: how many firings of a bot may run at a time; one, unless it is said.
        """
        self.expire(moment)
        with self._reading() as connection:
            return _claimable(connection, moment, queues, room or {})

    def claim(self, moment: datetime, key: str, room: Mapping[str, int] | None = None) -> Firing | None:
        """Take a firing, while holding its lease; none if somebody else has it, or it may not start any more.

        Whoever takes a firing takes its lease first: a running one whose lease nobody holds is abandoned.
        """
        with self._writing() as connection:
            may = (each for each in _claimable(connection, moment, (), room or {}) if each.key == key)
            if (firing := next(may, None)) is None:
                return None
            return _change(connection, firing, moment, state="running", attempts=firing.attempts + 1)

    def again(self, firing: Firing, moment: datetime, reason: str, starts: datetime, *, counted: bool = True) -> Firing:
        """Queue a running firing once more, while holding its lease; ``counted`` says whether that was an attempt."""
        told = {"reason": reason, "starts_at": stamp(starts), "attempts": firing.attempts - (not counted)}
        with self._writing() as connection:
            return _change(connection, firing, moment, state="queued", **told)

    def ended(
        self, firing: Firing, moment: datetime, *, reason: str = "", run_id: str = "", exit_code: int | None = None
    ) -> Firing:
        """Say how a firing ended that ran."""
        told = {"reason": reason, "run_id": run_id, "exit_code": exit_code}
        with self._writing() as connection:
            return _change(connection, firing, moment, state="ran", **told)

    def expire(self, moment: datetime) -> list[Firing]:
        """Say of the firings that nobody claimed before their deadline that they were missed."""
        with self._reading() as connection:
            if not _late(connection, moment):
                return []
        with self._writing() as connection:
            late = _late(connection, moment)
            return [_change(connection, each, moment, state="missed", reason="deadline") for each in late]

    def firing(self, key: str) -> Firing | None:
        """Return one firing by its key."""
        schedule, _at, due_at = key.rpartition("@")
        mine = (firings.c.schedule == schedule) & (firings.c.due_at == due_at)
        with self._reading() as connection:
            row = connection.execute(select(firings).where(mine)).one_or_none()
        return Firing(*row) if row else None

    def abandoned(self) -> list[Firing]:
        """Return the running firings whose worker is dead: nobody holds their lease."""
        held = {lease.name for lease in self.leases()}
        running: FiringState = "running"
        return [each for each in self.firings(states=[running]) if each.lease not in held]

    def firings(
        self, schedule: str = "", states: Collection[FiringState] = (), since: str = "", limit: int | None = None
    ) -> list[Firing]:
        """Return firings, the newest due time first; of one schedule, in some states, due since then, if given."""
        query = select(firings).order_by(firings.c.due_at.desc(), firings.c.schedule).limit(limit)
        if schedule:
            query = query.where(firings.c.schedule == schedule)
        if states:
            query = query.where(firings.c.state.in_(states))
        if since:
            query = query.where(firings.c.due_at >= since)
        with self._reading() as connection:
            return [Firing(*row) for row in connection.execute(query)]

    def settled_until(self) -> dict[str, str]:
        """Return up to when each schedule is settled."""
        with self._reading() as connection:
            return {str(name): str(until) for name, until in connection.execute(select(schedules))}


def _insert(connection: Connection, settled: Sequence[Firing]) -> None:
    insert_all(connection, firings, [asdict(each) for each in settled])
    append(connection, map(_entry, settled))


def _entry(firing: Firing) -> Entry:
    told = {"reason": firing.reason, "attempts": firing.attempts, "exit_code": firing.exit_code}
    return Entry(firing.run_id, f"firing.{firing.state}", f"firing/{firing.key}", told)


def _change(connection: Connection, firing: Firing, moment: datetime, **changes: Any) -> Firing:  # noqa: ANN401
    changed = replace(firing, changed_at=stamp(moment), **changes)
    mine = (firings.c.schedule == firing.schedule) & (firings.c.due_at == firing.due_at)
    connection.execute(firings.update().where(mine).values(**changes, changed_at=changed.changed_at))
    append(connection, [_entry(changed)])
    return changed


def _waiting(connection: Connection, *conditions: ColumnElement[bool]) -> list[Firing]:
    query = select(firings).where(firings.c.state == "queued", *conditions)
    urgent = query.order_by(firings.c.priority.desc(), firings.c.starts_at, firings.c.schedule)
    return [Firing(*row) for row in connection.execute(urgent)]


def _claimable(
    connection: Connection, moment: datetime, queues: Collection[str], room: Mapping[str, int]
) -> list[Firing]:
    busy = select(firings.c.bot, func.count()).where(firings.c.state == "running").group_by(firings.c.bot)
    taken = {str(bot): int(count) for bot, count in connection.execute(busy)}
    conditions = [firings.c.starts_at <= stamp(moment), *([firings.c.queue.in_(queues)] if queues else [])]
    return [each for each in _waiting(connection, *conditions) if taken.get(each.bot, 0) < room.get(each.bot, 1)]


def _overtake(connection: Connection, schedule: str, moment: datetime) -> None:
    for each in _waiting(connection, firings.c.schedule == schedule):
        _change(connection, each, moment, state="coalesced", reason="overtaken")


def _late(connection: Connection, moment: datetime) -> list[Firing]:
    return _waiting(connection, firings.c.deadline_at != "", firings.c.deadline_at < stamp(moment))
