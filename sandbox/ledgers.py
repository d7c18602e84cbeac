"""The ledgers as workbooks, each in its department's style."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sandbox import cells
from sandbox.bookkeeping import Row
from sandbox.model import City, Department
from sandbox.styles import PERIOD, SEQUENCE, STYLES, Style

_SAVED = "2024-08-13T18:00:00Z"
_PACKED = (2024, 8, 13, 18, 0, 0)

_DATES = ("XK_JDRQ", "XK_YXQZ", "XK_YXQZI")
_WRITERS: dict[str, Callable[[str, Random], cells.CellValue]] = {
    "XK_XDR_MC": cells.name,
    "XK_XDR_SHXYM": cells.credit_code,
    "XK_WSH": cells.document_number,
    "XK_XKBH": cells.certificate_number,
}


def write_ledgers(city: City, folder: Path) -> list[Path]:
    """Write one workbook for each department into ``folder``; the same city gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(city, department, folder) for department in city.departments]


def _write(city: City, department: Department, folder: Path) -> Path:
    style, rng = STYLES[department.key], Random(f"{city.seed}/ledger/{department.key}")
    book = Workbook()
    book.remove(book.worksheets[0])
    months = _months(city.ledgers[department.key])
    sheets = [(f"{month}月", [(month, rows)]) for month, rows in months] if style.month_sheets else [("台账", months)]
    for title, parts in sheets:
        page = _Page(book.create_sheet(title), style, rng)
        page.head(department.name, city.today.year)
        page.fill(parts)
    if style.empty_sheet or not sheets:
        book.create_sheet(style.empty_sheet)
    path = folder / f"{department.name}行政许可台账.xlsx"
    _save(book, path)
    return path


def _months(rows: Iterable[Row]) -> list[tuple[int, list[Row]]]:
    def month(row: Row) -> str:
        return row["XK_JDRQ"][:7]

    return [(int(key[5:]), list(part)) for key, part in groupby(sorted(rows, key=month), key=month)]


class _Page:
    """One sheet that is written from top to bottom."""

    def __init__(self, sheet: Worksheet, style: Style, rng: Random) -> None:
        self._sheet, self._style, self._rng = sheet, style, rng
        self._line = 0
        self._sequence = 0

    def head(self, name: str, year: int) -> None:
        """Write the merged title lines and the header."""
        for title in filter(None, (self._style.title, self._style.subtitle)):
            self._put([title.format(name=name, year=year)])
            self._sheet.merge_cells(
                start_row=self._line, end_row=self._line, start_column=1, end_column=len(self._style.columns)
            )
            self._sheet.cell(self._line, 1).alignment = Alignment(horizontal="center")
        self._put([word for _, word in self._style.columns])
        for place in range(1, len(self._style.columns) + 1):
            cell = self._sheet.cell(self._line, place)
            cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, horizontal="center")
            self._sheet.column_dimensions[get_column_letter(place)].width = 20

    def fill(self, months: list[tuple[int, list[Row]]]) -> None:
        """Write the rows month by month, with sub-totals and blank lines between them."""
        for month, rows in months:
            for row in rows:
                self._put(self._cells(row))
                if self._rng.random() < 0.01:
                    self._line += 1
            if self._style.subtotals:
                self._put([f"{month}月小计", None, len(rows)])
            elif self._rng.random() < 0.5:
                self._line += 1
        self._put(["合计", sum(len(rows) for _, rows in months)])
        if self._style.closing:
            self._put([self._style.closing])

    def _put(self, values: list[cells.CellValue]) -> None:
        self._line += 1
        for place, value in enumerate(values, start=1):
            if value is not None:
                self._sheet.cell(self._line, place, value)

    def _cells(self, row: Row) -> list[cells.CellValue]:
        self._sequence += 1
        return [self._cell(column, row) for column, _ in self._style.columns]

    def _cell(self, column: str, row: Row) -> cells.CellValue:
        if column == SEQUENCE:
            return str(self._sequence) if self._style.text_sequence else self._sequence
        if column == PERIOD:
            return cells.period(row["XK_YXQZ"], row["XK_YXQZI"])
        if column in _DATES:
            return cells.day(row[column], self._rng.choice(self._style.shapes), self._rng)
        return _WRITERS.get(column, cells.plain)(row[column], self._rng)


def _save(book: Workbook, path: Path) -> None:
    """Save a workbook with fixed times, which openpyxl itself always sets to now."""
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as parts, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as settled:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _SAVED.encode(), content)
            settled.writestr(zipfile.ZipInfo(name, _PACKED), content, zipfile.ZIP_DEFLATED)
