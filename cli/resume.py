"""``yinxin resume``: finish what a crash or an outage left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.errors import YinxinError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from journal import Journal, RunRow


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "resume", N_("Finish what a crash or an outage left; the feed is asked before anything is sent."))
    def resume(
        call: Call,
        run: Annotated[str | None, typer.Argument(help=_("The run; every unfinished one without it."))] = None,
    ) -> int:
        workspace = call.workspace()
        with workspace.journal() as journal:
            runs = [journal.run(run)] if run else journal.unfinished_runs()
            told = [_resumed(call, workspace, journal, each) for each in runs]
        results = [result for result, _errors, _code in told if result]
        errors = [error for _result, errors, _code in told for error in errors]
        if not results and not errors:
            call.printer.say(_("Nothing is left to be resumed."))
        call.printer.done({"resumed": results}, errors=errors)
        return max([0, *(code for _result, _errors, code in told)])


def _resumed(
    call: Call, workspace: Workspace, journal: Journal, run: RunRow
) -> tuple[dict[str, Any], list[YinxinError], int]:
    """Resume one run and show it; an error of one does not keep the others from going on."""
    from bots.running import resume_alone
    from cli.alarms import told, told_of
    from cli.parts import caller
    from cli.progress import Shown
    from cli.run import exit_code, finished

    call.printer.say(_("Resuming {run}.").format(run=run.run_id))
    try:
        with Shown(quiet=call.printer.quiet) as watch:
            done = resume_alone(workspace, journal, run, watch, caller(workspace))
            if done is None:
                return {}, [], 0
            result, errors, report = finished(call, workspace, journal, done, watch)
    except YinxinError as error:
        if not call.printer.as_json:
            call.printer.error(error)
        told_of(workspace, run.bot, error)
        return {}, [error], error.exit_code
    told(workspace)
    return result, errors, exit_code(report, errors)
