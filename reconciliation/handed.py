"""The rows in which persons answer, as a workbook handed them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciliation import headings
from reconciliation.tables import REVIEW, Table, stated

#: The columns by which a list for answers is known.
KEYS = ("record_id", "seal", "disposition")


@dataclass(frozen=True, slots=True)
class Handed:
    """A row as it was handed out: what its cells show by heading, and what stood in the cells to be answered."""

    sheet: str
    record_id: str
    cells: dict[str, str]
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The lists in which persons answer, as a workbook showed them.

    Attributes:
        keys: the headings by which its columns are known, by their code words.
        rows: seal → rows; several only if they show the same throughout.
    """

    keys: Mapping[str, str]
    rows: Mapping[str, list[Handed]]


def hand_out(tables: Iterable[Table]) -> HandedOut:
    """Return lists as they were written; call it in the language of the workbook."""
    keys = {name: headings.heading(name) for name in (*KEYS, *REVIEW)}
    rows: dict[str, list[Handed]] = {}
    for table in tables:
        for seal, row in _rows_of(table, keys):
            rows.setdefault(seal, []).append(row)
    return HandedOut(keys, rows)


def _rows_of(table: Table, keys: Mapping[str, str]) -> Iterator[tuple[str, Handed]]:
    """Yield every row of a list with its seal."""
    evidence = [column for column in table.columns if not column.entry and column.heading != keys["seal"]]
    texts = {column.heading: stated(column.values).to_list() for column in table.columns}
    for place, seal in enumerate(texts[keys["seal"]]):
        cells = {column.heading: texts[column.heading][place] for column in evidence}
        given = tuple(texts[keys[name]][place] for name in REVIEW)
        yield seal, Handed(table.name, cells[keys["record_id"]], cells, given)
