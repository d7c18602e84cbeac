"""``yinxin mappings``: mappings checked against rows, a file seen through one, and one proposed for a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.errors import UsageError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.linting import Linted
    from bots.recognising import Proposal
    from mappings.recognising import Candidate, Column

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

        workspace = call.workspace()
        proposal = propose(workspace, file, known_standard(standard))
        _show(call, proposal)
        written = write(workspace, proposal, write_as) if write_as else None
        if written:
            call.printer.blocks([(_("File"), [("", written)])])
        call.printer.done({**_told(proposal), "written": written})
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


def _show(call: Call, proposal: Proposal) -> None:
    from mappings.recognising import REASONS, SURENESS

    recognised, standard = proposal.recognised, proposal.aliases.standard
    if proposal.read_by:
        call.printer.say(_("The mapping “{name}” reads this file completely.").format(name=proposal.read_by))
    certain = [
        [_flat(column), _named(proposal, each), _(SURENESS[each.sureness]), _fitting(each, column)]
        for column in recognised.of("certain")
        for each in column.candidates
    ]
    call.printer.blocks([(_("{file}: {standard}").format(file=proposal.file, standard=standard.label), [])])
    call.printer.table([_("Heading"), _("Field"), _("Because"), _("Values that fit")], certain)
    asked = () if proposal.read_by else recognised.of("asked")
    for column in asked:
        answers = [(_named(proposal, each), _fitting(each, column)) for each in column.candidates]
        call.printer.blocks([(f"? {_flat(column)}: {_(REASONS[column.why])}", answers)])
    said = {column.word for column in (*recognised.of("certain"), *asked)}
    if left := [column for column in recognised.columns if column.word not in said]:
        call.printer.blocks([(_("Not read"), [("", "、".join(map(_flat, left)))])])
    if not recognised.telling:
        call.printer.say(_("Nothing certain says which decision a row means: a document number, or a name and a day."))
    asked = len(recognised.of("asked"))
    if proposal.open and asked:
        call.printer.say(
            ngettext("{count} question is open.", "{count} questions are open.", asked).format(count=asked)
        )


def _flat(column: Column) -> str:
    return " ".join(column.heading.split())


def _named(proposal: Proposal, candidate: Candidate) -> str:
    field = proposal.aliases.standard.by_name[candidate.field]
    return " · ".join((field.name, field.label, *candidate.transforms))


def _fitting(candidate: Candidate, column: Column) -> str:
    return f"{candidate.share:.0%}" if column.values else "–"


def _told(proposal: Proposal) -> dict[str, Any]:
    from mappings.proposing import rule_of
    from mappings.recognising import REASONS

    return {
        "file": proposal.file,
        "standard": proposal.aliases.standard.name,
        "read_by": proposal.read_by,
        "telling": proposal.recognised.telling,
        "columns": [
            {
                "heading": column.heading,
                "fate": column.fate,
                "candidates": [
                    {
                        "field": each.field,
                        "transforms": each.transforms,
                        "sureness": each.sureness,
                        "share": each.share if column.values else None,
                        "rule": rule_of(column, each),
                    }
                    for each in column.candidates
                ],
                "why": column.why,
                "reason": _(REASONS[column.why]) if column.why else "",
                "values": column.values,
            }
            for column in proposal.recognised.columns
        ],
        "mapping": proposal.text,
    }
