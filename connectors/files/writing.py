"""Payloads in the receiver's form: text stays the text it was, and what a form cannot hold is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal
from xml.sax.saxutils import escape

import polars as pl

from connectors.files.declared import Drop
from words.errors import BusinessError, Place, UsageError
from words.languages import gettext as _

_LONGEST_CELL = 32_767
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_SPREADSHEET_WORDS = ("=", "+", "-", "@", "\t", "\r")
_QUOTING: dict[str, Literal[0, 1, 3]] = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "none": csv.QUOTE_NONE}
_NEWLINES = {"crlf": "\r\n", "lf": "\n"}
#: The same records always make the same file.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def written(rows: pl.DataFrame, declared: Drop, encoding: str, title: str) -> bytes:
    """Return rows of text in the form that a receiver declared, under the frame's own column names.

    Raises:
        BusinessError: a text holds what the form or its encoding cannot.
        UsageError: a column's name cannot be the name of an element.
    """
    try:
        return _WRITERS[declared.form](rows, declared, encoding)
    except UnicodeEncodeError as error:
        raise _unwritable(
            title, _("“{text}” in {encoding}").format(text=error.object[error.start], encoding=encoding)
        ) from error
    except (csv.Error, _NoPlace) as error:
        raise _unwritable(title, str(error)) from error


class _NoPlace(ValueError):  # noqa: N818 - the word for it
    """A text that a form has no place for."""


def _csv(rows: pl.DataFrame, declared: Drop, encoding: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=declared.delimiter,
        quoting=_QUOTING[declared.quoting],
        lineterminator=_NEWLINES[declared.newline],
    )
    if declared.header:
        writer.writerow(rows.columns)
    cells = rows.iter_rows()
    writer.writerows((tuple(map(_guarded, row)) for row in cells) if declared.guard else cells)
    return text.getvalue().encode(encoding)


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_SPREADSHEET_WORDS) else text


def _xlsx(rows: pl.DataFrame, declared: Drop, _encoding: str) -> bytes:
    import xlsxwriter

    if any(len(text) > _LONGEST_CELL for text in _texts(rows)):
        raise _NoPlace(_("more than {count} characters in a cell").format(count=f"{_LONGEST_CELL:,}"))
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as made:
        made.set_properties({"created": _LONG_AGO})
        text, sheet = made.add_format({"num_format": "@"}), made.add_worksheet(declared.sheet)
        for number, row in enumerate([tuple(rows.columns), *rows.iter_rows()] if declared.header else rows.iter_rows()):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value, text)  # a string is never a formula, a number or a link
    return book.getvalue()


def _xml(rows: pl.DataFrame, declared: Drop, encoding: str) -> bytes:
    for name in (declared.root, declared.record, *rows.columns):
        if not _NAME.fullmatch(name):
            raise _no_element(name)
    if any(_NOT_IN_XML.search(text) for text in _texts(rows)):
        raise _NoPlace(_("a control character in XML"))
    lines = [f'<?xml version="1.0" encoding="{encoding.upper()}"?>', f"<{declared.root}>"]
    for row in rows.iter_rows(named=True):
        cells = "".join(f"<{name}>{escape(text, {chr(13): '&#13;'})}</{name}>" for name, text in row.items())
        lines.append(f"<{declared.record}>{cells}</{declared.record}>")
    return "\n".join([*lines, f"</{declared.root}>", ""]).encode(encoding)


def _json(rows: pl.DataFrame, _declared: Drop, encoding: str) -> bytes:
    return (json.dumps(rows.to_dicts(), ensure_ascii=False, indent=1) + "\n").encode(encoding)


def _json_lines(rows: pl.DataFrame, _declared: Drop, encoding: str) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows.to_dicts()).encode(encoding)


_WRITERS: dict[str, Callable[[pl.DataFrame, Drop, str], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "xml": _xml,
    "json": _json,
    "jsonl": _json_lines,
}


def _texts(rows: pl.DataFrame) -> Sequence[str]:
    return [text for row in rows.iter_rows() for text in row]


def _unwritable(title: str, what: str) -> BusinessError:
    return BusinessError(
        "unwritable-text",
        _("The receiver's form has no place for a text: {what}.").format(what=what),
        todo=_("Correct the record in its source, or declare another form or encoding."),
        place=Place(system=title, field="drop"),
    )


def _no_element(name: str) -> UsageError:
    return UsageError(
        "not-an-element",
        _("“{name}” cannot be the name of an XML element.").format(name=name),
        todo=_("Declare “named: codes”, or other headings in the profile."),
        place=Place(field="drop.named"),
    )
