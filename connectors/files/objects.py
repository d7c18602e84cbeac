"""JSON and JSON lines: the list of records is found or declared; digits stay the text that was written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.files.declared import Reading
from connectors.files.delimited import decoded
from connectors.files.sheets import Sheet, framed, no_records
from connectors.portal.filling import dig, flat
from mappings.headers import plain_header
from words.errors import BusinessError, Place
from words.languages import gettext as _


def read(content: bytes, name: str, reading: Reading, words: frozenset[str]) -> Iterator[Sheet]:
    """Yield the records of a file as one sheet; ``words`` are the headings that a mapping knows.

    Raises:
        BusinessError: it is not JSON, or there is no list of objects in it.
    """
    answer = _loaded(decoded(content, name, reading.encoding), name)
    records = dig(answer, reading.records) if reading.records else _found(answer, words)
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise no_records(name)
    yield table(name, [flat(record) for record in records])


def read_lines(content: bytes, name: str, reading: Reading, _words: frozenset[str]) -> Iterator[Sheet]:
    """Yield the records of a file that holds one in each line.

    Raises:
        BusinessError: a line is not a JSON object.
    """
    lines = decoded(content, name, reading.encoding).split("\n")
    records = [(number, _loaded(line, name, number)) for number, line in enumerate(lines, 1) if line.strip()]
    for number, record in records:
        if not isinstance(record, dict):
            raise _not_json(name, _("there is no object in this line"), number)
    yield table(name, [flat(record) for _number, record in records])


def table(name: str, records: Sequence[Mapping[str, str]]) -> Sheet:
    """Return records as a sheet whose headings are their keys; numbers count records from 1."""
    keys = tuple(dict.fromkeys(key for record in records for key in record))
    return Sheet(name, "", framed([[record.get(key, "") for key in keys] for record in records], len(keys)), keys)


def _loaded(text: str, name: str, line: int | None = None) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        # A number of eighteen digits is a code, and 1.0 is not 1.
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise _not_json(name, str(error), line) from error


def _not_json(name: str, reason: str, line: int | None) -> BusinessError:
    return BusinessError(
        "file-not-json",
        _("This file is not readable JSON: {reason}").format(reason=reason),
        todo=_("Ask for it once more."),
        place=Place(file=name, line=line),
    )


def _found(answer: Any, words: frozenset[str]) -> list[Any] | None:  # noqa: ANN401 - JSON is anything
    """Return the list of objects with most known words, then the longest, then the outermost."""
    lists: list[list[Any]] = []
    waiting = [answer]
    for each in waiting:
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list) and all(isinstance(item, dict) for item in each):
            lists.append(each)
    return max(lists, key=lambda each: (_known(each, words), len(each)), default=None)


def _known(records: Sequence[Any], words: frozenset[str]) -> int:
    return sum(plain_header(key) in words for key in flat(records[0])) if records else 0
