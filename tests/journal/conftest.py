"""One journal a test, on every database in ``DATABASES``; and ways to be somebody else at the same database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from journal import Delivery, Journal, Prepared, State
from journal.deliveries import move
from journal.engines import open_engine
from tests.postgres import postgres  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]

#: How each kind of database is made for one test, which gives its folder and what may be asked for.
DATABASES: dict[str, Callable[[Path, pytest.FixtureRequest], str]] = {
    "sqlite": lambda folder, _request: f"sqlite:///{folder}/journal.db",
    "postgresql": lambda _folder, request: str(request.getfixturevalue("postgres").fresh()),
}

#: One way to each state, from the one in which a delivery begins.
WAYS: dict[State, tuple[State, ...]] = {
    State.HELD: (State.HELD,),
    State.PREPARED: (State.PREPARED,),
    State.SENT: (State.PREPARED, State.SENT),
    State.ACCEPTED: (State.PREPARED, State.SENT, State.ACCEPTED),
    State.REJECTED: (State.PREPARED, State.SENT, State.REJECTED),
    State.UNKNOWN: (State.PREPARED, State.SENT, State.UNKNOWN),
    State.DIFFERS: (State.PREPARED, State.SENT, State.ACCEPTED, State.DIFFERS),
    State.CONFIRMED: (State.PREPARED, State.SENT, State.ACCEPTED, State.CONFIRMED),
    State.DISCARDED: (State.HELD, State.DISCARDED),
    State.SUPERSEDED: (State.PREPARED, State.SENT, State.ACCEPTED, State.CONFIRMED, State.SUPERSEDED),
    State.WITHDRAWN: (State.PREPARED, State.SENT, State.ACCEPTED, State.CONFIRMED, State.WITHDRAWN),
}
#: What a move into a state is told.
TOLD: dict[State, dict[str, str]] = {
    State.SENT: {"batch_file_sha256": "a" * 64, "file_name": "batch.xlsx"},
    State.ACCEPTED: {"batch": "B20240813-1"},
    State.REJECTED: {"reason": "证件号码不合规"},
    State.UNKNOWN: {"reason": "no answer within 30 s"},
}

Go = Callable[[Journal, State, list[int]], None]
Actor = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nobody has used."""
    return DATABASES[request.param](tmp_path, request)


@pytest.fixture
def journal(url: str, tmp_path: Path) -> Iterator[Journal]:
    """A new journal."""
    with Journal.open(tmp_path, url) as opened:
        yield opened


@pytest.fixture
def db(url: str, journal: Journal) -> Iterator[Engine]:  # noqa: ARG001 - the tables have to be there
    """A second way into the journal's database, for looking and for meddling."""
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def run(journal: Journal) -> str:
    """A run that has begun."""
    return journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")


@pytest.fixture
def items() -> Callable[..., list[Prepared]]:
    """Make so many items to prepare."""

    def make(number: int, fingerprint: str = "f1", held: str = "") -> list[Prepared]:
        names = [{"行政相对人名称": f"某某公司{n}"} for n in range(number)]
        return [Prepared(f"r{n}", fingerprint, name, held=held) for n, name in enumerate(names)]

    return make


@pytest.fixture
def go() -> Go:
    """Make one move, with whatever it needs to be told."""

    def make(journal: Journal, to: State, ids: list[int]) -> None:
        with journal._writing() as connection:
            move(connection, to, dict.fromkeys(ids, TOLD.get(to, {})))

    return make


@pytest.fixture
def standing(journal: Journal, run: str, items: Callable[..., list[Prepared]], go: Go) -> Callable[..., Delivery]:
    """Make a delivery that stands in a state."""

    def make(state: State, fingerprint: str = "f1") -> Delivery:
        first, *onward = WAYS[state]
        held = "more than 10 records" if first is State.HELD else ""
        ids = [each.id for each in journal.prepare(run, "credit", items(1, fingerprint, held))]
        for to in onward:
            go(journal, to, ids)
        return next(delivery for delivery in journal.deliveries() if delivery.id == ids[0])

    return make


@pytest.fixture
def actor(url: str, tmp_path: Path) -> Iterator[Actor]:
    """Start another process at the same journal: ``actor(verb, *words)``; see ``actor.py``."""
    started: list[subprocess.Popen[str]] = []

    def start(verb: str, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.journal.actor", verb, str(tmp_path), url, *words]
        process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
