"""What every reader makes of a file: sheets of text, from the first row on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from words.errors import BusinessError, Place
from words.languages import gettext as _

Cells = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, or what stands for one.

    Attributes:
        file: the file, with the packed file around it.
        name: the sheet's; empty where a file has none.
        cells: text, one frame row for each row that a person sees.
        headings: the columns' headings, where the file itself says which words are headings (xml, json).
        unvalued: (row from 1, column from 0) of formulas that have no value in the file.
    """

    file: str
    name: str
    cells: pl.DataFrame
    headings: tuple[str, ...] = ()
    unvalued: frozenset[tuple[int, int]] = frozenset()


def no_records(name: str) -> BusinessError:
    """Return the error for a file that holds nothing like a list of records."""
    return BusinessError(
        "no-records",
        _("There are no records in this file."),
        todo=_("Compare it with “reading.records” in the connector."),
        place=Place(file=name),
    )


def framed(rows: Sequence[Sequence[str | None]], width: int = 0) -> pl.DataFrame:
    """Return rows of different lengths as a frame of text."""
    wide = max(width, *map(len, rows)) if rows else width
    columns = {f"column_{place}": [row[place] if place < len(row) else None for row in rows] for place in range(wide)}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
