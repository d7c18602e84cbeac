"""Reconciling in parts that fit into memory, here or on several machines, with the result of the whole.

What comes nearest to a row that stands alone may be in another part: it is looked for at the end, among all rows that
are not settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate

import polars as pl

from reconciliation.linking import FEED, LEDGER, SIDES, SOURCE, Sides
from reconciliation.neighbours import unsettled, with_neighbours
from reconciliation.partitions import Rows, partition, words
from reconciliation.reconciled import Reconciliation
from reconciliation.report import NOTHING_TRIED
from reconciliation.terms import Terms
from reconciliation.verdicts import judge, reconcile

Reading = Callable[[str, pl.Series], pl.DataFrame]
#: Reads the three sides of a part.
Cut = Callable[[], Sides]
#: Has each part judged, here or elsewhere; returns what ``judge`` says of them, in their order.
Spread = Callable[[Sequence[Cut], Terms], Iterable[Reconciliation]]


@dataclass(frozen=True, slots=True)
class Part:
    """What ``judge`` says of some rows alone.

    Attributes:
        rows: which rows of the whole sides these are; they were given to ``judge`` in this order.
        told: what it says; groups and rows are numbered as if there were no others.
    """

    rows: Rows
    told: Reconciliation


def one_after_the_other(parts: Sequence[Cut], terms: Terms) -> Iterator[Reconciliation]:
    """Judge each part here."""
    return (judge(part(), terms) for part in parts)


def in_parts(sides: Sides, terms: Terms, size: int, spread: Spread = one_after_the_other) -> Reconciliation:
    """Reconcile sides that are at hand, at most about ``size`` rows of all of them at a time."""
    if sum(sides[side].height for side in SIDES) <= size:
        return reconcile(sides, terms)
    told = {side: words(sides[side].lazy(), terms.standard).collect() for side in SIDES}
    return reconcile_in_parts(told, size, lambda side, rows: sides[side][rows], terms, spread)


def reconcile_in_parts(
    told: Mapping[str, pl.DataFrame], size: int, read: Reading, terms: Terms, spread: Spread = one_after_the_other
) -> Reconciliation:
    """Return what ``reconcile`` would say of the whole sides, which need not lie in memory together.

    Args:
        told: the words of each side's rows, in their order.
        size: about how many rows of all sides are looked at in one go.
        read: gives some rows of a side, by their numbers.
        terms: how they are looked at.
        spread: has the parts judged.
    """
    cut = partition(told, size)
    judged = spread([partial(_read, read, rows) for rows in cut], terms)
    parts = (Part(rows, each) for rows, each in zip(cut, judged, strict=True))
    found = merge(parts, {side: told[side].height for side in SIDES})
    left, places = _selected(unsettled(found), read)
    return with_neighbours(found, left, places, terms)


def _read(read: Reading, rows: Rows) -> Sides:
    return {side: read(side, rows[side]) for side in SIDES}


def _selected(places: pl.DataFrame, read: Reading) -> tuple[Sides, pl.DataFrame]:
    """Return the rows of some groups, and these groups with the rows numbered among themselves."""
    rows = {side: places[f"{side}_row"].drop_nulls().sort() for side in SIDES}
    numbered = (pl.col(f"{side}_row").rank("ordinal").cast(pl.Int64) - 1 for side in SIDES)
    return _read(read, rows), places.with_columns(numbered)


def merge(parts: Iterable[Part], heights: Mapping[str, int]) -> Reconciliation:
    """Return what ``judge`` says of the whole, from what it says of every part.

    Args:
        parts: each row of every side is in one of them.
        heights: the number of rows of each whole side.
    """
    told = [_renumbered(part, heights) for part in parts]
    number = pl.concat([each.places["head"] for each in told]).rank("ordinal").cast(pl.Int64)
    ends = list(accumulate(each.places.height for each in told))
    starts = [0, *ends]

    def joined(name: str, order: Sequence[str]) -> pl.DataFrame:
        frames = (
            getattr(each, name).with_columns(group=number.gather(getattr(each, name)["group"] - 1 + start))
            for each, start in zip(told, starts, strict=False)
        )
        whole: pl.DataFrame = pl.concat(frames)
        return whole.sort(order, maintain_order=True)

    return Reconciliation(
        verdicts=joined("verdicts", ["group"]),
        differences=joined("differences", ["group"]),
        members=joined("members", ["group"]),
        rows=joined("rows", ["source_row"]),
        tried=NOTHING_TRIED,
        places=joined("places", ["group"]),
    )


def _renumbered(part: Part, heights: Mapping[str, int]) -> Reconciliation:
    """Return a part with the row numbers of the whole; its groups keep their own."""
    starts = {SOURCE: 0, LEDGER: heights[SOURCE], FEED: heights[SOURCE] + heights[LEDGER]}
    nodes = pl.concat([part.rows[side] + starts[side] for side in SIDES])
    places = part.told.places.with_columns(
        *(part.rows[side].gather(part.told.places[f"{side}_row"]).alias(f"{side}_row") for side in SIDES),
        head=nodes.gather(part.told.places["head"]),
    )
    source_row = part.rows[SOURCE].gather(part.told.rows["source_row"])
    return replace(part.told, rows=part.told.rows.with_columns(source_row=source_row), places=places)
