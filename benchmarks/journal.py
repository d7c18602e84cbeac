"""The journal: delivery transitions a second, as a ratio to plain inserts on the same database, in batches of 100.

    .venv/bin/python -m benchmarks.journal [--batches 30] [--rounds 3] [--json]

A transition is what the journal does when a batch moves on: the rows change and an event is chained for each, in one
durable transaction. The floor inserts as many rows of an event's width in one durable transaction of its own. Both on
SQLite and on PostgreSQL, turn and turn about. Goal: at least half.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from sqlalchemy import Column, MetaData, Table, Text

from journal import Journal, Prepared
from journal.engines import open_engine, writing
from journal.schema import Number
from tests.postgres import cluster

GOAL, SIZE, MOVES = 0.5, 100, 3
_plain = Table(
    "plain",
    MetaData(),
    Column("seq", Number, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in ("at", "run_id", "kind", "subject", "data", "previous", "hash")),
)


def transitions(url: str, folder: Path, batches: int) -> float:
    """Return how many transitions a second: each batch is sent, accepted and confirmed."""
    with Journal.open(folder, url) as journal:
        run = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
        prepared = [_prepared(journal, run, turn) for turn in range(batches)]
        begin = time.perf_counter()
        for turn, ids in enumerate(prepared):
            journal.sent(ids, "a" * 64, "batch.xlsx")
            journal.accepted(ids, f"B{turn}")
            journal.confirmed(ids)
        return batches * SIZE * MOVES / (time.perf_counter() - begin)


def _prepared(journal: Journal, run: str, turn: int) -> list[int]:
    items = [Prepared(f"r{turn}-{number}", "f", {"行政相对人名称": f"公司{number}"}) for number in range(SIZE)]
    return [each.id for each in journal.prepare(run, "credit", items)]


def inserts(url: str, batches: int) -> float:
    """Return how many plain inserts a second, in as many transactions."""
    engine = open_engine(url)
    try:
        _plain.create(engine)
        rows = [
            {"seq": number, "at": "2024-08-13T01:02:03.000000+00:00", "run_id": "disclosure-20240813-3f9a1c"}
            | {"kind": "delivery.accepted", "subject": f"delivery/{number}", "data": "x" * 80}
            | {"previous": "0" * 64, "hash": "1" * 64}
            for number in range(batches * SIZE * MOVES)
        ]
        writer = writing(engine)
        begin = time.perf_counter()
        for at in range(0, len(rows), SIZE):
            with writer.begin() as connection:
                connection.execute(_plain.insert(), rows[at : at + SIZE])
        return len(rows) / (time.perf_counter() - begin)
    finally:
        engine.dispose()


def ratios(fresh: Callable[[], str], batches: int, rounds: int) -> list[float]:
    """Return one ratio a round; both ways see the same machine."""
    found = []
    for _round in range(rounds):
        with tempfile.TemporaryDirectory() as made:
            floor = inserts(fresh(), batches)
            found.append(transitions(fresh(), Path(made), batches) / floor)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journal", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--batches", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    # Durable, as in a bureau: the tests' server forgets what it promised when the power goes.
    with tempfile.TemporaryDirectory() as made, cluster(("listen_addresses=", "shared_buffers=64MB")) as server:
        names = (f"sqlite:///{made}/{number}.db" for number in range(1000))
        found = {
            "sqlite": ratios(lambda: next(names), options.batches, options.rounds),
            "postgresql": ratios(server.fresh, options.batches, options.rounds),
        }
    told = {name: {"ratio": median(each), "met": median(each) >= GOAL} for name, each in found.items()}
    load = os.getloadavg()[0]
    if options.as_json:
        print(json.dumps({"goal": GOAL, "load": load, **told}, indent=2))
        return
    for name, each in told.items():
        print(f"{name}: {each['ratio']:.2f} transitions for one plain insert (goal ≥ {GOAL:g}, load {load:.1f})")


if __name__ == "__main__":
    main()
