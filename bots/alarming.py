"""Alarming: what a run gives cause for is kept in the journal, so that whoever tells people finds it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

from bots.failures import is_of_error, of_errors, prefix
from bots.order import usual_since
from bots.story import Done
from bots.symptoms import NOTHING, of_nil, of_report, of_unknown
from bots.telling import tell
from bots.workspace import Workspace
from journal import Alarm, Journal
from reconciliation.report import Report, RunReport
from words.errors import YinxinError

__all__ = ["alarms_after", "tell"]

_RUNS = 100  # runs back in which one of this bot is looked for
_ONE_DAY = timedelta(days=1)


def alarms_after(
    workspace: Workspace,
    journal: Journal,
    bot: str,
    outcome: Done | BaseException,
    moment: datetime,
    *,
    dry_run: bool = False,
) -> None:
    """Open the alarms that a run of a bot gives cause for, and end those that it shows to be over.

    A run that stopped has seen too little to say that anything is over, and one over less than the bot's usual window
    can say it only of errors. A dry run says nothing, and neither does one that found others at work.

    Args:
        workspace: the workspace.
        journal: its journal.
        bot: the bot.
        outcome: what the run left, or what stopped it.
        moment: the present.
        dry_run: nothing was to be sent.
    """
    if dry_run or (isinstance(outcome, Done) and _is_rehearsal(outcome.report)):
        return
    before = {each.key: each for each in journal.alarms() if each.key.startswith(prefix(bot))}
    gone: list[str] = []
    if isinstance(outcome, Done):
        whole = _is_whole(workspace, outcome.report)
        found = list(_of_done(journal, outcome, before, whole=whole))
        gone = [key for key in before if whole or is_of_error(key, bot)]
    else:
        found = list(of_errors(bot, [outcome]))
    with suppress(YinxinError):  # a bot whose file cannot be read has told so by its error
        found += of_unknown(workspace, journal, bot)
    if found:
        journal.raise_alarms(found, moment)
    if over := set(gone) - {each.key for each in found}:
        journal.end_alarms(over, moment)


def _is_rehearsal(report: RunReport) -> bool:
    """Whether nothing was sent because somebody only looked; a bot in the shadow is at its usual work."""
    return report.dry_run and not (isinstance(report, Report) and report.in_shadow)


def _of_done(journal: Journal, done: Done, before: Mapping[str, Alarm], *, whole: bool) -> Iterator[Alarm]:
    report = done.report
    expected = _expected(journal, report, known=f"{prefix(report.bot)}{NOTHING}" in before) if whole else 0
    yield from of_errors(report.bot, done.troubles)
    yield from of_report(report, expected=expected)
    yield from of_nil(journal, report)


def _is_whole(workspace: Workspace, report: RunReport) -> bool:
    """Whether a run covered all that its bot usually looks at, on the present day or, around midnight, the one before.

    A run over a part, or of another day, does not show that what it did not find is over.
    """
    until, as_of = date.fromisoformat(report.until), date.fromisoformat(report.as_of)
    since = usual_since(workspace.bot(report.bot), workspace.settings.since, until)
    present = timedelta() <= workspace.today - as_of <= _ONE_DAY
    return present and until == as_of and date.fromisoformat(report.since) <= since


def _expected(journal: Journal, report: RunReport, *, known: bool) -> int:
    """Return how many rows came before, where it is told if there are none: last time some came, or it is told already.

    Args:
        journal: the journal.
        report: the present run.
        known: it is told already.
    """
    earlier = [
        run.counts["collected"]
        for run in journal.runs(_RUNS)
        if run.bot == report.bot and run.run_id != report.run_id and not run.dry_run and run.counts
    ]
    return next(filter(None, earlier if known else earlier[:1]), 0)
