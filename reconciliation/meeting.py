"""Where the keys of two sides meet: as 64-bit words, then verified on their text, so that no pair rests on a hash."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, xor

import polars as pl

NO_PAIRS = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})
NO_CROWDS = pl.DataFrame(schema={"side": pl.String, "row": pl.Int64, "crowd": pl.Int64})

#: Pairs (``left``, ``right``) and crowds (``side``, ``row``, ``crowd``), in row numbers.
Found = tuple[pl.DataFrame, pl.DataFrame]


def word_of(keys: Sequence[str]) -> pl.Expr:
    """Return one 64-bit word for the keys of a row; equal keys have equal words."""
    return reduce(xor, (pl.col(key).hash(seed) for seed, key in enumerate(keys)))


def meet(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]) -> Found:
    """Return the pairs and the crowds of two sides.

    Args:
        left: rows that state every key: ``row``, the keys, ``word``.
        right: the other side.
        keys: rows belong together when they agree in all of them.
    """
    met = left.select("word", at=pl.int_range(pl.len())).join(_counted(right), on="word", maintain_order="left")
    alone = (met["len"] == 1) & ~_repeated(met["at_right"], right.height)
    single, several = met.filter(alone), met.filter(~alone)
    at, at_right = single["at"], single["at_right"]
    same = reduce(and_, (left[key].gather(at) == right[key].gather(at_right) for key in keys))
    rows = left["row"].gather(at).alias("left"), right["row"].gather(at_right).alias("right")
    pairs, doubtful = pl.DataFrame(rows).filter(same), pl.concat([several, single.filter(~same)])
    if doubtful.is_empty():
        return pairs, NO_CROWDS
    left, right = (side.join(doubtful, on="word", how="semi") for side in (left, right))
    told, crowds = _meet_exactly(left, right, keys)
    return pl.concat([pairs, told]), crowds


def _counted(side: pl.DataFrame) -> pl.DataFrame:
    """Return one row per word: how often it stands (``len``) and at which position first (``at_right``)."""
    return side.select("word", at_right=pl.int_range(pl.len())).group_by("word").agg(pl.first("at_right"), pl.len())


def _repeated(numbers: pl.Series, below: int) -> pl.Series:
    """Return for each number whether it stands more than once; scattering them is cheaper than counting them."""
    order = pl.int_range(len(numbers), eager=True)
    last = pl.repeat(0, below, dtype=pl.Int64, eager=True).scatter(numbers, order)
    again = numbers.filter(last.gather(numbers) != order)
    return pl.repeat(False, below, eager=True).scatter(again, True).gather(numbers)


def _meet_exactly(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]) -> Found:
    """Do the same on the text of the keys alone, for the few whose words repeat or collide."""
    sides = (("left", left), ("right", right))
    rows = pl.concat(side.select(*keys, "row", side=pl.lit(name)) for name, side in sides).with_row_index("crowd")
    counts = ((pl.col("side") == name).sum().over(keys).alias(name) for name, _side in sides)
    rows = rows.with_columns(pl.col("crowd").min().over(keys).cast(pl.Int64), *counts)
    rows = rows.filter(pl.col("left") > 0, pl.col("right") > 0)
    alone = (pl.col("left") == 1) & (pl.col("right") == 1)
    firsts = (pl.col("row").filter(pl.col("side") == name).first().alias(name) for name, _side in sides)
    pairs = rows.filter(alone).group_by("crowd").agg(*firsts).select("left", "right")
    return pairs, rows.filter(~alone).select("side", "row", "crowd")
