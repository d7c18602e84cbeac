"""The first page of a commitment run as plain data."""

from __future__ import annotations

import polars as pl

from reconciliation.commitments.judging import Stage
from reconciliation.commitments.report import CommitmentReport
from reconciliation.commitments.words import stage_name
from reconciliation.summary import opening_blocks
from words.languages import gettext as _

_BROKEN, _ENDED = (Stage.OVERDUE, Stage.BREACHED), (Stage.CLOSED, Stage.CANCELLED)
_KINDS = {
    "kept": _ENDED,
    "open": tuple(stage for stage in Stage if stage not in {*_BROKEN, *_ENDED}),
    "broken": _BROKEN,
}


def tally(report: CommitmentReport) -> dict[str, int]:
    """Return how many commitments are at each stage, by its name, in the order of a commitment's life."""
    counted = dict(report.cases["stage"].value_counts().iter_rows())
    return {stage_name(stage): counted.get(stage.value, 0) for stage in Stage}


def by_month(report: CommitmentReport) -> list[tuple[str, dict[str, int]]]:
    """Return how many commitments whose deadline ends in each month are kept, open and overdue."""
    month, stage = pl.col("ends_on").str.slice(0, 7), pl.col("stage")
    kinds = [stage.is_in(each).sum().alias(name) for name, each in _KINDS.items()]
    told = report.cases.filter(month != "").group_by(month.alias("month")).agg(kinds).sort("month")
    return [(row.pop("month"), row) for row in told.iter_rows(named=True)]


def pushed_next(report: CommitmentReport) -> pl.DataFrame:
    """Return the commitments that are pushed if nothing happens, the next one first."""
    open_ones = pl.col("stage").is_in([Stage.AT_RISK, Stage.OVERDUE, Stage.BREACHED]) & (pl.col("pushed_on") == "")
    return report.cases.filter(open_ones & (pl.col("push_day") != "")).sort("push_day", maintain_order=True)


def commitment_blocks(report: CommitmentReport) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the summary of a run as headings over labels and values."""
    stages = [(name, f"{count:,}") for name, count in tally(report).items()]
    return [*opening_blocks(report), (_("Where the commitments stand"), stages)]
