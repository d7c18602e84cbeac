"""The loosest rule: one name, dates a few days apart, one item in common. What it is not sure of, it leaves alone.

Two licences of one item for one company in one week are two decisions, and two citizens may share a name. So rows
become a pair only where each is the other's single candidate, no other row of either side tells the same story,
nothing that says which decision it is contradicts, and a citizen's own number agrees.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Literal

import polars as pl
from pydantic import Field

from reconciliation.meeting import NO_PAIRS
from words.declared import Declared

#: What a decision is about; one of them has to agree.
ITEMS = ("document_name", "certificate_name", "content")
#: What says which decision it is; where both sides state it, it must not differ.
WITNESSES = ("document_number", "certificate_number", "uscc", "authority_code", "registration_number")
CITIZEN = "自然人"
_READ = ("name", "decision_date", *ITEMS, *WITNESSES, "counterpart_type", "id_number")
#: Rows of one name on one side beyond which nobody can be told apart by it; it keeps the work linear.
_MANY = 20


class Matching(Declared):
    """How far the loosest matching rule may go: one name, one item, dates near each other.

    Attributes:
        window: days that may lie between the decision dates.
        loose: whether two rows that are each other's only candidate, and contradict each other in nothing that
            identifies, become a pair, or a suggestion only.
    """

    window: int = Field(default=7, ge=0, le=60)
    loose: Literal["pair", "suggest"] = "pair"


Pool = tuple[pl.DataFrame, pl.DataFrame]


def pair_loosely(left: Pool, right: Pool, matching: Matching) -> pl.DataFrame:
    """Return the pairs (``left``, ``right``, never ``alike``) of which the loosest rule is certain.

    Args:
        left: the rows that are left, with ``row``, and all rows of the side.
        right: the other side.
        matching: how far it may go.
    """
    if matching.loose == "suggest":
        return NO_PAIRS
    here, there = (_named(rows) for rows, _whole in (left, right))
    there = there.join(here, on="name", how="semi")
    here = here.join(there, on="name", how="semi")
    here, there = (rows.filter(pl.len().over("name") <= _MANY) for rows in (here, there))
    if here.is_empty() or there.is_empty():
        return NO_PAIRS
    found = here.join(there, on="name", suffix="_there").filter(_within(matching.window), _one_item())
    alone = (pl.len().over("row") == 1) & (pl.len().over("row_there") == 1)
    found = found.filter(alone).filter(_nothing_contradicts(), _one_person())
    found = found.filter(_nobody_else(found, right[1], matching.window))
    mirrored = found.rename(_mirror(found.columns))
    return found.filter(_nobody_else(mirrored, left[1], matching.window)).select(
        left="row", right="row_there", alike=False
    )


def _mirror(names: Iterable[str]) -> dict[str, str]:
    """Return the names of the two rows of a pair exchanged."""
    own = [name for name in names if f"{name}_there" in names]
    return {name: f"{name}_there" for name in own} | {f"{name}_there": name for name in own}


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    return _readable(rows).filter(pl.col("name") != "", pl.col("day").is_not_null())


def _readable(rows: pl.DataFrame) -> pl.DataFrame:
    stated = [pl.col(name) if name in rows.columns else pl.lit("").alias(name) for name in _READ]
    day = pl.col("decision_date").str.to_date("%Y-%m-%d", strict=False)
    return rows.select("row", *(each.fill_null("") for each in stated)).with_columns(day=day)


def _within(window: int) -> pl.Expr:
    return (pl.col("day") - pl.col("day_there")).abs() <= pl.duration(days=window)


def _one_item() -> pl.Expr:
    return reduce(or_, ((pl.col(item) != "") & (pl.col(item) == pl.col(f"{item}_there")) for item in ITEMS))


def _nothing_contradicts() -> pl.Expr:
    differs = (
        (pl.col(name) != "") & (pl.col(f"{name}_there") != "") & (pl.col(name) != pl.col(f"{name}_there"))
        for name in WITNESSES
    )
    return ~reduce(or_, differs)


def _one_person() -> pl.Expr:
    """Many citizens share a name: only their own number says that they are one."""
    citizen = (pl.col("counterpart_type") == CITIZEN) | (pl.col("counterpart_type_there") == CITIZEN)
    return ~citizen | ((pl.col("id_number") != "") & (pl.col("id_number") == pl.col("id_number_there")))


def _nobody_else(found: pl.DataFrame, whole: pl.DataFrame, window: int) -> pl.Series:
    """Say of pairs whether no further row over there tells the same story, though a surer rule may have claimed it."""
    if found.is_empty():
        return pl.Series(dtype=pl.Boolean)
    rows = whole.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))
    rows = _named(rows.filter(pl.col("name").is_in(found["name"].implode())))
    story = found.select("name", "day", *ITEMS, "row_there", pair="row")
    others = story.join(rows, on="name", suffix="_there").filter(_within(window), _one_item())
    others = others.filter(pl.col("row") != pl.col("row_there"))
    return ~found["row"].is_in(others["pair"].implode())
