"""Ledgers in workbooks: finds the header row under title rows, drops sub-totals, keeps every cell as text."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import fastexcel
import polars as pl

from connectors.base import Table
from connectors.kinds import Connected, Given, Kind, Reached, Role
from mappings.apply import ORIGIN, ROW_KEY
from mappings.headers import plain_header
from mappings.mapping import FieldRule, Mapping
from mappings.normalise import fold
from words.errors import BusinessError, DriftError, Place, UsageError
from words.languages import gettext as _
from words.languages import ngettext

#: The column under which the title rows above the header are handed to the mapping.
TITLE = "_title"
_SEARCHED_ROWS = 20
_FEWEST_HEADERS = 3
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0"
_COUNTING = re.compile(
    r"[共计小合总累本页第年月季度日上下半至件条户家项个份宗笔元万一二三四五六七八九十\d:,.。、()—-]*"
)

Cells = tuple[str | None, ...]


class FilesDeclared(Connected):
    """A folder of ledgers.

    Attributes:
        folder: relative to the workspace.
        pattern: which files are ledgers, in small or capital letters; the lock files of office programs never are.
        totals: a row that is mostly empty and has a cell that begins so is a sub-total, a note or a signature, not a
            record.
    """

    kind: Literal["files"]
    folder: str
    pattern: str = "*.xls*"
    totals: tuple[str, ...] = (
        *("小计", "合计", "总计", "累计", "本页"),
        *("表格说明", "填表说明", "说明:", "备注:", "注:"),
        *("填表人", "制表人", "填报人", "审核人", "单位负责人", "填表日期", "填报日期"),
    )

    @property
    def roles(self) -> tuple[Role, ...]:
        """A folder of ledgers."""
        return ("ledger",)

    @property
    def where(self) -> str:
        """The folder."""
        return self.folder


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
        tables, unreadable = self.readable()
        if unreadable:
            raise unreadable[0]
        return tables

    def readable(self) -> tuple[list[Table], list[BusinessError]]:
        """Return the tables of the ledgers that can be read, and an error for each that cannot.

        Raises:
            UsageError: the folder is not there.
            DriftError: a workbook in which no sheet has a recognisable header.
        """
        tables: list[Table] = []
        unreadable: list[BusinessError] = []
        for file in self._files():
            try:
                tables += self._workbook(file)
            except BusinessError as error:
                unreadable.append(error)
        return tables, unreadable

    def _files(self) -> list[Path]:
        folder = self.workspace / self.declared.folder
        if not folder.is_dir():
            raise UsageError(
                "no-ledger-folder",
                _("The ledger folder is not there."),
                todo=_("Create it and put the departments' ledgers in, or correct “folder” in the connector."),
                place=Place(system=self.title, file=str(folder)),
            )
        return [file for file in sorted(folder.iterdir()) if self._is_ledger(file)]

    def _is_ledger(self, file: Path) -> bool:
        locked = file.name.startswith(("~$", "."))
        return file.is_file() and not locked and fnmatch.fnmatch(file.name.lower(), self.declared.pattern.lower())

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
        cells = rows.rows()
        header = _find_header(cells, _words(self.mapping))
        if header is None:
            return None
        title = " ".join(cell for row in cells[: header.first] for cell in row if cell)
        place = Place(file=file.name, sheet=sheet, row=header.last + 1)
        names = _unique(header.names, place)
        totals = tuple(fold(word) for word in self.declared.totals)
        records = [
            {heading: row[column] or "" for column, heading in names.items()}
            | {TITLE: title, ORIGIN: _origin(file, sheet, number), ROW_KEY: f"{file.name}/{sheet}/{number}"}
            for number, row in enumerate(cells[header.last + 1 :], header.last + 2)
            if _is_record(row, names, totals)
        ]
        schema = dict.fromkeys([*names.values(), TITLE, ORIGIN, ROW_KEY], pl.String)
        return Table(place, pl.DataFrame(records, schema=schema))


def _is_record(row: Cells, names: dict[int, str], totals: tuple[str, ...]) -> bool:
    """Whether a row is neither blank, nor a total, a note or a signature, nor the header printed once more."""
    filled = {column: cell.strip() for column, cell in enumerate(row) if cell and cell.strip()}
    repeated = sum(names.get(column) == cell for column, cell in filled.items())
    if len(filled) < 2 or repeated >= _FEWEST_HEADERS:
        return False
    sparse = 2 * len(filled) <= len(names)
    return not any(_is_total(cell, totals, sparse=sparse) for cell in list(filled.values())[:2])


def _is_total(cell: str, totals: tuple[str, ...], *, sparse: bool) -> bool:
    """A company may be called 合计科技, so in a full row only counting, or a word and its colon, makes a total."""
    plain = "".join(fold(cell).split())
    if sparse:
        return plain.startswith(totals) or plain.endswith(("小计", "合计", "总计"))
    return any(
        plain.startswith(f"{word.rstrip(':')}:") or (word in plain and _COUNTING.fullmatch(plain.replace(word, "", 1)))
        for word in totals
    )


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
        raise _unreadable(file, str(error)) from error


def _unreadable(file: Path, problem: str) -> BusinessError:
    start = file.read_bytes()
    if "password" in problem or (start.startswith(_OLE) and _ENCRYPTED in start):
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


@dataclass(frozen=True, slots=True)
class _Header:
    """The rows that headings stand in (from 0), and the heading of each column."""

    first: int
    last: int
    names: dict[int, str]


def _find_header(cells: Sequence[Cells], words: frozenset[str]) -> _Header | None:
    """Return the row in which most cells are headings the mapping knows, with a row of groups above or below it."""
    scores = [sum(plain_header(cell) in words for cell in row if cell) for row in cells[:_SEARCHED_ROWS]]
    best = max(scores, default=0)
    if best < _FEWEST_HEADERS:
        return None
    at = scores.index(best)
    alone = {column: cell.strip() for column, cell in enumerate(cells[at]) if cell and cell.strip()}
    if at and (above := _under(alone, cells[at - 1], words, groups=False)):
        return _Header(at - 1, at, above | alone)
    if at + 1 < len(cells) and len(below := _under(alone, cells[at + 1], words, groups=True)) > 1:
        return _Header(at, at + 1, alone | below)
    return _Header(at, at, alone)


def _under(header: dict[int, str], row: Cells, words: frozenset[str], *, groups: bool) -> dict[int, str]:
    """Return the known headings of a neighbouring row where the header's own cell is merged or names only a group."""
    found: dict[int, str] = {}
    for column, cell in enumerate(row):
        own = header.get(column)
        if not cell or not cell.strip() or (own and (not groups or plain_header(own) in words)):
            continue
        group = next((header[left] for left in range(column, -1, -1) if left in header), "")
        known = [text for text in (cell.strip(), f"{group}{cell.strip()}") if plain_header(text) in words]
        if known:
            found[column] = known[0]
    return found


