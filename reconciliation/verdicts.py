"""Where every decision is, whether its values agree, and whether it is on time: three sides into one report."""

from __future__ import annotations

import polars as pl

from mappings.standards import Standard
from mappings.written import number_key
from reconciliation.comparing import compare
from reconciliation.describing import SHOWN, describe, item_of
from reconciliation.grouping import Groups, gather_groups
from reconciliation.linking import FEED, SIDES, SOURCE, Link, Sides
from reconciliation.matching import RAW, complete, rules_for
from reconciliation.neighbours import with_neighbours
from reconciliation.policies import decide
from reconciliation.reconciled import Reconciliation
from reconciliation.report import DIFFERENCE_COLUMNS, NOTHING_TRIED, VERDICT_COLUMNS
from reconciliation.terms import Terms
from reconciliation.traced import normalised

KEPT = (*SHOWN, "uscc", "decision_date", "fingerprint", "origin", *RAW)


def reconcile(sides: Sides, terms: Terms) -> Reconciliation:
    """Match the three sides, compare what belongs together, and say where each decision is.

    Args:
        sides: canonical records as text columns. The source's have ``record_id``, ``fingerprint``, ``origin``,
            ``malformed`` and, of keys that normalisation altered, the text as it was shown (``raw_`` and the key),
            else null; the ledger's the same without ``malformed``, and null means that this ledger never states the
            field; the feed's the same, with ``received``, the day the feed took the record.
        terms: how they are looked at.

    Raises:
        UsageError: the policy names a field that the standard does not have.
    """
    whole = _complete(sides, terms)
    found = _judged(whole, terms)
    return with_neighbours(found, whole, found.places, terms)


def judge(sides: Sides, terms: Terms) -> Reconciliation:
    """Reconcile some sets of rows that share no key with any others; what is near is looked for among all of them."""
    return _judged(_complete(sides, terms), terms)


def _complete(sides: Sides, terms: Terms) -> Sides:
    kept = (*KEPT, *terms.standard.item)
    own = {SOURCE: ("malformed",), FEED: ("received",)}
    return {side: complete(sides[side], (*kept, *own.get(side, ()))).rechunk() for side in SIDES}


def _judged(sides: Sides, terms: Terms) -> Reconciliation:
    standard, rules = terms.standard, rules_for(terms.standard)
    groups = gather_groups(sides, rules, terms.matching, exact=terms.exact)
    differing = _differing(sides, groups, standard, exact=terms.exact)
    table = describe(sides, groups, differing, terms.clock)
    table = table.hstack(decide(table, differing, terms.policy, standard)).with_columns(
        item_of(sides, groups, standard),
        normalised=normalised(sides, groups, standard, rules),
        **dict.fromkeys(("suggestion", "why_not", "outcome"), pl.lit("")),
    )
    return Reconciliation(
        verdicts=table.select("group", pl.col(VERDICT_COLUMNS[1:]).fill_null("")),
        differences=_with_names(differing, table),
        members=_members(sides, groups, standard),
        rows=_rows(groups, table["bucket"]),
        tried=NOTHING_TRIED,
        places=groups.table.select("group", *(f"{side}_row" for side in SIDES)).with_columns(
            groups.heads.alias("head")
        ),
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
