"""What a run leaves behind: its report, remembered in the journal and written as the workbook."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from bots import delivering
from bots.gathering import Side
from bots.order import Order
from connectors.base import Feed
from journal import EvidenceRow, Journal
from mappings.standards import STANDARDS, Standard
from reconciliation.commitments.report import CommitmentReport
from reconciliation.headings import CHAIN_HEAD
from reconciliation.rates import rates
from reconciliation.report import Bucket, Compliance, Counts, Report, RunReport, Timeliness, Verdict
from reconciliation.shipping import pack, unpack
from reconciliation.summary import tally
from reconciliation.verdicts import Reconciliation
from words.errors import Place, UsageError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.declared import BotDeclared

#: The kind of evidence under which a run keeps its report.
REPORT = "report"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run found, before it is told; ``calendar`` is the version of the one that counted."""

    run_id: str
    order: Order
    declared: BotDeclared
    calendar: str
    source: Side
    ledger: Side
    feed: Side
    records: pl.DataFrame
    found: Reconciliation


def build_report(facts: Facts, journal: Journal, feed: Feed, due: pl.DataFrame) -> Report:
    """Put the report together from what was found and from what the journal says became of it, and remember it."""
    sent = {} if facts.order.dry_run else delivering.outcomes(journal, feed, set(due["record_id"]))
    verdicts = _with_outcomes(facts.found.verdicts, sent)
    quarantine = pl.concat([facts.source.quarantine, facts.ledger.quarantine, facts.feed.quarantine])
    journal.remember_quarantine(facts.run_id, quarantine.iter_rows(named=True))
    journal.remember_verdicts(facts.run_id, verdicts.iter_rows(named=True))
    counts = _counts(facts, [outcome for outcome, _reason in sent.values()])
    report = Report(
        run_id=facts.run_id,
        bot=facts.order.bot,
        title=facts.declared.title,
        standard=feed.profile.standard.name,
        since=facts.order.since.isoformat(),
        until=facts.order.until.isoformat(),
        as_of=facts.order.as_of.isoformat(),
        counts=counts,
        rates=rates(verdicts, as_of=facts.order.as_of.isoformat(), quarantined=_unreadable(facts.source)),
        verdicts=verdicts,
        differences=facts.found.differences,
        members=facts.found.members,
        tried=facts.found.tried,
        records=_full_list(facts, sent, feed.profile.standard),
        quarantine=quarantine,
        evidence=evidence_of(journal, facts.run_id),
        notes=_notes(facts, journal),
        dry_run=facts.order.dry_run,
    )
    journal.keep_evidence(facts.run_id, REPORT, facts.order.bot, pack(report), ".json.gz")
    return report


def _with_outcomes(verdicts: pl.DataFrame, sent: dict[str, tuple[str, str]]) -> pl.DataFrame:
    """Fill in what became of each delivery, and why the feed refused it where it did."""
    record = pl.col("record_id")
    is_due = pl.col("bucket") == Bucket.DUE.value
    outcome = {key: outcome for key, (outcome, _reason) in sent.items()}
    reason = {key: reason for key, (_outcome, reason) in sent.items() if reason}
    return verdicts.with_columns(
        outcome=pl.when(is_due)
        .then(record.replace_strict(outcome, default="", return_dtype=pl.String))
        .otherwise(pl.lit("")),
        reason=pl.when(is_due & record.is_in(list(reason)))
        .then(record.replace_strict(reason, default="", return_dtype=pl.String))
        .otherwise("reason"),
    )


def _counts(facts: Facts, outcomes: list[str]) -> Counts:
    """Count every row of the run into its one bucket."""
    buckets = facts.found.rows["bucket"].to_list()
    return Counts(
        collected=facts.source.rows,
        mapped=facts.records.height,
        quarantined=facts.source.quarantined,
        already_disclosed=buckets.count(Bucket.ALREADY_DISCLOSED.value),
        held=buckets.count(Bucket.HELD.value),
        due=buckets.count(Bucket.DUE.value),
        confirmed=outcomes.count("confirmed"),
        waiting=outcomes.count("waiting"),
        differs=outcomes.count("differs"),
        rejected=outcomes.count("rejected"),
        unknown=outcomes.count("unknown"),
        dry_run=facts.order.dry_run,
    )


def _unreadable(source: Side) -> pl.DataFrame:
    return source.unreadable.select("document_number", "name", "authority_name", "decision_date")


def _full_list(facts: Facts, sent: dict[str, tuple[str, str]], standard: Standard) -> pl.DataFrame:
    outcome = {key: outcome for key, (outcome, _reason) in sent.items()}
    bucket = facts.found.rows.sort("source_row")["bucket"]
    due = bucket == Bucket.DUE.value
    shown = facts.records["record_id"].replace_strict(outcome, default="", return_dtype=pl.String)
    outcomes = pl.select(pl.when(due).then(shown).otherwise(pl.lit(""))).to_series()
    told = facts.records.with_columns(bucket=bucket, outcome=outcomes)
    return told.select("origin", "bucket", "outcome", *standard.names)


