"""The list of how long each decision took: its stages, and its working days as a bar against the legal period."""

from __future__ import annotations

import polars as pl

from reconciliation import headings
from reconciliation.headings import column_name
from reconciliation.report import Report
from reconciliation.shown import Shown
from reconciliation.tables import Column, Table
from reconciliation.texts import BEYOND, LEFT, WITHIN, Pieces
from words.languages import gettext as _

#: A bar ends here; what is longer says so.
LONGEST = 15
_DAY, _MORE = "■", "…"
_STAGES = ("document_number", "name", "authority_name", "decision_date", "deadline")
_TIMES = ("collected_on", "sent_at", "accepted_at", "shown_on")


def timeline_table(report: Report, shown: Shown, tab: str) -> Table:
    """Return the list of stages, one row for each decision."""
    rows = report.timeline
    days = rows["days"].cast(pl.Int64, strict=False)
    columns = (
        *shown.columns(rows, (*_STAGES, *_TIMES)),
        Column(column_name("days"), days, "integer"),
        _bars(days, rows["period"].cast(pl.Int64, strict=False)),
        *shown.columns(rows, ("timeliness", "batch")),
    )
    return Table(_(headings.TIMELINE), tab, columns)


def bar(days: int, period: int) -> Pieces:
    """Return a bar in pieces: the days within the period, those beyond it, those that were left."""
    within, beyond, left = min(days, period, LONGEST), max(min(days, LONGEST) - period, 0), max(period - days, 0)
    parts = (_DAY * within, WITHIN), (_DAY * beyond + (_MORE if days > LONGEST else ""), BEYOND), (_DAY * left, LEFT)
    return tuple((text, look) for text, look in parts if text)


def _bars(days: pl.Series, period: pl.Series) -> Column:
    """Only few pairs of numbers are different ones, and each is drawn once."""
    pairs = list(zip(days, period, strict=True))
    drawn = {pair: bar(*pair) if None not in pair else () for pair in set(pairs)}
    texts = {pair: "".join(text for text, _look in pieces) for pair, pieces in drawn.items()}
    values = pl.Series("bar", [texts[pair] for pair in pairs], dtype=pl.String)
    return Column(column_name("bar"), values, "bar", pieces=[drawn[pair] for pair in pairs], room=2 * LONGEST + 2)
