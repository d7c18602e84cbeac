"""What a run leaves behind: its report, remembered in the journal and written as the workbook."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from bots import delivering
from bots.forms import Form
from bots.gathering import Side
from bots.order import Order
from bots.timing import timeline_of
from connectors.base import Feed
from journal import EvidenceRow, Journal
from mappings.standards import STANDARDS, Standard
from reconciliation.clocks import Clock, deadline_of
from reconciliation.commitments.report import CommitmentReport
from reconciliation.headings import CHAIN_HEAD, DISPOSITIONS
from reconciliation.rates import rates
from reconciliation.reconciled import Reconciliation
from reconciliation.report import Bucket, Compliance, Counts, Report, RunReport, Timeliness, Verdict
from reconciliation.shadow import Shadow
from reconciliation.shipping import pack, unpack
from reconciliation.summary import tally
from schedules.workdays import Calendar
from words.errors import Place, UsageError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.declared import BotDeclared

#: The kind of evidence under which a run keeps its report.
REPORT = "report"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run found, before it is told.

    ``calendar`` is the one that counted, by ``clock``; ``reviews`` is what persons decided before; ``received`` says
    of each record that was read back on which day the feed took it.
    """

    run_id: str
    order: Order
    declared: BotDeclared
    calendar: Calendar
    source: Side
    ledger: Side
    feed: Side
    records: pl.DataFrame
    found: Reconciliation
    reviews: pl.DataFrame
    received: Mapping[str, str]
    clock: Clock
    shadow: Shadow | None


def build_report(facts: Facts, journal: Journal, feed: Feed, due: pl.DataFrame) -> Report:
    """Put the report together from what was found and from what the journal says became of it, and remember it."""
    standard = feed.profile.standard
    sent = {} if facts.order.dry_run else delivering.outcomes(journal, feed, set(due["record_id"]))
    verdicts = _with_outcomes(facts.found.verdicts, sent, facts.received)
    quarantine = pl.concat([facts.source.quarantine, facts.ledger.quarantine, facts.feed.quarantine])
    quarantine = quarantine.with_columns(deadline=deadline_of(pl.col("decision_date"), facts.clock))
    journal.remember_quarantine(facts.run_id, quarantine.iter_rows(named=True))
    journal.remember_verdicts(facts.run_id, verdicts.iter_rows(named=True))
    counts = _counts(facts, [outcome for outcome, _reason in sent.values()])
    report = Report(
        run_id=facts.run_id,
        bot=facts.order.bot,
        title=facts.declared.title,
        standard=standard.name,
        since=facts.order.since.isoformat(),
        until=facts.order.until.isoformat(),
        as_of=facts.order.as_of.isoformat(),
        counts=counts,
        rates=rates(verdicts, as_of=facts.order.as_of.isoformat(), quarantined=_unreadable(facts.source, standard)),
        verdicts=verdicts,
        differences=facts.found.differences,
        members=facts.found.members,
        tried=facts.found.tried,
        records=_full_list(facts, sent, standard),
        timeline=timeline_of(journal, feed.name, facts.calendar, facts.order.as_of, verdicts),
        reviews=facts.reviews,
        quarantine=quarantine,
        evidence=evidence_of(journal, facts.run_id),
        notes=_notes(facts, journal),
        dry_run=facts.order.dry_run,
    )
    if facts.shadow:
        report.shadow, report.shadow_differences = facts.shadow.records, facts.shadow.differences
    journal.keep_evidence(facts.run_id, REPORT, facts.order.bot, pack(report), ".json.gz")
    return report


