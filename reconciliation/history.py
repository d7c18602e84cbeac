"""What was ever judged, as it stands now: each decision by the newest run that looked at its day.

A run judges the decisions of its window. What it says of others is no judgement: it did not ask their source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from reconciliation.report import VERDICT_COLUMNS

#: What ``newest`` takes: the verdicts, the day their run believed it was, and ``turn``, larger for a newer run.
JUDGED = {"group": pl.Int64, **dict.fromkeys(VERDICT_COLUMNS[1:], pl.String), "as_of": pl.String, "turn": pl.Int64}
_DAY = timedelta(days=1)
_TURNS = 1 << 40


class Window(NamedTuple):
    """The decision dates that a run covered, both included."""

    run: str
    since: date
    until: date


def stretches(windows: Iterable[Window], first: date, last: date) -> list[Window]:
    """Return for which days between ``first`` and ``last`` each run has the last word.

    Args:
        windows: the windows of one bot's runs, the newest first.
        first: the first day.
        last: the last day.

    Returns:
        Stretches of days, each with its run; no two of them share a day. A run that newer ones covered has none.
    """
    told, found = set[date](), list[Window]()
    for each in windows:
        days = [day for day in _days(max(each.since, first), min(each.until, last)) if day not in told]
        told.update(days)
        found += (Window(each.run, *ends) for ends in _ranges(days))
    return found


def newest(judged: pl.DataFrame) -> pl.DataFrame:
    """Return the newest judgement of each record, in a fixed order.

    A record that two days or two bots tell of counts once. Whoever knows it from source or ledger knows more of it than
    who only saw it on the feed; among these the newest run counts.

    Args:
        judged: columns ``JUDGED``, each run cut to its ``stretches``.
    """
    known = (pl.col("source_origin") != "") | (pl.col("ledger_origin") != "")
    rank = known.cast(pl.Int64) * _TURNS + pl.col("turn")
    rows = judged.unique(["turn", "group", "record_id"], keep="last", maintain_order=True)
    rows = rows.filter(rank == rank.max().over("record_id"))
    return rows.sort("decision_date", "document_number", "name", "record_id", "group", "turn")


def newest_quarantined(quarantined: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Return each row that no run could map since, once.

    Args:
        quarantined: one row a finding: ``origin``, ``turn`` and what is known of the decision.
        verdicts: the newest judgements; a row that has one stands there.
    """
    rows = quarantined.sort("turn", "origin").unique("origin", keep="last", maintain_order=True)
    rows = rows.join(verdicts, left_on="origin", right_on="source_origin", how="anti")
    return rows.sort("decision_date", "document_number", "origin")


def whole(covered: Sequence[Window], first: date, last: date) -> bool:
    """Tell whether runs looked at every day from ``first`` to ``last``."""
    days = {day for each in covered for day in _days(max(each.since, first), min(each.until, last))}
    return len(days) == (last - first).days + 1


def months(last: str, count: int) -> list[str]:
    """Return so many months up to ``last`` (YYYY-MM), oldest first."""
    number = int(last[:4]) * 12 + int(last[5:]) - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number - count + 1, number + 1)]


def ends_of(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month (YYYY-MM)."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + 31 * _DAY).replace(day=1) - _DAY


def _days(first: date, last: date) -> Iterator[date]:
    return (first + each * _DAY for each in range((last - first).days + 1))


def _ranges(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Yield the ends of each stretch of neighbouring days."""
    begin = 0
    for index in range(1, len(days) + 1):
        if index == len(days) or days[index] - days[index - 1] != _DAY:
            yield days[begin], days[index - 1]
            begin = index
