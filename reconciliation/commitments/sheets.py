"""The workbook of a commitment run: summary, one sheet for each kind of standing, the timeline of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from mappings.standards import COMMITMENT, COMMITMENT_CASE
from reconciliation import headings
from reconciliation.commitments.judging import Stage
from reconciliation.commitments.report import CommitmentReport
from reconciliation.commitments.summary import by_month, pushed_next, tally
from reconciliation.commitments.words import EVENTS, STAGES, stage_name
from reconciliation.cover import begin_cover, conservation, end_cover, masthead
from reconciliation.footing import draw_foot
from reconciliation.notes import Meanings, write_notes
from reconciliation.painter import write_table
from reconciliation.pen import RIGHT, Pen
from reconciliation.sheets import evidence_table, quarantine_table
from reconciliation.shown import Shown
from reconciliation.styles import TAB_ATTEND, TAB_LOOK_UP
from reconciliation.tables import Table
from reconciliation.trends import draw_months
from reconciliation.workbook import close_book, open_book
from words.languages import N_
from words.languages import gettext as _

DUE_SOON, OVERDUE, PUSHED = N_("Due soon"), N_("Overdue"), N_("Pushed")
FOR_PERSONS, CLOSED, TIMELINE = N_("For persons"), N_("Closed"), N_("Timeline")
#: Commitments that the first page names.
SHOWN = 10
_LISTED = (
    *("document_number", "name", "stage", "why", "due_date", "ends_on", "push_day", "late", "bucket", "outcome"),
    *("performance", "pushed_on", "project_name", "permit_number", "material", "commitment_type", "commitment_date"),
    *("authority_name", "origin"),
)


def write_commitments(report: CommitmentReport, path: Path) -> Path:
    """Write what an auditor opens and prints, and return where it lies.

    Raises:
        UsageError: the file cannot be written, most often because it is open in a spreadsheet program.
    """
    book = open_book(report, path, COMMITMENT)
    lists = list(tables(report))
    pen = begin_cover(book, frozenset(table.name for table in lists))
    row = masthead(pen)
    right = _next(
        pen, report, draw_months(pen, 2, _("Commitments by the month of their deadline"), kinds(), by_month(report))
    )
    row = _stages(pen, report, conservation(pen, row))
    draw_foot(pen, lists, row, right)
    end_cover(pen)
    for table in lists:
        write_table(book, table)
    write_notes(book, meanings())
    return close_book(book, path)


def meanings() -> list[Meanings]:
    """Return what the stages mean."""
    return [(_("What the words mean"), [(_(name), _(text)) for name, text in STAGES.values()])]


def kinds() -> list[str]:
    """Return what the counts by month are called."""
    return [_("Kept"), _("Open"), _("Overdue")]


def tables(report: CommitmentReport) -> Iterator[Table]:
    """Return the lists in the order of their sheets; an empty one is left out, except the full list."""
    stage, pushed = pl.col("stage"), pl.col("pushed_on") != ""
    kept = stage.is_in([Stage.CLOSED.value, Stage.CANCELLED.value])
    chosen = (
        (FOR_PERSONS, TAB_ATTEND, pl.col("why") != ""),
        (DUE_SOON, TAB_ATTEND, stage == Stage.AT_RISK.value),
        (OVERDUE, TAB_ATTEND, stage.is_in([Stage.OVERDUE.value, Stage.BREACHED.value]) & ~pushed),
        (PUSHED, TAB_LOOK_UP, pushed),
        (CLOSED, TAB_LOOK_UP, kept & ~pushed),
    )
    found = [_list(report.cases.filter(rows), _(name), tab) for name, tab, rows in chosen]
    shown = Shown(COMMITMENT_CASE)
    yield from (table for table in found if table.height)
    yield _list(report.cases, _(headings.FULL_LIST), TAB_LOOK_UP)
    rest = (_timeline(report), quarantine_table(report, shown), evidence_table(report, shown))
    yield from (table for table in rest if table.height)


def _list(rows: pl.DataFrame, name: str, tab: str) -> Table:
    shown = Shown(COMMITMENT_CASE)
    told = rows.with_columns(pl.col("stage").replace({stage.value: stage_name(stage) for stage in Stage}))
    return Table(name, tab, shown.columns(told, _LISTED))


def _timeline(report: CommitmentReport) -> Table:
    words = {code: _(word) for code, word in EVENTS.items()}
    rows = report.timeline.with_columns(pl.col("event").replace(words))
    names = ("document_number", "name", "at", "event", "unit", "result", "until", "text")
    turns = (rows["document_number"].rle_id() % 2) == 1
    return Table(_(TIMELINE), TAB_LOOK_UP, Shown(COMMITMENT_CASE).columns(rows, names), turns)


def _stages(pen: Pen, report: CommitmentReport, row: int) -> int:
    pen.section(row, _("Where the commitments stand"))
    pen.line(row + 1, 0, [_("Stage"), "", _("Commitments")], ["column_first", "row", "column"])
    for index, (name, count) in enumerate(tally(report).items(), start=row + 2):
        pen.line(index, 0, [name, "", count], ["row", "row", "row_count"])
    return row + len(Stage) + 3


def _next(pen: Pen, report: CommitmentReport, row: int) -> int:
    """Draw what is pushed next if nothing happens; returns the row below."""
    waiting = pushed_next(report)
    if not waiting.height:
        return row
    pen.section(row, _("Pushed next if nothing happens"), RIGHT)
    head = [_("Commitment"), *(headings.heading(name) for name in ("ends_on", "push_day", "stage"))]
    pen.line(row + 1, RIGHT, head, ["column_first", "column", "column", "column"])
    rows = waiting.head(SHOWN).select("name", "ends_on", "push_day", "stage").rows()
    for index, (name, *days, stage) in enumerate(rows, start=row + 2):
        pen.line(index, RIGHT, [name, *days, stage_name(stage)], ["row", "row_right", "row_right", "row_right"])
    if waiting.height > SHOWN:
        more = _("and {count} more on the sheet “{sheet}”")
        pen.link(row + 2 + SHOWN, RIGHT, more.format(count=waiting.height - SHOWN, sheet=_(OVERDUE)), _(OVERDUE), "row")
    return row + 3 + min(waiting.height, SHOWN + 1)
