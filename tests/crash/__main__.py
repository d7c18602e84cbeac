"""``python -m tests.crash``: kill the command line many hundred times and print what the platform has in the end.

``--kills N`` goes on until so many processes were killed and every point was met on every database; ``--lanes N``
plays so many trials at a time; ``--seed N`` chooses other combinations. Ends 1 if anything was lost, doubled, wrong, or
did not add up.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from itertools import islice

from tests.crash.plan import Planned, plan
from tests.crash.points import POINTS
from tests.crash.tally import Tally
from tests.crash.theatre import perform
from tests.crash.trial import Outcome

_TURNS = 5  # after so many turns a point that was never met counts as one that cannot be


def campaign(tally: Tally, kills: int, lanes: int, seed: int) -> None:
    """Play trials, and count them, until there are kills enough and every point was met."""
    wanted = _wanted(tally, kills, seed)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(lanes, mp_context=context) as pool:
        playing: dict[Future[Outcome | str], Planned] = {}
        while True:
            while len(playing) < lanes and (planned := next(wanted, None)):
                playing[pool.submit(perform, planned)] = planned
            if not playing:
                return
            for future in wait(playing, return_when=FIRST_COMPLETED).done:
                tally.add(playing.pop(future), future.result())
            sys.stderr.write(f"\r{tally.sentence()}")
            sys.stderr.flush()


def _wanted(tally: Tally, kills: int, seed: int) -> Iterator[Planned]:
    """Yield trials as long as some are wanted: once there are kills enough, only those that aim at a point not met."""
    for planned in islice(plan(seed), _TURNS * 2 * (len(POINTS) + 1)):
        enough = tally.kills.total() >= kills
        if enough and not tally.missing():
            return
        if not enough or (planned.aim, planned.database) not in tally.met:
            yield planned


def main() -> int:
    """Run a campaign, as far as nobody interrupts it; returns an exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--lanes", type=int, default=(os.cpu_count() or 1) + 1)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tally = Tally()
    with suppress(KeyboardInterrupt):
        campaign(tally, asked.kills, asked.lanes, asked.seed)
    sys.stdout.write(f"\n{tally.table()}")
    for each in (*tally.bad, *(f"never met: {point}" for point in tally.missing())):
        sys.stdout.write(f"{each}\n")
    return 1 if tally.bad or tally.missing() else 0


if __name__ == "__main__":
    sys.exit(main())
