"""The comparison of the three ways as a table, and what it says about the goals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.city import Cost

SECONDS, OVER_PLAIN, OVER_FLOOR = 20.0, 100.0, 2.0


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the three ways, one after the other, each in a city of its own."""

    ours: Cost
    floor: Cost
    plain: Cost


def summary(rounds: Sequence[Round], sample: int, cores: int) -> dict[str, Any]:
    """Return medians, ratios and goals; ratios are medians of the rounds' own ratios, so that load cancels out."""
    ours, floor = median(each.ours.wall for each in rounds), median(each.floor.wall for each in rounds)
    over_plain = median(_plain_wall(each) / each.ours.wall for each in rounds)
    over_floor = median(each.ours.wall / each.floor.wall for each in rounds)
    return {
        "rounds": len(rounds),
        "sample": sample,
        "cores": cores,
        "load": [round(way.load, 2) for each in rounds for way in (each.ours, each.floor, each.plain)],
        "ours": {
            "wall": ours,
            "cpu": median(each.ours.cpu for each in rounds),
            "phases": _phases([each.ours.said["result"]["seconds"] for each in rounds]),
            "counts": rounds[-1].ours.said["result"]["counts"],
            "balanced": all(each.ours.said["result"]["balanced"] for each in rounds),
        },
        "floor": {
            "wall": floor,
            "cpu": median(each.floor.cpu for each in rounds),
            "phases": _phases([each.floor.said["seconds"] for each in rounds]),
            "counts": {key: value for key, value in rounds[-1].floor.said.items() if key != "seconds"},
        },
        "plain": {
            "wall": median(_plain_wall(each) for each in rounds),
            "cpu": median(_plain_cpu(each) for each in rounds),
            "sampled": median(each.plain.wall for each in rounds),
            "paces": rounds[-1].plain.said["paces"],
            "per_entry": rounds[-1].plain.said["per_entry"],
        },
        "ours_to_floor": over_floor,
        "plain_to_ours": over_plain,
        "ours_to_floor_cpu": median(each.ours.cpu / each.floor.cpu for each in rounds),
        "plain_to_ours_cpu": median(_plain_cpu(each) / each.ours.cpu for each in rounds),
        "goals": {
            f"ours ≤ {SECONDS:g} s on two idle cores": ours <= SECONDS,
            f"≥ {OVER_PLAIN:g} × faster than the plain script": over_plain >= OVER_PLAIN,
            f"≤ {OVER_FLOOR:g} × the floor": over_floor <= OVER_FLOOR,
        },
    }


def _plain_wall(each: Round) -> float:
    return float(each.plain.said["seconds"])


def _plain_cpu(each: Round) -> float:
    """The CPU time of the sample, scaled as its wall time is."""
    return each.plain.cpu * _plain_wall(each) / float(each.plain.said["sampled_seconds"])


def _phases(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: median(each[name] for each in rounds) for name in rounds[0]}


def lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield the summary as text for people."""
    ours, floor, plain = told["ours"], told["floor"], told["plain"]
    yield f"{'':<14}{'wall s':>10}{'CPU s':>10}"
    for name, way in (("ours", ours), ("floor", floor), ("plain script", plain)):
        yield f"{name:<14}{way['wall']:>10.2f}{way['cpu']:>10.2f}"
    yield f"{'ours ÷ floor':<14}{told['ours_to_floor']:>10.2f}{told['ours_to_floor_cpu']:>10.2f}"
    yield f"{'plain ÷ ours':<14}{told['plain_to_ours']:>10.1f}{told['plain_to_ours_cpu']:>10.1f}"
    yield ""
    yield f"medians of {told['rounds']} interleaved rounds, each way in a fresh city; {told['cores']} cores,"
    yield f"load average (1 min) before each run: {' '.join(f'{load:.1f}' for load in told['load'])}"
    yield from _plain_lines(told)
    yield f"phases of ours, s:   {_pairs(ours['phases'])}; the rest is start and end of the process"
    yield f"phases of the floor: {_pairs(floor['phases'])}"
    yield f"ours:  {_pairs(ours['counts'])}, balanced: {'yes' if ours['balanced'] else 'NO'}"
    yield f"floor: {_pairs(floor['counts'])}"
    yield ""
    yield from (f"{'met' if met else 'NOT MET':<8} {goal}" for goal, met in told["goals"].items())


def _plain_lines(told: dict[str, Any]) -> Iterator[str]:
    plain, counts = told["plain"], told["ours"]["counts"]
    yield (
        f"plain script: sampled {told['sample']} records and one list page of each system and {told['sample']} entries"
        f" ({plain['sampled']:.1f} s), scaled to {counts['collected']:,} records and {counts['due']:,} entries;"
    )
    yield "  entry is into a stand-in form of 28 fields, as the sandbox's platform has no page for single records"
    for name, pace in plain["paces"].items():
        yield (
            f"  {name}: {pace['pages']} list pages at {pace['per_page']:.2f} s,"
            f" {pace['records']:,} records at {pace['per_record']:.2f} s"
        )
    yield f"  entry: {plain['per_entry']:.2f} s"


def _pairs(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:{',.2f' if isinstance(value, float) else ','}}" for name, value in values.items())
