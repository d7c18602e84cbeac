"""The three sides as groups: every row of source, ledger and feed belongs to exactly one.

Rows are addressed as nodes: source rows first, then ledger rows, then feed rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from reconciliation.linking import FEED, LEDGER, SIDES, SOURCE, Link, Sides, link_sides
from reconciliation.loose import Matching
from reconciliation.matching import RULES, Rule


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups, numbered from 1 in the order of source, ledger and feed rows.

    Attributes:
        of: per side, the group of each row (Int64).
        table: one row per group: ``group``, ``ambiguous``, ``rule`` (empty for a row alone), and per side
            ``source_row``, ``ledger_row``, ``feed_row``: the row, the first by origin of several, or null.
        links: source and ledger, source and feed, ledger and feed.
        heads: per group its first node.
    """

    of: Mapping[str, pl.Series]
    table: pl.DataFrame
    links: tuple[Link, Link, Link]
    heads: pl.Series

    def members(self, side: str) -> pl.DataFrame:
        """Return ``group`` and ``row`` of every row of this side in an ambiguous group."""
        return _members(self.of[side], self.table["ambiguous"])

    def certain(self, link: Link, pairs: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return pairs of a link, all if none are given, with their ``group``, without those of ambiguous groups."""
        pairs = link.matches.pairs if pairs is None else pairs
        pairs = pairs.with_columns(group=self.of[link.left].gather(pairs["left"]))
        return pairs.filter(~self.table["ambiguous"].gather(pairs["group"] - 1))


def gather_groups(
    sides: Sides, rules: Sequence[Rule] = RULES, matching: Matching | None = None, *, exact: bool = True
) -> Groups:
    """Match the three sides and return the sets of rows that belong together."""
    links = link_sides(sides, rules, matching, exact=exact)
    starts = {SOURCE: 0, LEDGER: sides[SOURCE].height, FEED: sides[SOURCE].height + sides[LEDGER].height}
    label = _labels(links, starts, starts[FEED] + sides[FEED].height)
    heads = label == pl.int_range(len(label), eager=True)
    number = heads.cast(pl.Int64).cum_sum().gather(label)
    of = {side: number.slice(starts[side], sides[side].height) for side in SIDES}
    return Groups(of, _table(sides, links, of, int(heads.sum())), links, heads.arg_true().cast(pl.Int64))


def _labels(links: tuple[Link, ...], starts: Mapping[str, int], total: int) -> pl.Series:
    """Return for every node the first node of its group."""
    label = pl.int_range(total, eager=True)
    crowds = _crowd_nodes(links, starts)
    label = label.scatter(crowds["node"], crowds["label"])
    for link in links:
        heads = label.gather(link.matches.pairs["left"] + starts[link.left])
        label = label.scatter(link.matches.pairs["right"] + starts[link.right], heads)
    return label


def _crowd_nodes(links: tuple[Link, ...], starts: Mapping[str, int]) -> pl.DataFrame:
    """Return ``node`` and ``label``, the first node that can be reached through crowds that share a node."""
    parts = [_nodes(link, starts).with_columns(part=pl.lit(part)) for part, link in enumerate(links)]
    nodes = pl.concat(parts).with_columns(label=pl.col("node"))
    while True:
        spread = nodes.with_columns(pl.col("label").min().over("part", "crowd"))
        spread = spread.with_columns(pl.col("label").min().over("node"))
        if spread["label"].equals(nodes["label"]):
            return nodes
        nodes = spread


def _nodes(link: Link, starts: Mapping[str, int]) -> pl.DataFrame:
    on_left = pl.col("side") == "left"
    start = pl.when(on_left).then(starts[link.left]).otherwise(starts[link.right])
    return link.matches.crowds.select("crowd", node=pl.col("row") + start)


def _table(sides: Sides, links: tuple[Link, ...], of: Mapping[str, pl.Series], count: int) -> pl.DataFrame:
    crowds = pl.concat(_crowd_rules(link, of) for link in links)
    ambiguous = pl.repeat(False, count, eager=True).scatter(crowds["group"] - 1, True)
    firsts = {f"{side}_row": _first_rows(sides[side], of[side], ambiguous) for side in SIDES}
    group = pl.int_range(1, count + 1, eager=True)
    return pl.DataFrame({"group": group, "ambiguous": ambiguous, "rule": _rules(links, of, crowds, count), **firsts})


def _members(of: pl.Series, ambiguous: pl.Series) -> pl.DataFrame:
    rows = ambiguous.gather(of - 1).arg_true().cast(pl.Int64)
    return pl.DataFrame({"group": of.gather(rows), "row": rows})


def _first_rows(frame: pl.DataFrame, of: pl.Series, ambiguous: pl.Series) -> pl.Series:
    rows = pl.repeat(None, len(ambiguous), dtype=pl.Int64, eager=True)
    rows = rows.scatter(of - 1, pl.int_range(frame.height, eager=True))
    members = _members(of, ambiguous)
    members = members.with_columns(origin=frame["origin"].gather(members["row"])).sort("origin")
    firsts = members.unique("group", keep="first", maintain_order=True)
    return rows.scatter(firsts["group"] - 1, firsts["row"])


def _crowd_rules(link: Link, of: Mapping[str, pl.Series]) -> pl.DataFrame:
    sides = (("left", link.left), ("right", link.right))
    parts = [(of[side], link.matches.crowds.filter(pl.col("side") == name)) for name, side in sides]
    return pl.concat(part.select("rule", group=groups.gather(part["row"])) for groups, part in parts)


def _rules(links: tuple[Link, ...], of: Mapping[str, pl.Series], crowds: pl.DataFrame, count: int) -> pl.Series:
    """Return the loosest rule that brought each group together; in an ambiguous one, the loosest of its crowds."""
    kind = crowds.schema["rule"]
    columns = []
    for link in links:
        pairs = link.matches.pairs
        column = pl.repeat(None, count, dtype=pl.UInt8, eager=True)
        columns.append(column.scatter(of[link.left].gather(pairs["left"]) - 1, pairs["rule"].to_physical()))
    loosest = pl.DataFrame({str(part): column for part, column in enumerate(columns)}).max_horizontal()
    doubt = crowds.group_by("group").agg(pl.col("rule").to_physical().max())
    loosest = loosest.scatter(doubt["group"] - 1, doubt["rule"])
    assert isinstance(kind, pl.Enum)
    return kind.categories.gather(loosest).fill_null("")
