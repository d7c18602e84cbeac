"""Running a bot alone: while it works, nobody else uses its logins or delivers its records."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from bots.collecting import Ahead, collect_ahead, not_its_source
from bots.commitments import Commitments
from bots.declared import CommitmentsDeclared
from bots.disclosure import Disclosure
from bots.order import Order, part_of
from bots.sharing import Calling
from bots.story import Done, Story
from bots.watching import Watch
from bots.workspace import Workspace
from journal import Journal, RunRow
from words.tracing import about

#: Seconds in which the lease of a process that died on another machine runs out.
_RECOVERY = 60.0


def run_alone(workspace: Workspace, journal: Journal, order: Order, watch: Watch, call: Calling | None = None) -> Done:
    """Run a bot while holding the leases of its name and its logins.

    ``call`` tells workers anywhere which parts of a large reconciliation wait for them; without it there are none.

    Raises:
        Busy: another run is still at work after the bot's ``patience``.
    """
    with alone(workspace, journal, order.bot, watch):
        return asyncio.run(_story(workspace, journal, order, watch, call).run())


def collect_alone(workspace: Workspace, journal: Journal, source: str, order: Order, watch: Watch) -> Ahead:
    """Collect from one source of a bot, and nothing else, while holding the lease of its login.

    Raises:
        UsageError: the bot has no such source.
        Busy: somebody else still uses that login after the bot's ``patience``.
    """
    name, declared = part_of(order.bot, source), workspace.bot(order.bot)
    if source not in declared.sources:
        raise not_its_source(order.bot, source, declared.sources)
    with _holding(journal, name, workspace.claim(source), watch, declared.patience):
        return asyncio.run(collect_ahead(workspace, journal, source, order, watch))


def resume_alone(
    workspace: Workspace, journal: Journal, run: RunRow, watch: Watch, call: Calling | None = None
) -> Done | None:
    """Finish a run that was interrupted, or left something on its way; None if nothing is left to be done.

    Raises:
        Busy: it is not interrupted but at work, or another one is.
    """
    with alone(workspace, journal, run.bot, watch, patience=_RECOVERY):
        if run.run_id not in {each.run_id for each in journal.unfinished_runs(run.bot)}:
            return None
        return asyncio.run(_story(workspace, journal, _order_of(run, workspace), watch, call).run(run.run_id))


@contextmanager
def alone(
    workspace: Workspace, journal: Journal, bot: str, watch: Watch, *, patience: float | None = None
) -> Iterator[None]:
    """Hold the leases of a bot's name and of its logins.

    Raises:
        Busy: somebody else still holds one after ``patience`` seconds (by default the bot's own).
    """
    declared = workspace.bot(bot)
    patience = declared.patience if patience is None else patience
    with _holding(journal, bot, workspace.claims(declared), watch, patience):
        yield


@contextmanager
def _holding(journal: Journal, name: str, logins: Sequence[str], watch: Watch, patience: float) -> Iterator[None]:
    claims, work = [f"bot {name}", *logins], f"yinxin {name}"
    waits = journal.holding(claims, work, patience=patience, waiting=lambda lease: watch.waits(lease.about))
    with about(name), waits:
        yield


def _story(workspace: Workspace, journal: Journal, order: Order, watch: Watch, call: Calling | None) -> Story:
    if isinstance(workspace.bot(order.bot), CommitmentsDeclared):
        return Commitments(workspace, journal, order, watch)
    return Disclosure(workspace, journal, order, watch, call)


def _order_of(run: RunRow, workspace: Workspace) -> Order:
    """Return what the run was asked to do; one that believed in its own present now believes in ours."""
    as_of = date.fromisoformat(run.as_of)
    began = datetime.fromisoformat(run.started_at).astimezone().date()
    today = workspace.today if as_of == began else as_of
    return Order(run.bot, date.fromisoformat(run.since), date.fromisoformat(run.until), today)
