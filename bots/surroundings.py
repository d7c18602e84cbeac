"""Surroundings: what all bots of a workspace live by, and what of it somebody has to be told."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from bots.workspace import Workspace
from journal import Alarm, Journal
from schedules.workdays import SOON
from words.errors import YinxinError
from words.languages import gettext as _

PREFIX = "workspace/"
GIGABYTE = 1 << 30


def look_around(workspace: Workspace, journal: Journal, moment: datetime) -> None:
    """Open the alarms about what is wrong now, and end those about what is not; what has not changed is left alone."""
    found = {each.key: each for each in (*_calendar(workspace), *_disk(workspace), *_stale(workspace, journal, moment))}
    before = {each.key: each for each in journal.alarms() if each.key.startswith(PREFIX)}
    new = [each for key, each in found.items() if key not in before or before[key].sentence != each.sentence]
    gone = [key for key in before if key not in found and not _of_another_machine(key)]
    if new:
        journal.raise_alarms(new, moment)
    if gone:
        journal.end_alarms(gone, moment)


def _calendar(workspace: Workspace) -> Iterator[Alarm]:
    key, todo = f"{PREFIX}calendar", _("Add next year's notice: “yinxin calendar add”.")
    try:
        horizon = workspace.calendar.horizon
    except YinxinError as error:
        yield Alarm(key, "failed", "usage", error.sentence, error.todo)
        return
    if (horizon - workspace.today).days < SOON:
        sentence = _("The working-day calendar ends on {day}.").format(day=horizon)
        yield Alarm(key, "degraded", "usage", sentence, todo)


def _disk(workspace: Workspace) -> Iterator[Alarm]:
    least = workspace.settings.disk
    if shutil.disk_usage(workspace.folder).free < least * GIGABYTE:
        sentence = _("Less than {least} GB are free on {machine}.").format(least=f"{least:g}", machine=platform.node())
        yield Alarm(_disk_key(), "degraded", "usage", sentence, _("Make room: evidence and workbooks need it."))


def _disk_key() -> str:
    return f"{PREFIX}disk/{platform.node()}"


def _of_another_machine(key: str) -> bool:
    return key.startswith(f"{PREFIX}disk/") and key != _disk_key()


def _stale(workspace: Workspace, journal: Journal, moment: datetime) -> Iterator[Alarm]:
    """Yield an alarm for each bot that has run before and has come to no end for too long."""
    if (hours := workspace.settings.stale_after) is None:
        return
    for bot, at in journal.done_since().items():
        done = datetime.fromisoformat(at)
        if bot in workspace.names("bots") and moment - done > timedelta(hours=hours):
            sentence = _("No run of {bot} has been done since {since}.").format(
                bot=bot, since=done.astimezone().strftime("%Y-%m-%d %H:%M")
            )
            todo = _("Look at “yinxin status”, and whether the scheduler is at work.")
            yield Alarm(f"{PREFIX}stale/{bot}", "degraded", "usage", sentence, todo)
