"""What is due within so many working days and not disclosed, from the newest judgement of every decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from bots.past import Past, pasts_of
from bots.workspace import Workspace
from journal import Journal
from reconciliation.clocks import Clock, deadline_of
from reconciliation.upcoming import upcoming
from schedules.workdays import Calendar

_BACK = timedelta(days=366)  # how far back something may be that nobody disclosed


@dataclass(frozen=True, slots=True)
class Coming:
    """What has to be disclosed from a day on.

    Attributes:
        today: the day.
        until: the last day that is looked at.
        rows: as ``upcoming`` returns them, and ``kind``, the nearest last day first.
        late: how many that nobody disclosed are past their last day.
    """

    today: date
    until: date
    rows: pl.DataFrame
    late: int


def coming(workspace: Workspace, journal: Journal, days: int) -> Coming:
    """Return what is due from today until so many working days ahead, its last days counted by the present calendar.

    Raises:
        UsageError: no bot discloses anything; or the days are beyond the calendar.
    """
    today, calendar = workspace.today, workspace.calendar
    until = calendar.add(today, days) if days else today
    parts, late = [], 0
    for past in pasts_of(workspace, journal, today - _BACK, today):
        rows = _counted(past, calendar, workspace.settings.period, today)
        shadow = all(workspace.bot(bot).in_shadow for bot in past.covered)
        found = upcoming(rows, today.isoformat(), until.isoformat(), shadow=shadow)
        parts.append(found.with_columns(kind=pl.lit(past.standard.name)))
        late += rows.filter(
            pl.col("concealed"), pl.col("deadline") != "", pl.col("deadline") < today.isoformat()
        ).height
    return Coming(today, until, pl.concat(parts).sort("deadline", maintain_order=True), late)


def _counted(past: Past, calendar: Calendar, period: int, today: date) -> pl.DataFrame:
    decided = past.rows["decision_date"].unique().str.to_date("%Y-%m-%d", strict=False).drop_nulls().to_list()
    last_days = {day: calendar.add(day, period) for day in decided if calendar.first_day <= day <= today}
    deadlines = {day.isoformat(): last.isoformat() for day, last in last_days.items()}
    clock = Clock(today.isoformat(), deadlines, "")
    return past.rows.with_columns(deadline=deadline_of(pl.col("decision_date"), clock))
