"""Two sides compared by a peer: reads an order as JSON from stdin and prints seconds, memory and counts.

``{"folder", "variant", "keys", "fields"}`` and the way as argument: ``datacompy-pandas``, ``datacompy-polars`` or
``pandas-merge``. Seconds run from frames in memory. Runs in the environment of ``benchmarks/reconcile/peers.py``.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

order = json.load(sys.stdin)
KEYS, COLUMNS = order["keys"], order["keys"] + [name for name in order["fields"] if name not in order["keys"]]


def files() -> list[Path]:
    """Return the two files."""
    return [Path(order["folder"]) / name for name in ("source.parquet", f"ledger-{order['variant']}.parquet")]


def by_datacompy(sides: Sequence[Any], compare: Any) -> dict[str, int]:
    """Let datacompy compare, and take what it found."""
    left, right = sides
    found = compare(left, right, join_columns=KEYS)
    found.matches()
    return {
        "pairs": len(found.intersect_rows),
        "left": len(found.df1_unq_rows),
        "right": len(found.df2_unq_rows),
        "differing": sum(int(each["unequal_cnt"]) for each in found.column_stats),
    }


def by_merge(sides: Sequence[Any], concat: Any) -> dict[str, int]:
    """Merge on the keys, keep what differs as a long table, as one writes it by hand."""
    left, right = sides
    both = left.merge(right, on=KEYS, how="outer", indicator=True, suffixes=("_left", "_right"))
    paired = both[both["_merge"] == "both"]
    parts = []
    for name in COLUMNS[len(KEYS) :]:
        differs = paired[f"{name}_left"] != paired[f"{name}_right"]
        part = paired.loc[differs, [*KEYS, f"{name}_left", f"{name}_right"]]
        parts.append(part.set_axis([*KEYS, "left", "right"], axis=1).assign(field=name))
    return {"pairs": len(paired), "differing": len(concat(parts))}


def prepared(way: str) -> tuple[Sequence[Any], Callable[[Sequence[Any]], dict[str, int]]]:
    """Return the frames, and what compares them."""
    reader = importlib.import_module("polars" if way == "datacompy-polars" else "pandas")
    sides = [reader.read_parquet(file, columns=COLUMNS) for file in files()]
    if way == "pandas-merge":
        return sides, lambda sides: by_merge(sides, reader.concat)
    datacompy = importlib.import_module("datacompy")
    compare = datacompy.PolarsCompare if way == "datacompy-polars" else datacompy.PandasCompare
    return sides, lambda sides: by_datacompy(sides, compare)


frames, run = prepared(sys.argv[1])
run([frame.head(400) for frame in frames])  # what is loaded at its first use is loaded
start, cpu = time.perf_counter(), time.process_time()
counts = run(frames)
wall, cpu = time.perf_counter() - start, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "counts": counts}))
