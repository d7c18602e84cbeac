"""Sentences for people, one per row of a frame."""

from __future__ import annotations

from string import Formatter

import polars as pl


def fill(template: str, **values: pl.Expr) -> pl.Expr:
    """Return the sentence as text per row, its named placeholders filled from ``values``, else columns of those names.

    A value that is null leaves its place empty.
    """
    parts = []
    for text, name, _spec, _conversion in Formatter().parse(template):
        parts += [pl.lit(text)] if name is None else [pl.lit(text), values.get(name, pl.col(name))]
    return pl.concat_str(parts, ignore_nulls=True)
