"""Packed files from anywhere: how much they hold is measured, not believed, before anything else opens them."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from connectors.files import extents
from connectors.files.declared import Limits
from connectors.files.folders import MEGABYTE, too_large
from words.errors import BusinessError, Place
from words.languages import gettext as _

_CHUNK, _PIECE = 1 << 20, 1 << 17
_LONGEST_CELL = 1 << 17
_HEAD = 30  # bytes of a part's own header before its name
_ENCRYPTED = 0x1
_UTF8 = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
#: A formula, the attributes of its cell, and no value behind it.
_UNVALUED = re.compile(rb"<c\b([^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v[^>]*>\s*</v>)?\s*</c>")
_AT = re.compile(rb'\br="([A-Z]+)(\d+)"')
_EMPTY_TEXT = re.compile(rb'\bt="str"')  # a formula whose value is the empty text


def opened(content: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """Open a packed file that holds no more than it may.

    Raises:
        BusinessError: it is damaged, protected, too large, grows too much, has too many parts, or parts with a place
            outside of it.
    """
    try:
        # Chinese programs write names in their own encoding and do not say so.
        packed = zipfile.ZipFile(io.BytesIO(content), metadata_encoding=_names_in(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise damaged(name) from error
    parts = packed.infolist()
    if len(parts) > limits.entries:
        raise _unsafe(name, _("it has {count} parts").format(count=len(parts)))
    for part in parts:
        _check_part(part, name, limits)
    if sum(part.compress_size for part in parts) > len(content):
        raise _unsafe(name, _("its parts overlap"))
    if sum(part.file_size for part in parts) > limits.unpacked * MEGABYTE:
        raise too_large(name, limits.unpacked)
    return packed


def _names_in(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            plain = [each.filename for each in packed.infolist() if not each.flag_bits & _UTF8]
        for each in plain:
            each.encode("cp437").decode("gb18030")
    except UnicodeError:
        return "cp437"
    return "gb18030"


def _check_part(part: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    path = part.filename.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path) or ".." in PurePosixPath(path).parts:
        raise _unsafe(name, _("“{part}” lies outside of it").format(part=part.filename))
    if part.flag_bits & _ENCRYPTED:
        raise protected(name)
    if part.file_size > max(MEGABYTE, limits.ratio * part.compress_size):
        raise _unsafe(name, _("“{part}” grows more than {ratio} times").format(part=part.filename, ratio=limits.ratio))


def text_of(packed: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bytes:
    """Return what is in a part, of which no more is read than the list of contents says.

    Raises:
        BusinessError: it is damaged.
    """
    try:
        return packed.read(part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise damaged(name) from error


def unvalued(
    content: bytes, packed: zipfile.ZipFile, name: str, limits: Limits
) -> dict[str, frozenset[tuple[int, str]]]:
    """Return sheet part → (row from 1, column's letters) of the formulas of a workbook that have no value in it.

    Every part is unpacked to its end on the way, so that none is larger than the list of contents says, and no sheet
    has more cells than it may.

    Raises:
        BusinessError: a part is damaged, larger than it says, or a sheet with a cell too far away.
    """
    found: dict[str, frozenset[tuple[int, str]]] = {}
    for part in packed.infolist():
        usual = extents.Usual(limits.cells)
        if cells := frozenset(_unvalued_in(_inflated(content, part, name), usual)):
            found[part.filename] = cells
        _refuse_far(content, part, name, limits, usual)
    return found


def _refuse_far(content: bytes, part: zipfile.ZipInfo, name: str, limits: Limits, usual: extents.Usual) -> None:
    """Count the cells of a sheet exactly, where a look in passing could not tell that they are few."""
    chunks, cells = _inflated(content, part, name), 0
    try:
        if part.filename == "content.xml":
            cells = extents.of_open_document(chunks)
        elif part.filename.startswith("xl/worksheets/") and part.filename.endswith(".bin"):
            cells = extents.of_binary(b"".join(chunks))
        elif not usual.sure:
            cells = extents.of_sheet(chunks)
    except extents.ExpatError as error:
        raise damaged(name) from error
    if cells > limits.cells:
        raise _unsafe(name, _("a cell lies so far away that its sheet has {count} cells").format(count=f"{cells:,}"))


def _inflated(content: bytes, part: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    head = content[part.header_offset : part.header_offset + _HEAD]
    if len(head) < _HEAD or part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise damaged(name)
    start = part.header_offset + _HEAD + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    data = memoryview(content)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield bytes(data)
        return
    worker, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for begin in range(0, len(data), _PIECE):
        rest, more = bytes(data[begin : begin + _PIECE]), False
        while (rest or more) and not worker.eof:
            try:
                chunk = worker.decompress(rest, _CHUNK)
            except zlib.error as error:
                raise damaged(name) from error
            rest, more, size = worker.unconsumed_tail, len(chunk) == _CHUNK, size + len(chunk)
            if size > part.file_size:
                raise _unsafe(name, _("“{part}” is larger than it says").format(part=part.filename))
            yield chunk
    if not worker.eof:
        raise damaged(name)


def _unvalued_in(chunks: Iterator[bytes], usual: extents.Usual) -> Iterator[tuple[int, str]]:
    """Only a piece with a formula is looked at closely: most ledgers have none."""
    kept = b""
    for chunk in chunks:
        text = kept + chunk
        cut = text.rfind(b"</c>") + len(b"</c>")
        usual.look(text, cut if cut > 3 else len(text))
        kept = text[cut:] if cut > 3 and len(text) - cut < _CHUNK else text[-_LONGEST_CELL:]
        for cell in _UNVALUED.finditer(text, 0, cut) if b"f" in text and b"<f" in text else ():
            at = _AT.search(cell[1])
            if at and not _EMPTY_TEXT.search(cell[1]):
                yield int(at[2]), at[1].decode()
    usual.look(kept, len(kept))


def damaged(name: str) -> BusinessError:
    """Return the error for a packed file that cannot be opened."""
    return BusinessError(
        "zip-damaged",
        _("This packed file is damaged."),
        todo=_("Ask for it once more."),
        place=Place(file=name),
    )


def protected(name: str) -> BusinessError:
    """Return the error for a file with a password."""
    return BusinessError(
        "ledger-protected",
        _("This ledger is protected with a password."),
        todo=_("Ask the department for a copy without a password."),
        place=Place(file=name),
    )


def nested(name: str, part: str) -> BusinessError:
    """Return the error for a packed file in a packed file."""
    return _unsafe(name, _("“{part}” is a packed file itself").format(part=part))


def _unsafe(name: str, why: str) -> BusinessError:
    return BusinessError(
        "zip-unsafe",
        _("This packed file is not opened: {why}.").format(why=why),
        todo=_("Ask who made it; if it is sound, raise “limits” in the connector."),
        place=Place(file=name),
    )