def evidence_of(journal: Journal, run_id: str) -> pl.DataFrame:
    """Return what a run kept as evidence, as a report has it."""
    rows = [
        {"sha256": piece.sha256, "kind": piece.kind, "about": piece.about, "path": piece.path}
        for piece in journal.evidence_of(run_id)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("sha256", "kind", "about", "path"), pl.String))


def _notes(facts: Facts, journal: Journal) -> dict[str, str]:
    """What an auditor needs to repeat the run; the labels are message ids."""
    return {
        N_("Mappings"): ", ".join([*facts.source.mappings, *facts.ledger.mappings, *facts.feed.mappings]),
        N_("Ledger rows"): str(facts.ledger.rows),
        N_("Rows the feed showed before the run"): str(facts.feed.rows),
        N_("Rows new since the last run"): str(facts.source.new),
        N_("Working-day calendar"): facts.calendar,
        N_("Program"): f"yinxin {version('yinxin')}",
        CHAIN_HEAD: journal.head(),
    }


def result_of(report: Report, workbook: Path, seconds: dict[str, float]) -> dict[str, Any]:
    """Return what ``--json`` prints of a run."""
    return {
        "run": report.run_id,
        "dry_run": report.dry_run,
        "balanced": report.counts.balanced,
        "counts": report.counts.as_dict(),
        "verdicts": {
            **tally(report, "verdict", Verdict),
            **tally(report, "timeliness", Timeliness),
            **tally(report, "compliance", Compliance),
        },
        "rates": {
            rate.name: {"value": rate.value, "numerator": rate.numerator, "denominator": rate.denominator}
            for rate in report.rates
            if rate.scope == "all"
        },
        "would_send": would_send(report).to_dicts(),
        "workbook": str(workbook),
        "seconds": seconds,
    }


def would_send(report: Report) -> pl.DataFrame:
    """Return what a dry run would have sent, record by record; nothing for a run that did send."""
    columns = ("record_id", "document_number", "name", "authority_name", "decision_date", "deadline")
    return report.verdicts.filter(report.dry_run & (pl.col("bucket") == Bucket.DUE.value)).select(columns)


def kept_report(journal: Journal, run_id: str) -> RunReport:
    """Return the report of an earlier run as it was left.

    Raises:
        UsageError: the run left none, it was purged, or it is not the one that was kept.
    """
    for piece in journal.evidence_of(run_id):
        if piece.kind == REPORT:
            return unpack(_content(journal, piece, run_id))
    raise UsageError(
        "no-report",
        _("The run “{run}” left no report.").format(run=run_id),
        todo=_("Name a run that was finished; “yinxin status” lists them."),
    )


def _content(journal: Journal, piece: EvidenceRow, run_id: str) -> bytes:
    try:
        content = (journal.folder / piece.path).read_bytes()
    except OSError:
        if piece.sha256 in journal.purged_evidence():
            raise UsageError(
                "report-purged",
                _("The report of the run “{run}” was purged.").format(run=run_id),
                todo=_("Look for the workbook that was written then."),
            ) from None
        content = b""
    if sha256(content).hexdigest() == piece.sha256:
        return content
    raise UsageError(
        "report-changed",
        _("The report of the run “{run}” is gone, or not the one that was kept.").format(run=run_id),
        todo=_("Run “yinxin audit verify”."),
        place=Place(file=str(journal.folder / piece.path)),
    )


def kept_disclosure(journal: Journal, run_id: str) -> Report:
    """Return the report of an earlier disclosure run.

    Raises:
        UsageError: the run left none, or was of another kind.
    """
    report = kept_report(journal, run_id)
    if isinstance(report, Report):
        return report
    raise UsageError(
        "no-report",
        _("The run “{run}” disclosed nothing.").format(run=run_id),
        todo=_("Name a run of a disclosure bot; “yinxin status” lists them."),
    )


def write_report(report: RunReport, folder: Path, journal: Path) -> Path:
    """Write the workbook of a report into ``folder``, with links to the evidence relative to it."""
    start = Path(os.path.relpath(journal, folder)).as_posix()
    report.evidence = report.evidence.with_columns(path=pl.concat_str(pl.lit(f"{start}/"), "path"))
    file = folder / f"{report.run_id}.xlsx"
    if isinstance(report, CommitmentReport):
        from reconciliation.commitments.sheets import write_commitments

        return write_commitments(report, file)
    from reconciliation.workbook import write_workbook

    assert isinstance(report, Report)
    return write_workbook(report, file, STANDARDS[report.standard])
