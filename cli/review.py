"""``yinxin review``: the workbook that comes back, what persons decided in it, and the evidence to hand over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.reviewed import Reviewed
    from bots.reviewing import Imported

GROUP = "review"
_SHOWN = 50  # lines on a terminal; --json lists all


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "import", N_("Read in what was decided in workbooks that came back."), group=GROUP)
    def imported(
        call: Call,
        files: Annotated[list[Path], typer.Argument(metavar="FILE", help=_("The filled-in workbooks."))],
        by: Annotated[str | None, typer.Option(help=_("Who decided what names no reviewer; you, without it."))] = None,
        settle: Annotated[
            bool, typer.Option("--settle", help=_("End disagreements of others by what stands in these workbooks."))
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help=_("Change nothing; show what would be taken."))
        ] = False,
    ) -> int:
        from bots.operator import operator
        from bots.reviewing import import_files

        with call.workspace().journal() as journal:
            found = import_files(journal, files, by or operator(), settle=settle, dry_run=dry_run)
        _show_imported(call, found, dry_run=dry_run)
        errors = [error for each in found for error in each.problems]
        call.printer.done({"dry_run": dry_run, "files": [_told_file(each) for each in found]}, errors=errors)
        return max((error.exit_code for error in errors), default=0)

    @command(app, "list", N_("List what persons decided about the records of the newest runs."), group=GROUP)
    def listed(
        call: Call,
        waiting: Annotated[bool, typer.Option("--open", help=_("Only what waits for a decision."))] = False,
        conflicts: Annotated[bool, typer.Option("--conflicts", help=_("Only what reviewers disagree about."))] = False,
    ) -> int:
        from dataclasses import asdict

        from bots.reviewed import AGAIN, CONTESTED, OPEN, SETTLED, reviewed

        wanted = {CONTESTED} if conflicts else {OPEN, AGAIN, CONTESTED} if waiting else {AGAIN, CONTESTED, SETTLED}
        workspace = call.workspace()
        with workspace.journal() as journal:
            found = [each for each in reviewed(workspace, journal) if each.standing in wanted]
        _show_reviewed(call, found)
        call.printer.done({"records": [asdict(each) for each in found]})
        return 1 if any(each.standing != SETTLED for each in found) else 0

    @command(app, "show", N_("Show everything that was ever decided about one document number."), group=GROUP)
    def show(
        call: Call, number: Annotated[str, typer.Argument(metavar="DOC_NO", help=_("The document number."))]
    ) -> int:
        from dataclasses import asdict

        from bots.reviewed import history
        from cli.telling import decisions

        workspace = call.workspace()
        with workspace.journal() as journal:
            found = history(workspace, journal, number)
        call.printer.blocks(list(decisions(found)))
        if not found:
            call.printer.say(_("Nobody decided anything about {number}.").format(number=number))
        call.printer.done({"decisions": [asdict(each) for each in found]})
        return 0

    @command(app, "pack", N_("Pack workbooks, evidence and events into one file that stands alone."), group=GROUP)
    def pack(
        call: Call,
        run: Annotated[str | None, typer.Argument(help=_("The run."))] = None,
        month: Annotated[str | None, typer.Option(help=_("All runs of the days of this month, YYYY-MM."))] = None,
        record: Annotated[str | None, typer.Option(metavar="DOC_NO", help=_("One document number."))] = None,
        output: Annotated[
            Path | None, typer.Option("--output", help=_("The .zip file to write; without it, one in reports/."))
        ] = None,
        force: Annotated[bool, typer.Option("--force", help=_("Overwrite the file if it is there."))] = False,
    ) -> int:
        from bots.packing import pack_evidence

        workspace = call.workspace()
        with workspace.journal() as journal:
            packed = pack_evidence(workspace, journal, run=run, month=month, record=record, file=output, force=force)
        told = ngettext("{count} file packed into {file}.", "{count} files packed into {file}.", packed.files)
        call.printer.say(told.format(count=f"{packed.files:,}", file=packed.file))
        if packed.missing:
            said = _("Not there any more, or purged: {count}; the manifest names them.")
            call.printer.say(said.format(count=f"{len(packed.missing):,}"))
        call.printer.done(
            {
                "file": str(packed.file),
                "sha256": packed.sha256,
                "files": packed.files,
                "runs": packed.runs,
                "missing": packed.missing,
            }
        )
        return 0


def _show_imported(call: Call, found: list[Imported], *, dry_run: bool) -> None:
    """Print per file what was taken, and below what was not."""
    for each in found:
        count = len(each.made)
        said = (
            ngettext("{file}: {count} decision would be kept.", "{file}: {count} decisions would be kept.", count)
            if dry_run
            else ngettext("{file}: {count} decision is kept.", "{file}: {count} decisions are kept.", count)
        )
        call.printer.say(said.format(file=each.file, count=f"{count:,}"))
        if each.unchanged:
            call.printer.say(_("{count} stood so already.").format(count=f"{each.unchanged:,}"))
    problems = [error for each in found for error in each.problems]
    if not problems:
        return
    places = [error.place for error in problems]
    told = [(each.file, each.sheet, each.row, each.field) for each in places]
    rows = [[*(str(part or "") for part in parts), error.sentence] for parts, error in zip(told, problems, strict=True)]
    call.printer.table([_("File"), _("Sheet"), _("Row"), _("Column"), _("What")], rows[:_SHOWN])
    if len(rows) > _SHOWN:
        call.printer.say(_("… and {more} more; --json lists them all.").format(more=len(rows) - _SHOWN))


def _told_file(each: Imported) -> dict[str, Any]:
    kept = ("record_id", "document_number", "verdict", "disposition", "reviewer", "reason", "settles")
    made = [{name: getattr(one, name) for name in kept} for one in each.made]
    return {"file": each.file, "run": each.run_id, "decisions": made, "unchanged": each.unchanged}


def _show_reviewed(call: Call, found: list[Reviewed]) -> None:
    from cli.printing import opening
    from reconciliation.headings import DISPOSITIONS, title

    if not found:
        call.printer.say(_("There is no such record."))
        return
    rows = [
        [
            each.document_number,
            title(each.verdict),
            opening(_(each.standing)),
            _(DISPOSITIONS[each.disposition]) if each.disposition in DISPOSITIONS else each.disposition,
            each.reviewer,
            " · ".join((each.reason, *each.objections)),
        ]
        for each in found[:_SHOWN]
    ]
    headings = [_("Document number"), _("Verdict"), _("Standing"), _("Disposition"), _("Reviewer"), _("Reason given")]
    call.printer.table(headings, rows)
    if len(found) > _SHOWN:
        call.printer.say(_("… and {more} more; --json lists them all.").format(more=len(found) - _SHOWN))
