"""Firings from their claim to their end: once, tried again, stopped, and taken up from the dead."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journal import Firing, Journal
from journal.queueing import stamp
from schedules.attendant import Attendant, pause
from schedules.clerk import Clerk
from schedules.planned import Planned
from schedules.workdays import Calendar

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@dataclass
class Bureau:
    """A journal and a schedule whose runs are scripts; ``says`` are the scripts, one for each attempt."""

    folder: Path
    url: str
    planned: Planned
    says: list[str]
    now: datetime = NOON
    begun: list[str] = field(default_factory=list)
    after: list[tuple[Firing, Mapping[str, object]]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    split: tuple[str, ...] = ()

    def parts(self, firing: Firing) -> list[Firing]:
        """Return the parts of a whole firing."""
        new = replace(firing, state="queued", attempts=0)
        return [
            replace(new, schedule=f"daily/{each}", bot=f"disclosure/{each[0]}")
            for each in self.split
            if not firing.part
        ]

    def opened(self) -> Journal:
        """Open the journal once more, as another process would."""
        return Journal.open(self.folder, self.url)

    @contextmanager
    def clerk(self, **changes: object) -> Iterator[Clerk]:
        """Open a clerk's desk."""
        with self.opened() as journal:
            yield Clerk(journal, {"daily": self.planned.model_copy(update=changes)}, Calendar(), lambda: self.now)

    def attendant(self) -> Attendant:
        """Return somebody who runs its scripts."""

        def words(_journal: Journal, _firing: Firing, interrupted: str) -> Sequence[str]:
            self.begun.append(interrupted)
            return [sys.executable, "-c", self.says[min(len(self.begun), len(self.says)) - 1]]

        return Attendant(
            self.opened,
            lambda: {"daily": self.planned},
            words,
            parts=lambda _journal, firing: self.parts(firing),
            after=lambda _journal, firing, told: self.after.append((firing, told)),
            stopping=self.stopping,
            clock=lambda: self.now,
        )

    def due(self) -> Firing:
        """Queue a firing."""
        with self.clerk() as clerk:
            return clerk.call("daily")

    def stands(self, key: str) -> Firing:
        """Return a firing as it stands."""
        with self.opened() as journal:
            firing = journal.firing(key)
        assert firing
        return firing


@pytest.fixture
def bureau(url: str, tmp_path: Path, journal: Journal) -> Bureau:  # noqa: ARG001 - the tables have to be there
    """A bureau whose runs go well."""
    planned = Planned.model_validate({"title": "x", "bot": "disclosure", "cron": "0 12 * * *"})
    return Bureau(tmp_path, url, planned, ['print(\'{"result": {"run": "r-1"}, "errors": []}\')'])


def test_a_firing_runs_once_however_many_attend_it(bureau: Bureau) -> None:
    """Several take it in the same moment: one runs it, the others find it taken."""
    firing = bureau.due()
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda _n: bureau.attendant().attend(firing.key, {}), range(4)))
    assert len(bureau.begun) == 1
    [ended] = [each for each in ends if each]
    assert (ended.state, ended.exit_code, ended.run_id, ended.attempts) == ("ran", 0, "r-1", 1)
    assert bureau.attendant().attend(firing.key, {}) is None
    assert bureau.after == [(ended, {"result": {"run": "r-1"}, "errors": []})]


def test_a_system_that_fails_is_tried_again_later_and_not_for_ever(bureau: Bureau) -> None:
    """Twice the pause each time; in the end the error's code is what is left of it."""
    failing = 'import sys; print(\'{"errors": [{"code": "no-answer"}]}\'); sys.exit(4)'
    bureau.says[:] = [failing]
    firing = bureau.due()
    starts = []
    ended = firing
    for _attempt in range(3):
        ended = bureau.attendant().attend(firing.key, {}) or firing
        starts.append(datetime.fromisoformat(ended.starts_at) - bureau.now)
        assert bureau.attendant().attend(firing.key, {}) is None  # not before its pause is over
        bureau.now += timedelta(minutes=10)
    assert starts[:2] == [timedelta(minutes=1), timedelta(minutes=2)]
    assert (ended.state, ended.exit_code, ended.reason, ended.attempts) == ("ran", 4, "no-answer", 3)
    assert len(bureau.begun) == 3


