"""Delimited text: its encoding and its delimiter are found by rules that give the same answer every time."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from connectors.files.declared import Reading
from connectors.files.sheets import Sheet, framed
from mappings.headers import plain_header
from words.errors import BusinessError, Place
from words.languages import gettext as _

_DELIMITERS = ",\t;|"
_TRIED_ROWS = 50
_LOOKED_AT = 4096  # bytes
_LONGEST_CELL = 10_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_DIGITS_ONLY = re.compile(r'="([0-9]+)"')  # how exports keep a spreadsheet from making numbers of codes


def read(content: bytes, name: str, reading: Reading, words: frozenset[str]) -> Iterator[Sheet]:
    """Yield the one sheet of a text; ``words`` are the headings that a mapping knows.

    Raises:
        BusinessError: its encoding is none of those that are known, or it is no table.
    """
    text = decoded(content, name, reading.encoding)
    try:
        delimiter = reading.delimiter or _delimiter(text, words)
        rows = [[_cell(cell) for cell in row] for row in _rows(text, delimiter)]
    except csv.Error as error:
        raise BusinessError(
            "not-a-table",
            _("This file is not a table of text: {reason}").format(reason=error),
            todo=_("Ask for it as .csv or .xlsx."),
            place=Place(file=name),
        ) from error
    yield Sheet(name, "", framed(rows))


def decoded(content: bytes, name: str, encoding: str | None = None) -> str:
    """Return the text of a file.

    Without a declared encoding: a byte order mark says it; what is valid UTF-8 is UTF-8; noughts at every other place
    are UTF-16; all else is GB18030, which holds GB2312 and GBK.

    Raises:
        BusinessError: it is not in the declared encoding, or in none of these.
    """
    wanted = encoding or _encoding(content)
    try:
        return content.decode(wanted).removeprefix("\ufeff")
    except UnicodeError as error:
        raise BusinessError(
            "unknown-encoding",
            _("This file is not readable as {encoding}.").format(encoding=wanted.upper()),
            todo=_("Ask for it in UTF-8, or declare “encoding” in the connector."),
            place=Place(file=name),
        ) from error


def _encoding(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    if wide := _wide(content):
        return wide
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "gb18030" if _NOT_ASCII.search(text) and not _CHINESE.search(text) and _is_chinese(content) else "utf-8"


def _wide(content: bytes) -> str:
    """Tables have commas, tabs, digits and line ends: in UTF-16 these are pairs with a nought, always on one side."""
    looked = content[:_LOOKED_AT]
    first, second = looked[0::2].count(0), looked[1::2].count(0)
    if max(first, second) * 40 < len(looked) or not (first + second) or 4 * min(first, second) > max(first, second):
        return ""
    return "utf-16-le" if second > first else "utf-16-be"


def _is_chinese(content: bytes) -> bool:
    """Some pairs of Chinese characters in GB18030 are by chance valid UTF-8, of letters that no ledger here has."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return all(_CHINESE.match(each[0]) for each in _NOT_ASCII.finditer(text))


def _delimiter(text: str, words: frozenset[str]) -> str:
    """Return the delimiter that shows most known headings in a row; then the one that makes most rows alike."""
    return max(_DELIMITERS, key=lambda delimiter: _likeness(_tried(text, delimiter), words))


def _tried(text: str, delimiter: str) -> list[list[str]]:
    rows = []
    for row in _rows(text, delimiter):
        rows.append(row)
        if len(rows) == _TRIED_ROWS:
            break
    return rows


def _likeness(rows: Sequence[Sequence[str]], words: frozenset[str]) -> tuple[int, int]:
    known = max((sum(plain_header(cell) in words for cell in row if cell) for row in rows), default=0)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return known, max(widths.values(), default=0)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _cell(text: str) -> str:
    return found[1] if text.startswith('="') and (found := _DIGITS_ONLY.fullmatch(text)) else text
