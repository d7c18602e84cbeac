"""The daily digest: the regulator's three rates, what was done within a day, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bots.messages import bot_title, joined, line_of, urgency
from bots.reporting import kept_report
from bots.workspace import Workspace
from connectors.channels import Message
from journal import Journal, RunRow
from reconciliation.headings import rate_name
from reconciliation.report import Report, RunReport
from reconciliation.summary import overall, percent
from reconciliation.upcoming import upcoming_of
from words.errors import UsageError
from words.languages import gettext as _
from words.languages import ngettext

_DAY = timedelta(days=1)
_OPEN = ("held", "quarantined", "waiting", "differs", "rejected", "unknown")
_RUNS = 2000  # more than a day has of any schedule


def digest_of(workspace: Workspace, journal: Journal, due: datetime) -> Message:
    """Tell of the day that ended when the digest was due."""
    runs = [run for run in journal.runs(_RUNS) if not run.dry_run]
    bots = [name for name in workspace.names("bots") if any(run.bot == name for run in runs)]
    lines = [_of_bot(workspace, journal, bot, [run for run in runs if run.bot == bot], due) for bot in bots]
    alarms = sorted(journal.alarms(), key=urgency)
    told = ngettext("{count} alarm is open.", "{count} alarms are open.", len(alarms)).format(count=len(alarms))
    title = _("Yinxin · {title}: daily digest {day}").format(
        title=workspace.settings.title, day=due.strftime("%Y-%m-%d")
    )
    return Message(title, joined([*lines, told, *(line_of(workspace, each) for each in alarms)]))


def _of_bot(workspace: Workspace, journal: Journal, bot: str, runs: list[RunRow], due: datetime) -> str:
    begin, end = ((due - ago).astimezone(UTC).isoformat(timespec="microseconds") for ago in (_DAY, timedelta()))
    mine = [run for run in runs if begin < run.finished_at <= end]
    newest = _newest(journal, runs)
    parts = [*_rates(newest), *_done(mine), _open(runs), *_ahead(newest, due)]
    return _("{title}: {what}").format(title=bot_title(workspace, bot), what=_("; ").join(parts))


def _rates(report: RunReport | None) -> Iterator[str]:
    if isinstance(report, Report):
        yield from (f"{rate_name(rate.name)} {percent(rate)}" for rate in overall(report))


def _done(runs: list[RunRow]) -> Iterator[str]:
    """Tell of the runs of a day."""
    stopped = sum(run.state != "done" for run in runs)
    yield ngettext("{count} run", "{count} runs", len(runs)).format(count=len(runs))
    if stopped:
        yield ngettext("{count} of them stopped", "{count} of them stopped", stopped).format(count=stopped)
    confirmed = sum(run.counts.get("confirmed", 0) for run in runs)
    yield ngettext("{count} record confirmed", "{count} records confirmed", confirmed).format(count=f"{confirmed:,}")


def _open(runs: list[RunRow]) -> str:
    """Tell what the newest run left to be seen to."""
    counts = next((run.counts for run in runs if run.counts), {})
    count = sum(counts.get(name, 0) for name in _OPEN)
    return ngettext("{count} record open", "{count} records open", count).format(count=f"{count:,}")


def _ahead(report: RunReport | None, due: datetime) -> Iterator[str]:
    """Tell of what the newest run left and whose last day the digest's day is, or still lies ahead."""
    if not isinstance(report, Report):
        return
    days = upcoming_of(report)["deadline"].to_list()
    today = due.strftime("%Y-%m-%d")
    if count := sum(day == today for day in days):
        yield ngettext("{count} is late from tomorrow on", "{count} are late from tomorrow on", count).format(
            count=count
        )
    if count := sum(day > today for day in days):
        yield ngettext("{count} last day ahead", "{count} last days ahead", count).format(count=count)


def _newest(journal: Journal, runs: list[RunRow]) -> RunReport | None:
    """Return the newest report of a bot that was kept."""
    for run in runs:
        try:
            return kept_report(journal, run.run_id)
        except UsageError:
            continue
    return None
