"""Which rows of two sides are the same decision: an ordered cascade of named rules, and honest doubt.

A key that stands more than once is never paired by row order: its rows leave the pool together, as one crowd.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from mappings.standards import Standard
from reconciliation.meeting import NO_CROWDS, NO_PAIRS, Found, meet, word_of

IDENTITY = ("document_number", "name", "certificate_number")


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


def rules_for(standard: Standard) -> tuple[Rule, ...]:
    """Return the cascade as far as the standard has its keys; identity is what it has of it."""
    known: dict[tuple[tuple[str, ...], bool], Rule] = {}
    for rule in RULES:
        keys = tuple(key for key in rule.keys if key in standard.by_name)
        if rule.keys in {keys, IDENTITY}:
            known.setdefault((keys, rule.one_sided), replace(rule, keys=keys))
    return tuple(known.values())


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


def match(left: pl.DataFrame, right: pl.DataFrame, rules: Sequence[Rule] = RULES, *, exact: bool = True) -> Matches:
    """Match two frames of canonical records; a column that a side lacks counts as never stated.

    Unless ``exact``, two rows of equal ``fingerprint`` agree in their keys without a look at them, and the pairs tell
    whether they are ``alike``.
    """
    names = pl.Enum([rule.name for rule in sorted(rules, key=lambda rule: not rule.one_sided)])
    columns = {key for keys in (*(rule.keys for rule in rules), *NEAR_KEYS) for key in keys}
    prints = () if exact else ("fingerprint",)
    pools = _Pool(left, columns, prints), _Pool(right, columns, prints)
    pairs, crowds = [], []
    for rule in rules:
        found, crowd = _stand_twice(*pools, rule.keys) if rule.one_sided else _apply(*pools, rule.keys)
        _close(pools, found, crowd)
        pairs.append((found.drop("alike") if exact else found).with_columns(rule=pl.lit(rule.name, names)))
        crowds.append(crowd.with_columns(rule=pl.lit(rule.name, names)))
    near = pl.concat([_near("left", *pools), _near("right", *reversed(pools))])
    return Matches(pl.concat(pairs), _numbered(crowds), near)


def complete(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Return the frame with every column of ``columns``; one that it lacks is null text: never stated."""
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns)


class _Pool:
    """The rows of one side that no rule has claimed yet."""

    def __init__(self, frame: pl.DataFrame, columns: Iterable[str], prints: Sequence[str] = ()) -> None:
        kept = (*columns, "origin", *prints)
        row = pl.int_range(frame.height, dtype=pl.Int64, eager=True).alias("row")
        self._frame = complete(frame, kept).select(kept).insert_column(0, row)
        self._open = pl.repeat(True, frame.height, eager=True)
        self._prints = prints
        self.height = frame.height
        self.origins = frame["origin"]

    def close(self, rows: pl.Series) -> None:
        if rows.is_empty():
            return
        self._open = self._open.scatter(rows, False)
        whole = self._frame.height == self.height
        self._frame = self._frame.filter(self._open if whole else self._open.gather(self._frame["row"])).rechunk()

    def stated(self, keys: Sequence[str]) -> pl.DataFrame:
        """Return the open rows that state every key, as ``row`` and the keys."""
        rows = self._frame[["row", *keys, *self._prints]]
        if rows.is_empty():
            return rows
        stated = rows.select(
            pl.all_horizontal((pl.col(key).str.len_bytes() > 0).fill_null(value=False) for key in keys)
        )
        every = stated.to_series()
        return rows if every.all() else rows.filter(every)

    def standing_twice(self, side: str, keys: Sequence[str]) -> pl.DataFrame:
        """Return the open rows whose keys stand more than once on this side."""
        if self._frame.is_empty():
            return NO_CROWDS
        rows = self._frame.with_columns(pl.col(keys).fill_null(""))
        rows = rows.filter(word_of(keys).is_duplicated(), pl.any_horizontal(pl.col(keys) != ""))
        rows = rows.filter(pl.struct(keys).is_duplicated())
        return rows.select(side=pl.lit(side), row="row", crowd=pl.col("row").min().over(keys))


def _close(pools: tuple[_Pool, _Pool], pairs: pl.DataFrame, crowd: pl.DataFrame) -> None:
    for side, pool in zip(("left", "right"), pools, strict=True):
        crowded = crowd if crowd.is_empty() else crowd.filter(pl.col("side") == side)
        pool.close(pl.concat([pairs[side], crowded["row"]]))


def _stand_twice(left: _Pool, right: _Pool, keys: Sequence[str]) -> Found:
    here, there = left.standing_twice("left", keys), right.standing_twice("right", keys)
    apart = pl.col("crowd") + left.height
    return NO_PAIRS, pl.concat([here, there.with_columns(apart)])


def _apply(left: _Pool, right: _Pool, keys: Sequence[str]) -> Found:
    here = left.stated(keys)
    there = right.stated(keys) if here.height else here
    return meet(here, there, keys) if there.height else (NO_PAIRS, NO_CROWDS)


def _numbered(crowds: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return all crowds as one frame in which no two of them share a number."""
    parts = [crowd.with_columns(pl.lit(part).alias("part")) for part, crowd in enumerate(crowds)]
    number = pl.struct("part", "crowd").rank("dense").cast(pl.Int64)
    return pl.concat(parts).with_columns(crowd=number).drop("part")


def _near(side: str, here: _Pool, there: _Pool) -> pl.DataFrame:
    """Return for each open row here the first row by origin there that shares a near key."""
    found = [_nearest(here.stated(keys), there.stated(keys), keys, there.origins) for keys in NEAR_KEYS]
    rows = pl.concat(found).unique("row", keep="first", maintain_order=True)
    return rows.select(side=pl.lit(side), row="row", near="near")


_NOTHING_NEAR = pl.DataFrame(schema={"row": pl.Int64, "near": pl.Int64})


def _nearest(here: pl.DataFrame, there: pl.DataFrame, keys: Sequence[str], origins: pl.Series) -> pl.DataFrame:
    if here.is_empty() or there.is_empty():
        return _NOTHING_NEAR
    here, there = (rows.with_columns(word=word_of(keys)) for rows in (here, there))
    there = there.join(here, on="word", how="semi")
    there = there.with_columns(origins.gather(there["row"])).sort("origin")
    there = there.unique(keys, keep="first", maintain_order=True)
    return here.select("row", *keys).join(there.select(*keys, near="row"), on=keys).select("row", "near")
