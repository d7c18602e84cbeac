"""One firing as a row: what it is, how it changes, and which of those that wait may start."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, select

from journal.database import insert_all
from journal.events import Entry, append
from journal.schema import firings

FiringState = Literal["queued", "running", "ran", "coalesced", "missed", "skipped"]
#: What no scheduler and no worker touches any more.
SETTLED: tuple[FiringState, ...] = ("ran", "coalesced", "missed", "skipped")
#: Stands between a schedule and the part of a firing; no file name holds it.
PART = "/"


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
    def whole(self) -> str:
        """The schedule; of a part (``SCHEDULE/SOURCE/DAYS``) that of the firing that waits for it."""
        return self.schedule.partition(PART)[0]

    @property
    def part(self) -> list[str]:
        """What it does of its firing: the source, and the days; nothing if it is a whole one."""
        return self.schedule.split(PART)[1:]

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


def insert(connection: Connection, settled: Sequence[Firing]) -> None:
    """Write new firings, and an event for each."""
    insert_all(connection, firings, [asdict(each) for each in settled])
    append(connection, map(_entry, settled))


def _entry(firing: Firing) -> Entry:
    told = {"reason": firing.reason, "attempts": firing.attempts, "exit_code": firing.exit_code}
    return Entry(firing.run_id, f"firing.{firing.state}", f"firing/{firing.key}", told)


def change(connection: Connection, firing: Firing, moment: datetime, **changes: Any) -> Firing:  # noqa: ANN401
    """Change a firing, with its event."""
    changed = replace(firing, changed_at=stamp(moment), **changes)
    mine = (firings.c.schedule == firing.schedule) & (firings.c.due_at == firing.due_at)
    connection.execute(firings.update().where(mine).values(**changes, changed_at=changed.changed_at))
    append(connection, [_entry(changed)])
    return changed


def _waiting(connection: Connection, *conditions: ColumnElement[bool]) -> list[Firing]:
    query = select(firings).where(firings.c.state == "queued", *conditions)
    urgent = query.order_by(firings.c.priority.desc(), firings.c.starts_at, firings.c.schedule)
    return [Firing(*row) for row in connection.execute(urgent)]


def claimable(
    connection: Connection, moment: datetime, queues: Collection[str], room: Mapping[str, int]
) -> list[Firing]:
    """Return the firings that may start, the most urgent first."""
    busy = select(firings.c.bot, func.count()).where(firings.c.state == "running").group_by(firings.c.bot)
    taken = {str(bot): int(count) for bot, count in connection.execute(busy)}
    conditions = [
        firings.c.starts_at <= stamp(moment),
        ~_parts_left(),
        *([firings.c.queue.in_(queues)] if queues else []),
    ]
    return [each for each in _waiting(connection, *conditions) if taken.get(each.bot, 0) < room.get(each.bot, 1)]


def _parts_left() -> ColumnElement[bool]:
    """Tell whether parts of a firing wait or are under way; it starts when they have ended."""
    part, name = firings.alias(), firings.c.schedule + PART
    of_it = (part.c.due_at == firings.c.due_at) & (func.substr(part.c.schedule, 1, func.length(name)) == name)
    return select(part.c.schedule).where(of_it, part.c.state.in_(("queued", "running"))).exists()


def overtake(connection: Connection, schedule: str, moment: datetime) -> None:
    """Say of what nobody has claimed yet, parts included, that a later firing took its place."""
    mine = (firings.c.schedule == schedule) | firings.c.schedule.startswith(schedule + PART, autoescape=True)
    for each in _waiting(connection, mine):
        change(connection, each, moment, state="coalesced", reason="overtaken")


def late(connection: Connection, moment: datetime) -> list[Firing]:
    """Return what nobody claimed before its deadline."""
    return _waiting(connection, firings.c.deadline_at != "", firings.c.deadline_at < stamp(moment))
