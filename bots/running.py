"""Running a bot alone: while it works, nobody else uses its logins or delivers its records."""

from __future__ import annotations

import asyncio

from bots.disclosure import Disclosure, Done
from bots.order import Order
from bots.watching import Watch
from bots.workspace import Workspace
from journal import Journal


def run_alone(workspace: Workspace, journal: Journal, order: Order, watch: Watch, resumed: str = "") -> Done:
    """Run a bot while holding the leases of its name and its logins; ``resumed`` is a run that goes on.

    Raises:
        Busy: another run is still at work after the bot's ``patience``.
    """
    declared = workspace.bot(order.bot)
    claims = [f"bot {order.bot}", *workspace.claims(declared)]
    with journal.holding(
        claims, f"yinxin run {order.bot}", patience=declared.patience, waiting=lambda lease: watch.waits(lease.about)
    ):
        return asyncio.run(Disclosure(workspace, journal, order, watch).run(resumed))
