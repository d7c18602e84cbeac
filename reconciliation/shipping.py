"""A report as bytes and back, so that a workbook can be written again years later from what was kept."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict, fields
from typing import Any

import polars as pl

from reconciliation.report import Counts, Rate, Report

_FRAMES = ("verdicts", "differences", "members", "records", "quarantine", "evidence")
_NUMBERED = "group"


def pack(report: Report) -> bytes:
    """Return a report as compressed JSON; the same report gives the same bytes."""
    plain: dict[str, Any] = {field.name: getattr(report, field.name) for field in fields(report)}
    plain |= {name: plain[name].to_dict(as_series=False) for name in _FRAMES}
    plain["counts"] = asdict(report.counts)
    plain["rates"] = [asdict(rate) for rate in report.rates]
    return gzip.compress(json.dumps(plain, ensure_ascii=False).encode(), compresslevel=1, mtime=0)


def unpack(content: bytes) -> Report:
    """Return the report that ``pack`` was given."""
    plain: dict[str, Any] = json.loads(gzip.decompress(content))
    plain |= {name: _frame(plain[name]) for name in _FRAMES}
    plain["counts"] = Counts(**plain["counts"])
    plain["rates"] = [Rate(**rate) for rate in plain["rates"]]
    return Report(**plain)


def _frame(columns: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema={name: pl.Int64 if name == _NUMBERED else pl.String for name in columns})
