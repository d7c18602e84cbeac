"""Which fields of paired rows differ: fingerprints first where they are trusted, then one column at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from reconciliation.meeting import equal_at

DIFFERING_SCHEMA = {
    "pair": pl.Int64,
    "place": pl.Int64,
    "field": pl.String,
    "left_value": pl.String,
    "right_value": pl.String,
}

#: Pairs up to which reading what differs costs less than a query for each field.
_FEW = 25_000
_GLANCE = 100
#: The share of rows, one of so many, above which bringing a column together costs less than looking through its parts.
_FEW_OF = 20


def compare(
    left: pl.DataFrame, right: pl.DataFrame, pairs: pl.DataFrame, fields: Iterable[str], *, exact: bool = True
) -> pl.DataFrame:
    """Compare the rows of each pair in every field that both state.

    Args:
        left: canonical records, with ``fingerprint``.
        right: the other side.
        pairs: row numbers ``left`` and ``right``, and if it is known already, whether their fingerprints are ``alike``.
        fields: the fields to compare, in the order of the standard; one that a side lacks is passed over.
        exact: open every pair; otherwise pairs of equal fingerprints count as equal.

    Returns:
        One row per differing field: ``pair`` (position in ``pairs``), ``place`` (position of the field among
        ``fields``), ``field``, ``left_value``, ``right_value``.
    """
    opened = pairs.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("pair"), "left", "right")
    if not exact:
        opened = opened.filter(~_alike(left, right, pairs))
    shared = [(place, name) for place, name in enumerate(fields) if name in left.columns and name in right.columns]
    if opened.is_empty():
        return pl.DataFrame(schema=DIFFERING_SCHEMA)
    if opened.height <= _FEW:
        return _few_differing(left, right, opened, shared)
    with ThreadPoolExecutor() as threads:  # one column alone is compared on one core
        found = threads.map(lambda each: _differing(left[each[1]], right[each[1]], opened, each[0]), shared)
    return pl.concat([pl.DataFrame(schema=DIFFERING_SCHEMA), *found])


def _few_differing(
    left: pl.DataFrame, right: pl.DataFrame, opened: pl.DataFrame, shared: Sequence[tuple[int, str]]
) -> pl.DataFrame:
    """Return where fields differ, asked in one query: each costs about a millisecond, however small its frame is."""
    names = [name for _place, name in shared]
    here, there = left[names][opened["left"]], right[names][opened["right"]]
    differs = here.select((pl.col(name) != there[name]).fill_null(value=False) for name in names)
    told: list[tuple[int, int, str, str, str]] = []
    for place, name in shared:
        if differs[name].any():
            values = (values.filter(differs[name]).to_list() for values in (opened["pair"], here[name], there[name]))
            told += [(pair, place, name, mine, other) for pair, mine, other in zip(*values, strict=True)]
    return pl.DataFrame(told, schema=DIFFERING_SCHEMA, orient="row")


def _alike(left: pl.DataFrame, right: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    if "alike" in pairs.columns:
        return pairs["alike"]
    return equal_at(left["fingerprint"].rechunk(), right["fingerprint"].rechunk(), pairs["left"], pairs["right"])


def _constant(values: pl.Series) -> bool:
    """Whether every row states the same; a glance at the first rows answers for most columns that vary."""
    first = values.first()
    if first is None or values.null_count():
        return False
    return bool((values.head(_GLANCE) == first).all() and (values == first).all())


def _differing(left: pl.Series, right: pl.Series, opened: pl.DataFrame, place: int) -> pl.DataFrame:
    """Return where one field differs."""
    if _constant(left) and _constant(right) and left[0] == right[0]:  # most of a standard's fields are seldom stated
        return pl.DataFrame(schema=DIFFERING_SCHEMA)
    if opened.height > left.len() // _FEW_OF:  # in several chunks, every look-up would have to find its chunk first
        left, right = left.rechunk(), right.rechunk()
    differs = left.gather(opened["left"]) != right.gather(opened["right"])
    if not differs.any():
        return pl.DataFrame(schema=DIFFERING_SCHEMA)
    pairs = opened.filter(differs)
    return pairs.select(
        "pair",
        place=pl.lit(place, pl.Int64),
        field=pl.lit(left.name),
        left_value=left.gather(pairs["left"]),
        right_value=right.gather(pairs["right"]),
    )
