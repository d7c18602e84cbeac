"""The three matches: the source with ledger and feed, and these two where no source row claimed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from reconciliation.loose import Matching
from reconciliation.matching import RULES, Matches, Rule, match

SOURCE, LEDGER, FEED = SIDES = ("source", "ledger", "feed")
Sides = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Link:
    """The matches between two sides, in row numbers of the whole frames."""

    left: str
    right: str
    matches: Matches


def link_sides(
    sides: Sides, rules: Sequence[Rule] = RULES, matching: Matching | None = None, *, exact: bool = True
) -> tuple[Link, Link, Link]:
    """Match source and ledger, source and feed, and then ledger and feed rows that no source row claimed."""
    source, ledger, feed = (sides[side] for side in SIDES)
    by_ledger = match(source, ledger, rules, matching, exact=exact)
    by_feed = match(source, feed, rules, matching, exact=exact)
    free_ledger, free_feed = _unclaimed(by_ledger, ledger.height), _unclaimed(by_feed, feed.height)
    rest = match(ledger[free_ledger], feed[free_feed], rules, matching, exact=exact)
    return (
        Link(SOURCE, LEDGER, by_ledger),
        Link(SOURCE, FEED, by_feed),
        Link(LEDGER, FEED, _renumbered(rest, free_ledger, free_feed)),
    )


def _unclaimed(matches: Matches, height: int) -> pl.Series:
    """Return the right rows that no left row claimed, in a pair or in a crowd."""
    crowds = matches.crowds
    shared = crowds.filter((pl.col("side") == "left").any().over("crowd"), pl.col("side") == "right")
    free = pl.repeat(True, height, eager=True).scatter(matches.pairs["right"], False).scatter(shared["row"], False)
    return free.arg_true()


def _renumbered(matches: Matches, left: pl.Series, right: pl.Series) -> Matches:
    """Return matches of two selections in the row numbers of the frames these were selected from."""
    rows = {"left": left.cast(pl.Int64), "right": right.cast(pl.Int64)}
    pairs = matches.pairs.with_columns(rows[side].gather(matches.pairs[side]).alias(side) for side in rows)
    crowds = [_shifted(matches.crowds, side, rows[side]) for side in rows]
    return Matches(pairs, pl.concat(crowds))


def _shifted(crowds: pl.DataFrame, side: str, rows: pl.Series) -> pl.DataFrame:
    mine = crowds.filter(pl.col("side") == side)
    return mine.with_columns(row=rows.gather(mine["row"]))
