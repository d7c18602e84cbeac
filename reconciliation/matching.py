"""Which rows of two sides are the same decision: an ordered cascade of named rules, and honest doubt.

Keys meet as 64-bit words and are then verified on their text, so that no pair rests on a hash. A key that stands
more than once is never paired by row order: its rows leave the pool together, as one crowd.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor

import polars as pl

IDENTITY = ("document_number", "name", "certificate_number")

NO_PAIRS = pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64})
NO_CROWDS = pl.DataFrame(schema={"side": pl.String, "row": pl.Int64, "crowd": pl.Int64})
Found = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows belong together when they agree in every key; it applies to rows that state all of them.

    A one-sided rule looks for rows that one side holds twice, whatever the other side has; in it, null and empty
    are the same.
    """

    name: str
    keys: tuple[str, ...]
    one_sided: bool = False


#: Duplicates leave before a rule that could part them. The certificate number alone repeats between departments, so
#: it needs a second witness.
RULES = (
    Rule("identity", IDENTITY),
    Rule("document_number_and_name", ("document_number", "name")),
    Rule("document_number", ("document_number",)),
    Rule("certificate_number_and_name", ("certificate_number", "name")),
    Rule("duplicate", IDENTITY, one_sided=True),
    Rule("certificate_number_and_decision_date", ("certificate_number", "decision_date")),
)
NEAR_KEYS = (("name", "decision_date"), ("certificate_number",))


@dataclass(frozen=True, slots=True)
class Matches:
    """What the cascade found between a left and a right frame; all numbers are row numbers from 0.

    Attributes:
        pairs: ``left``, ``right``, ``rule`` (Enum, one-sided first, else as in the cascade); a row stands in one pair.
        crowds: ``side`` (left or right), ``row``, ``crowd``, ``rule``; the rows of one crowd cannot be told apart.
        near: ``side``, ``row``, ``near``: the nearest row on the other side for a row left over. Never a match.
    """

    pairs: pl.DataFrame
    crowds: pl.DataFrame
    near: pl.DataFrame


def match(left: pl.DataFrame, right: pl.DataFrame, rules: Sequence[Rule] = RULES) -> Matches:
    """Match two frames of canonical records; a column that a side lacks counts as never stated."""
    names = pl.Enum([rule.name for rule in sorted(rules, key=lambda rule: not rule.one_sided)])
    columns = {key for keys in (*(rule.keys for rule in rules), *NEAR_KEYS) for key in keys}
    pools = _Pool(left, columns), _Pool(right, columns)
    pairs, crowds = [], []
    for rule in rules:
        found, crowd = _stand_twice(*pools, rule.keys) if rule.one_sided else _apply(*pools, rule.keys)
        _close(pools, found, crowd)
        pairs.append(found.with_columns(rule=pl.lit(rule.name, names)))
        crowds.append(crowd.with_columns(rule=pl.lit(rule.name, names)))
    near = pl.concat([_near("left", *pools), _near("right", *reversed(pools))])
    return Matches(pl.concat(pairs), _numbered(crowds), near)


def complete(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Return the frame with every column of ``columns``; one that it lacks is null text: never stated."""
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns)


class _Pool:
    """The rows of one side that no rule has claimed yet."""

    def __init__(self, frame: pl.DataFrame, columns: Iterable[str]) -> None:
        kept = (*columns, "origin")
        self._frame = complete(frame, kept).select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), *kept)
        self._open = pl.repeat(True, frame.height, eager=True)
        self.height = frame.height

    def close(self, rows: pl.Series) -> None:
        self._open = self._open.scatter(rows, False)

    def stated(self, keys: Sequence[str]) -> pl.DataFrame:
        """Return the open rows that state every key, with the ``word`` of their keys."""
        stated = (pl.col(key).str.len_bytes() > 0 for key in keys)
        return self._frame.filter(self._open, *stated).with_columns(word=_word(keys))

    def standing_twice(self, side: str, keys: Sequence[str]) -> pl.DataFrame:
        """Return the open rows whose keys stand more than once on this side."""
        rows = self._frame.filter(self._open).with_columns(pl.col(keys).fill_null(""))
        rows = rows.filter(_word(keys).is_duplicated(), pl.any_horizontal(pl.col(keys) != ""))
        rows = rows.filter(pl.struct(keys).is_duplicated())
        return rows.select(side=pl.lit(side), row="row", crowd=pl.col("row").min().over(keys))


def _word(keys: Sequence[str]) -> pl.Expr:
    return reduce(xor, (pl.col(key).hash(seed) for seed, key in enumerate(keys)))


def _close(pools: tuple[_Pool, _Pool], pairs: pl.DataFrame, crowd: pl.DataFrame) -> None:
    for side, pool in zip(("left", "right"), pools, strict=True):
        pool.close(pairs[side])
        pool.close(crowd.filter(pl.col("side") == side)["row"])


def _stand_twice(left: _Pool, right: _Pool, keys: Sequence[str]) -> Found:
    here, there = left.standing_twice("left", keys), right.standing_twice("right", keys)
    apart = pl.col("crowd") + left.height
    return NO_PAIRS, pl.concat([here, there.with_columns(apart)])


def _apply(left: _Pool, right: _Pool, keys: Sequence[str]) -> Found:
    here = left.stated(keys)
    there = right.stated(keys) if here.height else here
    return _meet(here, there, keys) if there.height else (NO_PAIRS, NO_CROWDS)


def _meet(left: pl.DataFrame, right: pl.DataFrame, keys: Sequence[str]) -> Found:
    """Return the pairs and the crowds of two sides that state every key."""
    both = _counted(left).join(_counted(right), on="word")
    single = both.filter((pl.col("len") == 1) & (pl.col("len_right") == 1))
    same = [left[key].gather(single["at"]) == right[key].gather(single["at_right"]) for key in keys]
    true = single.filter(*same)
    pairs = pl.DataFrame({"left": left["row"].gather(true["at"]), "right": right["row"].gather(true["at_right"])})
    doubtful = both if true.is_empty() else both.join(true, on="word", how="anti")
    if doubtful.is_empty():
        return pairs, NO_CROWDS
    left, right = (side.join(doubtful, on="word", how="semi") for side in (left, right))
    told, crowds = _meet_exactly(left, right, keys)
    return pl.concat([pairs, told]), crowds


def _counted(side: pl.DataFrame) -> pl.DataFrame:
    """Return one row per word: how often it stands (``len``) and at which position first (``at``)."""
    return side.select("word", at=pl.int_range(pl.len())).group_by("word").agg(pl.first("at"), pl.len())


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


def _numbered(crowds: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return all crowds as one frame in which no two of them share a number."""
    parts = [crowd.with_columns(pl.lit(part).alias("part")) for part, crowd in enumerate(crowds)]
    number = pl.struct("part", "crowd").rank("dense").cast(pl.Int64)
    return pl.concat(parts).with_columns(crowd=number).drop("part")


def _near(side: str, here: _Pool, there: _Pool) -> pl.DataFrame:
    """Return for each open row here the first row by origin there that shares a near key."""
    found = [_nearest(here.stated(keys), there.stated(keys), keys) for keys in NEAR_KEYS]
    rows = pl.concat(found).unique("row", keep="first", maintain_order=True)
    return rows.select(side=pl.lit(side), row="row", near="near")


def _nearest(here: pl.DataFrame, there: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    there = there.join(here, on="word", how="semi").sort("origin").unique(keys, keep="first", maintain_order=True)
    return here.join(there.select(*keys, near="row"), on=keys).select("row", "near")