@pytest.mark.parametrize("code", [0, 1, 2, 3, 5])
def test_what_a_person_has_to_do_is_not_tried_again(bureau: Bureau, code: int) -> None:
    """Done, differences, a wrong setting, a login, a changed layout: another attempt would tell the same."""
    bureau.says[:] = [f"import sys; sys.exit({code})"]
    ended = bureau.attendant().attend(bureau.due().key, {})
    assert ended
    assert (ended.state, ended.exit_code) == ("ran", code)


def test_a_run_that_died_is_resumed(bureau: Bureau) -> None:
    """The next attempt goes on with the run that the dead process left."""
    firing = bureau.due()
    with bureau.opened() as journal:
        run = journal.begin_run("disclosure", "2026-03-01", "2026-03-02", "2026-03-02")
    bureau.says.insert(0, "import os; os.kill(os.getpid(), 9)")
    died = bureau.attendant().attend(firing.key, {})
    assert died
    assert (died.state, died.reason) == ("queued", "signal 9")
    bureau.now += timedelta(minutes=2)
    ended = bureau.attendant().attend(firing.key, {})
    assert ended
    assert (ended.state, bureau.begun) == ("ran", ["", run])


def test_what_is_stopped_in_order_waits_for_the_next_worker_at_no_cost(bureau: Bureau) -> None:
    """It is queued at once, and the attempt does not count."""
    bureau.says.insert(0, "import time; time.sleep(60)")
    firing = bureau.due()
    threading.Timer(1.0, bureau.stopping.set).start()
    stopped = bureau.attendant().attend(firing.key, {})
    assert stopped
    assert (stopped.state, stopped.reason, stopped.attempts) == ("queued", "stopped", 0)
    bureau.stopping.clear()
    ended = bureau.attendant().attend(firing.key, {})
    assert ended
    assert (ended.state, ended.attempts) == ("ran", 1)


def test_past_its_deadline_a_firing_is_missed_or_stopped(bureau: Bureau) -> None:
    """Not begun by then it says so; still at work then it is stopped, and is not tried again."""
    bureau.planned = bureau.planned.model_copy(update={"deadline": timedelta(seconds=2)})
    bureau.says[:] = ["import time; time.sleep(60)"]
    ended = bureau.attendant().attend(bureau.due().key, {})
    assert ended
    assert (ended.state, ended.reason, ended.exit_code) == ("ran", "deadline", 4)
    bureau.now += timedelta(hours=1)
    late = bureau.due()
    bureau.now += timedelta(seconds=5)
    with bureau.opened() as journal:
        assert journal.claimable(bureau.now) == []
    assert (bureau.stands(late.key).state, bureau.stands(late.key).reason) == ("missed", "deadline")


def test_a_firing_waits_for_its_parts_however_they_end(bureau: Bureau) -> None:
    """It makes room for them, starts when the last one has ended, and is not split a second time."""
    bureau.split = ("a/1", "a/2", "b/1")
    whole = bureau.due()
    waits = bureau.attendant().attend(whole.key, {})
    assert waits
    assert (waits.state, waits.reason, waits.attempts) == ("queued", "parts", 0)
    bureau.says[:] = ["import sys; sys.exit(5)"]
    with bureau.opened() as journal:
        while parts := [each.key for each in journal.claimable(bureau.now) if each.part]:
            assert bureau.attendant().attend(whole.key, {}) is None
            bureau.attendant().attend(parts[0], {})
    assert len(bureau.begun) == 3
    ended = bureau.attendant().attend(whole.key, {})
    assert ended
    assert (ended.state, ended.attempts, bureau.begun) == ("ran", 1, ["", "", "", ""])


def test_parts_of_one_source_go_one_after_another_and_those_of_several_side_by_side(bureau: Bureau) -> None:
    """A login is used once at a time; another system's is free meanwhile."""
    bureau.split = ("a/1", "a/2", "b/1")
    bureau.attendant().attend(bureau.due().key, {})
    with bureau.opened() as journal:
        first = next(each for each in journal.claimable(bureau.now) if each.part == ["a", "1"])
        assert journal.claim(bureau.now, first.key)
        assert [each.part for each in journal.claimable(bureau.now)] == [["b", "1"]]


