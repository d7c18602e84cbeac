"""Collecting ahead: what one source shows over a window is remembered, so that the bot's run need not open it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bots.declared import BotDeclared
from bots.gathering import collect, map_rows
from bots.guarding import guard_of
from bots.order import Order, part_of
from bots.watching import Watch
from bots.workspace import Workspace
from connectors.browser import Browsers
from journal import Journal
from words.declared import suggest
from words.errors import Place, UsageError, first_of
from words.languages import gettext as _
from words.tracing import about


@dataclass(frozen=True, slots=True)
class Ahead:
    """What came: ``rows`` in the window, ``new`` ones that were opened, and how many will go to quarantine."""

    run: str
    source: str
    rows: int
    new: int
    quarantined: int


async def collect_ahead(workspace: Workspace, journal: Journal, source: str, order: Order, watch: Watch) -> Ahead:
    """Collect from one source of a bot; nothing is reconciled and nothing sent, which the bot's run does later.

    Raises:
        YinxinError: the source cannot be read, or shows something else than it is declared to.
    """
    declared, browsers = workspace.bot(order.bot), Browsers(wanted=order.browser)
    system = workspace.source(source, browsers)
    name = part_of(order.bot, source)
    journal.stop_crashed(name)
    days = (order.since.isoformat(), order.until.isoformat(), order.as_of.isoformat())
    run_id = journal.begin_run(name, *days, dry_run=True)
    try:
        back = declared.back(source) if isinstance(declared, BotDeclared) else 0
        guard = guard_of(workspace, journal, run_id, system, order, back)
        with about(name, run_id), watch.step("collect"):
            came = await collect(guard, watch)
        # A half of a record cannot be judged without the other.
        chained = isinstance(declared, BotDeclared) and declared.chained(source)
        quarantined = 0 if chained else map_rows(journal, run_id, came).quarantined
    except BaseException as error:
        cause = first_of(error)
        journal.finish_run(run_id, "stopped", {}, {"error": getattr(cause, "code", type(cause).__name__)})
        raise
    finally:
        await system.close()
        await browsers.close()
    ahead = Ahead(run_id, source, len(came.rows), came.new, quarantined)
    journal.finish_run(run_id, "done", {"collected": len(came.rows)}, asdict(ahead))
    return ahead


def not_its_source(bot: str, source: str, known: Sequence[str]) -> UsageError:
    """Return the error for a source that a bot does not collect from."""
    return UsageError(
        "not-declared",
        _("The bot “{bot}” has no source “{name}”.").format(bot=bot, name=source),
        todo=suggest(source, list(known)),
        place=Place(file=f"bots/{bot}.yaml", field="sources"),
    )
