"""Dividing sides into parts that can be reconciled by themselves.

Rows that agree in the keys of any rule have to come into one part; rows that share no key never meet, whatever part
they are in. So all rows are first looked at through their keys alone, as 64-bit words: rows that share a word, or share
one with a row that shares another, and so on, stay together, and a part is as many such sets as fit. Two keys that have
one word by chance keep rows together needlessly, which changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from mappings.standards import Standard
from mappings.written import number_key
from reconciliation.linking import SIDES
from reconciliation.matching import NUMBER_KEY, rules_for
from reconciliation.meeting import word_of

#: Per side the numbers of some rows, ascending.
Rows = Mapping[str, pl.Series]


def words(side: pl.LazyFrame, standard: Standard) -> pl.LazyFrame:
    """Return one column of words per set of keys that brings rows together; null where a row does not state them.

    This is all that has to be known of every row at a time: eight bytes a row and set.

    Args:
        side: canonical records as text columns; it may lack some.
        standard: gives the rules.
    """
    known = set(side.collect_schema().names())
    sets = _sets(standard)
    keys = dict.fromkeys(["document_number", *(key for each, _one_sided in sets for key in each if key != NUMBER_KEY)])
    texts = side.with_columns((pl.col(key).fill_null("") if key in known else pl.lit("")).alias(key) for key in keys)
    texts = texts.with_columns(number_key(pl.col("document_number")).fill_null("").alias(NUMBER_KEY))
    return texts.select(
        _word(each, one_sided=one_sided).alias(str(place)) for place, (each, one_sided) in enumerate(sets)
    )


def _sets(standard: Standard) -> list[tuple[tuple[str, ...], bool]]:
    """Return the sets of keys, and whether one of them stated is enough.

    Who agrees in all keys of a set agrees in those of a smaller one, which therefore stands for both. The loose rule
    looks at every row of a name.
    """
    rules = [(("name",) if rule.loose else rule.keys, rule.one_sided) for rule in rules_for(standard)]
    sets = list(dict.fromkeys(rules))
    whole = [set(keys) for keys, one_sided in sets if not one_sided]
    return [(keys, loose) for keys, loose in sets if loose or not any(other < set(keys) for other in whole)]


def _word(keys: Sequence[str], *, one_sided: bool) -> pl.Expr:
    stated = [pl.col(key) != "" for key in keys]
    return pl.when(pl.any_horizontal(stated) if one_sided else pl.all_horizontal(stated)).then(word_of(keys))


def partition(told: Mapping[str, pl.DataFrame], size: int) -> list[Rows]:
    """Return parts of about ``size`` rows of all sides; a set of rows that hang together is never divided.

    Args:
        told: the words of each side's rows, in their order.
        size: the rows at which a part is closed.
    """
    together = pl.concat([told[side] for side in SIDES], rechunk=True)
    first = _together(together)
    sets = first.value_counts().sort("row")
    part = (sets["count"].cum_sum() - sets["count"]).cast(pl.Int64) // size
    number = pl.repeat(0, together.height, dtype=pl.Int64, eager=True).scatter(sets["row"], part).gather(first)
    split = {side: _split(number.slice(*ends)) for side, ends in _ends(told).items()}
    nothing = pl.Series(dtype=pl.Int64)
    numbers = part.unique().sort().to_list() or [0]
    return [{side: split[side].get(each, nothing) for side in SIDES} for each in numbers]


def _ends(told: Mapping[str, pl.DataFrame]) -> dict[str, tuple[int, int]]:
    """Return per side where its rows begin among those of all, and how many there are."""
    heights = [told[side].height for side in SIDES]
    return {side: (sum(heights[:place]), heights[place]) for place, side in enumerate(SIDES)}


def _split(part: pl.Series) -> dict[int, pl.Series]:
    """Return per part its rows, ascending."""
    rows = pl.DataFrame({"part": part, "row": pl.int_range(len(part), eager=True)})
    return {int(number): each["row"] for (number,), each in rows.partition_by("part", as_dict=True).items()}


def _together(told: pl.DataFrame) -> pl.Series:
    """Return for each row the first row that can be reached over shared words."""
    row = pl.int_range(told.height, eager=True).alias("row")
    # Most rows have all their words in common with one of another side: only the first of them need be looked at.
    stated = pl.any_horizontal(pl.all().is_not_null())
    alike = _first_of(told.select(pl.when(stated).then(pl.struct(pl.all()).hash())).to_series(), row)
    distinct = row.filter(alike == row)
    reached = distinct.gather(_reached(told[distinct]))
    return row.scatter(distinct, reached).gather(alike)


def _reached(told: pl.DataFrame) -> pl.Series:
    first = pl.int_range(told.height, eager=True).alias("row")
    while True:
        reached = first
        for word in told:
            reached = _first_of(word, reached)
        reached = reached.gather(reached)
        if reached.equals(first):
            return first
        first = reached


def _first_of(word: pl.Series, row: pl.Series) -> pl.Series:
    """Return the least number among the rows of one word; a row without a word keeps its own."""
    linked = pl.DataFrame([word.alias("word"), row])
    least = pl.when(pl.col("word").is_null()).then("row").otherwise(pl.col("row").min().over("word"))
    return linked.select(least.alias("row")).to_series()
