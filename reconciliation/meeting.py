"""Where the keys of two sides meet: as 64-bit words, then verified on their text, so that no pair rests on a hash.

The words of each side are sorted, each with its place in its low bits, so that one walk along the two finds the equal
ones. What does not stand once on either side is told apart by its text alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import and_, xor

import polars as pl

NO_PAIRS = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64, "alike": pl.Boolean})
NO_CROWDS = pl.DataFrame(schema={"side": pl.String, "row": pl.Int64, "crowd": pl.Int64})

#: Pairs (``left``, ``right``, whether they are ``alike``) and crowds (``side``, ``row``, ``crowd``), in row numbers.
Found = tuple[pl.DataFrame, pl.DataFrame]

#: Rows of both sides up to which reading each of them costs less than the engine's queries.
_FEW = 3000

#: The share of rows, one of so many, above which bringing a column together costs less than looking through its parts.
_FEW_OF = 20
#: Rows that are compared at a time on one core.
_BLOCK = 200_000


def word_of(keys: Sequence[str]) -> pl.Expr:
    """Return one 64-bit word for the keys of a row; equal keys have equal words."""
    return reduce(xor, (pl.col(key).hash(seed) for seed, key in enumerate(keys)))


def meet(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]) -> Found:
    """Return the pairs and the crowds of two sides.

    Args:
        left: rows that state every key: ``row`` and the keys; with a ``fingerprint``, rows of equal ones agree without
            a look at their keys, and their pairs are ``alike``.
        right: the other side.
        keys: rows belong together when they agree in all of them.
    """
    if left.height + right.height <= _FEW:
        return _meet_by_text(left, right, keys)
    at, at_right, doubtful = _meet_by_words(left, right, keys)
    alike, same = _agree(left, right, keys, at, at_right)
    if not same.all():
        doubtful = doubtful.scatter(at.filter(~same), True).scatter(at_right.filter(~same) + left.height, True)
        at, at_right, alike = at.filter(same), at_right.filter(same), alike.filter(same)
    rows = left["row"].gather(at).alias("left"), right["row"].gather(at_right).alias("right")
    pairs = pl.DataFrame([*rows, alike.alias("alike")])
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
    room = 1 << max(left.height, right.height).bit_length()
    with ThreadPoolExecutor() as threads:
        (here, again), (there, again_there) = threads.map(lambda side: _lined_up(side, keys, room), (left, right))
    # Both are in order and state every word once, so that it is one walk along the two.
    single = here.join(there, on="word")
    doubtful = pl.repeat(False, left.height + right.height, eager=True)
    if again.height or again_there.height:
        repeats = single["word"].is_in(pl.concat([again["word"], again_there["word"]]).implode())
        single, several = single.filter(~repeats), single.filter(repeats)
        for column, rest, start in (("place", again, 0), ("place_right", again_there, left.height)):
            others = rest.join(several, on="word", how="semi")["place"]
            doubtful = doubtful.scatter(several[column] + start, True).scatter(others + start, True)
    # Looked up in the order of the left side, only the other side's rows lie scattered in memory.
    partner = pl.repeat(None, left.height, dtype=pl.Int64, eager=True).scatter(single["place"], single["place_right"])
    return partner.is_not_null().arg_true(), partner.drop_nulls(), doubtful


def _lined_up(side: pl.DataFrame, keys: Sequence[str], room: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return each ``word`` once, in order, with the first ``place`` it stands at; and its other places."""
    kept = word_of(keys) & pl.lit((1 << 64) - room, pl.UInt64)
    packed = side.select(word=kept | pl.int_range(pl.len(), dtype=pl.UInt64)).select(pl.col("word").sort())
    word = pl.col("word")
    first = packed.select(((word ^ word.shift(1)) >= room).fill_null(value=True)).to_series()
    lined_up = packed.select((word // room).set_sorted(), place=(word & (room - 1)).cast(pl.Int64))
    if first.all():
        return lined_up, lined_up.clear()
    return lined_up.filter(first), lined_up.filter(~first)


def _agree(
    left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str], at: pl.Series, at_right: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Return which of the places have equal fingerprints, and which agree in every key."""
    if "fingerprint" not in left.columns:
        same = reduce(and_, (equal_at(left[key], right[key], at, at_right) for key in keys))
        return pl.repeat(False, len(same), eager=True), same
    alike = equal_at(left["fingerprint"], right["fingerprint"], at, at_right)
    rest = (~alike).arg_true()
    told = (equal_at(left[key], right[key], at.gather(rest), at_right.gather(rest)) for key in keys)
    return alike, alike.clone().scatter(rest, reduce(and_, told))  # scattering changes the series itself


def equal_at(left: pl.Series, right: pl.Series, at: pl.Series, at_right: pl.Series) -> pl.Series:
    """Return where two columns have equal values at the places beside each other; nothing equals null."""
    if len(at) > len(left) // _FEW_OF:  # in several chunks, every look-up would have to find its chunk first
        left, right = left.rechunk(), right.rechunk()
    starts = range(0, max(len(at), 1), _BLOCK)

    def equal(start: int) -> pl.Series:
        return left.gather(at.slice(start, _BLOCK)) == right.gather(at_right.slice(start, _BLOCK))

    if len(starts) == 1:
        return equal(0).fill_null(value=False)
    with ThreadPoolExecutor() as threads:  # one column alone is compared on one core
        return pl.concat(list(threads.map(equal, starts)), rechunk=True).fill_null(value=False)


def _meet_by_text(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]) -> Found:
    """Do the same on the text of the keys alone, row by row."""
    here, there = _rows_by_key(left, keys), _rows_by_key(right, keys)
    pairs: list[tuple[int, int, bool]] = []
    crowds: list[tuple[str, int, int]] = []
    for key, rows in here.items():
        others = there.get(key, ())
        if len(rows) == len(others) == 1:
            (row, text), (other, its_text) = rows[0], others[0]
            pairs.append((row, other, text is not None and text == its_text))
        elif others:
            crowds += [("left", row, rows[0][0]) for row, _text in rows]
            crowds += [("right", row, rows[0][0]) for row, _text in others]
    return _frame(pairs, NO_PAIRS), _frame(crowds, NO_CROWDS)


def _rows_by_key(side: pl.DataFrame, keys: Sequence[str]) -> dict[tuple[str, ...], list[tuple[int, str | None]]]:
    """Return the row and the fingerprint, if there is one, of every row by its keys."""
    texts = side["fingerprint"].to_list() if "fingerprint" in side.columns else [None] * side.height
    found: dict[tuple[str, ...], list[tuple[int, str | None]]] = {}
    for told, *key in zip(
        zip(side["row"].to_list(), texts, strict=True), *(side[k].to_list() for k in keys), strict=True
    ):
        found.setdefault(tuple(key), []).append(told)
    return found


def _frame(rows: Sequence[tuple[object, ...]], like: pl.DataFrame) -> pl.DataFrame:
    if not rows:
        return like
    columns = zip(like.schema.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, list(values), kind) for (name, kind), values in columns])
