"""The receiver's template workbook: its headings are checked before a single record is written into it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from connectors.portal.splicing import splice
from mappings.headers import plain_header
from words.errors import BusinessError, DriftError, Place
from words.languages import gettext as _

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_SEARCHED_ROWS = 10


class Template:
    """A template as it was downloaded.

    Raises:
        DriftError: it is no workbook, the sheet is gone, or a heading differs from the profile.
    """

    def __init__(self, content: bytes, *, sheet: str, headers: Sequence[str], place: Place) -> None:
        self._content = content
        self._sheet = sheet
        self._place = place
        self._page = self._open()
        self._columns, self.header_row = self._check(headers)

    def _open(self) -> Worksheet:
        import openpyxl

        try:
            return openpyxl.load_workbook(io.BytesIO(self._content), read_only=True)[self._sheet]
        except Exception as error:
            raise self._changed(
                _("The template is not the workbook it was: sheet “{sheet}” cannot be opened.").format(
                    sheet=self._sheet
                )
            ) from error

    def _check(self, headers: Sequence[str]) -> tuple[list[int], int]:
        wanted = [plain_header(header) for header in headers]
        rows = list(self._page.iter_rows(min_row=1, max_row=_SEARCHED_ROWS, values_only=True))
        plain = [[plain_header(str(cell)) if cell is not None else "" for cell in row] for row in rows]
        best = max(range(len(plain)), key=lambda number: len(set(plain[number]) & set(wanted)), default=0)
        found = plain[best] if plain else []
        missing = [header for header, word in zip(headers, wanted, strict=True) if word not in found]
        extra = [str(rows[best][place]) for place, word in enumerate(found) if word and word not in wanted]
        if missing or extra:
            raise self._changed(
                _(
                    "The template's headings changed. Expected but not there: {missing}. There but not known: {extra}."
                ).format(missing=", ".join(missing) or "—", extra=", ".join(extra) or "—"),
                best + 1,
            )
        return [found.index(word) + 1 for word in wanted], best + 1

    def fill(self, rows: pl.DataFrame, mark: str = "") -> bytes:
        """Return the workbook with one row per record under its headings; cells are text, never formulas.

        The rows are put into the sheet as it came; what stood below the headings (examples, notes) gives way.
        ``mark`` makes two files with the same rows two files.
        """
        from openpyxl.utils import get_column_letter

        letters = [get_column_letter(column) for column in self._columns]
        return splice(self._content, self._sheet, self.header_row, letters, rows, mark)

    def _changed(self, sentence: str, row: int | None = None) -> DriftError:
        return DriftError(
            "template-changed",
            sentence,
            todo=_("Compare the receiver's template with the profile and correct the profile; nothing was sent."),
            place=Place(system=self._place.system, url=self._place.url, sheet=self._sheet, row=row),
        )


def read_errors(content: bytes, *, row: str, reason: str, field: str, place: Place) -> dict[int, str]:
    """Return sheet row → reason from the receiver's error workbook.

    Raises:
        BusinessError: it cannot be read as declared; who was refused has then to be looked up by hand.
    """
    import fastexcel

    try:
        table = fastexcel.read_excel(content).load_sheet(0, dtypes="string").to_polars()
        fields = table[field] if field else pl.Series([""]).new_from_index(0, table.height)
        lines = zip(table[row], fields, table[reason], strict=True)
        return {int(number): f"{name}: {text}" if name else text for number, name, text in lines}
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError, TypeError) as error:
        raise BusinessError(
            "error-report-unreadable",
            _("The receiver's error report cannot be read: {reason}").format(reason=error),
            todo=_("Open the report by hand; the refused records are kept as unknown until they are looked up."),
            place=place,
        ) from error
