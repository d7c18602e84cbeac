"""Workbooks: every cell as text, as it was saved; nothing in them is ever calculated, fetched or run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import fastexcel

from connectors.files import untrusted
from connectors.files.declared import Limits
from connectors.files.extents import number_of
from connectors.files.sheets import Sheet
from words.errors import BusinessError, Place
from words.languages import gettext as _

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OPEN_MANIFEST = "META-INF/manifest.xml"


def read(content: bytes, name: str, limits: Limits) -> Iterator[Sheet]:
    """Yield every sheet as text from its first row on, so that row numbers are those a person sees.

    Macros, links to other files and dynamic data exchange are never followed: a cell is what was saved of it.

    Raises:
        BusinessError: it is no workbook, has a password, or holds more than it may.
    """
    blank = _checked(content, name, limits) if content.startswith(_ZIP) else {}
    try:
        reader = fastexcel.read_excel(content)
        for sheet in reader.sheet_names:
            frame = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
            yield Sheet(name, sheet, frame, unvalued=blank.get(sheet, frozenset()))
    except fastexcel.FastExcelError as error:
        raise _unreadable(content, name, str(error)) from error


def _checked(content: bytes, name: str, limits: Limits) -> dict[str, frozenset[tuple[int, int]]]:
    """Return the sheets' formulas without a value, once nothing in the file is larger than it may be."""
    try:
        with untrusted.opened(content, name, limits) as packed:
            if _open_document_with_password(packed):
                raise untrusted.protected(name)
            found = untrusted.unvalued(content, packed, name, limits)
            return _by_sheet(packed, found) if found else {}
    except BusinessError as error:
        raise _no_workbook(name) if error.code == "zip-damaged" else error from error


def _open_document_with_password(packed: zipfile.ZipFile) -> bool:
    return _OPEN_MANIFEST in packed.namelist() and b"encryption-data" in packed.read(_OPEN_MANIFEST)


def _by_sheet(
    packed: zipfile.ZipFile, found: dict[str, frozenset[tuple[int, str]]]
) -> dict[str, frozenset[tuple[int, int]]]:
    try:
        book = ElementTree.fromstring(packed.read(_BOOK))  # noqa: S314 - expat bounds entities
        relations = ElementTree.fromstring(packed.read(_RELATIONS))  # noqa: S314
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        return {}
    targets = {each.get("Id"): _part(each.get("Target", "")) for each in relations}
    sheets = {each.get("name", ""): targets.get(each.get(_ID), "") for each in book.iter() if _is_sheet(each)}
    return {
        sheet: frozenset((row, number_of(letters) - 1) for row, letters in found[part])
        for sheet, part in sheets.items()
        if part in found
    }


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _is_sheet(element: ElementTree.Element) -> bool:
    return element.tag.endswith("}sheet")


def _unreadable(content: bytes, name: str, problem: str) -> BusinessError:
    if re.search("password|encrypt", problem, re.IGNORECASE) or (content.startswith(_OLE) and _ENCRYPTED in content):
        return untrusted.protected(name)
    return _no_workbook(name)


def _no_workbook(name: str) -> BusinessError:
    return BusinessError(
        "not-a-workbook",
        _("This file is not a workbook, whatever its name says."),
        todo=_("Open it in Excel or WPS, save it as .xlsx, and run again."),
        place=Place(file=name),
    )
