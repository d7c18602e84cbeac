"""Which rows of two sides are the same decision: an ordered cascade of named rules, and honest doubt.

A key that stands more than once is never paired by row order: its rows leave the pool together, as one crowd. Every
rule looks only at the rows that the rules before it left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from mappings.standards import Standard
from mappings.written import number_key
from reconciliation.loose import Matching, pair_loosely
from reconciliation.meeting import NO_CROWDS, NO_PAIRS, Found, meet, word_of

IDENTITY = ("document_number", "name", "certificate_number")
#: A key that no side states: what is left of the document number when all that offices vary is gone.
NUMBER_KEY = "number_key"
#: The text that a system showed, where normalisation made another of it; else null.
RAW: Mapping[str, str] = {f"raw_{name}": name for name in IDENTITY}


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows belong together when they agree in every key; it applies to rows that state all of them.

    A one-sided rule looks for rows that one side holds twice, whatever the other side has; in it, null and empty
    are the same. A loose rule allows days between its dates, wants one item in common, and pairs only what is certain.
    """

    name: str
    keys: tuple[str, ...]
    one_sided: bool = False
    loose: bool = False


#: Duplicates leave before a rule that could part them. The certificate number alone repeats between departments, and a
#: variant of a document number may be another number after all, so that both need a second witness.
RULES = (
    Rule("identity", IDENTITY),
    Rule("document_number_and_name", ("document_number", "name")),
    Rule("document_number", ("document_number",)),
    Rule("number_variant_and_name", (NUMBER_KEY, "name")),
    Rule("certificate_number_and_name", ("certificate_number", "name")),
    Rule("duplicate", IDENTITY, one_sided=True),
    Rule("number_variant_and_decision_date", (NUMBER_KEY, "decision_date")),
    Rule("certificate_number_and_decision_date", ("certificate_number", "decision_date")),
    Rule("name_date_and_item", ("name", "decision_date"), loose=True),
)
#: The name of pairs by the first rule of whose keys normalisation had to make equal at least one.
NORMALISED = "identity_normalised"


def rules_for(standard: Standard) -> tuple[Rule, ...]:
    """Return the cascade as far as the standard has its keys; identity is what it has of it."""
    has = {*standard.by_name, *((NUMBER_KEY,) if "document_number" in standard.by_name else ())}
    known: dict[tuple[tuple[str, ...], bool, bool], Rule] = {}
    for rule in RULES:
        keys = tuple(key for key in rule.keys if key in has)
        if keys == rule.keys or (rule.keys == IDENTITY and keys):
            known.setdefault((keys, rule.one_sided, rule.loose), replace(rule, keys=keys))
    return tuple(known.values())


@dataclass(frozen=True, slots=True)
class Matches:
    """What the cascade found between a left and a right frame; all numbers are row numbers from 0.

    Attributes:
        pairs: ``left``, ``right``, ``rule`` (Enum, one-sided first, else as in the cascade); a row stands in one pair.
        crowds: ``side`` (left or right), ``row``, ``crowd``, ``rule``; the rows of one crowd cannot be told apart.
    """

    pairs: pl.DataFrame
    crowds: pl.DataFrame


def match(
    left: pl.DataFrame,
    right: pl.DataFrame,
    rules: Sequence[Rule] = RULES,
    matching: Matching | None = None,
    *,
    exact: bool = True,
) -> Matches:
    """Match two frames of canonical records; a column that a side lacks counts as never stated.

    Unless ``exact``, two rows of equal ``fingerprint`` agree in their keys without a look at them, and the pairs tell
    whether they are ``alike``.
    """
    names = rule_names(rules)
    columns = list(dict.fromkeys(key for rule in rules for key in rule.keys if key != NUMBER_KEY))
    prints = () if exact else ("fingerprint",)
    pools = _Pool(left, columns, prints), _Pool(right, columns, prints)
    pairs, crowds = [], []
    for rule in rules:
        found, crowd = _by(rule, pools, matching or Matching())
        _close(pools, found, crowd)
        paired = found.drop("alike") if exact else found
        pairs.append(paired.with_columns(rule=_named(rule, found, pools, names)))
        crowds.append(crowd.with_columns(rule=pl.lit(rule.name, names)))
    return Matches(pl.concat(pairs), _numbered(crowds))


def rule_names(rules: Sequence[Rule]) -> pl.Enum:
    """Return the names of rules, the one-sided first, else as in the cascade."""
    ordered = [rule.name for rule in sorted(rules, key=lambda rule: not rule.one_sided)]
    first = ordered.index(rules[0].name) + 1
    return pl.Enum([*ordered[:first], NORMALISED, *ordered[first:]])