def _unique(names: dict[int, str], place: Place) -> dict[int, str]:
    """Refuse a heading that stands twice, which would make a value's origin a guess."""
    twice = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if twice:
        raise DriftError(
            "heading-twice",
            _("The heading “{heading}” stands twice in this sheet.").format(heading=twice[0]),
            todo=_("Rename or remove one of the two columns in the ledger."),
            place=Place(file=place.file, sheet=place.sheet, row=place.row, field=twice[0]),
        )
    return names


class FilesKind(Kind[FilesDeclared]):
    """Folders of files."""

    declared = FilesDeclared

    def ledgers(self, given: Given[FilesDeclared]) -> LedgerFiles:
        """Return a folder of ledgers."""
        return LedgerFiles(given.name, given.declared, given.reading(), given.folder)

    async def reach(self, given: Given[FilesDeclared], patience: float) -> Reached:  # noqa: ARG002 - a folder answers
        """Look into the folder."""
        folder = given.folder / given.declared.folder
        count = len(list(folder.glob(given.declared.pattern)))
        said = ngettext("{count} ledger", "{count} ledgers", count).format(count=count)
        if count:
            return Reached(said)
        return Reached(
            said, "warning", _("Put the departments' ledgers into this folder: {folder}").format(folder=folder)
        )


KIND = FilesKind()
