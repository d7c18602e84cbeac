"""``yinxin collect``: open today what a run will need, and send nothing."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import Call, command
from cli.run import FROM_THE_SCREEN
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.collecting import Ahead


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "collect", N_("Collect ahead what a bot's run will need; nothing is sent."))
    def collect(
        call: Call,
        bot: Annotated[str, typer.Argument(help=_("The bot, for example disclosure."))],
        source: Annotated[str | None, typer.Option(help=_("One of its sources; all of them without it."))] = None,
        since: Annotated[str | None, typer.Option(help=_("First decision date, YYYY-MM-DD."))] = None,
        until: Annotated[str | None, typer.Option(help=_("Last decision date, YYYY-MM-DD."))] = None,
        browser: Annotated[bool, typer.Option("--browser", help=_(FROM_THE_SCREEN))] = False,
    ) -> int:
        from bots.running import collect_alone
        from cli.progress import Shown
        from cli.run import day_of, order_for

        workspace = call.workspace()
        order = order_for(workspace, bot, since=day_of(since, "--since"), until=day_of(until, "--until"))
        order = replace(order, browser=browser)
        names = [source] if source else workspace.bot(bot).sources
        with workspace.journal() as journal, Shown(quiet=call.printer.quiet) as watch:
            came = [collect_alone(workspace, journal, name, order, watch) for name in names]
        _show(call, came)
        return 1 if any(each.quarantined for each in came) else 0


def _show(call: Call, came: list[Ahead]) -> None:
    call.printer.table(
        [_("Source"), _("Collected"), _("New"), _("Quarantined"), _("Run")],
        [[each.source, f"{each.rows:,}", f"{each.new:,}", f"{each.quarantined:,}", each.run] for each in came],
    )
    last = came[-1].run if came else ""
    call.printer.done({"run": last, "sources": [asdict(each) for each in came]})