def test_a_later_due_time_takes_the_place_of_a_firing_and_of_its_parts(bureau: Bureau) -> None:
    """What nobody has begun of either is coalesced; a schedule with a similar name keeps its own."""
    bureau.split = ("a/1",)
    bureau.attendant().attend(bureau.due().key, {})
    with bureau.opened() as journal:
        journal.call(Firing("dailyx/a/1", stamp(bureau.now), "other"), bureau.now)
        journal.settle("daily", bureau.now - timedelta(hours=1), lambda _after: [])
        later = Firing("daily", stamp(bureau.now + timedelta(hours=1)), "disclosure")
        journal.settle("daily", bureau.now + timedelta(hours=1), lambda _after: [later])
        assert {each.schedule for each in journal.firings(states=["coalesced"])} == {"daily", "daily/a/1"}
        assert {each.schedule for each in journal.firings(states=["queued"])} == {"daily", "dailyx/a/1"}


def test_what_a_dead_worker_was_at_is_taken_up_once(bureau: Bureau) -> None:
    """A running firing whose lease nobody holds is queued again, by one of all who look; one at work is left alone."""
    firing = bureau.due()
    with bureau.opened() as journal, journal.holding([firing.lease], "a worker"):
        assert journal.claim(bureau.now, firing.key)
        with bureau.clerk() as clerk:
            assert clerk.recover() == []
    with ThreadPoolExecutor(3) as pool:
        recovered = [each for found in pool.map(lambda _n: _recovered(bureau), range(3)) for each in found]
    assert [each.key for each in recovered] == [firing.key]
    assert (bureau.stands(firing.key).state, bureau.stands(firing.key).attempts) == ("queued", 0)


def _recovered(bureau: Bureau) -> list[Firing]:
    with bureau.clerk() as clerk:
        return clerk.recover()


def test_two_schedulers_settle_each_due_time_once(bureau: Bureau) -> None:
    """They wake in the same second, again and again; every due time has one row."""
    with bureau.clerk() as first:
        first.settle()
    for day in range(1, 4):
        bureau.now = NOON + timedelta(days=day)
        with ThreadPoolExecutor(2) as pool:
            settled = [each for found in pool.map(lambda _n: _settled(bureau), range(2)) for each in found]
        assert [each.due_at for each in settled] == [stamp(bureau.now)]
    with bureau.opened() as journal:
        rows = journal.firings("daily")
        assert [row.state for row in rows] == ["queued", "coalesced", "coalesced"]
        assert journal.audit().whole


def _settled(bureau: Bureau) -> list[Firing]:
    with bureau.clerk() as clerk:
        return clerk.settle()


def test_urgent_firings_go_first_and_a_bot_has_its_room(bureau: Bureau) -> None:
    """By priority, then by age; no more of one bot than there is room for; only of the queues that are served."""
    with bureau.opened() as journal:
        for name, bot, priority, queue in (
            ("a", "x", 0, "default"), ("b", "x", 9, "default"), ("c", "y", 5, "other"), ("d", "x", 0, "default"),
        ):  # fmt: skip
            journal.call(Firing(name, stamp(NOON), bot, queue, priority, starts_at=stamp(NOON)), NOON)
        assert [each.schedule for each in journal.claimable(NOON)] == ["b", "c", "a", "d"]
        assert [each.schedule for each in journal.claimable(NOON, ["other"])] == ["c"]
        assert journal.claim(NOON, f"b@{stamp(NOON)}")
        assert [each.schedule for each in journal.claimable(NOON)] == ["c"]
        assert journal.claim(NOON, f"a@{stamp(NOON)}") is None
        assert [each.schedule for each in journal.claimable(NOON, room={"x": 2})] == ["c", "a", "d"]


def test_a_cron_that_changes_counts_from_then_on(bureau: Bureau) -> None:
    """What was due before the change was due by the old one; the new one makes nothing up for the past."""
    with bureau.clerk() as clerk:
        clerk.settle()
        bureau.now = NOON + timedelta(hours=23)
        clerk.plans = {"daily": bureau.planned.model_copy(update={"cron": "0 13 * * *"})}
        clerk.settle()
        bureau.now += timedelta(minutes=10)
        assert clerk.settle() == []
        bureau.now += timedelta(hours=2)
        assert [each.due_at for each in clerk.settle()] == [stamp(NOON + timedelta(hours=25))]


def test_pauses_double_up_to_an_hour() -> None:
    """And a longer one that was declared stays as it is."""
    planned = Planned.model_validate({"title": "x", "bot": "b", "cron": "0 1 * * *", "pause": "10m"})
    assert [pause(planned, n) // timedelta(minutes=1) for n in (1, 2, 3, 4, 50)] == [10, 20, 40, 60, 60]
    assert pause(planned.model_copy(update={"pause": timedelta(hours=3)}), 5) == timedelta(hours=3)
