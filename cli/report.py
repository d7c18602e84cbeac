"""``yinxin report``: the report of a run, written again from what was kept; and the report of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bots.forms import Form
from cli.commands import Call, command
from words.errors import UsageError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from journal import Journal


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(
        app,
        "report",
        N_("Write the workbook of a run again, its report as a page or as data, or the report of a month."),
    )
    def report(
        call: Call,
        run: Annotated[str | None, typer.Argument(help=_("The run; the last finished one without it."))] = None,
        form: Annotated[
            Form, typer.Option("--format", help=_("The workbook, one page for a browser, data, or only the summary."))
        ] = Form.XLSX,
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
            kept = kept_report(journal, run or _last(journal))
            written = None
            if form is not Form.TEXT:
                written = write_report(kept, workspace.folder / "reports", journal.folder, form)
        show(call, kept, written)
        result = result_of(kept, written if form is Form.XLSX else None, {})
        call.printer.done(result | {"file": str(written or "")})
        return 0


def _last(journal: Journal) -> str:
    for run in journal.judged_runs(1):
        return run.run_id
    raise UsageError(
        "no-run",
        _("No run has finished in this workspace yet."),
        todo=_("Run a bot first: “yinxin run disclosure”."),
    )
