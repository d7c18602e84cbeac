"""The grid of the summary sheet and the few strokes that its blocks are drawn with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from reconciliation.painter import Book

#: Six terms of an equation with the signs between them, the sign behind them, a gap, and the right half.
WIDTHS = (13, 3, 13, 3, 13, 3, 13, 3, 13, 3, 13, 5, 3, 30, 13, 13, 13)
LEFT_END, RIGHT, RIGHT_END = 11, 13, 16
ROW_PIXELS = 22


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on one sheet; ``present`` names the sheets that can be linked to."""

    book: Book
    sheet: Worksheet
    present: frozenset[str]

    def section(self, row: int, text: str, first: int = 0) -> None:
        """Start a block with a ruled heading across its half of the page."""
        last = LEFT_END if first == 0 else RIGHT_END
        self.line(row, first, [text, *[""] * (last - first)], ["section"] * (last - first + 1))

    def line(self, row: int, first: int, values: Iterable[object], styles: Iterable[str]) -> None:
        """Write values side by side: numbers as numbers, all else as text."""
        for column, (value, style) in enumerate(zip(values, styles, strict=True), start=first):
            if isinstance(value, int | float):
                self.sheet.write_number(row, column, value, self.book.styles.get(style))
            else:
                self.text(row, column, str(value or ""), style)

    def link(self, row: int, column: int, text: str, target: str | None, style: str) -> None:
        """Write a text that jumps to a sheet, or only the text where that sheet was left out."""
        if target is None or target not in self.present:
            self.text(row, column, text, style)
            return
        address = "internal:'{sheet}'!A1".format(sheet=target.replace("'", "''"))
        self.sheet.write_url(row, column, address, self.book.styles.get(f"{style}_link"), text)

    def text(self, row: int, column: int, text: str, style: str) -> None:
        """Write one text."""
        self.sheet.write_string(row, column, text, self.book.styles.get(style))
