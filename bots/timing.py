"""When each decision reached which stage, by the bureau's clock and its working days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import polars as pl

from journal import Journal, State
from reconciliation.report import TIMELINE_COLUMNS
from schedules.workdays import Calendar
from words.errors import UsageError

_TIMES = {State.SENT: "sent_at", State.ACCEPTED: "accepted_at"}


def timeline_of(journal: Journal, feed: str, calendar: Calendar, as_of: date, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each of the verdicts with a decision date; columns in ``TIMELINE_COLUMNS``.

    A stage that several deliveries of a record reached stands there as the first of them reached it.
    """
    rows = verdicts.filter(pl.col("decision_date") != "")
    known = set(rows["record_id"]) - {""}
    moments = journal.moments(feed, known, [*_TIMES, State.CONFIRMED])
    first = {(each.state, each.record_id): each for each in reversed(moments)}
    told = {
        name: {key: _local(first[state, key].at) for kind, key in first if kind == state}
        for state, name in _TIMES.items()
    }
    read_back = {key: each.as_of for (state, key), each in first.items() if state == State.CONFIRMED}
    told["batch"] = {each.record_id: each.batch for each in moments}
    told["collected_on"] = journal.first_days(known)
    rows = rows.with_columns(_looked_up(values).alias(name) for name, values in told.items())
    shown_on = pl.when(pl.col("disclosed_on") != "").then("disclosed_on").otherwise(_looked_up(read_back))
    rows = rows.with_columns(shown_on=shown_on)
    until = pl.when(pl.col("shown_on") != "").then("shown_on").otherwise(pl.lit(as_of.isoformat()))
    rows = rows.with_columns(_counted(rows, until, calendar).alias("days"))
    rows = rows.with_columns(_counted(rows, pl.col("deadline"), calendar).alias("period"))
    return rows.select(TIMELINE_COLUMNS).sort("decision_date", "document_number", maintain_order=True)


def _looked_up(values: Mapping[str, str]) -> pl.Expr:
    return pl.col("record_id").replace_strict(dict(values), default="", return_dtype=pl.String)


def _local(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"


def _counted(rows: pl.DataFrame, until: pl.Expr, calendar: Calendar) -> pl.Series:
    """Return the working days from each decision to a day, counted once for each pair of days."""
    pairs = rows.select(pl.struct(since="decision_date", until=until)).to_series()
    counts = {(each["since"], each["until"]): "" for each in pairs.unique()}
    for since, last in counts:
        counts[since, last] = _between(calendar, since, last)
    return pl.Series([counts[each["since"], each["until"]] for each in pairs], dtype=pl.String)


def _between(calendar: Calendar, since: str, until: str) -> str:
    """Return a number of working days; nothing where a day is none, or lies beyond the calendar."""
    try:
        return str(calendar.between(date.fromisoformat(since), date.fromisoformat(until)))
    except (ValueError, UsageError):
        return ""
