"""Leases: one at a time, let go when the holder dies, and fenced when the holder slept for too long."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from journal import Busy, Journal, LeaseRow
from journal.database import LeaseLost
from journal.schema import leases

Actor = Callable[..., "subprocess.Popen[str]"]


def silent(_lease: LeaseRow) -> None:
    """Nobody has to be told that somebody waits."""


@pytest.fixture
def other(url: str, tmp_path: Path, journal: Journal) -> Iterator[Journal]:  # noqa: ARG001 - the tables have to be there
    """A second process at the same journal, as far as leases can tell."""
    with Journal.open(tmp_path, url) as opened:
        yield opened


def test_what_one_holds_another_does_not_get(journal: Journal, other: Journal) -> None:
    """The second is told who is at work; leases of other names do not matter, and all is free afterwards."""
    with journal.holding(["a", "b"], "run disclosure"):
        with pytest.raises(Busy, match="run disclosure"), other.holding(["b", "c"], "another"):
            pass
        with other.holding(["c"], "another"):
            assert [lease.name for lease in journal.leases()] == ["a", "b", "c"]
    with other.holding(["a", "b", "c"], "another"):
        assert {lease.about.split(" (")[0] for lease in other.leases()} == {"another"}
    assert journal.leases() == []


def test_who_waits_long_enough_gets_it(journal: Journal, other: Journal) -> None:
    """Waiting is told once, and ends when the other has left."""
    first = journal.holding(["a"], "first")
    first.__enter__()
    told: list[str] = []

    def leave(lease: LeaseRow) -> None:
        told.append(lease.about)
        first.__exit__(None, None, None)

    with other.holding(["a"], "second", patience=20, waiting=leave):
        assert len(told) == 1


def test_a_dead_holder_is_followed_at_once_on_its_machine(journal: Journal, actor: Actor) -> None:
    """The operating system lets go of a killed process's sign, so nobody has to wait for the end of the term."""
    process = actor("hold", "a")
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "held\n"
    with pytest.raises(Busy), journal.holding(["a"], "too early"):
        pass
    process.kill()
    process.wait()
    with journal.holding(["a"], "next", patience=5, waiting=silent):
        assert [lease.name for lease in journal.leases()] == ["a"]


def test_a_holder_elsewhere_is_followed_when_its_term_is_over(journal: Journal, db: Engine) -> None:
    """Without its sign nobody knows whether it lives: its lease counts until its time is up, and not longer."""
    _steal(db, until=9e12)
    with pytest.raises(Busy), journal.holding(["a"], "too early"):
        pass
    _steal(db, until=1.0)
    with journal.holding(["a"], "next"):
        pass


def test_a_holder_whose_lease_was_taken_over_writes_nothing(journal: Journal, db: Engine) -> None:
    """Whoever slept through its term finds out before anything is written, and so before anything is sent."""
    with journal.holding(["a"], "sleeper"):
        run = journal.begin_run("disclosure", "", "", "")
        head = journal.head()
        _steal(db, until=9e12)
        with pytest.raises(LeaseLost):
            journal.finish_run(run, "done", {}, {})
        assert journal.head() == head


def _steal(db: Engine, until: float) -> None:
    with db.begin() as connection:
        connection.execute(leases.delete())
        connection.execute(leases.insert().values(name="a", holder="elsewhere", about="elsewhere", until=until))
