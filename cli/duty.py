"""Being on duty: what ``schedule serve``, ``schedule run-now`` and ``worker`` put together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from bots.workspace import Workspace
from cli.commands import TERMINATED, Call
from cli.planning import plan_of, plans_of, words_of
from cli.rounds import see_to_alarms
from schedules.attendant import Attendant
from schedules.clerk import Clerk
from schedules.crew import Crew, in_thread
from schedules.planned import Planned
from schedules.presence import Presence
from schedules.serving import Clockwork
from words.errors import UsageError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from cli.metrics import Health
    from journal import Firing, Journal

_WORKERS = 2


def serve_schedules(call: Call, workers: int | None, port: int | None) -> int:
    """Keep the clock and, on one machine, run what is due, until a signal says that it is enough."""
    workspace = call.workspace()
    plans = plans_of(workspace)
    if not plans:
        raise UsageError(
            "no-schedule",
            _("There is no schedule in this workspace."),
            todo=_("Write schedules/NAME.yaml; docs/how-to/run-by-itself.md shows one."),
        )
    size = (0 if workspace.database else _WORKERS) if workers is None else workers
    with workspace.journal() as journal, _until_told() as stopping, _dispatching(workspace) as dispatch:
        clerk = Clerk(journal, plans, workspace.calendar)
        crew = Crew(clerk, attendant_of(workspace, stopping), size)
        presence = Presence(journal, crew.doing, (), size)
        rounds: list[Callable[[], object]] = [partial(see_to_alarms, workspace, clerk)]
        rounds += [presence.report] if size else []
        clockwork = Clockwork(clerk, lambda: _renewed(clerk, workspace), lambda: dispatch(journal), rounds)
        counted = ngettext("On duty for {count} schedule", "On duty for {count} schedules", len(plans))
        with _measured(call, workspace, port, clockwork.health), presence:
            call.printer.say(_("{duty}; stop with Ctrl-C.").format(duty=counted.format(count=len(plans))))
            thread = in_thread(crew) if size else None
            try:
                clockwork.run(stopping)
            finally:
                stopping.set()
                if thread:
                    thread.join()
    return _ended(call)


@contextmanager
def _measured(call: Call, workspace: Workspace, port: int | None, health: Health) -> Iterator[None]:
    if port is None:
        yield
        return
    from cli.metrics import serving

    with serving(workspace, port, health) as address:
        call.printer.say(_("Measured at {address}/metrics.").format(address=address))
        yield


@contextmanager
def _dispatching(workspace: Workspace) -> Iterator[Callable[[Journal], None]]:
    """Give what hands queued firings to workers elsewhere; on one machine they are found where they are."""
    if workspace.database is None:
        yield lambda _journal: None
        return
    from schedules import fleet

    address = fleet.address_of(workspace.database)
    fleet.prepare(address)
    dispatch = fleet.Dispatch(address)
    try:
        yield lambda journal: dispatch.send(journal.firings(states=["queued"]))
    finally:
        dispatch.close()


def work(call: Call, queues: Collection[str], concurrency: int, port: int | None) -> int:
    """Run what schedulers anywhere queue, until a signal says that it is enough."""
    workspace = call.workspace()
    if workspace.database is None:
        raise UsageError(
            "no-queue",
            _("Workers on several machines need the journal on PostgreSQL."),
            todo=_("Set “database” in yinxin.toml; on one machine “yinxin schedule serve” has workers of its own."),
        )
    from schedules import fleet
    from schedules.hand import Hand

    address = fleet.address_of(workspace.database)
    with workspace.journal() as journal, _until_told() as stopping:
        fleet.prepare(address)
        clerk = Clerk(journal, plans_of(workspace), workspace.calendar)
        hand = Hand(address, clerk, attendant_of(workspace, stopping), concurrency, queues)
        presence = Presence(journal, lambda: sorted(hand.doing), queues, concurrency)
        hand.rounds = (partial(_renew, clerk, workspace), presence.report)
        with _measured(call, workspace, port, hand.health), presence:
            served = ", ".join(queues) or _("all queues")
            call.printer.say(_("At work for {queues}; stop with Ctrl-C.").format(queues=served))
            hand.work()
    return _ended(call)


def _renew(clerk: Clerk, workspace: Workspace) -> None:
    clerk.plans = _renewed(clerk, workspace)


def _ended(call: Call) -> int:
    call.printer.say(_("Stopped in order; what is due goes on at the next start."))
    return TERMINATED if signal.SIGTERM in _told else 0


def run_once(call: Call, name: str, *, queued: bool) -> int:
    """Queue a firing of a schedule for now and, unless workers shall do it, run it here."""
    workspace = call.workspace()
    planned = plan_of(workspace, name)
    with workspace.journal() as journal, _until_told() as stopping:
        clerk = Clerk(journal, {name: planned}, workspace.calendar)
        firing: Firing | None = clerk.call(name)
        assert firing
        if not queued:
            call.printer.say(_("Running {bot}.").format(bot=planned.bot))
            firing = attendant_of(workspace, stopping).attend(firing.key, clerk.room()) or journal.firing(firing.key)
    assert firing
    from cli.schedule import reason, row_told

    call.printer.blocks([(firing.key, [(_("State"), _(firing.state)), (_("Reason"), reason(firing.reason) or "–")])])
    call.printer.done({"firing": row_told(firing)}, ok=not firing.exit_code)
    return firing.exit_code or 0


def attendant_of(workspace: Workspace, stopping: threading.Event) -> Attendant:
    """Return what runs firings of a workspace."""
    known: dict[str, Planned] = {}

    def plans() -> dict[str, Planned]:
        known.update(plans_of(Workspace(workspace.folder)))
        return known

    return Attendant(workspace.journal, plans, words_of(workspace, plans), stopping=stopping)


def _renewed(clerk: Clerk, workspace: Workspace) -> dict[str, Planned]:
    """Read schedules and calendar as they are declared now."""
    now = Workspace(workspace.folder)
    clerk.calendar = now.calendar
    return plans_of(now)


_told: set[int] = set()


@contextmanager
def _until_told() -> Iterator[threading.Event]:
    """Give an event that the first Ctrl-C or SIGTERM sets: what is under way then ends in order."""
    stopping = threading.Event()

    def stop(number: int, _frame: object) -> None:
        _told.add(number)
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
