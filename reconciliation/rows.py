"""A worksheet that takes its body as ready XML, built a column at a time.

The writer library spends one Python call on each cell; a full list has millions. Only this module knows its insides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

STEP = 5_000
LINKS_PER_SHEET = 65_000


@dataclass(frozen=True, slots=True)
class Cells:
    """One column of a body: numbers, or the insides of text cells, with the format of plain and of banded rows."""

    values: pl.Series
    style: Format
    banded: Format


@dataclass(frozen=True, slots=True)
class Body:
    """The columns below a heading row, which of the rows are banded, and how many lines each row takes."""

    first_row: int
    columns: Sequence[Cells]
    band: pl.Series
    lines: pl.Series

    @property
    def height(self) -> int:
        """How many rows it has."""
        return self.band.len()


class RowSheet(Worksheet):  # type: ignore[misc] # the library is untyped
    """A worksheet whose heading is written by the library and whose body is handed over whole."""

    body: Body | None = None

    def set_body(self, body: Body) -> None:
        """Take the rows below the heading."""
        self.body = body
        self._check_dimensions(body.first_row + max(body.height, 1) - 1, len(body.columns) - 1)

    def link_file(self, row: int, column: int, path: str) -> None:
        """Make a cell of the body open a file; the path is relative to the workbook."""
        url = Url(f"external:{path}")
        # The library writes backslashes, which only Windows reads; a percent-encoded relative address opens everywhere.
        url._relationship_link = quote(path.replace("\\", "/"))
        url._anchor = ""
        self.hyperlinks[row][column] = url

    def _write_rows(self) -> None:
        super()._write_rows()
        if self.body is not None:
            self.fh.flush()
            for chunk in _xml(self.body):
                self.fh.buffer.write(chunk)


def _xml(body: Body) -> Iterator[bytes]:
    frame = pl.DataFrame([cells.values.alias(str(index)) for index, cells in enumerate(body.columns)])
    number = pl.int_range(body.height, dtype=pl.Int64) + body.first_row + 1
    frame = frame.with_columns(row=number.cast(pl.String), band=body.band, height=_heights(body.lines))
    cells = [_cell(index, each) for index, each in enumerate(body.columns)]
    line = pl.concat_str(pl.lit('<row r="'), "row", pl.lit('"'), "height", pl.lit(">"), *cells, pl.lit("</row>"))
    for part in frame.iter_slices(STEP):
        yield part.select(line.str.join("").cast(pl.Binary)).item()


def row_points(lines: int) -> float:
    """Return the height of a row of so many lines, within what a row may have."""
    return min(max(lines, 1) * 13.5 + 2, 409.0)


def _heights(lines: pl.Series) -> pl.Series:
    """A height is stated where text wraps: Excel would find it by itself, LibreOffice and WPS do not."""
    stated = {count: f' ht="{row_points(count)}" customHeight="1"' if count > 1 else "" for count in lines.unique()}
    return lines.replace_strict(list(stated), list(stated.values()), return_dtype=pl.String)


def _cell(index: int, cells: Cells) -> pl.Expr:
    plain, banded = (str(style._get_xf_index()) for style in (cells.style, cells.banded))
    style = pl.lit(plain) if plain == banded else pl.when("band").then(pl.lit(banded)).otherwise(pl.lit(plain))
    start = pl.concat_str(pl.lit(f'<c r="{xl_col_to_name(index)}'), "row", pl.lit('" s="'), style)
    value = pl.col(str(index))
    if cells.values.dtype == pl.String:
        full = pl.concat_str(start, pl.lit('" t="inlineStr"><is>'), value, pl.lit("</is></c>"))
    else:
        full = pl.concat_str(start, pl.lit('"><v>'), value.cast(pl.String), pl.lit("</v></c>"))
    return pl.when(value.is_null()).then(pl.concat_str(start, pl.lit('"/>'))).otherwise(full)
