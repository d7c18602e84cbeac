"""The list of how long each decision took: its stages, and its working days as a bar against the legal period."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from reconciliation import headings
from reconciliation.report import Report
from reconciliation.shown import Shown
from reconciliation.styles import BAD, LINE, NAVY
from reconciliation.tables import Column, Table
from reconciliation.texts import runs
from words.languages import gettext as _

#: A bar ends here; what is longer says so.
LONGEST = 20
_DAY, _MORE = "■", "…"
_STAGES = ("document_number", "name", "authority_name", "decision_date", "deadline")
_TIMES = ("collected_on", "sent_at", "accepted_at", "shown_on")


def timeline_table(report: Report, shown: Shown, tab: str) -> Table:
    """Return the list of stages, one row for each decision."""
    rows = report.timeline
    days = rows["days"].cast(pl.Int64, strict=False)
    columns = (
        *shown.columns(rows, (*_STAGES, *_TIMES)),
        Column(_(headings.COLUMNS["days"]), days, "integer"),
        _bars(days, rows["period"].cast(pl.Int64, strict=False)),
        *shown.columns(rows, ("timeliness", "batch")),
    )
    return Table(_(headings.TIMELINE), tab, columns)


def bar(days: int, period: int) -> tuple[tuple[str, str], ...]:
    """Return a bar as texts with their colours: days within the period, days beyond it, days that were left."""
    within, beyond, left = min(days, period, LONGEST), max(min(days, LONGEST) - period, 0), max(period - days, 0)
    more = _MORE if days > LONGEST else ""
    return (_DAY * within, NAVY), (_DAY * beyond + more, BAD), (_DAY * left, LINE)


def _bars(days: pl.Series, period: pl.Series) -> Column:
    """Only few pairs of numbers are different ones, and each is drawn once."""
    pairs = pl.DataFrame({"days": days, "period": period}).unique().drop_nulls()
    drawn = [bar(*pair) for pair in pairs.rows()]
    texts = pairs.with_columns(
        text=pl.Series(["".join(text for text, _colour in each) for each in drawn], dtype=pl.String),
        rich=pl.Series([runs(each) or None for each in drawn], dtype=pl.String),
    )
    found = pl.DataFrame({"days": days, "period": period}).join(
        texts, on=["days", "period"], how="left", maintain_order="left"
    )
    column = Column(_(headings.COLUMNS["bar"]), found["text"].fill_null(""), "bar")
    return replace(column, rich=found["rich"])
