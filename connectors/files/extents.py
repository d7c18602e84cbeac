"""How large the sheets of a packed workbook become when they are read: one far cell makes a few bytes a huge sheet.

Whoever reads a sheet keeps room for every cell up to the last one, and its memory is asked for before anything can be
refused. So the last row and the last column with something in them are found first, in the way that the reader counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.parsers.expat import ExpatError, ParserCreate

#: Cells that the quick look lets a sheet have: columns to BZ, rows to 299,999.
QUICK = 78 * 299_999
_UNUSUAL = re.compile(rb'<c(?! r="[ABab]?[A-Za-z](?:[0-9]{1,5}|[12][0-9]{5})")[\s>/]')
_PREFIXED = re.compile(rb":c[\s>]")
_REF = re.compile(r"([A-Za-z]{1,3})?([0-9]+)?")
_VALUES = {"v", "is", "f"}
_ROW_HEADER, _FIRST_VALUE, _LAST_VALUE = 0, 2, 11  # records of [MS-XLSB] 2.3


class Usual:
    """Looks at the pieces of a part in passing: is it a sheet, and one as programs write it that stays small."""

    def __init__(self, most: int) -> None:
        self._begun = False
        self._unusual = most < QUICK

    def look(self, text: bytes, end: int) -> None:
        """Look at one more piece, up to the end of a cell; whatever its name, a part is a sheet if it has its data."""
        self._begun = self._begun or b"sheetData" in text
        if self._begun and not self._unusual:
            self._unusual = _PREFIXED.search(text) is not None if b":" in text else False
            self._unusual = self._unusual or _UNUSUAL.search(text, 0, end) is not None

    @property
    def sure(self) -> bool:
        """Whether it is no sheet, or one in which no cell can lie beyond what the quick look allows."""
        return not (self._begun and self._unusual)


def of_sheet(chunks: Iterable[bytes]) -> int:
    """Return how many cells a sheet in XML has room for.

    Raises:
        ExpatError: it is not XML.
    """
    counter = _Sheet()
    parser = ParserCreate()
    parser.StartElementHandler = counter.begin
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return counter.last_row * counter.last_column


class _Sheet:
    def __init__(self) -> None:
        self.last_row = self.last_column = 0
        self._row = self._column = 0

    def begin(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row, self._column = int(given["r"]) if given.get("r", "").isdecimal() else self._row + 1, 0
        elif name == "c":
            found = _REF.fullmatch(given.get("r", ""))
            letters, digits = found.groups() if found else (None, None)
            self._column = number_of(letters) if letters else self._column + 1
            self._row = int(digits) if digits else self._row
        elif name in _VALUES:
            self.last_row, self.last_column = max(self.last_row, self._row), max(self.last_column, self._column)


def of_open_document(chunks: Iterable[bytes]) -> int:
    """Return how many cells the largest sheet of an OpenDocument has room for.

    Raises:
        ExpatError: it is not XML.
    """
    counter = _Tables()
    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = counter.begin, counter.end
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return counter.largest


class _Tables:
    def __init__(self) -> None:
        self.largest = 0
        self._row = self._column = self._last = self._width = 0
        self._repeated = 1

    def begin(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "table":
            self._row = self._width = 0
        elif name == "table-row":
            self._column = self._last = 0
            self._repeated = _repeats(given, "number-rows-repeated")
        elif name in {"table-cell", "covered-table-cell"}:
            self._column += _repeats(given, "number-columns-repeated")
            if any(each.rpartition(":")[2] in {"value-type", "formula"} for each in given):
                self._last = self._column
        elif name == "p":
            self._last = self._column

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "table-row":
            self._row += self._repeated
            if self._last:
                self._width = max(self._width, self._last)
                self.largest = max(self.largest, self._row * self._width)


def _repeats(given: dict[str, str], name: str) -> int:
    found = next((text for key, text in given.items() if key.rpartition(":")[2] == name), "1")
    return int(found) if found.isdecimal() else 1


def of_binary(content: bytes) -> int:
    """Return how many cells a sheet of a binary workbook has room for; what cannot be followed ends the counting."""
    row = last_row = last_column = 0
    for record, start, length in _records(content):
        if length < 4 or not (record == _ROW_HEADER or _FIRST_VALUE <= record <= _LAST_VALUE):
            continue
        number = int.from_bytes(content[start : start + 4], "little") + 1
        if record == _ROW_HEADER:
            row = number
        else:
            last_row, last_column = max(last_row, row), max(last_column, number)
    return last_row * last_column


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the kind, the place and the length of each record; both numbers are written seven bits to a byte."""
    place = 0
    while place < len(content):
        kind, place = _number(content, place, 2)
        length, place = _number(content, place, 4)
        yield kind, place, length
        place += length


def _number(content: bytes, place: int, longest: int) -> tuple[int, int]:
    number = 0
    for shift in range(longest):
        if place >= len(content):
            break
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return number, place


def number_of(letters: str) -> int:
    """Return a column's number, from 1, by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


__all__ = ["QUICK", "ExpatError", "Usual", "number_of", "of_binary", "of_open_document", "of_sheet"]
