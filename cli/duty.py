"""Being on duty: what ``schedule serve``, ``schedule run-now`` and ``worker`` put together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from bots.workspace import Workspace
from cli.commands import TERMINATED, Call
from cli.hands import dispatching
from cli.planning import parts_of, plan_of, plans_of, words_of
from cli.rounds import see_to_alarms
from schedules.attendant import Attendant
from schedules.clerk import Clerk
from schedules.crew import Crew, in_thread
from schedules.planned import Planned
from schedules.presence import Presence
from schedules.serving import Clockwork
from words.errors import UsageError, YinxinError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from cli.metrics import Health
    from journal import Firing

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
    with workspace.journal() as journal, until_told() as stopping, dispatching(workspace) as dispatch:
        clerk = Clerk(journal, plans, workspace.calendar)
        crew = Crew(clerk, attendant_of(workspace, stopping), size)
        presence = Presence(journal, crew.doing, (), size)
        rounds: list[Callable[[], object]] = [partial(see_to_alarms, workspace, clerk)]
        rounds += [presence.report] if size else []
        clockwork = Clockwork(clerk, lambda: renewed(clerk, workspace), lambda: dispatch(journal), rounds)
        counted = ngettext("On duty for {count} schedule", "On duty for {count} schedules", len(plans))
        with measured(call, workspace, port, clockwork.health), presence:
            call.printer.say(_("{duty}; stop with Ctrl-C.").format(duty=counted.format(count=len(plans))))
            thread = in_thread(crew) if size else None
            try:
                clockwork.run(stopping)
            finally:
                stopping.set()
                if thread:
                    thread.join()
    return ended(call)


@contextmanager
def measured(call: Call, workspace: Workspace, port: int | None, health: Health) -> Iterator[None]:
    """Serve metrics and health for as long as the block runs, if somebody wants them."""
    if port is None:
        yield
        return
    from cli.metrics import serving

    with serving(workspace, port, health) as address:
        call.printer.say(_("Measured at {address}/metrics.").format(address=address))
        yield


def ended(call: Call) -> int:
    """Say that everything ended in order, and return the exit code of whatever ended it."""
    call.printer.say(_("Stopped in order; what is due goes on at the next start."))
    return TERMINATED if signal.SIGTERM in _told else 0


def run_once(call: Call, name: str, *, queued: bool) -> int:
    """Queue a firing of a schedule for now and, unless workers shall do it, run it here."""
    workspace = call.workspace()
    planned = plan_of(workspace, name)
    with workspace.journal() as journal, until_told() as stopping:
        clerk = Clerk(journal, {name: planned}, workspace.calendar)
        firing: Firing | None = clerk.call(name)
        assert firing
        if not queued:
            call.printer.say(_("Running {bot}.").format(bot=planned.bot))
            alone = attendant_of(workspace, stopping, shared=False)
            firing = alone.attend(firing.key, clerk.room()) or journal.firing(firing.key)
    assert firing
    from cli.schedule import reason, row_told

    call.printer.blocks([(firing.key, [(_("State"), _(firing.state)), (_("Reason"), reason(firing.reason) or "–")])])
    call.printer.done({"firing": row_told(firing)}, ok=not firing.exit_code)
    return firing.exit_code or 0


def attendant_of(workspace: Workspace, stopping: threading.Event, *, shared: bool = True) -> Attendant:
    """Return what runs firings of a workspace; ``shared`` says that others are there to take parts of one."""
    known: dict[str, Planned] = {}

    def plans() -> dict[str, Planned]:
        try:
            known.update(plans_of(Workspace(workspace.folder)))
        except YinxinError:  # one file is being written; as they were they still hold
            if not known:
                raise
        return known

    attendant = Attendant(workspace.journal, plans, words_of(workspace, plans), stopping=stopping)
    if shared:
        attendant.parts = parts_of(workspace, plans)
    return attendant


def renewed(clerk: Clerk, workspace: Workspace) -> dict[str, Planned]:
    """Read schedules and calendar as they are declared now."""
    now = Workspace(workspace.folder)
    clerk.calendar = now.calendar
    return plans_of(now)


_told: set[int] = set()


@contextmanager
def until_told() -> Iterator[threading.Event]:
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
