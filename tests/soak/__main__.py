"""``python -m tests.soak``: a scheduler and two workers for half an hour against a city where something always fails.

``--minutes N`` lasts so long; ``--seed N`` chooses other faults. Every minute some more decisions are made and faults
are ordered; a bot is due in every minute. Prints what came of it minute by minute, and ends 1 if in the end a decision
was lost or published twice, a due time has no row, or a process keeps growing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, cast

import psutil

from bots.workspace import Workspace
from sandbox.model import Decision
from tests.crash.site import Site, site
from tests.crash.stories import WEATHER
from tests.end_to_end.duty import firings, relieve, schedule
from tests.end_to_end.machines import lay_on, other_machine
from tests.end_to_end.town import Town, city_of, finished, furnished
from tests.postgres import cluster

_SCALE = 0.04
_MEGABYTE = 1 << 20
_GROWTH = 1.5  # times what a process kept after its first minutes
_WARM = 5
_CALM = 4.0  # minutes at the end without new faults


class Soak:
    """One city whose decisions come by and by, and who is on duty for it."""

    def __init__(self, folder: Path, opened: Site, database: str, minutes: int, seed: int) -> None:
        self.folder, self.site, self.minutes = folder, opened, minutes
        self.rng = Random(seed)
        self.whole = city_of(1, _SCALE)
        self.town = self._shown(0)
        self.desk = lay_on(furnished(folder / "desk", self.town), database)
        self.desk.change("bots/disclosure.yaml", "feed:", "visible_within: 5\nfeed:")
        for file in (self.desk.folder / "schedules").glob("*.yaml"):
            file.unlink()
        schedule(self.desk, "minutely", 'cron: "* * * * *"', "misfire_grace: 5m", "attempts: 2", "pause: 2s")
        finished(self.desk.process("status"))

    def _shown(self, minute: int) -> Town:
        """Show the decisions of so many minutes: those that come to be delivered arrive by and by."""
        arriving = self._arriving()
        there = len(arriving) * min(minute, self.minutes) // self.minutes
        hidden = {each.serial for each in arriving[there:]}
        decisions = tuple(each for each in self.whole.decisions if each.serial not in hidden)
        return self.site.open(replace(self.whole, decisions=decisions), self.folder / "city")

    def _arriving(self) -> list[Decision]:
        told = [entry for entry in cast("Any", self.whole.truth["records"]) if entry["bucket"] == "due"]
        single = {entry["serials"][0] for entry in told if len(entry["serials"]) == 1}
        return [each for each in self.whole.decisions if each.serial in single]

    def play(self) -> int:
        """Let the time pass; returns an exit code."""
        workers = [other_machine(self.desk, self.folder / f"worker{n}", shared=True) for n in range(2)]
        with ExitStack() as stack:
            duty = [self.desk.process("schedule", "serve"), *(each.process("worker") for each in workers)]
            for process in duty:
                stack.callback(process.kill)
            memory = [self._minute(minute, [process.pid for process in duty]) for minute in range(1, self.minutes + 1)]
            self._settle()
            codes = [relieve(process)[0] for process in duty]
        return self._judge(memory, codes)

    def _minute(self, minute: int, pids: list[int]) -> list[int]:
        """Let a minute pass, and say what there is in the end."""
        self.town = self._shown(minute)
        ordered = [self.rng.choice([name for name in WEATHER if name != "fair"]) for _n in range(2)]
        if minute < self.minutes - _CALM:
            for each in (mishap for name in ordered for mishap in WEATHER[name]):
                self.town.order("credit", each.fault, after=each.after, times=each.times)
        time.sleep(60)
        kept = [psutil.Process(pid).memory_info().rss // _MEGABYTE for pid in pids]
        states = Counter(f"{each.state} {each.exit_code}".removesuffix(" None") for each in firings(self.desk))
        told = ", ".join(f"{state}: {count}" for state, count in sorted(states.items()))
        stored = self.town.stored().total()
        sys.stdout.write(f"{minute:>3}  {'/'.join(map(str, kept)):>12} MB  stored {stored:>4}  {told}\n")
        sys.stdout.flush()
        return kept

    def _settle(self) -> None:
        """Wait for two more due times in fair weather."""
        self.town.faults.open.clear()
        time.sleep(130)

    def _judge(self, memory: list[list[int]], codes: list[int]) -> int:
        stored, due = self.town.stored(), self.town.due()
        grown = [(before, after) for before, after in zip(memory[min(_WARM, len(memory)) - 1], memory[-1], strict=True)]
        told = self.desk.call("schedule", "history").result
        with Workspace.find(self.desk.folder).journal() as journal:
            whole, leases = journal.audit().whole, len(journal.leases())
        found = {
            "lost": (due - stored).total(),
            "doubled": (stored - due).total(),
            "holes": sum(map(len, told["holes"].values())),
            "leases left": leases,
            "broken chain": int(not whole),
            "grown": sum(after > _GROWTH * before for before, after in grown),
            "not in order": sum(code != 143 for code in codes),
        }
        sys.stdout.write("".join(f"{name:<14}{count:>6}\n" for name, count in found.items()))
        return int(any(found.values()))


def main() -> int:
    """Run a soak; returns an exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak") as made, cluster() as server, site() as opened:
        return Soak(Path(made), opened, server.fresh(), asked.minutes, asked.seed).play()


if __name__ == "__main__":
    sys.exit(main())
