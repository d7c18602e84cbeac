"""What ``yinxin --help`` costs, against ``python -c "import typer"``: the ratio of medians of interleaved runs.

    .venv/bin/python -m benchmarks.startup [--rounds 15] [--json]

Goal: at most twice. Above that, something heavy is imported before it is used.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median

from benchmarks.city import command

GOAL = 2.0


def _seconds(arguments: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    ways = {"help": [command(), "--help"], "typer": [sys.executable, "-c", "import typer"]}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _number in range(options.rounds + 1):
        for name, arguments in ways.items():
            taken[name].append(_seconds(arguments))
    # The first turn finds the files cold.
    seconds = {name: median(each[1:]) for name, each in taken.items()}
    ratio = seconds["help"] / seconds["typer"]
    told = {"rounds": options.rounds, "seconds": seconds, "ratio": ratio, "goal": GOAL, "met": ratio <= GOAL}
    print(json.dumps(told, indent=2) if options.as_json else _line(seconds, ratio, options.rounds))


def _line(seconds: dict[str, float], ratio: float, rounds: int) -> str:
    return (
        f"yinxin --help {seconds['help'] * 1000:.0f} ms, import typer {seconds['typer'] * 1000:.0f} ms,"
        f" ratio {ratio:.2f} (medians of {rounds} rounds; goal ≤ {GOAL:g}: {'met' if ratio <= GOAL else 'NOT MET'})"
    )


if __name__ == "__main__":
    main()
