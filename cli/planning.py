"""The schedules of a workspace, and the command line of a firing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bots.order import part_of
from bots.reading import read_text
from journal.queueing import PART
from schedules.declared import CALENDAR
from schedules.due import slices, window_of
from schedules.planned import Planned, read_planned
from words.declared import line_of, suggest
from words.errors import Place, UsageError
from words.languages import current
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from journal import Firing, Journal

ROOM = "schedules"
_TO = ".."
_AS_NEW: dict[str, Any] = {"state": "queued", "reason": "", "attempts": 0}


def plans_of(workspace: Workspace) -> dict[str, Planned]:
    """Read all schedules of a workspace.

    Raises:
        UsageError: one is not well declared, or names a bot that is not.
    """
    files = sorted(f"{ROOM}/{file.name}" for file in (workspace.folder / ROOM).glob("*.yaml"))
    return {file[len(ROOM) + 1 : -len(".yaml")]: _read(workspace, file) for file in files if file != CALENDAR}


def plan_of(workspace: Workspace, name: str) -> Planned:
    """Return one schedule.

    Raises:
        UsageError: there is none of that name.
    """
    plans = plans_of(workspace)
    if name not in plans:
        raise UsageError(
            "not-declared",
            _("There is no “{name}” in {room}/.").format(name=name, room=ROOM),
            todo=suggest(name, list(plans)) if plans else _("Write {file} first.").format(file=f"{ROOM}/{name}.yaml"),
            place=Place(file=f"{ROOM}/{name}.yaml"),
        )
    return plans[name]


def _read(workspace: Workspace, file: str) -> Planned:
    text = read_text(workspace.folder, file)
    planned = read_planned(text, file)
    if planned.bot not in (known := workspace.names("bots")):
        raise UsageError(
            "not-declared",
            _("There is no “{name}” in {room}/.").format(name=planned.bot, room="bots"),
            todo=suggest(planned.bot, known),
            place=Place(file=file, line=line_of(text, ("bot",)), field="bot"),
        )
    return planned


def words_of(
    workspace: Workspace, plans: Callable[[], dict[str, Planned]]
) -> Callable[[Journal, Firing, str], Sequence[str]]:
    """Return what makes the command line of a firing: its bot over its window, or the run that was interrupted."""

    def words(journal: Journal, firing: Firing, interrupted: str) -> Sequence[str]:
        planned = plans()[firing.whole]
        return [
            *(sys.executable, "-m", "cli.attended"),
            *(["resume", interrupted] if interrupted else _ordered(workspace, journal, planned, firing)),
            *("--json", "--workspace", str(workspace.folder.resolve()), "--lang", current()),
        ]

    return words


def _ordered(workspace: Workspace, journal: Journal, planned: Planned, firing: Firing) -> list[str]:
    if firing.part:
        source, days = firing.part
        since, _dots, until = days.partition(_TO)
        return ["collect", planned.bot, "--source", source, "--since", since, "--until", until]
    window = _window(workspace, journal, planned, firing)
    options = ["--since", str(window[0]), "--until", str(window[1])] if window else []
    return ["run", planned.bot, *options]


def _window(workspace: Workspace, journal: Journal, planned: Planned, firing: Firing) -> tuple[date, date] | None:
    due = datetime.fromisoformat(firing.due_at).astimezone(planned.zone).date()
    last = journal.last_success(planned.bot) if planned.window == "last_success" else None
    succeeded = date.fromisoformat(last.until) if last else None
    return window_of(planned, workspace.settings.as_of or due, succeeded)


def parts_of(
    workspace: Workspace, plans: Callable[[], dict[str, Planned]]
) -> Callable[[Journal, Firing], list[Firing]]:
    """Return what splits a firing over a big window: each source and each stretch of days is collected by itself."""

    def parts(journal: Journal, firing: Firing) -> list[Firing]:
        planned = plans()[firing.whole]
        if planned.split is None or firing.part:
            return []
        since, until = _window(workspace, journal, planned, firing) or _own_window(workspace, planned.bot)
        stretches = list(slices(since, until, planned.split))
        if len(stretches) == 1:
            return []
        return [
            replace(
                firing,
                schedule=PART.join([firing.schedule, source, f"{first}{_TO}{last}"]),
                bot=part_of(planned.bot, source),
                **_AS_NEW,
            )
            for first, last in stretches
            for source in workspace.bot(planned.bot).sources
        ]

    return parts


def _own_window(workspace: Workspace, bot: str) -> tuple[date, date]:
    from cli.run import order_for

    order = order_for(workspace, bot)
    return order.since, order.until
