"""Rows put into a sheet of a workbook as it came: everything else in the file stays byte for byte.

Writing thousands of rows through a cell object each costs more than the upload they are for.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import polars as pl

_BOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW = re.compile(r'<(\w+:)?row\b[^>]*?\br="(\d+)"[^>]*?(?:/>|>.*?</(?:\w+:)?row>)', re.DOTALL)
_CELL_STYLE = re.compile(r'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)\d+"[^>]*?\bs="(\d+)"')
_DATA = re.compile(r"<((?:\w+:)?)sheetData\s*(?:/>|>(.*?)</(?:\w+:)?sheetData>)", re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def splice(
    book: bytes, sheet: str, header_row: int, letters: Sequence[str], rows: pl.DataFrame, mark: str = ""
) -> bytes:
    """Return the workbook with ``rows`` below ``header_row`` of a sheet, column by column under ``letters``.

    Cells are inline strings in the style that the template gives the first row below its headings. ``mark`` becomes
    the archive's comment, which tells apart files that hold the same rows.

    Raises:
        KeyError: the workbook has no such sheet.
    """
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        part = _part_of(old, sheet)
        text = old.read(part).decode("utf-8")
        filled = io.BytesIO()
        with zipfile.ZipFile(filled, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            new.comment = mark.encode()
            for item in old.infolist():
                content = _with_rows(text, header_row, letters, rows) if item.filename == part else old.read(item)
                # A fixed date, so that the same records always make the same file.
                new.writestr(zipfile.ZipInfo(item.filename), content, compress_type=zipfile.ZIP_DEFLATED)
    return filled.getvalue()


def _part_of(book: zipfile.ZipFile, sheet: str) -> str:
    sheets = ElementTree.fromstring(book.read(_BOOK))  # noqa: S314 - the receiver's own template, expat bounds entities
    relations = ElementTree.fromstring(book.read(_RELATIONS))  # noqa: S314
    ids = {each.get("name"): each.get(_ID) for each in sheets.iter() if each.tag.endswith("}sheet")}
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    target = targets[ids[sheet]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _with_rows(text: str, header_row: int, letters: Sequence[str], rows: pl.DataFrame) -> str:
    data = _DATA.search(text)
    assert data is not None, "a sheet without sheetData is no sheet"
    prefix, old = data[1], data[2] or ""
    kept = [each[0] for each in _ROW.finditer(old) if int(each[2]) <= header_row]
    below = next((each[0] for each in _ROW.finditer(old) if int(each[2]) > header_row), "")
    styles = dict(_CELL_STYLE.findall(below))
    new = _rows(prefix, header_row + 1, letters, styles, rows)
    return f"{text[: data.start()]}<{prefix}sheetData>{''.join(kept)}{new}</{prefix}sheetData>{text[data.end() :]}"


def _rows(prefix: str, first: int, letters: Sequence[str], styles: dict[str, str], rows: pl.DataFrame) -> str:
    starts = [f'<{prefix}c r="{letter}' for letter in letters]
    middles = [
        f'"{_style(styles.get(letter))} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'
        for letter in letters
    ]
    end = f"</{prefix}t></{prefix}is></{prefix}c>"
    lines = []
    for number, row in enumerate(rows.iter_rows(), first):
        cells = [
            f"{start}{number}{middle}{_text(value)}{end}"
            for start, middle, value in zip(starts, middles, row, strict=True)
            if value
        ]
        lines.append(f'<{prefix}row r="{number}">{"".join(cells)}</{prefix}row>')
    return "".join(lines)


def _style(index: str | None) -> str:
    return "" if index is None else f' s="{index}"'


def _text(value: str) -> str:
    return escape(_FORBIDDEN.sub("", value) if _FORBIDDEN.search(value) else value)
