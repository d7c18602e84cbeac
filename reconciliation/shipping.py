"""A report as bytes and back, so that a workbook can be written again years later from what was kept."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict, fields
from typing import Any

import polars as pl

from reconciliation.commitments.report import CommitmentReport, WatchCounts
from reconciliation.report import VERDICT_COLUMNS, Counts, Rate, Report, RunReport

_KINDS: dict[str, tuple[type[RunReport], type[Counts]]] = {
    "disclosure": (Report, Counts),
    "commitments": (CommitmentReport, WatchCounts),
}
_NUMBERED = "group"


def pack(report: RunReport) -> bytes:
    """Return a report as compressed JSON; the same report gives the same bytes."""
    kind = next(name for name, (made, _counts) in _KINDS.items() if type(report) is made)
    plain = {"kind": kind} | {field.name: _plain(getattr(report, field.name)) for field in fields(report)}
    return gzip.compress(json.dumps(plain, ensure_ascii=False).encode(), compresslevel=1, mtime=0)


def unpack(content: bytes) -> RunReport:
    """Return the report that ``pack`` was given."""
    plain: dict[str, Any] = json.loads(gzip.decompress(content))
    made, counts = _KINDS[plain.pop("kind", "disclosure")]
    frames = {field.name for field in fields(made) if field.type == "pl.DataFrame"}
    # A report that an earlier edition kept has not every frame of this one.
    plain |= {name: _frame(plain[name]) for name in frames & plain.keys()}
    plain["counts"] = counts(**plain["counts"])
    if "rates" in plain:
        plain["rates"] = [Rate(**rate) for rate in plain["rates"]]
    report = made(**plain)
    if isinstance(report, Report):  # what was kept years ago says less
        later = [pl.lit("").alias(name) for name in VERDICT_COLUMNS if name not in report.verdicts.columns]
        report.verdicts = report.verdicts.with_columns(later)
    return report


def _plain(value: Any) -> Any:  # noqa: ANN401 - what JSON takes
    if isinstance(value, pl.DataFrame):
        return value.to_dict(as_series=False)
    if isinstance(value, Counts):
        return asdict(value)
    return [asdict(each) for each in value] if isinstance(value, list) else value


def _frame(columns: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema={name: pl.Int64 if name == _NUMBERED else pl.String for name in columns})
