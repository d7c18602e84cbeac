"""From a file to its sheets, by what its ending says it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from connectors.files import delimited, markup, objects, untrusted, workbooks
from connectors.files.declared import Form, Limits, Reading
from connectors.files.folders import MEGABYTE, too_large
from connectors.files.sheets import Sheet, no_records

_Reader = Callable[[bytes, str, Reading, frozenset[str]], Iterator[Sheet]]
_READERS: dict[Form, _Reader] = {
    "csv": delimited.read,
    "xml": markup.read,
    "json": objects.read,
    "jsonl": objects.read_lines,
}
_FORMS: dict[str, Form] = {
    **dict.fromkeys((".csv", ".txt", ".tsv"), "csv"),
    **{".xml": "xml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".zip": "zip"},
}


def sheets_of(content: bytes, name: str, reading: Reading, limits: Limits, words: frozenset[str]) -> list[Sheet]:
    """Return the sheets of a file; what has an unknown ending is taken for a workbook.

    Raises:
        BusinessError: it is not what its name says, or must not be opened.
    """
    form = reading.form or _FORMS.get(PurePosixPath(name).suffix.lower(), "workbook")
    if len(content) > limits.size * MEGABYTE:
        raise too_large(name, limits.size)
    if form == "zip":
        return list(_packed(content, name, reading, limits, words))
    if form == "workbook":
        return list(workbooks.read(content, name, limits))
    try:
        return list(_READERS[form](content, name, reading, words))
    except RecursionError as error:  # what is nested without a bottom is no record
        raise no_records(name) from error


def _packed(content: bytes, name: str, reading: Reading, limits: Limits, words: frozenset[str]) -> Iterator[Sheet]:
    """Yield the sheets of all files in a packed one; one that is packed again inside is not opened."""
    inside = reading.model_copy(update={"form": None})
    with untrusted.opened(content, name, limits) as packed:
        for part in sorted(packed.infolist(), key=lambda each: each.filename):
            path = PurePosixPath(part.filename)
            if part.is_dir() or path.name.startswith((".", "~$")) or path.parts[0] == "__MACOSX":
                continue
            if path.suffix.lower() == ".zip":
                raise untrusted.nested(name, part.filename)
            text = untrusted.text_of(packed, part, name)
            yield from sheets_of(text, f"{name}/{part.filename}", inside, limits, words)
