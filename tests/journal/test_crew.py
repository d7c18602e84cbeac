"""The crew: who is there, who is gone, by the clock of the database, on every database."""

from __future__ import annotations

import os
import platform
import time

import pytest
from sqlalchemy import Engine, func, select

from journal import GONE_AFTER, Journal, Worker, new_name
from journal.schema import events, workers


def silence(db: Engine, name: str, seconds: float) -> None:
    """Let a worker's last sign lie further back."""
    with db.begin() as connection:
        mine = workers.c.name == name
        connection.execute(workers.update().where(mine).values(seen=workers.c.seen - seconds))


def names(found: list[Worker]) -> list[str]:
    """The names of workers."""
    return [each.name for each in found]


def test_a_report_renews_and_keeps_when_the_worker_started(journal: Journal) -> None:
    """The second report says what it does now; since when it is there stays as it was."""
    journal.report_in("here/1/a", ["default", "slow"], 2)
    (first,) = journal.workers()
    journal.report_in("here/1/a", ["default", "slow"], 3, "nightly@2024-08-13T01:00:00+00:00")
    (second,) = journal.workers()
    assert (first.queues, first.concurrency, first.doing) == (("default", "slow"), 2, "")
    assert (second.concurrency, second.doing) == (3, "nightly@2024-08-13T01:00:00+00:00")
    assert second.started_at == first.started_at


def test_a_worker_of_all_queues_names_none(journal: Journal) -> None:
    """No queue is not a queue with an empty name."""
    journal.report_in("here/1/a", [], 1)
    assert journal.workers()[0].queues == ()


def test_a_worker_that_falls_silent_is_gone_after_a_minute(journal: Journal, db: Engine) -> None:
    """Just below the minute it still counts, above it no more; a sign brings it back."""
    journal.report_in("here/1/a", [], 1)
    silence(db, "here/1/a", GONE_AFTER - 10)
    assert not journal.workers()[0].gone
    silence(db, "here/1/a", 20)
    assert journal.workers()[0].gone
    journal.report_in("here/1/a", [], 1)
    assert not journal.workers()[0].gone


def test_only_the_silent_are_struck_off(journal: Journal, db: Engine) -> None:
    """Those who report stay; what was struck off is told, once."""
    for name in ("here/1/a", "there/2/b", "there/3/c"):
        journal.report_in(name, [], 1)
    silence(db, "there/2/b", 100)
    assert journal.forget_gone() == ["there/2/b"]
    assert names(journal.workers()) == ["here/1/a", "there/3/c"]
    assert journal.forget_gone(after=-10) == ["here/1/a", "there/3/c"]
    assert journal.forget_gone() == []


def test_who_signs_off_is_not_missed(journal: Journal) -> None:
    """A worker that leaves in order is not listed as gone; one that was never there may leave too."""
    journal.report_in("here/1/a", [], 1)
    journal.sign_off("here/1/a")
    journal.sign_off("here/1/a")
    assert journal.workers() == []


def test_signs_of_life_are_no_events(journal: Journal, db: Engine, run: str) -> None:
    """The chain tells what happened to records; it does not grow because somebody is alive."""

    def chain() -> int:
        with db.connect() as connection:
            return connection.scalar(select(func.count()).select_from(events)) or 0

    before = chain()
    for _turn in range(5):
        journal.report_in("here/1/a", [], 1, run)
    journal.forget_gone()
    journal.sign_off("here/1/a")
    assert chain() == before
    assert journal.verify() is None


def test_a_worker_reports_while_the_journal_is_leased(journal: Journal) -> None:
    """A sign of life does not ask for the leases of the work that is done meanwhile."""
    with journal.holding(["bot disclosure"], "run"):
        journal.report_in("here/1/a", [], 1)
    assert names(journal.workers()) == ["here/1/a"]


def test_names_say_where_and_are_never_the_same() -> None:
    """Machine and process are in it, so that somebody finds it; two workers of one process differ."""
    one, other = new_name(), new_name()
    assert one != other
    assert one.startswith(f"{platform.node()}/{os.getpid()}/")


def test_the_clock_is_the_present(journal: Journal) -> None:
    """The database tells seconds since 1970; on this machine they are this machine's."""
    assert journal.clock() == pytest.approx(time.time(), abs=5)
