"""A year of thirty schedules on a fast clock: every due time ends as it must, and none is missing.

What is expected is worked out from the sandbox's own calendar and from plain loops over days, not from the product's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from journal import Firing, Journal
from journal.queueing import stamp
from sandbox.workdays import is_known, is_working
from schedules.clerk import Clerk
from schedules.due import holes
from schedules.planned import Planned
from schedules.workdays import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 1, 1), date(2027, 1, 8)
#: Nobody is there: a long weekend of the National Day with a working day on each side.
OUTAGE = (datetime(2026, 9, 29, 12, 5, tzinfo=SHANGHAI), datetime(2026, 10, 2, 12, 5, tzinfo=SHANGHAI))
GRACE = timedelta(hours=6)
_FRIDAY = 4


@dataclass(frozen=True)
class Kind:
    """Schedules of one kind: their cron, the same in plain words, and whether rest days are left out."""

    cron: str
    on: Callable[[date], bool]
    hours: tuple[int, ...]
    working_days: bool


KINDS = (
    Kind("{m} 8 * * *", lambda _day: True, (8,), working_days=True),
    Kind("{m} 8,14 * * *", lambda _day: True, (8, 14), working_days=True),
    Kind("{m} 22 * * *", lambda _day: True, (22,), working_days=False),
    Kind("{m} 9 * * fri", lambda day: day.weekday() == _FRIDAY, (9,), working_days=True),
    Kind("{m} 7 1 * *", lambda day: day.day == 1, (7,), working_days=False),
    Kind("{m} 17 28 * *", lambda day: day.day == 28, (17,), working_days=True),
)
#: How many there are of each kind, thirty in all; each at a minute of its own.
TURNS = (1, 1, 1, 11, 9, 7)
PLANS = {f"{number}-{turn}": (KINDS[number], 2 * turn) for number, turns in enumerate(TURNS) for turn in range(turns)}


def _planned(kind: Kind, minute: int) -> Planned:
    return Planned.model_validate(
        {
            "title": "x",
            "bot": f"bot{minute}",
            "cron": kind.cron.format(m=minute),
            "working_days": kind.working_days,
            "misfire_grace": "6h",
            "jitter": "4m",
        }
    )


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Firing], dict[str, str], bool]:
    """Let the year pass: the rows that it left, up to when each schedule is settled, and whether the chain is whole."""
    folder = tmp_path_factory.mktemp("year")
    clock = Clock(datetime.combine(FIRST, time(0, 30), SHANGHAI))
    with Journal.open(folder) as journal:
        clerk = Clerk(journal, {name: _planned(*each) for name, each in PLANS.items()}, Calendar(), lambda: clock.now)
        clerk.settle()
        waiting = False
        while clock.now.date() <= LAST:
            clock.now += timedelta(hours=1)
            awake = not OUTAGE[0] <= clock.now < OUTAGE[1] and clock.now.hour in {7, 8, 9, 12, 14, 17, 22}
            if awake and (clerk.settle() or waiting):
                waiting = _work(journal, clock.now)
        return journal.firings(), journal.settled_until(), journal.audit().whole


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: datetime


def _work(journal: Journal, moment: datetime) -> bool:
    """Run what may start, and tell whether something with jitter waits for the next turn."""
    for firing in journal.claimable(moment, room={f"bot{minute}": 9 for _kind, minute in PLANS.values()}):
        if claimed := journal.claim(moment, firing.key, {firing.bot: 9}):
            journal.ended(claimed, moment, exit_code=0)
    return bool(journal.firings(states=["queued"]))


def _expected() -> dict[tuple[str, str], tuple[str, str]]:
    """Return what must become of every due time."""
    expected = {}
    for name, (kind, minute) in PLANS.items():
        dues = [
            datetime.combine(day, time(hour, minute), SHANGHAI)
            for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
            if kind.on(day)
            for hour in kind.hours
        ]
        fresh = [at for at in dues if OUTAGE[1] - GRACE <= at < OUTAGE[1] and at >= OUTAGE[0] and _worked(kind, at)]
        for at in dues:
            expected[name, stamp(at)] = _fate(kind, at, fresh)
    return expected


def _worked(kind: Kind, at: datetime) -> bool:
    return not kind.working_days or (is_known(at.date()) and is_working(at.date()))


def _fate(kind: Kind, at: datetime, fresh: list[datetime]) -> tuple[str, str]:
    if kind.working_days and not is_known(at.date()):
        return "missed", "calendar"
    if not _worked(kind, at):
        return "skipped", ""
    if OUTAGE[0] <= at < OUTAGE[1] and at not in fresh:
        return "missed", "down"
    return ("coalesced", "overtaken") if at in fresh[:-1] else ("ran", "")


def test_every_due_time_of_a_year_ends_as_it_must(year: tuple[list[Firing], dict[str, str], bool]) -> None:
    """Holidays, make-up weekends, three days without anybody, and a new year whose calendar is not known."""
    rows, _until, whole = year
    found = {(row.schedule, row.due_at): (row.state, row.reason if row.state != "skipped" else "") for row in rows}
    assert found == _expected()
    assert len(rows) == len(found)
    assert whole
    fates = Counter(fate for fate in found.values())
    assert {*fates} == {("ran", ""), ("skipped", ""), ("missed", "down"), ("missed", "calendar")}


def test_the_history_of_the_year_shows_no_hole(year: tuple[list[Firing], dict[str, str], bool]) -> None:
    """Of no schedule is a due time missing between its first and the last moment."""
    rows, until, _whole = year
    for name, each in PLANS.items():
        met = [row.due_at for row in rows if row.schedule == name]
        assert holes(_planned(*each), met, until[name]) == []
        assert datetime.fromisoformat(until[name]) > datetime(2026, 12, 25, tzinfo=UTC)


def test_a_holiday_is_skipped_by_its_name(year: tuple[list[Firing], dict[str, str], bool]) -> None:
    """Whoever asks why nothing ran reads the holiday, or that it was a weekend."""
    reasons = {row.due_at[:10]: row.reason for row in year[0] if row.schedule == "0-0" and row.state == "skipped"}
    assert reasons["2026-02-17"] not in {"", "weekend"}
    assert reasons["2026-01-10"] == "weekend"
    assert {"2026-02-14", "2026-02-28"}.isdisjoint(reasons)  # Saturdays that are worked
