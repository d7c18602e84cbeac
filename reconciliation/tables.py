"""A table of the workbook as data: headings, values, widths, and how it is cut to what a sheet can hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from reconciliation import headings
from reconciliation.texts import Pieces, line_count, rich, text_width, widest

ROWS_PER_SHEET = 1_048_570
NARROWEST, WHOLE, WIDEST = 8, 31, 46
REVIEW = {"disposition": 18, "reviewer": 12, "review_reason": 24}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its values, and how they look; ``pieces`` hold them where parts of a text are marked."""

    heading: str
    values: pl.Series
    style: str = "text"
    pieces: Sequence[Pieces] | None = None
    hidden: bool = False
    room: float = NARROWEST
    entry: bool = False
    links: bool = False

    @property
    def inside(self) -> pl.Series:
        """What is written: ready insides where parts are marked, else the values."""
        if self.pieces is None:
            return self.values
        made = {each: rich(each) or None for each in set(self.pieces)}
        return pl.Series([made[each] for each in self.pieces], dtype=pl.String)

    @property
    def printed(self) -> pl.Series:
        """The values as they are read, which for a rate is shorter than its digits."""
        if self.style == "percent":
            return (self.values * 100).round(2).cast(pl.String) + "%"
        return self.values.cast(pl.String)

    @property
    def is_text(self) -> bool:
        """Whether the values still have to be made fit for a cell."""
        return self.pieces is None and self.values.dtype == pl.String

    @property
    def heading_style(self) -> str:
        """The format of its heading, which stands over the values as they stand."""
        if self.entry:
            return "entry_heading"
        return "number_heading" if self.style in ("integer", "percent") else "heading"

    def slice(self, offset: int, length: int) -> Column:
        """Return the same column for some of the rows."""
        pieces = self.pieces if self.pieces is None else self.pieces[offset : offset + length]
        return replace(self, values=self.values.slice(offset, length), pieces=pieces)

    def width(self, content: float) -> float:
        """Return a width that shows short values on one line, longer ones on two, and never cuts a heading's word."""
        word = max((len(part) for part in self.heading.split() if part.isascii()), default=0)
        heading = math.ceil(text_width(self.heading) / 2)
        value = content if content <= WHOLE else min(math.ceil(content / 2) + 2, WIDEST)
        return max(self.room, value + 2, word + 4, min(heading + 4, WHOLE))


@dataclass(frozen=True, slots=True)
class Table:
    """A list of the workbook: its tab, its columns, and which rows are banded."""

    name: str
    tab: str
    columns: tuple[Column, ...]
    band: pl.Series | None = None

    @property
    def height(self) -> int:
        """How many rows it has."""
        return self.columns[0].values.len()

    def layout(self) -> tuple[list[float], pl.Series]:
        """Return the width of each column, and how many lines each row takes then."""
        texts = [stated(each.printed).alias(str(i)) for i, each in enumerate(self.columns)]
        frame = pl.DataFrame(texts)
        content = frame.select(widest(pl.all())).row(0)
        widths = [each.width(found) for each, found in zip(self.columns, content, strict=True)]
        shown = [index for index, each in enumerate(self.columns) if not each.hidden]
        lines = [line_count(pl.col(str(index)), widths[index]) for index in shown]
        return widths, frame.select(lines=pl.max_horizontal(*lines)).to_series()


def stated(values: pl.Series) -> pl.Series:
    """Return the values as text, empty where there is none; most columns are that already, and cost no query."""
    text = values if values.dtype == pl.String else values.cast(pl.String)
    return text.fill_null("") if text.null_count() else text


def review_columns(given: pl.DataFrame) -> tuple[Column, ...]:
    """Return the columns in which a person answers, filled in with what was answered before."""
    return tuple(
        Column(headings.heading(name), given[name], "entry", room=room, entry=True) for name, room in REVIEW.items()
    )


def parts(table: Table, limit: int = ROWS_PER_SHEET) -> Iterator[Table]:
    """Return the table cut to what one sheet can hold."""
    for number, offset in enumerate(range(0, max(table.height, 1), limit), start=1):
        name = f"{table.name} ({number})" if offset else table.name
        columns = tuple(each.slice(offset, limit) for each in table.columns)
        band = None if table.band is None else table.band.slice(offset, limit)
        yield replace(table, name=name, columns=columns, band=band)
