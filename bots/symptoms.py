"""Symptoms: what a bot's run came to, and what of it somebody has to be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from bots.failures import prefix
from bots.workspace import Workspace
from journal import Alarm, Journal, State
from reconciliation.commitments.judging import Stage
from reconciliation.commitments.report import CommitmentReport
from reconciliation.rates import RECEIVED
from reconciliation.report import Report, RunReport
from words.languages import gettext as _
from words.languages import ngettext

#: What the key of an alarm ends with that says that nothing came.
NOTHING = "nothing"
#: What of a run's counts a clerk has to look at.
_COUNTED = ("held", "quarantined", "rejected")


class Late(NamedTuple):
    """How many records that nobody can see yet are past their last day, and how many soon will be."""

    late: int
    soon: int


def of_report(report: RunReport, *, expected: int) -> Iterator[Alarm]:
    """Yield the alarms for what a run came to; ``expected`` is how many rows came before, none if none have to."""
    counts, start = report.counts.as_dict(), prefix(report.bot)
    workbook = _("Open the workbook of the run {run}.").format(run=report.run_id)
    if not report.counts.balanced:
        sentence = _("The run {run} does not add up.").format(run=report.run_id)
        yield Alarm(f"{start}unbalanced", "failed", "drift", sentence, workbook)
    if not report.counts.collected and expected:
        sentence = ngettext(
            "Nothing was collected, where it was {count} row before.",
            "Nothing was collected, where it was {count} rows before.",
            expected,
        ).format(count=f"{expected:,}")
        yield Alarm(f"{start}{NOTHING}", "degraded", "drift", sentence, _("Run “yinxin connectors check”."))
    for name in _COUNTED:
        if count := counts[name]:
            yield Alarm(f"{start}{name}", "degraded", "business", _counted(name, count), workbook)
    yield from _of_days(report, workbook)


def _counted(name: str, count: int) -> str:
    match name:
        case "held":
            told = ngettext("{count} record is held for a person.", "{count} records are held for a person.", count)
        case "quarantined":
            told = ngettext("{count} row cannot be read.", "{count} rows cannot be read.", count)
        case _:
            told = ngettext("The feed refuses {count} record.", "The feed refuses {count} records.", count)
    return told.format(count=f"{count:,}")


def _of_days(report: RunReport, workbook: str) -> Iterator[Alarm]:
    found, start = _late(report), prefix(report.bot)
    if found.late:
        sentence = ngettext(
            "{count} record is past its last day and not disclosed.",
            "{count} records are past their last day and not disclosed.",
            found.late,
        ).format(count=f"{found.late:,}")
        yield Alarm(f"{start}late", "degraded", "business", sentence, workbook)
    if found.soon:
        sentence = ngettext(
            "{count} record is not disclosed, and its last day is near.",
            "{count} records are not disclosed, and their last days are near.",
            found.soon,
        ).format(count=f"{found.soon:,}")
        yield Alarm(f"{start}due_soon", "degraded", "business", sentence, workbook)


def _late(report: RunReport) -> Late:
    """Count what the feed neither shows nor has taken."""
    if isinstance(report, CommitmentReport):
        open_now = report.cases.filter((pl.col("pushed_on") == "") & ~pl.col("outcome").is_in(RECEIVED))
        soon = open_now.filter(pl.col("stage") == Stage.AT_RISK.value)
        return Late(open_now.filter(pl.col("late") != "").height, soon.height)
    assert isinstance(report, Report)
    unseen = (pl.col("feed_origin") == "") & ~pl.col("outcome").is_in(RECEIVED)
    kinds = report.verdicts.filter(unseen)["timeliness"].to_list()
    return Late(kinds.count("late"), kinds.count("due_soon"))


def of_nil(journal: Journal, report: RunReport) -> Iterator[Alarm]:
    """Yield an alarm for decisions of months that somebody declared to have none (无数据上报)."""
    declared = journal.nil_returns() if isinstance(report, Report) else {}
    if not declared or not isinstance(report, Report):
        return
    found = report.verdicts.select("authority_name", month=pl.col("decision_date").str.slice(0, 7)).unique()
    false = [f"{unit} {month}" for unit, month in sorted(found.rows()) if (report.standard, month, unit) in declared]
    if false:
        sentence = ngettext(
            "{count} nil return is contradicted by a decision that is known by now.",
            "{count} nil returns are contradicted by decisions that are known by now.",
            len(false),
        ).format(count=len(false))
        todo = _("Tell who received the declaration: {units}.").format(units=_(", ").join(false))
        yield Alarm(f"{prefix(report.bot)}nil", "degraded", "business", sentence, todo)


def of_unknown(workspace: Workspace, journal: Journal, bot: str) -> Iterator[Alarm]:
    """Yield an alarm for what may or may not have reached the bot's feed."""
    unclear = len(journal.deliveries(workspace.bot(bot).feed, [State.SENT, State.UNKNOWN]))
    if unclear:
        sentence = ngettext(
            "Nobody knows whether the feed took {count} record.",
            "Nobody knows whether the feed took {count} records.",
            unclear,
        ).format(count=f"{unclear:,}")
        todo = _("Run “yinxin resume”; the feed is asked before anything is sent again.")
        yield Alarm(f"{prefix(bot)}unknown", "degraded", "delivery", sentence, todo)
