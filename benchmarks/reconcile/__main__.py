"""Reconciling, and making raw cells canonical, against floors and peers, in one invocation.

    .venv/bin/python -m benchmarks.reconcile
        [--rows 10000,100000,1000000] [--rounds 3] [--folder F] [--only stored,exact] [--json]

How to read it. Two sides, or three, of licences with the standard's 28 fields lie in memory as polars reads them from
parquet: the other side is shuffled, lacks one row of two hundred and has as many of its own, and one of a thousand
stands twice. *row*: one row of a hundred differs, in one or two fields; *cell*: one value of a hundred. ``stored``
trusts the fingerprints that lie beside the records, ``exact`` trusts no hash. ``three`` matches and compares all three
pairs, ``report`` gives every record its verdict as a run does. ``canonical`` maps, checks and fingerprints raw cells.
F is polars' own join of the two key columns and nothing else; H is its pass over every byte of the same raw cells.
Every way runs in a fresh process, which has done a little of the same before the clock starts; all ways take turns, and
ratios are medians of the rounds' own ratios: trust these, and of them those of CPU seconds on a busy machine. Memory is
the peak of the process. A peer that does not fit into the memory that is free is left out, and said so.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from benchmarks.city import measured
from benchmarks.reconcile import peers
from benchmarks.reconcile.records import KEYS, VARIANTS, lay_out
from mappings.standards import LICENCE

_OWN = (sys.executable, "-m", "benchmarks.reconcile.way")


@dataclass(frozen=True, slots=True)
class Way:
    """One way.

    Attributes:
        name: as it is told to the process.
        variant: which other side it reads.
        floor: what it is measured against.
        peer: it runs in the peers' environment.
        bytes: what it needs for each row of a side.
    """

    name: str
    variant: str
    floor: str = "floor"
    peer: bool = False
    bytes: int = 3_000

    @property
    def label(self) -> str:
        """The name in the table."""
        return self.name if self.floor == "hash pass" else f"{self.name}, {self.variant}"

    @property
    def command(self) -> tuple[str, ...]:
        """What is run."""
        return (str(peers.PROGRAM), str(peers.SCRIPT), self.name) if self.peer else _OWN


def ways() -> list[Way]:
    """Return every way, floors first."""
    own = (
        "floor",
        "stored",
        "exact",
        "three stored",
        "three exact",
        "report stored",
        "report exact",
        "report in parts",
    )
    needs = {"report stored": 6_000, "report exact": 6_000}
    return [
        Way("hash pass", "row", "hash pass"),
        Way("canonical", "row", "hash pass"),
        *(Way(name, variant, bytes=needs.get(name, 3_500)) for name in own for variant in VARIANTS),
        *(Way("datacompy-polars", variant, peer=True, bytes=4_500) for variant in VARIANTS),
        *(Way("datacompy-pandas", variant, peer=True, bytes=6_000) for variant in VARIANTS),
        *(Way("pandas-merge", variant, peer=True, bytes=6_000) for variant in VARIANTS),
    ]


def measure(rows: int, rounds: int, folder: Path, chosen: list[Way]) -> dict[str, Any]:
    """Measure every way so many times, in turns."""
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:  # what making the sides takes is given back with it
        place = alone.submit(lay_out, folder, rows, sorted({way.variant for way in chosen})).result()
    taken: dict[str, list[dict[str, Any]]] = {way.label: [] for way in chosen}
    left_out: dict[str, str] = {}
    for _round in range(rounds):
        for way in chosen:
            if way.label in left_out:
                continue
            if way.bytes * rows > psutil.virtual_memory().available:
                left_out[way.label] = "needs more memory than is free"
                continue
            order: dict[str, Any] = {"folder": str(place), "variant": way.variant, "way": way.name}
            order |= {"keys": list(KEYS), "fields": list(LICENCE.names)} if way.peer else {}
            try:
                taken[way.label].append(measured(way.command, order).said)
            except RuntimeError as error:
                left_out[way.label] = str(error).strip().splitlines()[-1][:80]
    told = [_line(way, taken) for way in chosen if len(taken[way.label]) == rounds]
    return {"rows": rows, "rounds": rounds, "ways": told, "left_out": left_out, "load": os.getloadavg()[0]}


def _line(way: Way, taken: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    own, floor = taken[way.label], taken[Way(way.floor, way.variant, way.floor).label]
    line: dict[str, Any] = {"way": way.label, "counts": own[-1]["counts"], "peak_mb": median(o["peak"] for o in own)}
    for measure_ in ("wall", "cpu"):
        line[measure_] = median(each[measure_] for each in own)
        line[f"{measure_}_over_floor"] = median(o[measure_] / f[measure_] for o, f in zip(own, floor, strict=True))
    for peer in ("datacompy-pandas", "datacompy-polars", "pandas-merge"):
        theirs = taken.get(f"{peer}, {way.variant}", [])
        if len(theirs) == len(own) and way.floor == "floor" and way.name.startswith(("stored", "exact")):
            line[f"{peer}_times"] = median(t["wall"] / o["wall"] for o, t in zip(own, theirs, strict=True))
            line[f"{peer}_cpu_times"] = median(t["cpu"] / o["cpu"] for o, t in zip(own, theirs, strict=True))
            line[f"{peer}_memory"] = median(t["peak"] / o["peak"] for o, t in zip(own, theirs, strict=True))
    return line


def lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield one size as text for people."""
    yield f"{told['rows']:,} rows a side, medians of {told['rounds']} rounds, load {told['load']:.1f}"
    yield f"{'':<24}{'x floor':>9}{'CPU x':>8}{'peak MB':>9}  times faster than its peers (CPU, memory)"
    for line in told["ways"]:
        against = [
            f"{peer} {line[f'{peer}_times']:.1f} ({line[f'{peer}_cpu_times']:.1f}, {line[f'{peer}_memory']:.1f})"
            for peer in ("datacompy-pandas", "datacompy-polars", "pandas-merge")
            if f"{peer}_times" in line
        ]
        ratios = f"{line['wall_over_floor']:>9.2f}{line['cpu_over_floor']:>8.2f}{line['peak_mb']:>9.0f}"
        yield f"{line['way']:<24}{ratios}  {', '.join(against)}"
    yield from (f"{way}: left out, {why}" for way, why in told["left_out"].items())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconcile", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the sides are kept for the next time")
    parser.add_argument("--only", default="", help="ways by name, and their floors")
    parser.add_argument("--variant", default="", help="row or cell")
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    names = [name for name in options.only.split(",") if name]
    chosen = [way for way in ways() if not names or way.name in names or way.name == way.floor]
    chosen = [way for way in chosen if options.variant in {"", way.variant} or way.floor == "hash pass"]
    if any(way.peer for way in chosen) and not peers.ready():
        print("the peers cannot be installed; they are left out")
        chosen = [way for way in chosen if not way.peer]
    with tempfile.TemporaryDirectory(prefix="yinxin-bench-") as made:
        for rows in map(int, options.rows.split(",")):
            told = measure(rows, options.rounds, options.folder or Path(made), chosen)
            print(json.dumps(told) if options.as_json else "\n".join(lines(told)), flush=True)


if __name__ == "__main__":
    main()
