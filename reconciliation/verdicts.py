"""Where every decision is, whether its values agree, and whether it is on time: three sides into one report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import polars as pl

from mappings.standards import Standard
from mappings.written import number_key
from reconciliation.apart import tried, why_not
from reconciliation.clocks import Clock
from reconciliation.comparing import compare
from reconciliation.describing import SHOWN, describe, item_of, suggestions
from reconciliation.grouping import Groups, gather_groups
from reconciliation.linking import FEED, LEDGER, SIDES, SOURCE, Link, Sides
from reconciliation.loose import Matching
from reconciliation.matching import RAW, complete, rules_for
from reconciliation.nearest import ALONE, nearest
from reconciliation.policies import Policy, decide
from reconciliation.report import DIFFERENCE_COLUMNS, VERDICT_COLUMNS, Bucket
from reconciliation.traced import normalised

KEPT = (*SHOWN, "uscc", "decision_date", "fingerprint", "origin", *RAW)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What the three sides say of each other.

    Attributes:
        verdicts: one row per group; ``VERDICT_COLUMNS``, with ``outcome`` left empty for the delivery to fill.
        differences: one row per differing field; ``DIFFERENCE_COLUMNS``. In a group without a source row,
            ``source_value`` is the ledger's.
        members: every record of every ambiguous group; ``MEMBER_COLUMNS`` and the standard's fields.
        rows: one row per source row, in its order: ``source_row``, ``group`` (Int64) and ``bucket``.
        tried: of each group that has a near row elsewhere, every matching rule that failed; ``TRIED_COLUMNS``.
        heads: per group its first row, where source, ledger and feed rows are numbered in this order from 0.
    """

    verdicts: pl.DataFrame
    differences: pl.DataFrame
    members: pl.DataFrame
    rows: pl.DataFrame
    tried: pl.DataFrame
    heads: pl.Series

    def with_buckets(self, record_ids: pl.Series, *, held: Mapping[str, str], due: Collection[str]) -> Reconciliation:
        """Return the same with some buckets changed.

        Args:
            record_ids: of the source rows, in their order.
            held: record → why a record that is due is held after all.
            due: records that this run has delivered itself, which the feed therefore shows already.
        """
        rows = self.rows.with_columns(record_id=record_ids.gather(self.rows["source_row"]))
        kept, shown = pl.col("bucket") == Bucket.DUE.value, pl.col("bucket") == Bucket.ALREADY_DISCLOSED.value
        bucket = (
            pl.when(kept & pl.col("record_id").is_in(list(held)))
            .then(pl.lit(Bucket.HELD.value))
            .when(shown & pl.col("record_id").is_in(list(due)))
            .then(pl.lit(Bucket.DUE.value))
            .otherwise("bucket")
        )
        why = pl.col("record_id").replace_strict(dict(held), default="", return_dtype=pl.String)
        told = self.verdicts.with_columns(
            bucket=bucket, reason=pl.when(kept & (why != "")).then(why).otherwise("reason")
        )
        return replace(self, verdicts=told, rows=rows.with_columns(bucket=bucket).drop("record_id"))


def reconcile(  # noqa: PLR0913 - three sides, and how to look at them
    source: pl.DataFrame,
    ledger: pl.DataFrame,
    feed: pl.DataFrame,
    *,
    standard: Standard,
    clock: Clock,
    policy: Policy,
    matching: Matching | None = None,
    exact: bool = True,
) -> Reconciliation:
    """Match the three sides, compare what belongs together, and say where each decision is.

    Args:
        source: canonical records as text columns, with ``record_id``, ``fingerprint``, ``origin`` and ``malformed``;
            of keys that normalisation altered, the text as it was shown (``raw_`` and the key), else null.
        ledger: the same without ``malformed``; null means that this ledger never states the field.
        feed: the same, with ``received``, the day the feed took the record.
        standard: the record's fields.
        clock: the day and the deadlines.
        policy: what to deliver and what to hold.
        matching: how far the loosest rule may go.
        exact: compare every pair field by field; otherwise equal fingerprints count as equal.

    Raises:
        UsageError: the policy names a field that the standard does not have.
    """
    kept = (*KEPT, *standard.item)
    sides = {
        SOURCE: complete(source, (*kept, "malformed")).rechunk(),
        LEDGER: complete(ledger, kept).rechunk(),
        FEED: complete(feed, (*kept, "received")).rechunk(),
    }
    rules, matching = rules_for(standard), matching or Matching()
    groups = gather_groups(sides, rules, matching, exact=exact)
    differing = _differing(sides, groups, standard, exact=exact)
    table = describe(sides, groups, differing, clock)
    near = nearest(sides, groups, table["verdict"])
    alone = table["verdict"].is_in(ALONE)
    table = table.hstack(decide(table, differing, policy, standard)).with_columns(
        item_of(sides, groups, standard),
        suggestion=suggestions(near, table.height),
        normalised=normalised(sides, groups, standard, rules),
        why_not=why_not(near, alone, standard),
        outcome=pl.lit(""),
    )
    return Reconciliation(
        verdicts=table.select("group", pl.col(VERDICT_COLUMNS[1:]).fill_null("")),
        differences=_with_names(differing, table),
        members=_members(sides, groups, standard),
        rows=_rows(groups, table["bucket"]),
        tried=tried(near, rules, matching),
        heads=groups.heads,
    )


def _rows(groups: Groups, bucket: pl.Series) -> pl.DataFrame:
    group = groups.of[SOURCE]
    rows = pl.int_range(len(group), eager=True)
    return pl.DataFrame({"source_row": rows, "group": group, "bucket": bucket.gather(group - 1)})


def _differing(sides: Sides, groups: Groups, standard: Standard, *, exact: bool) -> pl.DataFrame:
    """Return the differences by group, the ledger's before the feed's, in the standard's order of fields."""
    found = pl.concat(_on_link(sides, groups, link, standard, exact=exact) for link in groups.links)
    return found.sort("group", pl.col("against") == FEED, "place")


def _on_link(sides: Sides, groups: Groups, link: Link, standard: Standard, *, exact: bool) -> pl.DataFrame:
    pairs = groups.certain(link)
    left, right = sides[link.left], sides[link.right]
    found = compare(left, right, pairs, standard.names, exact=exact)
    if found.height:  # what only writes one number another way says nothing else
        keys = (number_key(pl.col(name)) for name in ("left_value", "right_value"))
        found = found.filter((pl.col("field") != "document_number") | pl.Expr.ne_missing(*keys))
    return found.select(
        pairs["group"].gather(found["pair"]).alias("group"),
        "place",
        "field",
        pl.lit(link.right).alias("against"),
        source_value="left_value",
        other_value="right_value",
        origin=right["origin"].gather(pairs["right"].gather(found["pair"])),
    )


def _with_names(differing: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    rows = differing["group"] - 1
    names = (table[name].gather(rows).alias(name) for name in ("document_number", "name"))
    return differing.with_columns(*names).select("group", pl.col(DIFFERENCE_COLUMNS[1:]).fill_null(""))


def _members(sides: Sides, groups: Groups, standard: Standard) -> pl.DataFrame:
    """Return every record of every ambiguous group: source, ledger, feed, each in the order of its origins."""
    parts = []
    for place, side in enumerate(SIDES):
        rows = groups.members(side)
        records = complete(sides[side], standard.names)[rows["row"]].select("origin", *standard.names)
        about = rows.select("group", side=pl.lit(side), place=pl.lit(place))
        parts.append(about.hstack(records.with_columns(pl.all().fill_null(""))))
    return pl.concat(parts).sort("group", "place", "origin").drop("place")
