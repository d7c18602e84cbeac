"""The regulator's rates (合规率, 迟报率, 瞒报率), each with the rows behind it.

A record is *reported* when the feed already showed it or this run sent it. It is *accepted* when the feed shows it or
gave a receipt for it. A decision is *checked* when source or ledger know it; it is *concealed* when after the run the
feed neither shows it nor gave a receipt, so a decision in quarantine is concealed until it is put right. It is *late*
when the feed received it after its deadline: by the feed's own word on the day, and only where that is not known yet
by the day of the run.

A decision that a person found exempt from disclosure is not checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl

from reconciliation.matching import complete
from reconciliation.report import VERDICT_COLUMNS, Bucket, Rate

Part = Literal["numerator", "denominator"]

#: Rate to the flags that a row of its numerator and of its denominator bears.
PARTS: Mapping[str, Mapping[Part, str]] = {
    "compliance": {"numerator": "accepted", "denominator": "reported"},
    "late": {"numerator": "late", "denominator": "reported"},
    "concealment": {"numerator": "concealed", "denominator": "checked"},
}
#: Over what rates are counted. The unit that reports is the authority that decided: 谁产生谁负责.
SCOPES = ("all", "authority", "item", "month")
#: The flags that ``flagged`` adds.
FLAGS = ("reported", "accepted", "late", "checked", "concealed")
RECEIVED = ("confirmed", "waiting", "differs")


def rates(verdicts: pl.DataFrame, *, as_of: str | pl.Expr, quarantined: pl.DataFrame | None = None) -> list[Rate]:
    """Return every rate over all records, per authority, per item and per month of decision.

    Args:
        verdicts: one row per group, with ``outcome`` filled.
        as_of: the day of the run, on which the feed received what the run sent and it has not told otherwise; for
            verdicts of several runs, the column that has it.
        quarantined: one row per decision that did not survive the mapping, with whatever columns of the verdicts are
            known of it, such as ``authority_name`` and ``decision_date``. One whose document number and name stand in
            the verdicts, say from the ledger, is counted there.

    Returns:
        Rates by name, then scope, then member; a member without a denominator is left out. A decision that does not
        state its authority, its item or a readable date counts under the empty member of that scope.
    """
    return rates_of(flagged(verdicts, as_of, quarantined))


def rates_of(rows: pl.DataFrame, scopes: Sequence[str] = SCOPES) -> list[Rate]:
    """Return the rates over rows that ``flagged`` returned."""
    return [rate for name in PARTS for scope in scopes for rate in _rates(rows, name, scope)]


def rate_rows(
    name: str,
    verdicts: pl.DataFrame,
    *,
    as_of: str | pl.Expr,
    quarantined: pl.DataFrame | None = None,
    part: Part = "numerator",
) -> pl.DataFrame:
    """Return the rows behind one part of a rate, in ``VERDICT_COLUMNS``; ``group`` is null for a quarantined row.

    Args:
        name: compliance, late or concealment.
        verdicts: as for ``rates``.
        as_of: as for ``rates``.
        quarantined: as for ``rates``.
        part: the rows counted above or below the line.
    """
    return flagged(verdicts, as_of, quarantined).filter(PARTS[name][part]).select(VERDICT_COLUMNS)


def flagged(verdicts: pl.DataFrame, as_of: str | pl.Expr, quarantined: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return verdicts and quarantined rows with ``FLAGS``, ``quarantined``, and their member in each of ``SCOPES``."""
    day = pl.lit(as_of) if isinstance(as_of, str) else as_of
    rows = [complete(verdicts, VERDICT_COLUMNS).select(*VERDICT_COLUMNS, day.alias("as_of"), quarantined=pl.lit(False))]
    if quarantined is not None:
        rows.append(_as_verdicts(quarantined, verdicts))
    received = pl.when(pl.col("disclosed_on") != "").then("disclosed_on").otherwise("as_of")
    shown = pl.col("bucket") == Bucket.ALREADY_DISCLOSED
    reported = shown | (pl.col("outcome") != "")
    taken = pl.col("outcome").is_in(RECEIVED)
    return pl.concat(rows).with_columns(
        reported=reported,
        accepted=shown | taken,
        late=reported & (pl.col("deadline") != "") & (received > pl.col("deadline")),
        checked=_checked(),
        concealed=_checked() & (pl.col("feed_origin") == "") & ~taken,
        all=pl.lit(""),
        authority=pl.col("authority_name"),
        month=pl.col("decision_date").str.extract(r"^(\d{4}-\d{2})-\d{2}$").fill_null(""),
    )


def _checked() -> pl.Expr:
    """Return whether a decision must be on the feed: what source or ledger know, unless a person found it exempt."""
    known = (pl.col("source_origin") != "") | (pl.col("ledger_origin") != "") | pl.col("quarantined")
    return known & (pl.col("bucket") != Bucket.EXEMPT)


def _as_verdicts(quarantined: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    texts = complete(quarantined, VERDICT_COLUMNS[1:]).select(pl.col(VERDICT_COLUMNS[1:]).cast(pl.String).fill_null(""))
    known = verdicts.filter(pl.col("document_number") != "")
    texts = texts.join(known, on=["document_number", "name"], how="anti")
    return texts.select(pl.lit(None, pl.Int64).alias("group"), pl.all(), as_of=pl.lit(""), quarantined=pl.lit(True))


def _rates(rows: pl.DataFrame, name: str, scope: str) -> list[Rate]:
    above, below = (pl.col(PARTS[name][part]).sum() for part in ("numerator", "denominator"))
    if scope == "all":
        return [Rate(name, scope, "", *rows.select(above, below=below).row(0))]
    members = rows.group_by(scope).agg(above.alias("above"), below.alias("below"))
    members = members.filter(pl.col("below") > 0).sort(scope)
    return [Rate(name, scope, *row) for row in members.iter_rows()]
