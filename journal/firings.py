"""Firings: every due time of every schedule once, and how it ended.

    queued ─▶ running ─▶ ran            what was never queued: coalesced, missed or skipped at once
      │  ◀───── again ┘
      └─▶ coalesced | missed

The due times of a schedule are settled up to a moment that only moves on, in one transaction with their rows: two
schedulers never settle one twice, and one that was away for days leaves no hole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from journal.leases import Leases
from journal.queueing import Firing, FiringState, change, claimable, insert, late, overtake, stamp
from journal.schema import firings, schedules


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
                overtake(connection, schedule, moment)
            insert(connection, settled)
        return settled

    def call(self, firing: Firing, moment: datetime) -> Firing:
        """Queue a firing that somebody wants now, beside those of the clock."""
        called = replace(firing, changed_at=stamp(moment))
        with self._writing() as connection:
            insert(connection, [called])
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
            return claimable(connection, moment, queues, room or {})

    def claim(self, moment: datetime, key: str, room: Mapping[str, int] | None = None) -> Firing | None:
        """Take a firing, while holding its lease; none if somebody else has it, or it may not start any more.

        Whoever takes a firing takes its lease first: a running one whose lease nobody holds is abandoned.
        """
        with self._writing() as connection:
            may = (each for each in claimable(connection, moment, (), room or {}) if each.key == key)
            if (firing := next(may, None)) is None:
                return None
            return change(connection, firing, moment, state="running", attempts=firing.attempts + 1)

    def again(self, firing: Firing, moment: datetime, reason: str, starts: datetime, *, counted: bool = True) -> Firing:
        """Queue a running firing once more, while holding its lease; ``counted`` says whether that was an attempt."""
        told = {"reason": reason, "starts_at": stamp(starts), "attempts": firing.attempts - (not counted)}
        with self._writing() as connection:
            return change(connection, firing, moment, state="queued", **told)

    def parted(self, firing: Firing, parts: Sequence[Firing], moment: datetime) -> Firing:
        """Let a running firing wait, while holding its lease, until its parts have ended, however they end."""
        told = {"reason": "parts", "attempts": firing.attempts - 1}
        with self._writing() as connection:
            insert(connection, [replace(each, changed_at=stamp(moment)) for each in parts])
            return change(connection, firing, moment, state="queued", **told)

    def ended(
        self, firing: Firing, moment: datetime, *, reason: str = "", run_id: str = "", exit_code: int | None = None
    ) -> Firing:
        """Say how a firing ended that ran."""
        told = {"reason": reason, "run_id": run_id, "exit_code": exit_code}
        with self._writing() as connection:
            return change(connection, firing, moment, state="ran", **told)

    def expire(self, moment: datetime) -> list[Firing]:
        """Say of the firings that nobody claimed before their deadline that they were missed."""
        with self._reading() as connection:
            if not late(connection, moment):
                return []
        with self._writing() as connection:
            overdue = late(connection, moment)
            return [change(connection, each, moment, state="missed", reason="deadline") for each in overdue]

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
