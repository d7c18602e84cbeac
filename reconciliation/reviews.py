"""Which rows of a report wait for the word of a person."""

from __future__ import annotations

import polars as pl

from reconciliation.report import Bucket, Report, Verdict


def unanswered(report: Report) -> pl.DataFrame:
    """Return the verdicts that are not agreed, or keep a record back, and that no decision in force answers."""
    told = report.verdicts.join(report.reviews, on="record_id", how="left", maintain_order="left")
    asks = (pl.col("verdict") != Verdict.AGREED) | (pl.col("bucket") == Bucket.HELD)
    disputed = (pl.col("disposition") != "") & (pl.col("earlier") != "")
    return told.filter(asks & ((pl.col("disposition").fill_null("") == "") | disputed.fill_null(False)))
