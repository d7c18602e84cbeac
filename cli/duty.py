"""Being on duty: what ``schedule serve``, ``schedule run-now`` and ``worker`` put together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bots.workspace import Workspace
from cli.commands import TERMINATED, Call
from cli.planning import plan_of, plans_of, words_of
from schedules.attendant import Attendant
from schedules.clerk import Clerk
from schedules.crew import Crew, in_thread
from schedules.planned import Planned
from schedules.serving import Clockwork
from words.errors import UsageError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from journal import Firing

_WORKERS = 2


def serve_schedules(call: Call, workers: int | None, _port: int | None) -> int:
    """Keep the clock and, on one machine, run what is due, until a signal says that it is enough."""
    workspace = call.workspace()
    plans = plans_of(workspace)
    if not plans:
        raise UsageError(
            "no-schedule",
            _("There is no schedule in this workspace."),
            todo=_("Write schedules/NAME.yaml; docs/how-to/run-by-itself.md shows one."),
        )
    with workspace.journal() as journal, _until_told() as stopping:
        clerk = Clerk(journal, plans, workspace.calendar)
        size = _WORKERS if workers is None else workers
        crew = Crew(clerk, attendant_of(workspace, stopping), size)
        counted = ngettext("On duty for {count} schedule", "On duty for {count} schedules", len(plans))
        call.printer.say(_("{duty}; stop with Ctrl-C.").format(duty=counted.format(count=len(plans))))
        thread = in_thread(crew) if size else None
        try:
            Clockwork(clerk, lambda: _renewed(clerk, workspace)).run(stopping)
        finally:
            stopping.set()
            if thread:
                thread.join()
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
