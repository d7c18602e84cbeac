"""Workers: firings a second against bare tasks of Procrastinate, and forty portal runs with one, two and four workers.

    .venv/bin/python -m benchmarks.workers [--jobs 40] [--runs 40] [--latency 200] [--json]

Jobs: a firing starts a process of its own, is leased, and writes three events; its command does nothing here. It is
measured against Procrastinate's own tasks that start the same process, and against tasks that do nothing at all.
Runs: so many disclosure runs that find nothing new, against cities whose answers come so many milliseconds later, each
city with logins of its own; the floor is what the same runs take one after the other without any worker.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from procrastinate import App, PsycopgConnector

from journal import Firing, Journal
from journal.queueing import stamp
from sandbox.server import create_app
from schedules import fleet
from schedules.attendant import Attendant
from schedules.clerk import Clerk, present
from schedules.hand import Hand
from schedules.planned import Planned
from schedules.workdays import Calendar
from tests.end_to_end.duty import firings, furnish_city, until
from tests.end_to_end.machines import lay_on, other_machine
from tests.end_to_end.town import Desk, Town, city_of, finished, furnished, served
from tests.postgres import Cluster, cluster

NOTHING = [sys.executable, "-S", "-c", "pass"]
CONCURRENCY = 4
CITIES, SCALE = 8, 0.015


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds that each way took."""

    firings: float
    processes: float
    bare: float


def jobs(server: Cluster, count: int) -> Measured:
    """Measure so many jobs in each of the three ways."""
    bare = asyncio.run(_tasks(server.fresh(), count, process=False))
    processes = asyncio.run(_tasks(server.fresh(), count, process=True))
    return Measured(_firings(server.fresh(), count), processes, bare)


async def _tasks(url: str, count: int, *, process: bool) -> float:
    address = _libpq(url)
    fleet.prepare(address)
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=CONCURRENCY + 4))

    @app.task(name="task")
    async def task() -> None:
        if process:
            await (await asyncio.create_subprocess_exec(*NOTHING)).wait()

    async with app.open_async():
        for _number in range(count):
            await app.configure_task("task").defer_async()
        begin = time.perf_counter()
        await app.run_worker_async(concurrency=CONCURRENCY, wait=False, delete_jobs="always")
        return time.perf_counter() - begin


def _firings(url: str, count: int) -> float:
    address = _libpq(url)
    planned = Planned.model_validate({"title": "x", "bot": "b", "cron": "0 0 1 1 *", "concurrency": CONCURRENCY})
    with tempfile.TemporaryDirectory() as made, Journal.open(Path(made), url) as journal:
        fleet.prepare(address)
        plans = {f"s{number}": planned for number in range(count)}
        attendant = Attendant(lambda: Journal.open(Path(made), url), lambda: plans, lambda *_told: NOTHING)
        hand = Hand(address, Clerk(journal, plans, Calendar()), attendant, CONCURRENCY)
        now = present()
        for name in plans:
            journal.call(Firing(name, stamp(now), "b", starts_at=stamp(now - timedelta(seconds=1))), now)
        dispatch = fleet.Dispatch(address)
        dispatch.send(journal.firings(states=["queued"]))
        dispatch.close()
        begin = time.perf_counter()
        attendant.after = lambda _journal, _firing, _told: _stop_when_done(attendant, journal)
        hand.work()
        return time.perf_counter() - begin


def _stop_when_done(attendant: Attendant, journal: Journal) -> None:
    if not journal.firings(states=["queued", "running"]):
        attendant.stopping.set()


def _libpq(url: str) -> str:
    from sqlalchemy import make_url

    return fleet.address_of(make_url(url))


def runs(server: Cluster, count: int, latency: float) -> dict[str, float]:
    """Measure so many runs one after the other, and by one, two and four workers."""
    with tempfile.TemporaryDirectory() as made, _bureau(Path(made), server, latency) as desk:
        bots = [f"city{number % CITIES}" for number in range(count)]
        for bot in sorted(set(bots)):  # sign in, and send what there is to send
            assert finished(desk.process("run", bot)).code == 1
        begin = time.perf_counter()
        for bot in bots[:CITIES]:
            finished(desk.process("run", bot))
        taken = {"alone": (time.perf_counter() - begin) * count / CITIES}
        for number in (1, 2, 4):
            taken[str(number)] = _by_workers(desk, bots, number)
        return taken


def _by_workers(desk: Desk, bots: list[str], number: int) -> float:
    before = len(firings(desk))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        machines = [other_machine(desk, folder / str(turn), shared=True) for turn in range(number)]
        for machine in machines:
            _share_sessions(desk, machine)
        now = present()
        with _journal(desk) as journal:
            for turn, bot in enumerate(bots):
                due = stamp(now + timedelta(seconds=turn))
                journal.call(Firing(f"{bot}", due, bot, starts_at=stamp(now)), now)
        workers = [machine.process("worker") for machine in machines]
        begin = time.perf_counter()
        for worker in workers:
            stack.callback(worker.kill)
        until(lambda: sum(each.state == "ran" for each in firings(desk)) == before + len(bots), within=1800)
        return time.perf_counter() - begin


def _share_sessions(desk: Desk, machine: Desk) -> None:
    kept = machine.folder / ".yinxin" / "sessions"
    if not kept.exists():
        kept.symlink_to(desk.folder / ".yinxin" / "sessions", target_is_directory=True)


@contextmanager
def _journal(desk: Desk) -> Iterator[Journal]:
    from bots.workspace import Workspace

    with Workspace.find(desk.folder).journal() as journal:
        yield journal


@contextmanager
def _bureau(folder: Path, server: Cluster, latency: float) -> Iterator[Desk]:
    """Serve the cities, and lay out a workspace with a bot for each, whose journal lies on the server."""
    with ExitStack() as stack:
        city = city_of(1, SCALE)
        urls = [
            stack.enter_context(served(create_app(city, folder / f"city{number}", latency_ms=latency)))
            for number in range(CITIES)
        ]
        desk = furnished(folder / "desk", Town(urls[0], city, folder / "city0", None))  # type: ignore[arg-type]
        for number, url in enumerate(urls):
            furnish_city(desk, number, url)
        yield lay_on(desk, server.fresh())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--latency", type=float, default=200)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    with cluster() as server:
        taken = jobs(server, options.jobs)
        walls = runs(server, options.runs, options.latency) if options.runs else {}
    told = {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "jobs": options.jobs,
        "firings_over_processes": taken.firings / taken.processes,
        "firings_over_bare": taken.firings / taken.bare,
        "runs": options.runs,
        "latency_ms": options.latency,
        "over_one_worker": {name: walls["1"] / wall for name, wall in walls.items()},
    }
    print(json.dumps(told, indent=2) if options.as_json else _lines(told))


def _lines(told: dict[str, object]) -> str:
    faster = told["over_one_worker"]
    assert isinstance(faster, dict)
    speeds = ", ".join(f"{name}: {ratio:.2f}" for name, ratio in faster.items())
    return (
        f"{told['jobs']} firings take {told['firings_over_processes']:.1f} times as long as bare tasks that start the"
        f" same process, {told['firings_over_bare']:.0f} times as long as bare tasks that do nothing\n"
        f"{told['runs']} runs at {told['latency_ms']:g} ms, faster than by one worker: {speeds}"
        f" ({told['cores']} cores, load {told['load']:.1f})"
    )


if __name__ == "__main__":
    main()
