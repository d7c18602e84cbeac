"""Deadlines are counted anew in every run; where another calendar moves them, the journal tells."""

from __future__ import annotations

import polars as pl

from journal import Journal
from reconciliation.report import Bucket


def tell_calendar(journal: Journal, run_id: str, bot: str, version: str, verdicts: pl.DataFrame) -> None:
    """Record the calendar by which the verdicts of a run were counted, if the bot's last one counted by another."""
    if journal.calendar_of(bot) != version:
        journal.change_calendar(run_id, bot, version, _moved(journal, bot, verdicts))


def _moved(journal: Journal, bot: str, verdicts: pl.DataFrame) -> int:
    """Return how many records have another deadline than the last run counted from the same decision date."""
    last = journal.judged_runs(1, bot)
    before = [
        {name: each.get(name, "") for name in ("record_id", "decision_date", "deadline")}
        for run in last
        for each in journal.verdicts_of(run.run_id)
    ]
    if not before:
        return 0
    waiting = verdicts.filter(pl.col("bucket").is_in([Bucket.DUE.value, Bucket.HELD.value]))
    both = waiting.join(pl.DataFrame(before).unique(), on=["record_id", "decision_date"], suffix="_before")
    return both.filter(pl.col("deadline") != pl.col("deadline_before")).height
