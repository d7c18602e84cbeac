"""When a schedule is due, and what becomes of each due time. Pure: the clock and the calendar are handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from schedules.planned import NOTHING, Planned
from schedules.workdays import Calendar

Fate = Literal["queued", "coalesced", "missed", "skipped"]
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A due time (UTC), and what becomes of it.

    Attributes:
        fate: queued to run; or coalesced, missed, skipped.
        reason: of a skipped one the holiday's name or ``weekend``; of a missed one ``calendar`` (nobody knows whether
            that day is worked), ``down`` (nobody was there until it was too late); of a coalesced one ``overtaken``.
    """

    at: datetime
    fate: Fate = "queued"
    reason: str = ""


def due_times(planned: Planned, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC) at which a schedule is due after one moment, up to another, holidays included.

    Where a clock is put back, an hour comes twice, and fires once: at its first coming.
    """
    trigger = _trigger(planned.cron, planned.timezone)
    moment = after.astimezone(UTC)
    # Every step begins anew from a moment that has no fold: the trigger's own steps stand still in an hour that does.
    while (found := trigger.get_next_fire_time(None, (moment + _TICK).astimezone(planned.zone))) is not None:
        moment = found.astimezone(UTC)
        if moment > until:
            return
        if not found.fold:
            yield moment


@lru_cache(256)
def _trigger(cron: str, timezone: str) -> CronTrigger:
    return CronTrigger.from_crontab(cron, timezone=ZoneInfo(timezone))


def settle(planned: Planned, after: datetime, present: datetime, calendar: Calendar) -> list[Due]:
    """Say what becomes of every due time after one moment up to the present, in their order."""
    if not planned.enabled:
        return []
    fates = [_fate(planned, at, present, calendar) for at in due_times(planned, after, present)]
    queued = [due.at for due in fates if due.fate == "queued"]
    if not planned.coalesce or not queued:
        return fates
    return [
        Due(due.at, "coalesced", "overtaken") if due.fate == "queued" and due.at < queued[-1] else due for due in fates
    ]


def _fate(planned: Planned, at: datetime, present: datetime, calendar: Calendar) -> Due:
    day = at.astimezone(planned.zone).date()
    if planned.working_days and not calendar.knows(day):
        return Due(at, "missed", "calendar")
    if planned.working_days and not calendar.is_workday(day):
        return Due(at, "skipped", calendar.reason(day) or "weekend")
    if present - at > planned.misfire_grace:
        return Due(at, "missed", "down")
    return Due(at)


def starts_at(planned: Planned, name: str, at: datetime) -> datetime:
    """Return when a firing starts: its jitter hangs on its name and its due time alone, so that all agree on it."""
    if planned.jitter == NOTHING:
        return at
    drawn = int.from_bytes(hashlib.sha256(f"{name} {at.isoformat()}".encode()).digest()[:8])
    return at + timedelta(seconds=drawn % (int(planned.jitter.total_seconds()) + 1))


def next_times(planned: Planned, after: datetime, calendar: Calendar, count: int) -> list[Due]:
    """Return the next moments at which it will run, or at which nobody knows whether it will."""
    found: list[Due] = []
    for at in due_times(planned, after, after + timedelta(days=366 * 5)):
        if len(found) == count:
            break
        due = _fate(planned, at, at, calendar)
        if due.fate != "skipped":
            found.append(due)
    return found


def window_of(planned: Planned, day: date, succeeded: date | None) -> tuple[date, date] | None:
    """Return the first and the last decision date of a firing.

    Args:
        planned: the schedule.
        day: the day on which it fires, in its time zone.
        succeeded: up to which day the bot's last run that succeeded had looked; none if there was none.

    Returns:
        The window; none where the bot chooses for itself.
    """
    this_month = day.replace(day=1)
    match planned.window:
        case "today":
            return day, day
        case "yesterday":
            return day - timedelta(days=1), day - timedelta(days=1)
        case "this_month":
            return this_month, day
        case "last_month":
            last = this_month - timedelta(days=1)
            return last.replace(day=1), last
        case "last_success" if succeeded:
            return min(succeeded, day), day
    return None


def slices(since: date, until: date, most: timedelta) -> Iterator[tuple[date, date]]:
    """Yield a window, both ends included, in stretches of at most so many days that differ by a day at most."""
    days = (until - since).days + 1
    count = -(-days // most.days)
    for number in range(count):
        first, after = (since + timedelta(days=days * each // count) for each in (number, number + 1))
        yield first, after - timedelta(days=1)


def holes(planned: Planned, found: Collection[str], until: str) -> list[str]:
    """Return the due times, UTC ISO text, that lie between others and were never settled; none is what must be.

    Args:
        planned: the schedule.
        found: the due times that were settled.
        until: up to when the schedule is settled; empty if it never was.
    """
    if not found or not until:
        return []
    begin, end = datetime.fromisoformat(min(found)), datetime.fromisoformat(until)
    expected = (at.isoformat(timespec="seconds") for at in due_times(planned, begin - timedelta(seconds=1), end))
    return [at for at in expected if at not in set(found)]
