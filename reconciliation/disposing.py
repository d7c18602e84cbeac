"""What persons decided about records, brought to bear on what a run found."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from reconciliation.bases import with_bases
from reconciliation.headings import DISPOSITIONS
from reconciliation.reconciled import Reconciliation
from reconciliation.report import REVIEW_COLUMNS, Bucket, Compliance, Verdict, no_reviews
from reconciliation.sentences import fill
from words.languages import gettext as _

#: What stands: per record, and per basis it was decided on, what is in force. All text but ``newest``, which marks the
#: decision made last about the record.
STANDING_COLUMNS = ("record_id", "basis", "disposition", "reviewer", "review_reason", "objections", "newest")


def dispose(found: Reconciliation, standing: pl.DataFrame) -> tuple[Reconciliation, pl.DataFrame]:
    """Put records into the buckets that persons decided on, and say what they decided.

    A decision stands for exactly what it was made on (``with_bases``); only a hold holds on when the record changes.
    No decision lets an ambiguous or a malformed record go, and none takes back what the feed shows.

    Args:
        found: what the three sides say, with the buckets of the policy.
        standing: columns in ``STANDING_COLUMNS``.

    Returns:
        The same with other buckets and reasons, and the reviews of its records in ``REVIEW_COLUMNS``.
    """
    mine = found.verdicts.filter(pl.col("record_id").is_in(standing["record_id"].implode()))
    if not mine.height:
        return found, no_reviews()
    told = _judged(with_bases(mine, found.differences, found.members), standing)
    reviews = told.select(REVIEW_COLUMNS).unique("record_id", keep="first", maintain_order=True)
    changed = told.filter(pl.col("new_bucket") != pl.col("bucket"))
    why = pl.when(pl.col("new_bucket") == Bucket.DUE).then(pl.lit("")).otherwise("why")
    changes = changed.select("group", "new_bucket", why=why, no_clock=pl.col("new_bucket") == Bucket.EXEMPT)
    rows = found.rows.join(changes.select("group", "new_bucket"), on="group", how="left", maintain_order="left")
    verdicts = found.verdicts.join(changes, on="group", how="left", maintain_order="left").with_columns(
        bucket=pl.coalesce("new_bucket", "bucket"),
        reason=pl.coalesce("why", "reason"),
        **{name: pl.when("no_clock").then(pl.lit("")).otherwise(name) for name in ("deadline", "timeliness")},
    )
    return replace(
        found,
        verdicts=verdicts.drop("new_bucket", "why", "no_clock"),
        rows=rows.with_columns(bucket=pl.coalesce("new_bucket", "bucket")).drop("new_bucket"),
    ), reviews


def _judged(mine: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what is in force, what was decided earlier, and the bucket that follows."""
    last = standing.filter("newest").rename({name: f"last_{name}" for name in STANDING_COLUMNS[1:]})
    told = mine.join(standing, on=["record_id", "basis"], how="left", maintain_order="left")
    told = told.join(last, on="record_id", how="left", maintain_order="left")
    stands, words = pl.col("disposition").is_not_null(), {code: _(text) for code, text in DISPOSITIONS.items()}
    holds_on = pl.when(pl.col("last_disposition") == "hold").then(pl.lit("hold"))
    said = pl.coalesce("review_reason", "last_review_reason")
    told = told.with_columns(
        effect=pl.coalesce("disposition", holds_on).fill_null(""),
        word=pl.coalesce("disposition", "last_disposition").replace(words),
        by=pl.coalesce("reviewer", "last_reviewer"),
        said=pl.when(said == "").then(pl.lit("–")).otherwise(said),
    )
    objected = pl.when(pl.col("objections") != "").then(fill(_("Others disagree: {objections}"))).otherwise(pl.lit(""))
    reopened = fill(_("Open again, for it has changed since. Before: {word}, decided by {by}: {said}"))
    return told.with_columns(
        why=fill(_("{word}, decided by {by}: {said}")),
        earlier=pl.when(stands).then(objected).otherwise(reopened),
        new_bucket=_bucket(),
        **{name: pl.col(name).fill_null("") for name in REVIEW_COLUMNS[1:4]},
    )


def _bucket() -> pl.Expr:
    effect, bucket = pl.col("effect"), pl.col("bucket")
    unshown = (pl.col("feed_origin") == "") & (bucket != Bucket.ALREADY_DISCLOSED)
    sendable = (pl.col("verdict") != Verdict.AMBIGUOUS) & (pl.col("compliance") == Compliance.COMPLIANT)
    return (
        pl.when((effect == "exempt") & unshown)
        .then(pl.lit(Bucket.EXEMPT.value))
        .when((effect == "deliver") & (bucket == Bucket.HELD) & sendable)
        .then(pl.lit(Bucket.DUE.value))
        .when(effect.is_in(["hold", "correct_source"]) & (bucket == Bucket.DUE))
        .then(pl.lit(Bucket.HELD.value))
        .otherwise("bucket")
    )
