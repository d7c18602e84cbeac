"""What the command line tells of a run, by what kind of bot it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bots.reporting import result_of as disclosure_result
from bots.reporting import would_send as disclosures_to_send
from mappings.standards import COMMITMENT, STANDARDS
from reconciliation.commitments.report import CommitmentReport
from reconciliation.commitments.summary import commitment_blocks
from reconciliation.headings import field_label
from reconciliation.report import Report, RunReport
from reconciliation.reviews import unanswered
from reconciliation.summary import summary_blocks
from words.languages import gettext as _
from words.languages import ngettext

_DECISION = ("document_number", "name", "decision_date", "deadline")
_COMMITMENT = ("document_number", "name", "due_date", "push_day")


def blocks_of(report: RunReport) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the summary as headings over labels and values."""
    return commitment_blocks(report) if isinstance(report, CommitmentReport) else summary_blocks(_disclosed(report))


def would_send(report: RunReport) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return what a dry run would send: headings and rows."""
    if isinstance(report, CommitmentReport):
        due = report.cases.filter((report.cases["bucket"] == "due") & report.dry_run).select(_COMMITMENT)
        return [field_label(COMMITMENT, name) for name in _COMMITMENT], due.rows()
    disclosed = _disclosed(report)
    rows = disclosures_to_send(disclosed).select(_DECISION).rows()
    return [field_label(STANDARDS[disclosed.standard], name) for name in _DECISION], rows


def result_of(report: RunReport, workbook: Path | None, seconds: dict[str, float]) -> dict[str, Any]:
    """Return what ``--json`` prints of a run."""
    if not isinstance(report, CommitmentReport):
        return disclosure_result(_disclosed(report), workbook, seconds)
    stages = dict(report.cases["stage"].value_counts().sort("stage").iter_rows())
    return {
        "run": report.run_id,
        "dry_run": report.dry_run,
        "balanced": report.counts.balanced,
        "counts": report.counts.as_dict(),
        "stages": stages,
        "cases": report.cases.filter(report.cases["bucket"] != "not_due").to_dicts(),
        "workbook": str(workbook or ""),
        "seconds": seconds,
    }


def sentence_of(report: RunReport) -> str:
    """Return in one sentence what a run did."""
    counts = report.counts
    if isinstance(report, Report) and report.in_shadow:
        return _("In the shadow: nothing was sent; “yinxin shadow {bot}” tells how far the bot agrees.").format(
            bot=report.bot
        )
    if report.dry_run:
        return ngettext(
            "Dry run: {due} record would be sent; nothing was.",
            "Dry run: {due} records would be sent; nothing was.",
            counts.due,
        ).format(due=counts.due)
    if not counts.due:
        return _("Nothing was due, nothing was sent.")
    return ngettext(
        "{due} record was due; the feed shows {confirmed} as it was sent.",
        "{due} records were due; the feed shows {confirmed} as they were sent.",
        counts.due,
    ).format(due=f"{counts.due:,}", confirmed=f"{counts.confirmed:,}")


def needs_a_person(report: RunReport) -> bool:
    """Whether something of what the run found needs a person."""
    counts = report.counts
    if counts.quarantined + counts.held + counts.waiting + counts.differs + counts.rejected + counts.unknown:
        return True
    if isinstance(report, CommitmentReport):
        return False
    return bool(unanswered(_disclosed(report)).height)


def _disclosed(report: RunReport) -> Report:
    assert isinstance(report, Report)
    return report
