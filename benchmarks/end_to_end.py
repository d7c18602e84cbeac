"""The whole disclosure run against its floor and against a plain script, in one invocation.

    .venv/bin/python -m benchmarks.end_to_end [--rounds 3] [--scale 1] [--sample 12] [--json]

How to read it. *Ours* is the process ``yinxin run disclosure`` on a fresh workspace: interpreter and browser start,
logins, list and detail of both systems, ledgers, reconciliation, upload, reading back, evidence, workbook. The *floor*
(``floor.py``) fetches the same pages and uploads the very workbook that ours uploaded in the same round, and does
nothing else. The *plain script* (``plain_script.py``) is measured on a sample and scaled. Trust the ratios: all three
share the machine, and the city's server runs in a process of its own beside each of them. CPU seconds are those of the
measured process and of the processes it started and waited for, without the server; what a browser's own children use
is counted as far as the browser waits for them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.city import Cost, Ground, command, fresh_city, measured
from benchmarks.form_page import desk
from benchmarks.table import Round, lines, summary
from connectors.browser import find_browser
from sandbox.doors import ACCOUNTS

#: What the bot's declaration and the sandbox's settings make of a run without options.
_WINDOW = {"since": "2024-03-15", "until": "2024-08-13"}
#: 1 says that the run is done and something in it needs a person; the sandbox plants such things.
_DONE = (0, 1)


def ours(ground: Ground) -> Cost:
    """Measure the whole run."""
    arguments = [command(), "run", "disclosure", "--json", "-w", str(ground.workspace)]
    return measured(arguments, fine=_DONE)


def uploaded(ground: Ground, run: str) -> bytes:
    """Return the workbook that a run uploaded, from its evidence."""
    from journal import Journal

    with Journal.open(ground.workspace / ".yinxin") as journal:
        payloads = [piece for piece in journal.evidence_of(run) if piece.kind == "payload"]
        return (journal.folder / payloads[0].path).read_bytes()


def floor(ground: Ground, workbook: bytes) -> Cost:
    """Measure the same pages and the same upload by bare HTTP."""
    file = ground.workspace / "uploaded.xlsx"
    file.write_bytes(workbook)
    order = {"host": ground.host, "accounts": ACCOUNTS, "workbook": str(file), **_WINDOW}
    return measured([sys.executable, "-m", "benchmarks.floor"], order)


def plain(ground: Ground, sample: int, entries: int) -> Cost:
    """Measure a sample of what one writes first."""
    found = find_browser()
    with desk() as form:
        order: dict[str, Any] = {"host": ground.host, "accounts": ACCOUNTS, "form": form, "sample": sample}
        order |= {"entries": entries, "program": found.program if found else None}
        return measured([sys.executable, "-m", "benchmarks.plain_script"], order)


def one_round(scale: float, sample: int) -> Round:
    """Measure the three ways, each in a city of its own."""
    with fresh_city(scale) as ground:
        run = ours(ground)
        workbook = uploaded(ground, run.said["result"]["run"])
    with fresh_city(scale) as ground:
        bare = floor(ground, workbook)
    with fresh_city(scale) as ground:
        script = plain(ground, sample, run.said["result"]["counts"]["due"])
    return Round(run, bare, script)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.end_to_end", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the city; the goals are about 1")
    parser.add_argument("--sample", type=int, default=12, help="records of each system, and entries, by the script")
    parser.add_argument("--json", action="store_true", dest="as_json")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    options = _options()
    os.chdir(Path(__file__).parent.parent)
    rounds = []
    for number in range(1, options.rounds + 1):
        print(f"round {number} of {options.rounds}", file=sys.stderr)
        rounds.append(one_round(options.scale, options.sample))
    told = summary(rounds, options.sample, len(os.sched_getaffinity(0)))
    print(json.dumps(told, ensure_ascii=False, indent=2) if options.as_json else "\n".join(lines(told)))


if __name__ == "__main__":
    main()
