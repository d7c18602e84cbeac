"""``python -m tests.commitments``: the commitment bot on every working morning of three years, for many cities.

``--cities N`` in groups of up to a hundred, which share one construction system, one platform and one journal;
``--lanes N`` plays so many groups at a time; ``--seed N`` is the first city's. Ends 1 if anything was pushed on another
day than the truth says, wrongly, twice or not at all, was held otherwise, or did not add up.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.commitments.campaign import group
from tests.commitments.tally import Tally

_GROUP = 100


def campaign(cities: int, lanes: int, seed: int) -> Tally:
    """Play all groups."""
    tally = Tally()
    size = min(_GROUP, math.ceil(cities / lanes))
    groups = [range(first, min(first + size, seed + cities)) for first in range(seed, seed + cities, size)]
    with ProcessPoolExecutor(lanes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for played in pool.map(group, groups):
            tally += played
            sys.stderr.write(f"\r{tally.counted['cities']} cities")
            sys.stderr.flush()
    return tally


def main() -> int:
    """Run a campaign; returns an exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.commitments")
    parser.add_argument("--cities", type=int, default=1000)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tally = campaign(asked.cities, asked.lanes, asked.seed)
    sys.stdout.write(f"\n{tally.table()}")
    for each in tally.bad:
        sys.stdout.write(f"{each}\n")
    return 1 if tally.ill else 0


if __name__ == "__main__":
    sys.exit(main())
