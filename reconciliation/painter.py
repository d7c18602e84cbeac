"""The one way in which every list of the workbook is laid out, protected and printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from mappings.standards import Standard
from reconciliation import headings
from reconciliation.naming import NamedBook
from reconciliation.report import RunReport
from reconciliation.rows import LINKS_PER_SHEET, Body, Cells, RowSheet
from reconciliation.styles import Styles
from reconciliation.tables import Table, parts
from reconciliation.texts import markup, text_width
from words.languages import gettext as _

LINE_HEIGHT = 15
# A4 on its side holds so many half-width characters before the print becomes too small to read (about 7 points).
READABLE = 205
ALLOWED = ("autofilter", "sort", "format_columns", "format_rows", "select_locked_cells", "select_unlocked_cells")


@dataclass(frozen=True, slots=True)
class Book:
    """What every sheet is made from."""

    workbook: NamedBook
    styles: Styles
    report: RunReport
    standard: Standard


def write_table(book: Book, table: Table) -> None:
    """Write a table on its own sheet, and on further ones where it is too long."""
    for part in parts(table):
        _write_part(book, part)


def _write_part(book: Book, table: Table) -> None:
    sheet = book.workbook.add_worksheet(table.name, worksheet_class=RowSheet)
    sheet.set_tab_color(table.tab)
    widths, lines = table.layout()
    _head(book, sheet, table, widths)
    sheet.set_body(_body(book, table, lines))
    _link_files(sheet, table)
    _choices(sheet, table)
    # A code of digits is text on purpose; a green corner in every cell would say that it is a mistake.
    sheet.ignore_errors({"number_stored_as_text": _area(table)})
    sheet.autofilter(0, 0, max(table.height, 1), len(table.columns) - 1)
    sheet.freeze_panes(1, min(2, len(table.columns) - 1))
    protect(sheet)
    print_setup(sheet, book.report, pages_wide=_pages_wide(table, widths))
    sheet.print_across()
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, min(1, len(table.columns) - 1))


def _pages_wide(table: Table, widths: Sequence[float]) -> int:
    """Return on how many pages side by side a list can be read; its first two columns stand on each of them."""
    shown = [width for each, width in zip(table.columns, widths, strict=True) if not each.hidden]
    rest, room = sum(shown[2:]), READABLE - sum(shown[:2])
    return max(math.ceil(rest / room), 1)


def _area(table: Table) -> str:
    return str(xl_range(1, 0, max(table.height, 1), len(table.columns) - 1))


def _body(book: Book, table: Table, lines: pl.Series) -> Body:
    raw = pl.DataFrame([each.inside.alias(str(index)) for index, each in enumerate(table.columns)])
    texts = [str(index) for index, each in enumerate(table.columns) if each.is_text]
    ready = raw.with_columns(markup(pl.col(name)).alias(name) for name in texts).get_columns()
    styles = [(book.styles.get(each.style), book.styles.get(each.style, banded=True)) for each in table.columns]
    band = pl.repeat(False, table.height, eager=True) if table.band is None else table.band
    return Body(1, [Cells(values, *style) for values, style in zip(ready, styles, strict=True)], band, lines)


def _head(book: Book, sheet: Worksheet, table: Table, widths: Sequence[float]) -> None:
    lines = 1
    for index, (each, width) in enumerate(zip(table.columns, widths, strict=True)):
        sheet.set_column(index, index, width, None, {"hidden": each.hidden})
        sheet.write_string(0, index, each.heading, book.styles.get(each.heading_style))
        lines = max(lines, math.ceil(text_width(each.heading) / (width - 3)))
    sheet.set_row(0, lines * LINE_HEIGHT + 8)


def _link_files(sheet: RowSheet, table: Table) -> None:
    for index, each in enumerate(table.columns):
        if each.links:
            for row, path in enumerate(each.values.head(LINKS_PER_SHEET), start=1):
                sheet.link_file(row, index, path)


def _choices(sheet: Worksheet, table: Table) -> None:
    answers = [index for index, each in enumerate(table.columns) if each.entry]
    if not answers:
        return
    rule = {
        "validate": "list",
        "source": [_(text) for text in headings.DISPOSITIONS.values()],
        "input_title": _("Disposition"),
        "input_message": _("Choose from the list; give your name and the reason beside it."),
        "error_title": _("Not one of the choices"),
        "error_message": _("Please choose one of the dispositions in the list."),
    }
    sheet.data_validation(1, answers[0], max(table.height, 1), answers[0], rule)


def protect(sheet: Worksheet) -> None:
    """Lock what was found, without a password; filtering, sorting, widths and selecting stay allowed."""
    sheet.protect("", dict.fromkeys(ALLOWED, True))


def print_setup(sheet: Worksheet, report: RunReport, *, pages_wide: int = 1, pages_high: int = 0) -> None:
    """Set landscape A4, the run and the page number at the foot of every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(pages_wide, pages_high)
    sheet.set_margins(left=0.4, right=0.4, top=0.65, bottom=0.65)
    title, run = (text[:80].replace("&", "&&") for text in (report.title, report.run_id))
    page = _("Page {page} of {pages}").format(page="&P", pages="&N")
    sheet.set_header(f"&L{title}&R&A")
    sheet.set_footer(f"&L{run}&C{_('As of')} {report.as_of}&R{page}")
