"""Work: who is there to do it, what stands still, what is late, and what somebody has to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cli.health.checking import Check, guarded
from cli.health.machine import BUREAU
from cli.health.remembered import present
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from journal import Firing, Journal

_LATE = timedelta(minutes=10)
_WELL = (0, 1)  # exit codes of a run that came to its end
_NAMED = 3  # of many


def work(workspace: Workspace) -> Iterator[Check]:
    """Look at workers, firings and alarms; where nothing has run yet, there is nothing to look at."""
    journal = present(workspace)
    if journal is None:
        return
    with journal:
        yield from guarded("workers", _("workers"), lambda: _workers(journal))
        yield from guarded("stalled", _("stalled jobs"), lambda: _stalled(journal))
        yield from guarded("overdue", _("overdue runs"), lambda: _overdue(journal))
        yield from guarded("alarms", _("alarms"), lambda: _alarms(journal))


def _workers(journal: Journal) -> Iterator[Check]:
    crew = journal.workers()
    gone = [each for each in crew if each.gone]
    if gone:
        told = [_("{name}, silent for {seconds} s").format(name=each.name, seconds=f"{each.ago:,.0f}") for each in gone]
        todo = _("Look at that machine, or start it again: “yinxin worker”; what it was at is taken over.")
        yield Check("workers", _("workers"), "warning", _some(told), todo)
    alive = len(crew) - len(gone)
    if alive:
        found = ngettext("{count} worker is at its place", "{count} workers are at their place", alive)
        yield Check("workers.alive", _("workers"), "ok", found.format(count=alive))
    elif not gone:
        yield Check("workers", _("workers"), "ok", _("none; bots are run by hand or by another scheduler"))


def _stalled(journal: Journal) -> Iterator[Check]:
    stalled = journal.abandoned()
    if not stalled:
        yield Check("stalled", _("stalled jobs"), "ok", _("none"))
        return
    todo = _("A worker takes them up again: start one with “yinxin worker”, or “yinxin schedule serve”.")
    yield Check("stalled", _("stalled jobs"), "failing", _some(map(_named, stalled)), todo)


def _overdue(journal: Journal) -> Iterator[Check]:
    """A due time that nobody took up, or a schedule whose last due time came to nothing."""
    from journal.queueing import stamp

    now = datetime.fromtimestamp(journal.clock(), UTC)
    since = stamp(now - _LATE)
    queued = journal.firings(states=["queued"])
    waiting = [each for each in queued if each.starts_at < since and each.reason != "parts"]
    if waiting:
        told = [_("{firing} is due and nobody has taken it up").format(firing=_named(each)) for each in waiting]
        todo = _("Start a worker that serves its queue: “yinxin worker”; see too whether another run is in its way.")
        yield Check("overdue", _("overdue runs"), "failing", _some(told), todo)
    vain = [found for schedule in sorted(journal.settled_until()) for found in _in_vain(journal, schedule)]
    if vain:
        todo = _("See why with “yinxin status” and the log, then run the bot by hand: “yinxin run BOT”.")
        yield Check("overdue.vain", _("overdue runs"), "warning", _some(vain), todo)
    if not waiting and not vain:
        yield Check("overdue", _("overdue runs"), "ok", _("none"))


def _in_vain(journal: Journal, schedule: str) -> Iterator[str]:
    past = journal.firings(schedule, states=["ran", "missed"], limit=100)
    if not past or _went_well(past[0]):
        return
    success = next((each.due_at for each in past if _went_well(each)), "")
    yield _("{firing} came to nothing ({reason}); last success: {when}").format(
        firing=_named(past[0]),
        reason=past[0].reason or past[0].exit_code,
        when=_local(success) if success else _("never"),
    )


def _went_well(firing: Firing) -> bool:
    return firing.state == "ran" and firing.exit_code in _WELL


def _alarms(journal: Journal) -> Iterator[Check]:
    """What failed ails the workspace; what only waits for a person, such as held records, is counted."""
    alarms = journal.alarms()
    failed = [each for each in alarms if each.kind == "failed"]
    if not failed:
        counted = ngettext("{count} waits for a person", "{count} wait for a person", len(alarms))
        found = counted.format(count=f"{len(alarms):,}") if alarms else _("none")
        yield Check("alarms", _("alarms"), "ok", found)
        return
    told = [_("{sentence} (since {when})").format(sentence=each.sentence, when=_local(each.since)) for each in failed]
    yield Check("alarms", _("alarms"), "warning", _some(told), failed[0].todo)


def _named(firing: Firing) -> str:
    return _("{schedule} of {when}").format(schedule=firing.schedule, when=_local(firing.due_at))


def _local(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(BUREAU).strftime("%Y-%m-%d %H:%M")


def _some(told: Iterable[str]) -> str:
    """Return the first lines, and how many there are beside them."""
    lines: Sequence[str] = list(told)
    more = [_("… and {more} more").format(more=len(lines) - _NAMED)] if len(lines) > _NAMED else []
    return "\n".join([*lines[:_NAMED], *more])
