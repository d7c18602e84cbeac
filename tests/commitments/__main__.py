"""``python -m tests.commitments``: the commitment bot on every working morning of many cities' commitments.

``--cities N``, up to a thousand, whose commitments of three years are watched in cohorts: those to which something
happens at about the same time share one construction system, one platform and one journal. ``--lanes N`` plays so many
cohorts at a time; ``--seed N`` is the first city's. Ends 1 if anything was pushed on another day than the truth says,
wrongly, twice or not at all, was held otherwise, or did not add up.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.commitments.campaign import MORNINGS, cohort
from tests.commitments.cities import cohorts, crowd
from tests.commitments.tally import Tally


def campaign(cities: int, lanes: int, seed: int) -> Tally:
    """Play all cohorts."""
    tally = Tally()
    tally.counted["cities"] = cities
    lives = cohorts(crowd(range(seed, seed + cities)), *MORNINGS)
    with ProcessPoolExecutor(lanes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for played in pool.map(cohort, lives):
            tally += played
            sys.stderr.write(f"\r{tally.counted['commitments']:,} commitments, {tally.ill.total()} faults")
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
