"""The first page of a commitment run as plain data."""

from __future__ import annotations

from reconciliation.commitments.judging import Stage
from reconciliation.commitments.report import CommitmentReport
from reconciliation.commitments.words import stage_name
from reconciliation.summary import opening_blocks
from words.languages import gettext as _


def tally(report: CommitmentReport) -> dict[str, int]:
    """Return how many commitments are at each stage, by its name, in the order of a commitment's life."""
    counted = dict(report.cases["stage"].value_counts().iter_rows())
    return {stage_name(stage): counted.get(stage.value, 0) for stage in Stage}


def commitment_blocks(report: CommitmentReport) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the summary of a run as headings over labels and values."""
    stages = [(name, f"{count:,}") for name, count in tally(report).items()]
    return [*opening_blocks(report), (_("Where the commitments stand"), stages)]
