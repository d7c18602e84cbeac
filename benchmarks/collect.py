"""Collecting by list, and by list and detail, against its floor and against peers, in one invocation.

    .venv/bin/python -m tools.peers                                  # once: an environment for the peers
    .venv/bin/python -m benchmarks.collect
        [--records 3000] [--delays 0,50,200] [--sample 200] [--rounds 3] [--connections 8] [--json]

How to read it. A server (``hall.py``) in a process of its own waits so many milliseconds before each answer. *Ours* is
the portal's connector with a kept session, replaying the page's own request at the largest page. The *floor* fetches
the same answers by bare ``httpx``, with the same connections, and counts what came; ``aiohttp`` is shown beside it. The
lines ``20 a page`` have both ask for no more than a person sees. Peers read the pages that a person sees, 20 rows each,
as many at a time as connections are allowed, and details as pages. What renders pages (``scrapy-playwright``, crawlee's
``PlaywrightCrawler``, and the script with a call per cell) reads a sample of the records and is scaled. Seconds run
from the first request to the last row; the start of an interpreter does not count. A peer that is missing, or that did
not bring every record, is said so. Trust the ratios: all ways take turns on the same machine, and ratios are medians of
the rounds' own ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.city import measured
from connectors.browser import find_browser
from tools.peers import PROGRAM

_PEERS = Path(__file__).parent / "peers"
_LARGEST, _SHOWN = 100, 20


@dataclass(frozen=True, slots=True)
class Way:
    """One way to collect.

    Attributes:
        name: in the table.
        command: what is run.
        way: what ``collector.py`` does.
        size: rows asked for at a time, where the way can choose.
        sampled: it reads a sample, and is scaled.
        lists_only: not measured with details.
    """

    name: str
    command: tuple[str, ...]
    way: str = ""
    size: int = _LARGEST
    sampled: bool = False
    lists_only: bool = False

    @property
    def missing(self) -> bool:
        """Whether the environment that it runs in is not there."""
        return not Path(self.command[0]).exists()


_OWN = (sys.executable, "-m", "benchmarks.collector")
WAYS = (
    Way("floor: httpx", _OWN, "httpx"),
    Way("ours", _OWN, "ours"),
    Way("bare aiohttp", _OWN, "aiohttp"),
    Way("floor, 20 a page", _OWN, "httpx", _SHOWN, lists_only=True),
    Way("ours, 20 a page", _OWN, "ours", _SHOWN, lists_only=True),
    Way("crawlee, parsel", (str(PROGRAM), str(_PEERS / "crawlee_pages.py"), "parsel")),
    Way("crawlee, browser", (str(PROGRAM), str(_PEERS / "crawlee_pages.py"), "playwright"), sampled=True),
    Way("scrapy-playwright", (str(PROGRAM), str(_PEERS / "scrapy_pages.py")), sampled=True),
    Way("a call per cell", _OWN, "per cell", sampled=True),
)


@contextmanager
def hall(records: int, milliseconds: float) -> Iterator[str]:
    """Serve so many records with so long a wait from a process of its own; yields its address."""
    command = [sys.executable, "-m", "benchmarks.hall", str(records), str(milliseconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin, "it was asked for"
        assert process.stdout, "it was asked for"
        yield process.stdout.readline().strip()
        process.stdin.close()


def rate_of(way: Way, host: str, records: int, connections: int, *, details: bool) -> tuple[float, str]:
    """Return records a second, and what is to be said about it; zero if there is nothing to be measured."""
    if way.missing:
        return 0.0, "not installed: python -m tools.peers"
    found = find_browser()
    order = {
        "way": way.way,
        "host": host,
        "records": records,
        "size": way.size,
        "connections": connections,
        "details": details,
        "program": str(found.program) if found and found.program else None,
    }
    try:
        said = measured(way.command, order).said
    except (RuntimeError, ValueError) as error:
        return 0.0, str(error).strip().splitlines()[-1][:60]
    came = min(said["rows"], said["details"] if details else said["rows"])
    return records / said["seconds"], "" if came >= records else f"only {came} of {records} came"


def measure(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure every way at every delay, by list and by list and detail."""
    lines = []
    for delay in chosen.delays:
        for details in (False, True):
            ways = [way for way in WAYS if not (details and way.lists_only)]
            told: dict[str, list[tuple[float, str]]] = {way.name: [] for way in ways}
            with hall(chosen.records, delay) as whole, hall(min(chosen.sample, chosen.records), delay) as part:
                for _round in range(chosen.rounds):
                    for way in ways:
                        host, records = (
                            (part, min(chosen.sample, chosen.records)) if way.sampled else (whole, chosen.records)
                        )
                        told[way.name].append(rate_of(way, host, records, chosen.connections, details=details))
            lines += [_line(name, rates, told, delay, details=details) for name, rates in told.items()]
    return lines


def _line(
    name: str,
    rates: Sequence[tuple[float, str]],
    told: dict[str, list[tuple[float, str]]],
    delay: float,
    *,
    details: bool,
) -> dict[str, Any]:
    def against(other: str) -> float:
        pairs = zip(rates, told[other], strict=True)
        return median(mine / theirs if theirs else 0.0 for (mine, _said), (theirs, _told) in pairs)

    return {
        "delay": delay,
        "what": "list and detail" if details else "list",
        "way": name,
        "rate": median(rate for rate, _said in rates),
        "to_floor": against("floor, 20 a page" if name.endswith("20 a page") else "floor: httpx"),
        "ours_to_it": 1 / ratio if (ratio := against("ours")) else 0.0,
        "said": next((said for _rate, said in rates if said), ""),
    }


def table(lines: Sequence[dict[str, Any]], chosen: argparse.Namespace) -> Iterator[str]:
    """Yield the lines as text for people."""
    yield f"{'ms':>4}  {'what':<16}{'way':<20}{'records/s':>10}{'to floor':>10}{'ours to it':>12}"
    for line in lines:
        told = line["said"] or ""
        yield (
            f"{line['delay']:>4g}  {line['what']:<16}{line['way']:<20}{line['rate']:>10,.1f}{line['to_floor']:>10.3f}"
            f"{line['ours_to_it']:>12,.1f}  {told}".rstrip()
        )
    yield ""
    yield f"{chosen.records:,} records ({chosen.sample:,} where pages are rendered), {chosen.connections} connections,"
    yield f"medians of {chosen.rounds} rounds, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--sample", type=int, default=200, help="records for what renders pages")
    parser.add_argument(
        "--delays", type=lambda text: [float(each) for each in text.split(",")], default=[0.0, 50.0, 200.0]
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    lines = measure(chosen)
    print(json.dumps(lines, indent=2, ensure_ascii=False) if chosen.json else "\n".join(table(lines, chosen)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
