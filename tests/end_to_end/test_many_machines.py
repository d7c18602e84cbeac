"""Two schedulers and four workers over one PostgreSQL: workers are killed, it is restarted, and nothing is lost."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from bots.workspace import Workspace
from journal import RunRow
from journal.leases import TERM
from tests.end_to_end.duty import firings, furnish_city, relieve, until
from tests.end_to_end.machines import lay_on, other_machine
from tests.end_to_end.town import Desk, Town, finished, furnished, serving
from tests.postgres import Cluster, cluster
from words.errors import SystemFailure

TOWNS, ROUNDS, KILLS = 3, 2, 3
SCALE = 0.015


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A server of its own, which may be restarted."""
    with cluster() as running:
        yield running


@pytest.fixture
def towns(tmp_path: Path) -> Iterator[list[Town]]:
    """Some cities of the same ledgers, each with systems and a platform of its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(tmp_path / f"city{n}", 1, SCALE)) for n in range(TOWNS)]


@pytest.fixture
def desk(towns: list[Town], server: Cluster, tmp_path: Path) -> Desk:
    """One workspace with a bot and a schedule for each city, whose journal lies on the server."""
    desk = furnished(tmp_path / "desk", towns[0])
    for number, town in enumerate(towns):
        furnish_city(desk, number, town.url, "attempts: 9", "pause: 1s")
    return lay_on(desk, server.fresh())


@contextmanager
def crew(desks: list[Desk], *words: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Keep a command on duty on every machine; one that is killed is started again by whoever kills it."""
    processes = [desk.process(*words) for desk in desks]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def test_every_job_is_done_once_whatever_dies(towns: list[Town], desk: Desk, server: Cluster, tmp_path: Path) -> None:
    """Each firing ends as ran, each platform has each record once, and no two runs used one login at a time."""
    machines = [other_machine(desk, tmp_path / f"machine{n}", shared=True) for n in range(4)]
    finished(desk.process("status"))  # the tables are made once, and not by six at a time
    keys = _queue(desk)
    rng = Random(1)
    with crew([desk, machines[0]], "schedule", "serve") as schedulers, crew(machines, "worker") as workers:
        for turn in range(KILLS):
            until(lambda turn=turn: _ran(desk) >= turn)  # type: ignore[misc]
            time.sleep(rng.uniform(1, 6))
            victim = rng.randrange(len(workers))
            workers[victim].kill()
            workers[victim].communicate()
            workers[victim] = machines[victim].process("worker")
            if turn:
                server.stop()
                server.start()
        until(lambda: _ran(desk) == len(keys), within=300)
        told = [relieve(process) for process in (*schedulers, *workers)]
    assert {code for code, _said in told} == {143}, told
    assert all("Traceback" not in said for _code, said in told), told
    _judge(desk, towns, keys)


def _queue(desk: Desk) -> list[str]:
    words = [("schedule", "run-now", f"city{n}", "--queue") for n in range(TOWNS) for _round in range(ROUNDS)]
    keys = []
    for each in words:
        keys.append(desk.call(*each).result["firing"])
        time.sleep(1.01)  # a firing is known by its second
    return [f"{each['schedule']}@{each['due_at']}" for each in keys]


def _ran(desk: Desk) -> int:
    """Return how many firings have ended; none while the server is away."""
    with suppress(SystemFailure):
        return sum(each.state == "ran" for each in firings(desk))
    return 0


def _judge(desk: Desk, towns: list[Town], keys: list[str]) -> None:
    ended = firings(desk)
    assert sorted(each.key for each in ended) == sorted(keys)
    assert {(each.state, each.exit_code) for each in ended} == {("ran", 1)}, ended
    for town in towns:
        assert town.stored() == town.due()
    with Workspace.find(desk.folder).journal() as journal:
        # What could not be given back while the server was away runs out by itself.
        until(lambda: not journal.leases(), within=TERM + 5)
        assert journal.audit().whole
        runs = journal.runs(limit=1000)
    done = Counter(run.bot for run in runs if run.state == "done")
    assert all(done[f"city{n}"] >= ROUNDS for n in range(TOWNS)), done
    # Whoever dies between the end of a run and that of its firing has it gone through again, with nothing left to send.
    assert done.total() <= TOWNS * ROUNDS + KILLS, done
    for n in range(TOWNS):
        mine = sorted((run for run in runs if run.bot == f"city{n}"), key=lambda run: run.started_at)
        assert all(_ended(before) <= datetime.fromisoformat(after.started_at) for before, after in pairwise(mine))


def _ended(run: RunRow) -> datetime:
    return datetime.fromisoformat(run.finished_at)
