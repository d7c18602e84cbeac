"""Workers anywhere: what hands queued firings to them, and what ``yinxin worker`` puts together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from bots.workspace import Workspace
from cli.commands import Call
from cli.planning import plans_of
from schedules.clerk import Clerk
from schedules.presence import Presence
from words.errors import UsageError
from words.languages import gettext as _

if TYPE_CHECKING:
    from journal import Journal


@contextmanager
def dispatching(workspace: Workspace) -> Iterator[Callable[[Journal], None]]:
    """Give what hands queued firings to workers elsewhere; on one machine they are found where they are."""
    if workspace.database is None:
        yield lambda _journal: None
        return
    from schedules import fleet

    with fleet.dispatching(workspace.database) as dispatch:
        yield lambda journal: dispatch.send(journal.firings(states=["queued"]))


def work(call: Call, queues: Collection[str], concurrency: int, port: int | None) -> int:
    """Run what schedulers anywhere queue, until a signal says that it is enough."""
    workspace = call.workspace()
    if workspace.database is None:
        raise UsageError(
            "no-queue",
            _("Workers on several machines need the journal on PostgreSQL."),
            todo=_("Set “database” in yinxin.toml; on one machine “yinxin schedule serve” has workers of its own."),
        )
    from cli.duty import attendant_of, ended, measured, until_told
    from cli.parts import helper
    from schedules import fleet
    from schedules.hand import Hand

    address = fleet.address_of(workspace.database)
    with workspace.journal() as journal, until_told() as stopping:
        fleet.prepare(address)
        clerk = Clerk(journal, plans_of(workspace), workspace.calendar)
        hand = Hand(address, clerk, attendant_of(workspace, stopping), concurrency, queues)
        hand.part = helper(workspace, stopping)
        presence = Presence(journal, lambda: sorted(hand.doing), queues, concurrency)
        hand.rounds = (partial(_renew, clerk, workspace), presence.report)
        with measured(call, workspace, port, hand.health), presence:
            served = ", ".join(queues) or _("all queues")
            call.printer.say(_("At work for {queues}; stop with Ctrl-C.").format(queues=served))
            hand.work()
    return ended(call)


def _renew(clerk: Clerk, workspace: Workspace) -> None:
    from cli.duty import renewed

    clerk.plans = renewed(clerk, workspace)
