"""Whether a decision is, or still can be, disclosed within the legal period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from reconciliation.report import Timeliness


@dataclass(frozen=True, slots=True)
class Clock:
    """The day a run looks from; all days are ``YYYY-MM-DD``.

    Attributes:
        as_of: the day itself.
        deadlines: decision date to the last day of the legal period; a date that is missing here has no deadline.
        soon: a deadline on or before this day counts as due soon.
    """

    as_of: str
    deadlines: Mapping[str, str]
    soon: str


def deadline_of(dates: pl.Expr, clock: Clock) -> pl.Expr:
    """Return the last day of the legal period of each decision date, or empty text."""
    return dates.replace_strict(
        list(clock.deadlines), list(clock.deadlines.values()), default="", return_dtype=pl.String
    )


def timeliness(clock: Clock) -> pl.Expr:
    """Return the timeliness from ``feed_row``, ``disclosed_on`` and ``deadline``; empty where it cannot be told.

    What the feed took on an unknown day is not called late.
    """
    disclosed = pl.col("feed_row").is_not_null()
    day = pl.when(disclosed & (pl.col("disclosed_on") != "")).then("disclosed_on").otherwise(pl.lit(clock.as_of))
    late = day > pl.col("deadline")
    return (
        pl.when((pl.col("deadline") == "") | (late & disclosed & (pl.col("disclosed_on") == "")))
        .then(pl.lit(""))
        .when(late)
        .then(pl.lit(Timeliness.LATE.value))
        .when(~disclosed & (pl.col("deadline") <= clock.soon))
        .then(pl.lit(Timeliness.DUE_SOON.value))
        .otherwise(pl.lit(Timeliness.ON_TIME.value))
    )
