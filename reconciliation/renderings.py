"""What the page and the exchange file of a run hold, by what kind of run it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mappings.standards import STANDARDS
from reconciliation import headings, summary
from reconciliation.bars import Chart
from reconciliation.commitments import sheets as commitments
from reconciliation.commitments.report import CommitmentReport
from reconciliation.commitments.summary import by_month, tally
from reconciliation.headings import rate_name, title
from reconciliation.pages import Block, Page, rendered
from reconciliation.report import Report, RunReport, Timeliness
from reconciliation.sheets import tables
from reconciliation.tables import Table
from reconciliation.trends import AUTHORITIES, MONTHS
from reconciliation.workbook import meanings
from words.errors import Place, UsageError
from words.languages import gettext as _

SCHEMA = 1


def write(report: RunReport, path: Path, *, as_page: bool) -> Path:
    """Write a report as a page or as data, and return where it lies.

    Raises:
        UsageError: the file cannot be written.
    """
    text = rendered(page_of(report)) if as_page else as_json(report)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            "report-not-written",
            _("The report cannot be written: {reason}").format(reason=error.strerror),
            todo=_("Close it in other programs, and see to it that this user may write there."),
            place=Place(file=str(path)),
        ) from None
    return path


def page_of(report: RunReport) -> Page:
    """Return what stands on the page of a run."""
    if isinstance(report, CommitmentReport):
        return Page(report, list(_commitment_blocks(report)), lists_of(report), commitments.meanings())
    assert isinstance(report, Report)
    return Page(report, list(_disclosure_blocks(report)), lists_of(report), meanings())


def lists_of(report: RunReport) -> list[Table]:
    """Return the lists of a run in the order of the workbook's sheets."""
    if isinstance(report, CommitmentReport):
        return list(commitments.tables(report))
    assert isinstance(report, Report)
    return list(tables(report, STANDARDS[report.standard]))


def _disclosure_blocks(report: Report) -> Iterator[Block]:
    for column, kinds in summary.TALLIES.items():
        rows = [(title(kind), f"{count:,}") for kind, count in summary.tally(report, column, kinds).items()]
        yield Block(headings.heading(column), rows, (headings.heading(column), _("Records")))
    rates = [
        (rate_name(r.name), summary.percent(r), f"{r.numerator:,}", f"{r.denominator:,}")
        for r in summary.overall(report)
    ]
    if rates:
        yield Block(_(headings.RATES), rates, ("", _("Percent"), _("Numerator"), _("Denominator")))
    yield from _months(_("Decisions by month"), [title(kind) for kind in Timeliness], summary.by_month(report))
    authorities = list(summary.by_authority(report).items())[:AUTHORITIES]
    rows_ = [
        (member or _("not stated"), *(summary.percent(rates[n]) if n in rates else "–" for n in summary.RATES))
        for member, rates in authorities
    ]
    if rows_:
        yield Block(_("Rates by authority"), rows_, (_("Authority"), *map(rate_name, summary.RATES)))


def _commitment_blocks(report: CommitmentReport) -> Iterator[Block]:
    stages = [(name, f"{count:,}") for name, count in tally(report).items()]
    yield Block(_("Where the commitments stand"), stages, (_("Stage"), _("Commitments")))
    yield from _months(_("Commitments by the month of their deadline"), commitments.kinds(), by_month(report))


def _months(heading: str, kinds: Sequence[str], months: list[tuple[str, dict[str, int]]]) -> Iterator[Block]:
    latest = months[-MONTHS:]
    if latest:
        rows = [(month, *(f"{count:,}" for count in counts.values())) for month, counts in latest]
        yield Block(heading, rows, (_("Month"), *kinds), Chart(kinds, latest))


def as_json(report: RunReport) -> str:
    """Return a run as JSON: its facts, its counts and the workbook's lists, as masked as they are there."""
    told = {
        "schema": SCHEMA,
        **{name: getattr(report, name) for name in ("run_id", "bot", "title", "since", "until", "as_of", "dry_run")},
        "balanced": report.counts.balanced,
        "counts": report.counts.as_dict(),
        "notes": report.notes,
        "lists": [_listed(table) for table in lists_of(report)],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _listed(table: Table) -> dict[str, Any]:
    shown = [each for each in table.columns if not each.entry]
    columns = [{"name": each.values.name, "heading": each.heading} for each in shown]
    rows = [list(row) for row in zip(*(each.values.to_list() for each in shown), strict=True)]
    return {"name": table.name, "columns": columns, "rows": rows}
