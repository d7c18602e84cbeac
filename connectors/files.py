"""Ledgers in workbooks: finds the header row under title rows, drops sub-totals, keeps every cell as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import fastexcel
import polars as pl

from connectors.base import Table
from mappings.apply import ORIGIN, ROW_KEY
from mappings.headers import plain_header
from mappings.mapping import FieldRule, Mapping
from words.declared import Declared
from words.errors import BusinessError, DriftError, Place, UsageError
from words.languages import gettext as _

#: The column under which the title rows above the header are handed to the mapping.
TITLE = "_title"
_SEARCHED_ROWS = 20
_FEWEST_HEADERS = 3
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0"


class FilesDeclared(Declared):
    """A folder of ledgers.

    Attributes:
        folder: relative to the workspace.
        pattern: which files are ledgers; Excel's own lock files (``~$…``) never are.
        mapping: the mapping that reads them.
        totals: a row in which a cell begins so is a sub-total or a note, not a record.
    """

    kind: Literal["files"]
    title: str
    folder: str
    pattern: str = "*.xls*"
    mapping: str
    totals: tuple[str, ...] = ("小计", "合计", "总计", "累计", "本页", "表格说明", "说明：", "备注：", "填表说明")


@dataclass(frozen=True, slots=True)
class LedgerFiles:
    """The ledgers of all departments, one workbook each."""

    name: str
    declared: FilesDeclared
    mapping: Mapping
    workspace: Path

    @property
    def title(self) -> str:
        """The name a person knows it by."""
        return self.declared.title

    def tables(self) -> list[Table]:
        """Return one table per sheet that holds records, all cells as text.

        Raises:
            UsageError: the folder is not there.
            BusinessError: a file is not a workbook, or is password-protected.
            DriftError: a workbook in which no sheet has a recognisable header.
        """
        folder = self.workspace / self.declared.folder
        if not folder.is_dir():
            raise UsageError(
                "no-ledger-folder",
                _("The ledger folder is not there."),
                todo=_("Create it and put the departments' ledgers in, or correct “folder” in the connector."),
                place=Place(system=self.title, file=str(folder)),
            )
        files = sorted(file for file in folder.glob(self.declared.pattern) if not file.name.startswith("~$"))
        return [table for file in files for table in self._workbook(file)]

    def _workbook(self, file: Path) -> Sequence[Table]:
        sheets = list(_sheets(file))
        tables = [table for sheet, rows in sheets if (table := self._table(file, sheet, rows))]
        if not tables and any(rows.height > 1 for _sheet, rows in sheets):
            raise DriftError(
                "no-header",
                _("No sheet of this ledger has a recognisable header row."),
                todo=_("Add the ledger's headings as aliases to the mapping “{mapping}”.").format(
                    mapping=self.mapping.name
                ),
                place=Place(file=file.name, sheet=", ".join(sheet for sheet, _rows in sheets)),
            )
        return tables

    def _table(self, file: Path, sheet: str, rows: pl.DataFrame) -> Table | None:
        place = Place(file=file.name, sheet=sheet)
        cells = rows.rows()
        header = _find_header(cells, _words(self.mapping))
        if header is None:
            return None
        title = " ".join(cell for row in cells[:header] for cell in row if cell)
        names = _headings(cells[header], place, header + 1)
        records = [
            {names[column]: cell or "" for column, cell in enumerate(row) if column in names}
            | {TITLE: title, ORIGIN: _origin(file, sheet, number), ROW_KEY: f"{file.name}/{sheet}/{number}"}
            for number, row in enumerate(cells[header + 1 :], header + 2)
            if self._is_record(row)
        ]
        schema = dict.fromkeys([*names.values(), TITLE, ORIGIN, ROW_KEY], pl.String)
        return Table(Place(file=file.name, sheet=sheet, row=header + 1), pl.DataFrame(records, schema=schema))

    def _is_record(self, row: tuple[str | None, ...]) -> bool:
        filled = [cell.strip() for cell in row if cell and cell.strip()]
        return len(filled) > 1 and not any(_is_total(cell, self.declared.totals) for cell in filled[:2])


def _is_total(cell: str, totals: tuple[str, ...]) -> bool:
    plain = "".join(cell.split())
    return any(plain.startswith(word) or plain.endswith(("小计", "合计", "总计")) for word in totals)


def _origin(file: Path, sheet: str, number: int) -> str:
    return _("{file} › {sheet} › row {row}").format(file=file.name, sheet=sheet, row=number)


def _sheets(file: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield every sheet as text from its first row on, so that row numbers are those a person sees."""
    try:
        reader = fastexcel.read_excel(file)
        for sheet in reader.sheet_names:
            frame = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
            yield sheet, frame
    except fastexcel.FastExcelError as error:
        raise _unreadable(file) from error


def _unreadable(file: Path) -> BusinessError:
    start = file.read_bytes()
    if start.startswith(_OLE) and _ENCRYPTED in start:
        return BusinessError(
            "ledger-protected",
            _("This ledger is protected with a password."),
            todo=_("Ask the department for a copy without a password."),
            place=Place(file=file.name),
        )
    return BusinessError(
        "not-a-workbook",
        _("This file is not a workbook, whatever its name says."),
        todo=_("Open it in Excel or WPS, save it as .xlsx, and run again."),
        place=Place(file=file.name),
    )


def _words(mapping: Mapping) -> frozenset[str]:
    def headers(rule: FieldRule) -> Iterator[str]:
        yield from rule.headers
        if rule.otherwise:
            yield from headers(rule.otherwise)

    return frozenset(plain_header(word) for rule in mapping.fields.values() for word in headers(rule))


def _find_header(cells: list[tuple[str | None, ...]], words: frozenset[str]) -> int | None:
    """Return the number of the row in which most cells are headings the mapping knows, if enough are."""
    scores = [sum(plain_header(cell) in words for cell in row if cell) for row in cells[:_SEARCHED_ROWS]]
    best = max(scores, default=0)
    return scores.index(best) if best >= _FEWEST_HEADERS else None


def _headings(row: tuple[str | None, ...], place: Place, number: int) -> dict[int, str]:
    """Return column number → heading; a heading that stands twice would make a value's origin a guess."""
    names = {column: cell.strip() for column, cell in enumerate(row) if cell and cell.strip()}
    twice = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if twice:
        raise DriftError(
            "heading-twice",
            _("The heading “{heading}” stands twice in this sheet.").format(heading=twice[0]),
            todo=_("Rename or remove one of the two columns in the ledger."),
            place=Place(file=place.file, sheet=place.sheet, row=number, field=twice[0]),
        )
    return names