def _with_outcomes(
    verdicts: pl.DataFrame, sent: dict[str, tuple[str, str]], received: Mapping[str, str]
) -> pl.DataFrame:
    """Fill in what became of each delivery, on which day the feed took it, and why it refused it where it did."""
    record = pl.col("record_id")
    is_due = pl.col("bucket") == Bucket.DUE.value
    outcome = {key: outcome for key, (outcome, _reason) in sent.items()}
    reason = {key: reason for key, (_outcome, reason) in sent.items() if reason}
    return verdicts.with_columns(
        outcome=pl.when(is_due)
        .then(record.replace_strict(outcome, default="", return_dtype=pl.String))
        .otherwise(pl.lit("")),
        disclosed_on=pl.when(is_due & (pl.col("disclosed_on") == ""))
        .then(record.replace_strict(dict(received), default="", return_dtype=pl.String))
        .otherwise("disclosed_on"),
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
        exempt=buckets.count(Bucket.EXEMPT.value),
        confirmed=outcomes.count("confirmed"),
        waiting=outcomes.count("waiting"),
        differs=outcomes.count("differs"),
        rejected=outcomes.count("rejected"),
        unknown=outcomes.count("unknown"),
        dry_run=facts.order.dry_run,
    )


def _unreadable(source: Side, standard: Standard) -> pl.DataFrame:
    item = pl.coalesce(*(pl.col(name).replace("", None) for name in standard.item), pl.lit(""))
    return source.unreadable.select("document_number", "name", "authority_name", "decision_date", item=item)


def _full_list(facts: Facts, sent: dict[str, tuple[str, str]], standard: Standard) -> pl.DataFrame:
    outcome = {key: outcome for key, (outcome, _reason) in sent.items()}
    bucket = facts.found.rows.sort("source_row")["bucket"]
    due = bucket == Bucket.DUE.value
    shown = facts.records["record_id"].replace_strict(outcome, default="", return_dtype=pl.String)
    outcomes = pl.select(pl.when(due).then(shown).otherwise(pl.lit(""))).to_series()
    told = facts.records.with_columns(bucket=bucket, outcome=outcomes)
    return told.select("origin", "bucket", "outcome", "warnings", *standard.names)


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
        N_("Working-day calendar"): facts.calendar.version,
        N_("Decisions of persons"): decisions_told(facts.reviews),
        N_("Program"): f"yinxin {version('yinxin')}",
        CHAIN_HEAD: journal.head(),
    }


def decisions_told(reviews: pl.DataFrame) -> str:
    """Return how many records stand under each disposition, and how many are open again or disputed."""
    counted = dict(reviews["disposition"].value_counts().iter_rows())
    lines = [(_(text), counted.get(code, 0)) for code, text in DISPOSITIONS.items()]
    lines.append((_("open again or disputed"), reviews.filter(pl.col("earlier") != "").height))
    return _(", ").join(f"{word} {count:,}" for word, count in lines if count) or "–"


def result_of(report: Report, workbook: Path | None, seconds: dict[str, float]) -> dict[str, Any]:
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
        "workbook": str(workbook or ""),
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


def write_report(report: RunReport, folder: Path, journal: Path, form: Form = Form.XLSX) -> Path:
    """Write a report into ``folder``, with links to the evidence relative to it, and return where it lies.

    The links hold wherever the whole workspace is copied to.

    Raises:
        UsageError: the file cannot be written, most often because it is open in another program.
    """
    start = Path(os.path.relpath(journal, folder)).as_posix()
    return write_linked(report, folder / f"{report.run_id}.{form}", start, form)


def write_linked(report: RunReport, file: Path, start: str, form: Form = Form.XLSX) -> Path:
    """Write a report as a file whose links to the evidence begin with ``start``: the journal's folder as seen from it.

    Raises:
        UsageError: the file cannot be written, most often because it is open in another program.
    """
    linked = pl.concat_str(pl.lit(f"{start}/" if start else ""), "path")
    report = replace(report, evidence=report.evidence.with_columns(path=linked))
    if form is not Form.XLSX:
        from reconciliation import renderings

        return renderings.write(report, file, as_page=form is Form.HTML)
    if isinstance(report, CommitmentReport):
        from reconciliation.commitments.sheets import write_commitments

        return write_commitments(report, file)
    from reconciliation.workbook import write_workbook

    assert isinstance(report, Report)
    return write_workbook(report, file, STANDARDS[report.standard])
