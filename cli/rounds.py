"""What whoever is on duty sees to in every round: what came to nothing is an alarm, and what is to be told is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from journal import Alarm, Firing, Journal
from schedules.clerk import Clerk, present
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace

_PREFIX = "schedule/"
_GIVEN_UP = 4


def see_to_alarms(workspace: Workspace, clerk: Clerk) -> None:
    """Open and end the alarms about firings, and tell whoever is to be told of anything."""
    from bots.alarming import tell

    look_at_firings(clerk, present())
    tell(workspace, clerk.journal, present())


def look_at_firings(clerk: Clerk, moment: datetime) -> None:
    """Open the alarms about schedules whose last due time came to nothing, and end the others; write only changes."""
    journal = clerk.journal
    found = {each.key: each for each in _wrong(clerk)}
    before = {each.key: each for each in journal.alarms() if each.key.startswith(_PREFIX)}
    if new := [each for key, each in found.items() if key not in before or before[key].sentence != each.sentence]:
        journal.raise_alarms(new, moment)
    if gone := before.keys() - found.keys():
        journal.end_alarms(gone, moment)


def _wrong(clerk: Clerk) -> Iterator[Alarm]:
    waiting = {each.whole: each for each in clerk.late()}
    for name in clerk.plans:
        if name in waiting:
            yield _waits(waiting[name])
        elif alarm := _came_to_nothing(_last(clerk.journal, name)):
            yield alarm


def _last(journal: Journal, name: str) -> Firing | None:
    """Return the last due time that has ended and was not meant to be left out."""
    return next(iter(journal.firings(name, states=("ran", "missed"), limit=1)), None)


def _waits(firing: Firing) -> Alarm:
    sentence = _("{schedule} was due at {due}, and no worker has taken it up.").format(
        schedule=firing.schedule, due=_local(firing)
    )
    return _alarm(
        firing, "usage", sentence, _("See that a worker for its queue is at work: “yinxin status --workers”.")
    )


def _came_to_nothing(firing: Firing | None) -> Alarm | None:
    if firing and firing.state == "missed":
        sentence = _("{schedule} did not run at {due}: {reason}.").format(
            schedule=firing.schedule, due=_local(firing), reason=_reason(firing)
        )
        return _alarm(firing, "usage", sentence, _("Look at “yinxin schedule history”; the next run covers its days."))
    if firing and firing.exit_code == _GIVEN_UP:
        sentence = _("{schedule} was given up after {count} attempts: {reason}.").format(
            schedule=firing.schedule, count=firing.attempts, reason=_reason(firing)
        )
        return _alarm(firing, "system", sentence, _("Look at the log, then run “yinxin schedule run-now”."))
    return None


def _alarm(firing: Firing, actor: str, sentence: str, todo: str) -> Alarm:
    return Alarm(f"{_PREFIX}{firing.whole}", "failed", actor, sentence, todo)


def _local(firing: Firing) -> str:
    return f"{datetime.fromisoformat(firing.due_at).astimezone():%Y-%m-%d %H:%M}"


def _reason(firing: Firing) -> str:
    from cli.schedule import reason

    return reason(firing.reason)
