"""What will be late: decisions that the feed does not show and whose last day is still ahead, and who must act."""

from __future__ import annotations

import polars as pl

from reconciliation import headings
from reconciliation.rates import flagged
from reconciliation.report import Bucket, Report, Verdict
from reconciliation.shown import Shown
from reconciliation.styles import TAB_ATTEND
from reconciliation.tables import Column, Table
from words.languages import N_
from words.languages import gettext as _

UPCOMING_COLUMNS = (
    *("deadline", "document_number", "name", "item", "authority_name", "decision_date"),
    *("actor", "reason", "source_origin", "ledger_origin"),
)
#: Who must act, by what keeps a decision from being disclosed.
ACTORS = {
    "department": N_("The department: enter it into the business system"),
    "source": N_("A clerk: correct the row in the business system"),
    "held": N_("A clerk: decide about what is held"),
    "refused": N_("A clerk: correct what the feed refused"),
    "unclear": N_("Nobody yet: the next run asks the feed"),
    "run": N_("Nobody: the next run sends it"),
    "upload": N_("A clerk: upload it"),
}


def upcoming(rows: pl.DataFrame, today: str, until: str = "9999", *, shadow: bool = False) -> pl.DataFrame:
    """Return what has to be disclosed from ``today`` to ``until``, the nearest last day first; ``UPCOMING_COLUMNS``.

    Args:
        rows: as ``rates.flagged`` returns them.
        today: the first last day, ``YYYY-MM-DD``.
        until: the last one.
        shadow: the bot sends nothing, so that a clerk has to.
    """
    wanted = rows.filter(pl.col("concealed"), pl.col("deadline").is_between(pl.lit(today), pl.lit(until)))
    found = wanted.with_columns(actor=_actor(shadow=shadow)).select(UPCOMING_COLUMNS)
    return found.sort("deadline", "authority_name", "document_number", "name")


def _actor(*, shadow: bool) -> pl.Expr:
    return (
        pl.when("quarantined")
        .then(pl.lit("source"))
        .when(pl.col("verdict") == Verdict.ONLY_IN_LEDGER)
        .then(pl.lit("department"))
        .when(pl.col("bucket") == Bucket.HELD)
        .then(pl.lit("held"))
        .when(pl.col("outcome") == "rejected")
        .then(pl.lit("refused"))
        .when(pl.col("outcome") == "unknown")
        .then(pl.lit("unclear"))
        .when(pl.col("source_origin") == "")  # an ambiguous group of the ledger alone
        .then(pl.lit("department"))
        .otherwise(pl.lit("upload" if shadow else "run"))
    )


def upcoming_of(report: Report) -> pl.DataFrame:
    """Return what a run left whose last day is still ahead."""
    found = report.quarantine.filter(pl.col("side") == "source").unique("origin", maintain_order=True)
    unread = found.with_columns(reason="sentence", source_origin="origin")
    rows = flagged(report.verdicts, report.as_of, unread)
    return upcoming(rows, report.as_of, shadow=report.in_shadow)


def upcoming_table(report: Report, shown: Shown) -> Table:
    """Return the list of a run's workbook, sorted by the last day."""
    rows = upcoming_of(report).with_columns(pl.col("actor").replace({code: _(who) for code, who in ACTORS.items()}))
    columns: list[Column] = list(shown.columns(rows, UPCOMING_COLUMNS))
    return Table(_(headings.UPCOMING), TAB_ATTEND, tuple(columns))