def complete(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Return the frame with every column of ``columns``; one that it lacks is null text: never stated."""
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns)


class _Pool:
    """The rows of one side that no rule has claimed yet; ``left`` counts them."""

    def __init__(self, frame: pl.DataFrame, columns: Sequence[str], prints: Sequence[str] = ()) -> None:
        self.frame = frame
        kept = (*columns, *prints)
        row = pl.int_range(frame.height, dtype=pl.Int64, eager=True).alias("row")
        self._rest = complete(frame, kept).select(kept).insert_column(0, row)
        self._open = pl.repeat(True, frame.height, eager=True)
        self._prints = prints

    @property
    def left(self) -> int:
        """How many rows are left."""
        return self._rest.height

    def close(self, rows: pl.Series) -> None:
        if rows.is_empty():
            return
        self._open = self._open.scatter(rows, False)
        whole = self._rest.height == self.frame.height
        self._rest = self._rest.filter(self._open if whole else self._open.gather(self._rest["row"])).rechunk()

    def stated(self, keys: Sequence[str]) -> pl.DataFrame:
        """Return the rows left that state every key, as ``row`` and the keys."""
        rows = self._rest[["row", *keys, *self._prints]]
        if rows.is_empty():
            return rows
        every = rows.select(
            pl.all_horizontal((pl.col(key).str.len_bytes() > 0).fill_null(value=False) for key in keys)
        ).to_series()
        return rows if every.all() else rows.filter(every)

    def stating_numbers(self, keys: Sequence[str]) -> pl.DataFrame:
        """Return the rows left that state a document number and every other key, with the ``word`` of those."""
        others = [key for key in keys if key != NUMBER_KEY]
        return self.stated(["document_number", *others]).with_columns(word=word_of(others))

    def open(self) -> pl.DataFrame:
        """Return the rows that are left, whole, with ``row``."""
        rows = self._rest["row"]
        return self.frame[rows].with_columns(row=rows)

    def standing_twice(self, side: str, keys: Sequence[str]) -> pl.DataFrame:
        """Return the rows left whose keys stand more than once on this side."""
        if self.left < 2:
            return NO_CROWDS
        rows = self._rest.with_columns(pl.col(keys).fill_null(""))
        rows = rows.filter(word_of(keys).is_duplicated(), pl.any_horizontal(pl.col(keys) != ""))
        if rows.is_empty():
            return NO_CROWDS
        rows = rows.filter(pl.struct(keys).is_duplicated())
        return rows.select(side=pl.lit(side), row="row", crowd=pl.col("row").min().over(keys))


def _close(pools: tuple[_Pool, _Pool], pairs: pl.DataFrame, crowd: pl.DataFrame) -> None:
    for side, pool in zip(("left", "right"), pools, strict=True):
        crowded = crowd if crowd.is_empty() else crowd.filter(pl.col("side") == side)
        pool.close(pl.concat([pairs[side], crowded["row"]]))


def _by(rule: Rule, pools: tuple[_Pool, _Pool], matching: Matching) -> Found:
    left, right = pools
    if rule.one_sided:
        return NO_PAIRS, _stand_twice(left, right, rule.keys)
    if not left.left or not right.left:
        return NO_PAIRS, NO_CROWDS
    if rule.loose:
        return pair_loosely((left.open(), left.frame), (right.open(), right.frame), matching), NO_CROWDS
    return _meet_by_number(left, right, rule.keys) if NUMBER_KEY in rule.keys else _meet(left, right, rule.keys)


def _stand_twice(left: _Pool, right: _Pool, keys: Sequence[str]) -> pl.DataFrame:
    here, there = left.standing_twice("left", keys), right.standing_twice("right", keys)
    return pl.concat([here, there.with_columns(pl.col("crowd") + left.frame.height)])


def _meet(left: _Pool, right: _Pool, keys: Sequence[str]) -> Found:
    here = left.stated(keys)
    there = right.stated(keys) if here.height else here
    return meet(here, there, keys) if there.height else (NO_PAIRS, NO_CROWDS)


def _meet_by_number(left: _Pool, right: _Pool, keys: Sequence[str]) -> Found:
    """Make the keys of numbers only where the second witness stands on both sides."""
    here, there = left.stating_numbers(keys), right.stating_numbers(keys)
    here = here.join(there, on="word", how="semi")
    there = there.join(here, on="word", how="semi")
    if not here.height:
        return NO_PAIRS, NO_CROWDS
    return meet(_with_number_keys(here), _with_number_keys(there), keys)


def _with_number_keys(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(number_key(pl.col("document_number")).alias(NUMBER_KEY)).drop_nulls(NUMBER_KEY)


def _named(rule: Rule, pairs: pl.DataFrame, pools: tuple[_Pool, _Pool], names: pl.Enum) -> pl.Expr | pl.Series:
    """Name what identity paired by whether normalisation was needed for it."""
    changed = [
        pool.frame[raw].is_not_null().gather(pairs[side])
        for side, pool in zip(("left", "right"), pools, strict=True)
        for raw, key in RAW.items()
        if key in rule.keys and raw in pool.frame.columns and pool.frame[raw].null_count() < pool.frame.height
    ]
    if rule.name != "identity" or not changed:
        return pl.lit(rule.name, names)
    told = pl.when(pl.any_horizontal(changed)).then(pl.lit(NORMALISED)).otherwise(pl.lit(rule.name))
    return pl.select(told.cast(names)).to_series()


def _numbered(crowds: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return all crowds as one frame in which no two of them share a number."""
    parts = [crowd.with_columns(pl.lit(part).alias("part")) for part, crowd in enumerate(crowds)]
    number = pl.struct("part", "crowd").rank("dense").cast(pl.Int64)
    return pl.concat(parts).with_columns(crowd=number).drop("part")
