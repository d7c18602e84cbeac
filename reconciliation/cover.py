"""The first sheet: what this run is, whether it adds up, what was found, and the regulator's rates, on one page."""

from __future__ import annotations

from collections.abc import Sequence

from reconciliation import headings, summary
from reconciliation.footing import draw_foot
from reconciliation.headings import rate_name, title, word
from reconciliation.painter import Book, print_setup, protect
from reconciliation.pen import LEFT_END, ROW_PIXELS, WIDTHS, Pen
from reconciliation.report import Compliance, Report, Timeliness, Verdict
from reconciliation.styles import TAB_READ
from reconciliation.summary import Equation, Term
from reconciliation.tables import Table
from reconciliation.trends import draw_trends
from words.languages import gettext as _


def write_cover(book: Book, report: Report, lists: Sequence[Table]) -> None:
    """Write the summary sheet of a workbook with these lists."""
    pen = begin_cover(book, frozenset(table.name for table in lists))
    row = masthead(pen)
    right = draw_trends(pen, report, 2)
    row = conservation(pen, row)
    row = _verdicts(pen, report, row)
    row = _rates(pen, report, row)
    draw_foot(pen, lists, row, right)
    end_cover(pen)


def begin_cover(book: Book, present: frozenset[str]) -> Pen:
    """Open the summary sheet; ``present`` names the sheets that can be linked to."""
    sheet = book.workbook.add_worksheet(_(headings.SUMMARY))
    sheet.set_tab_color(TAB_READ)
    sheet.hide_gridlines(2)
    sheet.set_default_row(ROW_PIXELS * 0.75)
    for index, width in enumerate(WIDTHS):
        sheet.set_column(index, index, width)
    return Pen(book, sheet, present)


def end_cover(pen: Pen) -> None:
    """Protect the summary sheet and set it up for one page."""
    protect(pen.sheet)
    print_setup(pen.sheet, pen.book.report, pages_high=1)


def masthead(pen: Pen) -> int:
    """Draw which run this is; returns the row below."""
    report = pen.book.report
    pen.sheet.set_row(0, 32)
    pen.text(0, 0, report.title, "title")
    if report.dry_run:
        pen.line(1, 0, [summary.dry_run_sentence(report), *[""] * LEFT_END], ["warning"] * (LEFT_END + 1))
    facts = summary.facts(report)
    for row, (label, value) in enumerate(facts, start=2):
        pen.text(row, 0, label, "label")
        pen.text(row, 2, value, "code" if label == _(headings.CHAIN_HEAD) else "value")
    return len(facts) + 3


def conservation(pen: Pen, row: int) -> int:
    """Draw the equations; returns the row below."""
    pen.section(row, summary.conservation_heading())
    equations = summary.equations(pen.book.report.counts)
    for index, equation in enumerate(equations):
        _equation(pen, row + 1 + 2 * index, equation)
    return row + 2 + 2 * len(equations)


def _equation(pen: Pen, row: int, equation: Equation) -> None:
    pen.sheet.set_row(row, 24)
    pen.sheet.set_row(row + 1, 18)
    for index, term in enumerate(equation.terms):
        if index:
            pen.text(row, 2 * index - 1, "=" if index == 1 else "+", "operator")
        _term(pen, row, 2 * index, term)
    pen.text(row, LEFT_END, equation.sign, "holds" if equation.holds else "broken")


def _term(pen: Pen, row: int, column: int, term: Term) -> None:
    pen.sheet.write_number(row, column, term.count, pen.book.styles.get("figure"))
    target = {"held": _(headings.HELD), "quarantined": _(headings.QUARANTINE), "mapped": _(headings.FULL_LIST)}
    pen.link(row + 1, column, word(term.name), target.get(term.name), "caption")


def _verdicts(pen: Pen, report: Report, row: int) -> int:
    pen.section(row, _("Verdicts"))
    places = ((row + 1, 0, "verdict", Verdict), (row + 1, 4, "timeliness", Timeliness))
    for top, column, name, kinds in (*places, (row + 5, 4, "compliance", Compliance)):
        pen.line(top, column, [headings.heading(name), "", _("Records")], ["column_first", "row", "column"])
        for index, (kind, count) in enumerate(summary.tally(report, name, kinds).items(), start=1):
            pen.line(top + index, column, ["", "", count], ["row", "row", "row_count"])
            pen.link(top + index, column, title(kind), title(kind) if name == "verdict" else None, "row")
    return row + len(Verdict) + 3


def _rates(pen: Pen, report: Report, row: int) -> int:
    pen.section(row, _(headings.RATES))
    named = ["", "", _("Percent"), "", _("Numerator"), "", _("Denominator")]
    pen.line(row + 1, 0, named, ["column"] * len(named))
    looks = ["row", "row", "row_strong", "row", "row_count", "row", "row_count"]
    rates = summary.overall(report)
    for index, rate in enumerate(rates, start=row + 2):
        pen.line(index, 0, [rate_name(rate.name), "", rate.value, "", rate.numerator, "", rate.denominator], looks)
    return row + len(rates) + 3
