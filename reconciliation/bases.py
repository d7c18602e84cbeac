"""What a person judged when judging a row: hashed, so that a decision stands as long as all of it stays the same."""

from __future__ import annotations

import polars as pl
import xxhash

from reconciliation.matching import complete
from reconciliation.report import Verdict

_CELL, _LINE, _PART = "\x1f", "\x1e", "\x1d"
_DIFFERENCE = ("field", "against", "source_value", "other_value")


def with_bases(verdicts: pl.DataFrame, differences: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the verdicts with the column ``basis``.

    It is the XXH3-128 (hex) of the verdict, the record's fingerprint, every difference with both values, and of an
    ambiguous group every member. Where rows stand, how a delivery fares and which day it is do not enter.

    Args:
        verdicts: any rows in ``VERDICT_COLUMNS``; reports of older editions lack the fingerprint.
        differences: at least those of these rows, in ``DIFFERENCE_COLUMNS``.
        members: at least those of these rows, in ``MEMBER_COLUMNS`` and the standard's fields.
    """
    groups = verdicts["group"].implode()
    differing = _lines(differences.filter(pl.col("group").is_in(groups)), _DIFFERENCE)
    names = sorted(set(members.columns) - {"group", "origin"})
    crowd = _lines(members.filter(pl.col("group").is_in(groups)), names, ordered=False)
    told = complete(verdicts, ("fingerprint",)).select("group", "verdict", "fingerprint")
    for side in (differing, crowd):
        told = told.join(side, on="group", how="left", maintain_order="left", suffix="_of_members")
    # Which of its members stands for an ambiguous group depends on where they stand.
    form = pl.when(pl.col("verdict") == Verdict.AMBIGUOUS).then(pl.lit("")).otherwise("fingerprint")
    parts = [pl.col("verdict"), form, pl.col("lines"), pl.col("lines_of_members")]
    texts = told.select(pl.concat_str([part.fill_null("") for part in parts], separator=_PART)).to_series()
    hashes = [xxhash.xxh3_128_hexdigest(text.encode()) for text in texts]
    return verdicts.with_columns(pl.Series("basis", hashes, dtype=pl.String))


def _lines(rows: pl.DataFrame, names: tuple[str, ...] | list[str], *, ordered: bool = True) -> pl.DataFrame:
    """Return per group its rows as one text, in their order or in that of their texts."""
    line = pl.concat_str([pl.col(name).fill_null("") for name in names], separator=_CELL) if names else pl.lit("")
    told = rows.select("group", lines=line)
    told = told if ordered else told.sort("group", "lines")
    return told.group_by("group", maintain_order=True).agg(pl.col("lines").str.join(_LINE))
