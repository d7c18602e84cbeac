"""The last sheet: what an auditor needs to repeat the run, and what the words and rates of the workbook mean."""

from __future__ import annotations

import math
from collections.abc import Iterable

import polars as pl
from xlsxwriter.worksheet import Worksheet

from reconciliation import headings
from reconciliation.painter import Book, print_setup, protect
from reconciliation.rows import row_points
from reconciliation.styles import TAB_READ
from reconciliation.texts import plain, text_width
from words.languages import gettext as _

VALUE_WIDTH = 100

#: A heading over words and what they mean.
Meanings = tuple[str, list[tuple[str, str]]]


def write_notes(book: Book, meanings: Iterable[Meanings]) -> None:
    """Write the notes sheet: how to repeat the run, and blocks of words with their meanings."""
    sheet = book.workbook.add_worksheet(_(headings.NOTES))
    sheet.set_tab_color(TAB_READ)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, VALUE_WIDTH)
    told = [(_(label), value) for label, value in book.report.notes.items()]
    row = _block(book, sheet, 0, _("How to repeat this run"), told)
    row = _block(book, sheet, row, *_reading())
    for heading, pairs in meanings:
        row = _block(book, sheet, row, heading, pairs)
    protect(sheet)
    print_setup(sheet, book.report)


def _reading() -> Meanings:
    told = [
        (
            _("Yellow columns"),
            _("To be filled in: disposition, reviewer, reason. All else is locked, without a password."),
        ),
        (_("Marked values"), _("Two values that differ; the part in which they do is red and underlined.")),
        (
            _("Bars"),
            _("A square is a working day: blue within the legal period, red beyond it, grey what was left of it."),
        ),
        (
            _("Sorting"),
            _("Locked cells can be filtered, not sorted. Unprotect the sheet to sort: answers stay with their rows."),
        ),
        (
            _("Times"),
            _("Days are those that the run took them to be; times are those of the machine that ran the bot."),
        ),
        (
            _("Changes"),
            _("A hidden seal in each row shows “yinxin review import” whether anything but an answer was changed."),
        ),
    ]
    return _("How to read this workbook"), told


def _block(book: Book, sheet: Worksheet, row: int, heading: str, pairs: Iterable[tuple[str, str]]) -> int:
    for column, text in enumerate((heading, "")):
        sheet.write_string(row, column, text, book.styles.get("section"))
    rows = pl.DataFrame(list(pairs), schema={"label": pl.String, "value": pl.String}, orient="row")
    for index, (label, value) in enumerate(
        rows.select(plain(pl.col(name)) for name in rows.columns).iter_rows(), start=row + 1
    ):
        sheet.set_row(index, row_points(math.ceil(text_width(value) / (VALUE_WIDTH - 2))))
        sheet.write_string(index, 0, label, book.styles.get("note_label"))
        sheet.write_string(index, 1, value, book.styles.get("text"))
    return row + rows.height + 2
