"""``yinxin release``: a second person lets go what waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import Call, command
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    pass


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "release", N_("Let go what waits for a second person; without RUN, show what waits."))
    def release(
        call: Call,
        run: Annotated[str | None, typer.Argument(help=_("The run that prepared it."))] = None,
        only: Annotated[list[int] | None, typer.Option(help=_("Only this delivery; may be given again."))] = None,
        by: Annotated[str | None, typer.Option(help=_("Who releases; you, without it."))] = None,
    ) -> int:
        from bots.deciding import refuse_the_same
        from bots.operator import operator
        from cli.deliveries import lines_of, show
        from journal import State

        who = by or operator()
        with call.workspace().journal() as journal:
            if run is not None:
                journal.run(run)  # says so when there is none
            held = journal.deliveries(states=[State.HELD], run_id=run)
            wanted = [each for each in held if not only or each.id in only]
            lines = lines_of(journal, wanted)
            if run is not None and wanted:
                refuse_the_same(wanted, who)
                journal.released([each.id for each in wanted], who)
        show(call, lines)
        released = run is not None and bool(wanted)
        if released:
            told = ngettext(
                "{count} delivery is released by {who}; the next run sends it.",
                "{count} deliveries are released by {who}; the next run sends them.",
                len(wanted),
            )
            call.printer.say(told.format(count=len(wanted), who=who))
        call.printer.done({"released": lines if released else [], "waiting": [] if released else lines})
        return 1 if wanted and not released else 0
