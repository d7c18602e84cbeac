"""``yinxin report``: the workbook of a run, written again from what was kept; and the report of a month."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import Call, command
from words.errors import UsageError
from words.languages import N_
from words.languages import gettext as _


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "report", N_("Write the workbook of a run again, or the report of a month."))
    def report(
        call: Call,
        run: Annotated[str | None, typer.Argument(help=_("The run; the last finished one without it."))] = None,
        month: Annotated[str | None, typer.Option(help=_("The report of a month instead, YYYY-MM."))] = None,
        nil: Annotated[
            list[str] | None,
            typer.Option(help=_("Confirm that this unit decided nothing in that month; may be given again.")),
        ] = None,
    ) -> int:
        if month is not None:
            from cli.monthly import monthly

            return monthly(call, month, nil or ())
        if nil:
            raise UsageError(
                "no-month",
                _("A nil return is of a month."),
                todo=_("Name the month with --month YYYY-MM."),
            )
        from bots.reporting import kept_report, write_report
        from cli.outcomes import result_of
        from cli.run import show

        workspace = call.workspace()
        with workspace.journal() as journal:
            last = None if run else next(iter(journal.judged_runs(1)), None)
            if not run and last is None:
                raise UsageError(
                    "no-run",
                    _("No run has finished in this workspace yet."),
                    todo=_("Run a bot first: “yinxin run disclosure”."),
                )
            kept = kept_report(journal, run or (last.run_id if last else ""))
            workbook = write_report(kept, workspace.folder / "reports", journal.folder)
        show(call, kept, workbook)
        call.printer.done(result_of(kept, workbook, {}))
        return 0
