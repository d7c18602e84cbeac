"""One decision that the source holds twice, under two spellings of its number: delivering both would publish it twice.

The row that ledger or feed know is the decision; one that neither knows, beside it, is held. Where neither knows any of
them, nobody can say which is right, and all are.
"""

from __future__ import annotations

import polars as pl

from mappings.written import number_key
from reconciliation.grouping import Groups
from reconciliation.linking import FEED, LEDGER, SOURCE, Sides
from reconciliation.matching import NUMBER_KEY


def twins(sides: Sides, groups: Groups) -> pl.Series:
    """Return per group that the source alone states how another of its rows writes the same number, or empty text."""
    table = groups.table
    nothing = pl.repeat("", table.height, dtype=pl.String, eager=True).alias("twin")
    here = pl.col(f"{SOURCE}_row").is_not_null() & ~pl.col("ambiguous")
    alone = table.filter(here, *(pl.col(f"{side}_row").is_null() for side in (LEDGER, FEED)))
    rows = sides[SOURCE].select("name", "document_number", group=groups.of[SOURCE]).filter(pl.col("name") != "")
    names = rows["name"].filter(rows["group"].is_in(alone["group"].implode())).unique()
    rows = rows.filter(pl.col("name").is_in(names.implode()), pl.col("name").count().over("name") > 1)
    rows = rows.with_columns(number_key(pl.col("document_number")).alias(NUMBER_KEY)).drop_nulls(NUMBER_KEY)
    mine = rows.filter(pl.col("group").is_in(alone["group"].implode()))
    met = mine.join(rows, on=[NUMBER_KEY, "name"], suffix="_there").filter(pl.col("group") != pl.col("group_there"))
    first = met.sort("group", "group_there").unique("group", keep="first", maintain_order=True)
    return nothing.scatter(first["group"] - 1, first["document_number_there"])
