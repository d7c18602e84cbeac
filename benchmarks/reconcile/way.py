"""One way, once, in this process: reads an order as JSON from stdin and prints seconds, memory and counts.

``{"folder", "variant", "way"}``; seconds run from frames in memory as polars reads them from parquet.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.reconcile.records import KEYS
from mappings.apply import apply
from mappings.mapping import Mapping
from mappings.standards import LICENCE
from reconciliation.clocks import Clock
from reconciliation.comparing import compare
from reconciliation.linking import link_sides
from reconciliation.matching import match, rules_for
from reconciliation.parts import in_parts
from reconciliation.terms import Terms

Frames = dict[str, pl.DataFrame]
Counts = dict[str, int]

_FIRST = 400

#: Rows of all sides in one part.
PART = 1_000_000


def floor(sides: Frames) -> Counts:
    """Join the two key columns of both sides, and nothing else."""
    joined = sides["source"].select(KEYS).join(sides["ledger"].select(KEYS), on=KEYS)
    return {"pairs": joined.height}


def pair_of(sides: Frames, *, exact: bool) -> Counts:
    """Match two sides and compare what belongs together."""
    left, right = sides["source"], sides["ledger"]
    found = match(left, right, rules_for(LICENCE), exact=exact)
    differing = compare(left, right, found.pairs, LICENCE.names, exact=exact)
    return {"pairs": found.pairs.height, "crowds": found.crowds.height, "differing": differing.height}


def three(sides: Frames, *, exact: bool) -> Counts:
    """Match and compare all three pairs of sides."""
    links = link_sides(sides, rules_for(LICENCE), exact=exact)
    found = [
        compare(sides[link.left], sides[link.right], link.matches.pairs, LICENCE.names, exact=exact) for link in links
    ]
    return {
        "pairs": sum(link.matches.pairs.height for link in links),
        "crowds": sum(link.matches.crowds.height for link in links),
        "differing": sum(each.height for each in found),
    }


def report(sides: Frames, *, exact: bool, size: int = 1 << 62) -> Counts:
    """Give every record of three sides its verdict, as a run does; so many rows of all of them at a time."""
    days = [date(2020, 1, 1) + timedelta(days) for days in range(2200)]
    deadlines = {day.isoformat(): (day + timedelta(10)).isoformat() for day in days}
    clock = Clock("2026-01-01", deadlines, "2026-01-03")
    told = in_parts(sides, Terms(LICENCE, clock, exact=exact), size)
    return {"groups": told.verdicts.height, "differing": told.differences.height}


def canonical(sides: Frames) -> Counts:
    """Make raw cells canonical, check them, and take their fingerprints."""
    fields = "\n".join(f"  {field.name}: {field.label}" for field in LICENCE.fields)
    mapping = Mapping.parse(f"standard: licence\nfields:\n{fields}\n", "benchmark.yaml", "benchmark")
    made = apply(mapping, sides["raw"])
    return {"records": made.records.height, "quarantined": made.quarantined}


def hashed(sides: Frames) -> Counts:
    """Pass over every byte of the raw cells once."""
    told = sides["raw"].select(pl.all().exclude("_origin", "_row_key").hash().sum())
    return {"columns": told.width}


#: The way, and the sides that it reads.
WAYS: dict[str, tuple[Callable[[Frames], Counts], tuple[str, ...]]] = {
    "floor": (floor, ("source", "ledger")),
    "stored": (lambda sides: pair_of(sides, exact=False), ("source", "ledger")),
    "exact": (lambda sides: pair_of(sides, exact=True), ("source", "ledger")),
    "three stored": (lambda sides: three(sides, exact=False), ("source", "ledger", "feed")),
    "three exact": (lambda sides: three(sides, exact=True), ("source", "ledger", "feed")),
    "report stored": (lambda sides: report(sides, exact=False), ("source", "ledger", "feed")),
    "report exact": (lambda sides: report(sides, exact=True), ("source", "ledger", "feed")),
    "report in parts": (lambda sides: report(sides, exact=True, size=PART), ("source", "ledger", "feed")),
    "canonical": (canonical, ("raw",)),
    "hash pass": (hashed, ("raw",)),
}


def frames_of(folder: Path, variant: str, names: tuple[str, ...], columns: list[str] | None) -> Frames:
    """Read the sides, or some columns of them."""
    files = {"source": "source", "raw": "raw", "ledger": f"ledger-{variant}", "feed": f"feed-{variant}"}
    return {name: pl.read_parquet(folder / f"{files[name]}.parquet", columns=columns) for name in names}


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Run one way and tell what it took."""
    way, names = WAYS[order["way"]]
    columns = list(KEYS) if way is floor else None
    sides = frames_of(Path(order["folder"]), order["variant"], names, columns)
    way({name: frame.head(_FIRST) for name, frame in sides.items()})  # what is loaded at its first use is loaded
    start, cpu = time.perf_counter(), time.process_time()
    counts = way(sides)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": wall, "cpu": cpu, "peak": peak, "counts": counts}


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
