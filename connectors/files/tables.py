"""From a sheet to the table in it: the header found, totals and notes dropped, every cell kept as the text it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from connectors.base import Table
from connectors.files.headings import SEARCHED_ROWS, Header, fewest_of, filled, find_header, words_of
from connectors.files.sheets import Sheet
from mappings.apply import ORIGIN, ROW_KEY
from mappings.headers import plain_header
from mappings.mapping import Mapping
from mappings.normalise import fold
from words.errors import BusinessError, DriftError, Place
from words.languages import gettext as _

#: The column under which the title rows above the header are handed to the mapping.
TITLE = "_title"
_LOOKED_AT = SEARCHED_ROWS + 4
_REPEATED = 3
_NUMBER = "_number"
_MARK = "\0"
_COUNTING = re.compile(
    r"[共计小合总累本页第年月季度日上下半至件条户家项个份宗笔元万一二三四五六七八九十\d:,.。、()—-]*"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """What makes tables of sheets.

    Attributes:
        words: the headings that a header is found by, in plain form.
        fewest: how many of them make a header.
        totals: the words that begin what is no record.
        named: the mapping or connector that has the words.
    """

    words: frozenset[str]
    fewest: int
    totals: tuple[str, ...]
    named: str

    @classmethod
    def of_mapping(cls, mapping: Mapping, totals: tuple[str, ...] = ()) -> Tables:
        """Return what makes tables by the words of a mapping."""
        return cls(words_of(mapping), fewest_of(mapping), totals, mapping.name)

    def of(self, file: str, sheets: Sequence[Sheet]) -> list[Table]:
        """Return one table for each sheet of a file that holds records.

        Raises:
            DriftError: no sheet has a recognisable header, or a heading stands twice.
            BusinessError: a record needs the value of a formula that was never calculated.
        """
        tables = [table for sheet in sheets if (table := self._table(sheet))]
        if not tables and any(sheet.cells.height > (not sheet.headings) for sheet in sheets):
            raise DriftError(
                "no-header",
                _("No sheet of this ledger has a recognisable header row."),
                todo=_(
                    "Add the ledger's headings as aliases to the mapping “{mapping}”; "
                    "“yinxin mappings propose FILE” tells what they mean."
                ).format(mapping=self.named),
                place=Place(file=file, sheet=", ".join(sheet.name for sheet in sheets) or None),
            )
        return tables

    def _table(self, sheet: Sheet) -> Table | None:
        if sheet.headings:
            return _as_named(sheet) if any(plain_header(word) in self.words for word in sheet.headings) else None
        header = find_header(sheet.cells.head(_LOOKED_AT).rows(), self.words, self.fewest)
        if header is None:
            return None
        place = Place(file=sheet.file, sheet=sheet.name or None, row=header.last + 1)
        _refuse_twice(header.names, place)
        records = _records(sheet.cells, header, tuple(fold(word) for word in self.totals))
        _refuse_unvalued(sheet, header.names, records, place)
        title = " ".join(text for row in header.titles for text in row)
        return Table(place, _framed(sheet, records, header.names, title))


def _as_named(sheet: Sheet) -> Table:
    records = sheet.cells.with_row_index(_NUMBER, 1)
    return Table(Place(file=sheet.file), _framed(sheet, records, dict(enumerate(sheet.headings)), None))


def _framed(sheet: Sheet, records: pl.DataFrame, names: dict[int, str], title: str | None) -> pl.DataFrame:
    """Return the named columns of the records, with the title and with where each stands."""
    columns = sheet.cells.columns
    number = pl.col(_NUMBER).cast(pl.String)
    before, after = _origin(sheet).split(_MARK)
    key = f"{sheet.file}/{sheet.name}/" if sheet.name else f"{sheet.file}/"
    return records.select(
        *(pl.col(columns[place]).fill_null("").alias(name) for place, name in names.items()),
        *([pl.lit(title).alias(TITLE)] if title is not None else []),
        pl.concat_str(pl.lit(before), number, pl.lit(after)).alias(ORIGIN),
        pl.concat_str(pl.lit(key), number).alias(ROW_KEY),
    )


def _origin(sheet: Sheet) -> str:
    if sheet.name:
        return _("{file} › {sheet} › row {row}").format(file=sheet.file, sheet=sheet.name, row=_MARK)
    return _("{file} › row {row}").format(file=sheet.file, row=_MARK)


def _records(cells: pl.DataFrame, header: Header, totals: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows that are records, with their numbers as a person sees them.

    One look at all rows finds the few that may be something else; only those are looked at one by one.
    """
    below = cells.with_row_index(_NUMBER, 1).slice(header.last + 1)
    texts = below.select(pl.col(cells.columns).str.strip_chars())
    # In a row that is more than half full, its first two cells stand in the first half of the sheet.
    first_half = cells.columns[: cells.width - len(header.names) // 2 + 1]
    total = pl.any_horizontal(pl.col(first_half).str.contains(_loosely(totals)))
    again = pl.any_horizontal(
        pl.col(cells.columns[column]).is_in(_heads(cells, header, column)) for column in header.names
    )
    looked_at = texts.select(
        filled=pl.sum_horizontal((pl.col(cells.columns) != "").fill_null(value=False)),
        doubtful=(total | again).fill_null(value=False),
    )
    count = looked_at["filled"]
    doubtful = below.filter((count > 1) & (looked_at["doubtful"] | (2 * count <= len(header.names))))
    no_records = [number for number, *row in doubtful.iter_rows() if not _is_record(filled(tuple(row)), header, totals)]
    return below.filter((count > 1) & ~below[_NUMBER].is_in(no_records))


def _heads(cells: pl.DataFrame, header: Header, column: int) -> list[str]:
    rows = cells[header.first : header.last + 1, column].to_list()
    return [cell.strip() for cell in rows if cell]


def _loosely(totals: tuple[str, ...]) -> str:
    """Return a pattern that finds every cell that might be a total, whatever blanks and widths it is written with."""
    between = r"[\s\p{Cf}]*"
    words = [between.join(_either_width(letter) for letter in word) for word in totals]
    return "|".join(words) or "$^"


def _either_width(letter: str) -> str:
    wide = chr(ord(letter) + 0xFEE0) if 0x21 <= ord(letter) <= 0x7E else ""
    return f"(?:{re.escape(letter)}|{wide})" if wide else re.escape(letter)


def _is_record(cells: dict[int, str], header: Header, totals: tuple[str, ...]) -> bool:
    """Whether a row is neither a total, a note or a signature, nor the title or the header printed once more."""
    repeated = sum(plain_header(cell) in header.printed.get(column, ()) for column, cell in cells.items())
    if repeated >= min(_REPEATED, len(cells)) or tuple(cells.values()) in header.titles:
        return False
    sparse = 2 * len(cells) <= len(header.names)
    return not any(_is_total(cell, totals, sparse=sparse) for cell in list(cells.values())[:2])


def _is_total(cell: str, totals: tuple[str, ...], *, sparse: bool) -> bool:
    """A company may be called 合计科技, so in a full row only counting, or a word and its colon, makes a total."""
    plain = "".join(fold(cell).split())
    if sparse:
        return plain.startswith(totals) or plain.endswith(("小计", "合计", "总计"))
    return any(
        plain.startswith(f"{word.rstrip(':')}:") or (word in plain and _COUNTING.fullmatch(plain.replace(word, "", 1)))
        for word in totals
    )


def _refuse_twice(names: dict[int, str], place: Place) -> None:
    """Refuse a heading that stands twice, which would make a value's origin a guess."""
    twice = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if twice:
        raise DriftError(
            "heading-twice",
            _("The heading “{heading}” stands twice in this sheet.").format(heading=twice[0]),
            todo=_("Rename or remove one of the two columns in the ledger."),
            place=Place(file=place.file, sheet=place.sheet, row=place.row, field=twice[0]),
        )


def _refuse_unvalued(sheet: Sheet, names: dict[int, str], records: pl.DataFrame, place: Place) -> None:
    if not sheet.unvalued:
        return
    numbers = set(records[_NUMBER].to_list())
    needed = sorted(at for at in sheet.unvalued if at[0] in numbers and at[1] in names)
    if needed:
        raise BusinessError(
            "formula-without-value",
            _("A cell is a formula that was never calculated."),
            todo=_("Open the file in Excel or WPS, save it, and run again."),
            place=Place(file=place.file, sheet=place.sheet, row=needed[0][0], field=names[needed[0][1]]),
        )
