"""What three sides say of each other, as tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import polars as pl

from reconciliation.report import Bucket


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
        places: one row per group: ``group``; ``head``, its first row, where source, ledger and feed rows are numbered
            in this order from 0; and per side the row that stands for it (``source_row`` …), or null.
    """

    verdicts: pl.DataFrame
    differences: pl.DataFrame
    members: pl.DataFrame
    rows: pl.DataFrame
    tried: pl.DataFrame
    places: pl.DataFrame

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
