"""Two sides compared by a peer: reads an order as JSON from stdin and prints seconds, memory and counts.

``{"folder", "variant", "keys", "fields"}`` and the way as argument: ``datacompy-pandas``, ``datacompy-polars`` or
``pandas-merge``. Seconds run from frames in memory. Runs in the environment of ``benchmarks/reconcile/peers.py``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

order = json.load(sys.stdin)
KEYS, COLUMNS = order["keys"], order["keys"] + [name for name in order["fields"] if name not in order["keys"]]


def files() -> list[Path]:
    """Return the two files."""
    return [Path(order["folder"]) / name for name in ("source.parquet", f"ledger-{order['variant']}.parquet")]


def by_datacompy(left: Any, right: Any, compare: Any) -> dict[str, int]:
    """Let datacompy compare, and take what it found."""
    found = compare(left, right, join_columns=KEYS)
    found.matches()
    return {
        "pairs": len(found.intersect_rows),
        "left": len(found.df1_unq_rows),
        "right": len(found.df2_unq_rows),
        "differing": sum(int(each["unequal_cnt"]) for each in found.column_stats),
    }


def by_merge(left: Any, right: Any) -> dict[str, int]:
    """Merge on the keys, keep what differs as a long table, as one writes it by hand."""
    import pandas as pd

    both = left.merge(right, on=KEYS, how="outer", indicator=True, suffixes=("_left", "_right"))
    paired = both[both["_merge"] == "both"]
    parts = []
    for name in COLUMNS[len(KEYS) :]:
        differs = paired[f"{name}_left"] != paired[f"{name}_right"]
        part = paired.loc[differs, [*KEYS, f"{name}_left", f"{name}_right"]]
        parts.append(part.set_axis([*KEYS, "left", "right"], axis=1).assign(field=name))
    return {"pairs": len(paired), "differing": len(pd.concat(parts))}


def run(way: str) -> dict[str, int]:
    """Read the frames, start the clock, and compare."""
    global start, cpu  # noqa: PLW0603 - one comparison in this process
    if way == "datacompy-polars":
        import polars as pl
        from datacompy import PolarsCompare

        sides = [pl.read_parquet(file, columns=COLUMNS) for file in files()]
        start, cpu = time.perf_counter(), time.process_time()
        return by_datacompy(*sides, PolarsCompare)
    import pandas as pd

    sides = [pd.read_parquet(file, columns=COLUMNS) for file in files()]
    if way == "datacompy-pandas":
        import datacompy

        compare = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
        start, cpu = time.perf_counter(), time.process_time()
        return by_datacompy(*sides, compare)
    start, cpu = time.perf_counter(), time.process_time()
    return by_merge(*sides)


start = cpu = 0.0
counts = run(sys.argv[1])
wall, cpu = time.perf_counter() - start, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "counts": counts}))
