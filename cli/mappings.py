"""``yinxin mappings``: mappings checked against rows, a file seen through one, and one proposed for a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import Call, command
from words.errors import UsageError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.linting import Linted

_GROUP = "mappings"
_File = Annotated[Path, typer.Argument(metavar="FILE", help=_("A ledger: xlsx, xls, csv, xml, json."))]


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "check", N_("Lint mappings and profiles; against rows, count what fails in them."), group=_GROUP)
    def check(
        call: Call,
        name: Annotated[str | None, typer.Argument(help=_("One mapping; all without it."))] = None,
        rows: Annotated[
            Path | None, typer.Option("--rows", metavar="FILE", help=_("Hold it against the rows of this file."))
        ] = None,
        connector: Annotated[
            str | None,
            typer.Option(metavar="NAME", help=_("Hold it against all ledgers, or the first page of a source.")),
        ] = None,
    ) -> int:
        from cli.linted import show, told

        found = _found(call, name, rows, connector)
        errors = [error for each in found for error in (*each.faults, *each.troubles)]
        show(call.printer, found)
        call.printer.done(told(found), errors=errors)
        return max((each.exit_code for each in found), default=0)

    @command(app, "preview", N_("Show a file mapped, cell by cell; the rows that fail first."), group=_GROUP)
    def preview_(
        call: Call,
        file: _File,
        mapping: Annotated[
            str | None, typer.Option(metavar="NAME", help=_("The mapping; the one that reads most columns without it."))
        ] = None,
        rows: Annotated[int, typer.Option(metavar="N", min=1, help=_("Rows of each sheet."))] = 3,
    ) -> int:
        from bots.previewing import see
        from cli.seen import show, told

        made, sheets = see(call.workspace(), file, mapping, rows)
        show(call.printer, made, sheets)
        call.printer.done(told(made, sheets))
        return 1 if any(sheet.failing for sheet in sheets) else 0

    @command(app, "propose", N_("Recognise the columns of an unknown ledger, and propose a mapping."), group=_GROUP)
    def propose_(
        call: Call,
        file: _File,
        standard: Annotated[
            str | None, typer.Option(help=_("licence or penalty; the one that knows more of the headings without it."))
        ] = None,
        write_as: Annotated[
            str | None,
            typer.Option("--write", metavar="NAME", help=_("Write what is certain as mappings/NAME.yaml.")),
        ] = None,
    ) -> int:
        from bots.recognising import known_standard, propose, write
        from cli.proposed import show, told

        workspace = call.workspace()
        proposal = propose(workspace, file, known_standard(standard))
        show(call.printer, proposal)
        written = write(workspace, proposal, write_as) if write_as else None
        if written:
            call.printer.blocks([(_("File"), [("", written)])])
        call.printer.done({**told(proposal), "written": written})
        return 1 if proposal.open else 0


def _found(call: Call, name: str | None, rows: Path | None, connector: str | None) -> list[Linted]:
    from bots.linting import lint, lint_connector, lint_file
    from bots.previewing import reading

    workspace = call.workspace()
    if rows and connector:
        raise UsageError("usage", _("Give either --rows or --connector."), todo=_("Leave one of them out."))
    if connector:
        return [lint_connector(workspace, connector, call.printer.say)]
    if rows:
        return [lint_file(workspace, name or reading(workspace, rows).name, rows)]
    return [lint(workspace, each) for each in ([name] if name else workspace.names("mappings"))]
