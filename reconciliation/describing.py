"""What the three sides themselves tell of each group: its names, where it stands, and what is near."""

from __future__ import annotations

import polars as pl

from mappings.standards import Standard
from reconciliation.clocks import Clock, deadline_of, timeliness
from reconciliation.grouping import Groups
from reconciliation.linking import FEED, LEDGER, SIDES, SOURCE, Sides
from reconciliation.report import Compliance, Verdict
from reconciliation.sentences import fill
from reconciliation.twins import twins
from words.languages import N_
from words.languages import gettext as _

SHOWN = ("record_id", "document_number", "name", "certificate_number", "authority_name")
NEAR = {
    SOURCE: N_("In the source: {document_number} {name} ({origin})"),
    LEDGER: N_("In the ledger: {document_number} {name} ({origin})"),
    FEED: N_("On the feed: {document_number} {name} ({origin})"),
}


def describe(sides: Sides, groups: Groups, differing: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    """Return the table of groups with every column of the verdicts that needs no policy, ``malformed`` and ``twin``.

    Args:
        sides: canonical records per side.
        groups: which of them belong together.
        differing: ``group`` and ``field`` of every difference, in the order of the standard.
        clock: the day and the deadlines.
    """
    source, feed = sides[SOURCE], sides[FEED]
    table = groups.table.with_columns(
        *(_stated(sides, groups, name).alias(name) for name in SHOWN),
        *(sides[side]["origin"].gather(groups.table[f"{side}_row"]).alias(f"{side}_origin") for side in SIDES),
        _stated(sides, groups, "fingerprint").alias("fingerprint"),
        _decided(sides, groups, clock).alias("decision_date"),
        _least(groups, SOURCE, source["malformed"]).alias("malformed"),
        _least(groups, FEED, feed["received"]).alias("disclosed_on"),
        _listed(differing, groups.table.height).alias("differing"),
        twins(sides, groups),
    ).with_columns(pl.col(pl.String).fill_null(""))
    table = table.with_columns(deadline=deadline_of(pl.col("decision_date"), clock))
    return table.with_columns(verdict=_verdict(), compliance=_compliance(), timeliness=timeliness(clock))


def item_of(sides: Sides, groups: Groups, standard: Standard) -> pl.Series:
    """Return the item per group, as source, ledger or feed state it, or null."""
    stated = [_stated(sides, groups, name).replace("", None).alias(name) for name in standard.item]
    if not stated:
        return pl.repeat(None, groups.table.height, dtype=pl.String, eager=True).alias("item")
    return pl.DataFrame(stated).select(item=pl.coalesce(standard.item)).to_series()


def _stated(sides: Sides, groups: Groups, name: str) -> pl.Series:
    """Return what the source states, else the ledger, else the feed."""
    values = {side: sides[side][name].gather(groups.table[f"{side}_row"]) for side in SIDES}
    return pl.DataFrame(values).select(pl.coalesce(SIDES)).to_series()


def _least(groups: Groups, side: str, values: pl.Series, by: pl.Series | None = None) -> pl.Series:
    """Return the side's value per group; of the rows of an ambiguous group, the one with the least stated ``by``."""
    rows = groups.members(side)
    rows = rows.with_columns(value=values.gather(rows["row"]), by=(values if by is None else by).gather(rows["row"]))
    rows = rows.filter(pl.col("by") != "").sort("by", "value").unique("group", keep="first", maintain_order=True)
    return values.gather(groups.table[f"{side}_row"]).scatter(rows["group"] - 1, rows["value"])


def _decided(sides: Sides, groups: Groups, clock: Clock) -> pl.Series:
    """Return the decision date; of several source rows, the one whose legal period ends first."""
    dates = sides[SOURCE]["decision_date"]
    deadlines = dates.to_frame().select(deadline_of(pl.col("decision_date"), clock)).to_series()
    worst = _least(groups, SOURCE, dates, deadlines)
    return worst.to_frame().select(pl.coalesce(worst, _stated(sides, groups, "decision_date"))).to_series()


def _listed(differing: pl.DataFrame, count: int) -> pl.Series:
    """Return per group the names of its differing fields, each once, or null."""
    fields = differing.unique(["group", "field"], maintain_order=True).sort("group", "place")
    listed = fields.group_by("group", maintain_order=True).agg(pl.col("field").str.join(","))
    return pl.repeat(None, count, dtype=pl.String, eager=True).scatter(listed["group"] - 1, listed["field"])


def suggestions(near: pl.DataFrame, count: int) -> pl.Series:
    """Return per group the nearest record elsewhere, if it is likely the same decision, else empty text."""
    first = near.filter("likely").unique("group", keep="first", maintain_order=True)
    text = pl.coalesce(pl.when(pl.col("side") == side).then(fill(_(text))) for side, text in NEAR.items())
    told = first.select("group", text=text)
    return pl.repeat("", count, dtype=pl.String, eager=True).scatter(told["group"] - 1, told["text"])


def _verdict() -> pl.Expr:
    source, ledger = (pl.col(f"{side}_row").is_not_null() for side in (SOURCE, LEDGER))
    return (
        pl.when("ambiguous")
        .then(pl.lit(Verdict.AMBIGUOUS.value))
        .when(pl.col("differing") != "")
        .then(pl.lit(Verdict.DIFFERS.value))
        .when(source & ledger)
        .then(pl.lit(Verdict.AGREED.value))
        .when(source)
        .then(pl.lit(Verdict.ONLY_IN_SOURCE.value))
        .when(ledger)
        .then(pl.lit(Verdict.ONLY_IN_LEDGER.value))
        .otherwise(pl.lit(Verdict.ONLY_IN_FEED.value))
    )


def _compliance() -> pl.Expr:
    return (
        pl.when(pl.col("source_row").is_null())
        .then(pl.lit(""))
        .when(pl.col("malformed") != "")
        .then(pl.lit(Compliance.MALFORMED.value))
        .otherwise(pl.lit(Compliance.COMPLIANT.value))
    )
