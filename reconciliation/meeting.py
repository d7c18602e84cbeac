"""Where the keys of two sides meet: as 64-bit words, then verified on their text, so that no pair rests on a hash.

The words of both sides are sorted together, each with its place in its low bits, so that equal ones lie beside each
other and nothing is joined. What does not stand once on either side is told apart by its text alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import and_, xor

import polars as pl

NO_PAIRS = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})
NO_CROWDS = pl.DataFrame(schema={"side": pl.String, "row": pl.Int64, "crowd": pl.Int64})

#: Pairs (``left``, ``right``) and crowds (``side``, ``row``, ``crowd``), in row numbers.
Found = tuple[pl.DataFrame, pl.DataFrame]

#: Rows of both sides up to which reading each of them costs less than the engine's queries.
_FEW = 5000


def word_of(keys: Sequence[str]) -> pl.Expr:
    """Return one 64-bit word for the keys of a row; equal keys have equal words."""
    return reduce(xor, (pl.col(key).hash(seed) for seed, key in enumerate(keys)))


def meet(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]) -> Found:
    """Return the pairs and the crowds of two sides.

    Args:
        left: rows that state every key: ``row`` and the keys.
        right: the other side.
        keys: rows belong together when they agree in all of them.
    """
    if left.height + right.height <= _FEW:
        return _meet_by_text(left, right, keys)
    at, at_right, doubtful = _meet_by_words(left, right, keys)
    same = _agree(left, right, keys, at, at_right)
    if not same.all():
        doubtful = doubtful.scatter(at.filter(~same), True).scatter(at_right.filter(~same) + left.height, True)
        at, at_right = at.filter(same), at_right.filter(same)
    pairs = pl.DataFrame({"left": left["row"].gather(at), "right": right["row"].gather(at_right)})
    if not doubtful.any():
        return pairs, NO_CROWDS
    rest = left.filter(doubtful.slice(0, left.height)), right.filter(doubtful.slice(left.height))
    told, crowds = _meet_by_text(*rest, keys)
    return pl.concat([pairs, told]), crowds


def _meet_by_words(
    left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Return the positions of rows whose words stand once on either side, in the order of the left ones.

    The third series tells of every row, the left ones first, whether its word is another row's in any other way.
    """
    start, total = left.height, left.height + right.height
    room = 1 << total.bit_length()
    words = pl.concat([_words(left, keys), _words(right, keys)], rechunk=True)
    order = pl.int_range(total, dtype=pl.UInt64, eager=True)
    lined_up = ((words & ((1 << 64) - room)) | order).sort().to_frame("word")
    place = (pl.col("word") & (room - 1)).cast(pl.UInt32 if total < 1 << 32 else pl.UInt64)
    beside = lined_up.select(place=place, after=(pl.col("word") // room) == (pl.col("word") // room).shift(-1))
    before = pl.col("after").shift(fill_value=False)
    crossing = (pl.col("place") < start) & (pl.col("place").shift(-1) >= start)
    beside = beside.with_columns(pl.col("after").fill_null(value=False)).with_columns(
        one=(pl.col("after") & ~before & ~pl.col("after").shift(-1, fill_value=False) & crossing).fill_null(value=False),
        other=pl.col("place").shift(-1),
    )
    shared = (pl.col("after") | before) & ~pl.col("one") & ~pl.col("one").shift(fill_value=False)
    doubtful = pl.repeat(False, total, eager=True).scatter(beside.filter(shared)["place"], True)
    single = beside.filter("one")
    # Looked up in the order of the left side, only the other side's rows lie scattered in memory.
    partner = pl.repeat(0, start, dtype=single["other"].dtype, eager=True).scatter(single["place"], single["other"])
    return (partner != 0).arg_true(), partner.filter(partner != 0) - start, doubtful


def _words(side: pl.DataFrame, keys: Sequence[str]) -> pl.Series:
    with ThreadPoolExecutor() as threads:  # one column alone is hashed on one core
        words = threads.map(lambda numbered: side[numbered[1]].hash(numbered[0]), enumerate(keys))
        return reduce(xor, words)


def _agree(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str], at: pl.Series, at_right: pl.Series) -> pl.Series:
    with ThreadPoolExecutor() as threads:  # one column alone is compared on one core
        return reduce(and_, threads.map(lambda key: left[key].gather(at) == right[key].gather(at_right), keys))


def _meet_by_text(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]) -> Found:
    """Do the same on the text of the keys alone, row by row."""
    here, there = _rows_by_key(left, keys), _rows_by_key(right, keys)
    pairs: list[tuple[int, int]] = []
    crowds: list[tuple[str, int, int]] = []
    for key, rows in here.items():
        others = there.get(key, ())
        if len(rows) == len(others) == 1:
            pairs.append((rows[0], others[0]))
        elif others:
            crowds += [("left", row, rows[0]) for row in rows] + [("right", row, rows[0]) for row in others]
    return _frame(pairs, NO_PAIRS), _frame(crowds, NO_CROWDS)


def _rows_by_key(side: pl.DataFrame, keys: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = {}
    for row, *key in zip(side["row"].to_list(), *(side[name].to_list() for name in keys), strict=True):
        found.setdefault(tuple(key), []).append(row)
    return found


def _frame(rows: Sequence[tuple[object, ...]], like: pl.DataFrame) -> pl.DataFrame:
    columns: Iterable[Sequence[object]] = list(zip(*rows, strict=True)) or [()] * like.width
    return pl.DataFrame(dict(zip(like.columns, columns, strict=True)), schema=like.schema)
