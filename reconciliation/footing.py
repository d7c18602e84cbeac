"""The foot of the summary sheet: what the workbook holds, and who signs it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reconciliation.headings import column_name
from reconciliation.pen import RIGHT, RIGHT_END, Pen
from reconciliation.tables import Table
from words.languages import gettext as _

_ABREAST = 3


def draw_foot(pen: Pen, lists: Sequence[Table], row: int, right: int) -> None:
    """Draw what the workbook holds from ``row`` of the left half on, and below both halves who signs."""
    _signatures(pen, max(_contents(pen, lists, row), right))


def _contents(pen: Pen, lists: Sequence[Table], row: int) -> int:
    """Draw every list with how many rows it has, in three columns; returns the row below."""
    pen.section(row, _("What this workbook holds"))
    tall = math.ceil(len(lists) / _ABREAST)
    names = [column_name("sheet"), "", column_name("rows")]
    for turn in range(_ABREAST):
        column, part = 4 * turn, lists[turn * tall : (turn + 1) * tall]
        if part:
            pen.line(row + 1, column, names, ["column_first", "row", "column"])
        for index, table in enumerate(part, row + 2):
            pen.line(index, column, ["", "", table.height], ["row", "row", "row_count"])
            pen.link(index, column, table.name, table.name, "row")
    return row + tall + 3


def _signatures(pen: Pen, row: int) -> None:
    """Leave room for whoever answers for the workbook, on paper or typed in."""
    pen.section(row, _("Signed by"))
    pen.section(row, "", RIGHT)
    pen.sheet.set_row(row + 1, 30)
    lines = (
        (0, 1, 4, _("Prepared by")),
        (6, 7, 10, _("Checked by")),
        (RIGHT, RIGHT + 1, RIGHT_END, _("Audited by, date")),
    )
    for column, first, last, label in lines:
        pen.text(row + 1, column, label, "label")
        pen.line(row + 1, first, [""] * (last - first + 1), ["signature"] * (last - first + 1))
