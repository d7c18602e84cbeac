"""``yinxin audit``: proving what happened, and forgetting what may not be kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import Call, command
from words.errors import UsageError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bots.workspace import Workspace
    from journal import Audit, Head, Journal

GROUP = "audit"
_SHOWN = 20  # errors on a terminal; --json lists all
THING_WORDS = (N_("events"), N_("runs"), N_("findings"), N_("deliveries"), N_("receipts"), N_("evidence"))
TABLE_WORDS = (N_("records"), N_("collected"), N_("quarantine"), N_("verdicts"))


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "verify", N_("Prove that nothing was changed by hand: events, rows, receipts, files."), group=GROUP)
    def verify(
        call: Call,
        head: Annotated[list[str] | None, typer.Option(help=_("A head from a workbook; may be given again."))] = None,
        heads: Annotated[list[Path] | None, typer.Option(help=_("A file of heads; may be given again."))] = None,
    ) -> int:
        from bots.auditing import errors_of
        from bots.heads import head_of

        workspace = call.workspace()
        noted = _noted(workspace, heads or [])
        with workspace.journal() as journal:
            audit = journal.audit([head_of(each) for each in head or ()], noted)
        errors = list(errors_of(audit))
        for error in errors[:_SHOWN]:
            call.printer.error(error) if not call.printer.as_json else None
        if len(errors) > _SHOWN:
            call.printer.say(_("… and {more} more; --json lists them all.").format(more=len(errors) - _SHOWN))
        _show(call, audit, len(noted) + len(head or ()))
        told = {"position": audit.damage.seq if audit.damage else None, "head": audit.head._asdict()}
        checked = {"checked": audit.checked, "purged": audit.purged, "heads": len(noted) + len(head or ())}
        call.printer.done({"whole": audit.whole, **told, **checked}, errors=errors)
        return 0 if audit.whole else 1

    @command(app, "heads", N_("Print the last head of each day: day, number of the event, hash."), group=GROUP)
    def heads(call: Call) -> int:
        from bots.heads import day_heads

        with call.workspace().journal() as journal:
            found = list(day_heads(journal))
        for each in found if not call.printer.as_json else ():
            call.printer.line(f"{each.day} {each.seq} {each.hash}")
        call.printer.done({"heads": [each._asdict() for each in found]})
        return 0

    @command(app, "export", N_("Write the event log as JSON lines, for whoever verifies it elsewhere."), group=GROUP)
    def export(
        call: Call,
        file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The file to write."))],
        force: Annotated[bool, typer.Option("--force", help=_("Overwrite the file if it is there."))] = False,
    ) -> int:
        from bots.auditing import export_events

        with call.workspace().journal() as journal:
            count = export_events(journal, file, force=force)
        written = ngettext("{count} event written to {file}.", "{count} events written to {file}.", count)
        call.printer.say(written.format(count=f"{count:,}", file=file))
        call.printer.done({"file": str(file), "events": count})
        return 0

    @command(app, "purge", N_("Remove the personal values of runs that ended long ago; proofs stay."), group=GROUP)
    def purge(
        call: Call,
        before: Annotated[str, typer.Option(help=_("Runs that ended before this day, YYYY-MM-DD."))],
        reason: Annotated[str, typer.Option(help=_("Why; the log keeps its hash."))],
        yes: Annotated[bool, typer.Option("--yes", help=_("Do it; without it, only show what would be done."))] = False,
    ) -> int:
        from bots import retention
        from bots.heads import note_head
        from cli.run import day_of

        workspace, day = call.workspace(), day_of(before, "--before")
        with workspace.journal() as journal:
            _refuse_damaged(journal.audit())
            counts = retention.purge(workspace, journal, day, reason, rehearse=True)
            _plan(call, counts)
            if yes:
                counts = retention.purge(workspace, journal, day, reason, rehearse=False)
                note_head(workspace.folder / "reports", journal, "purge")
        call.printer.say(
            _("Removed; this cannot be undone. Workbooks in reports/ and logs are files of their own: see to them too.")
            if yes
            else _("Nothing was removed. The same command with --yes removes it, and that cannot be undone.")
        )
        call.printer.done({"purged": yes, "counts": counts})
        return 0 if yes or not any(counts.values()) else 1


def note(call: Call, workspace: Workspace, journal: Journal, run_id: str) -> None:
    """Write the newest head down after a run; a run that is done is not undone when that fails, so it is only said."""
    from bots.heads import FILE, note_head

    try:
        note_head(workspace.folder / "reports", journal, run_id)
    except OSError as error:
        from loguru import logger

        told = _("The head could not be written to reports/{file}: {reason}").format(file=FILE, reason=error.strerror)
        logger.warning(told)
        call.printer.say(told)


def _noted(workspace: Workspace, files: list[Path]) -> list[Head]:
    """Return the heads of the workspace's own file, and of those that are named."""
    from bots.heads import FILE, read_heads

    own = workspace.folder / "reports" / FILE
    return [head for file in ([own] if own.exists() else []) + files for head in read_heads(file)]


def _show(call: Call, audit: Audit, compared: int) -> None:
    checked = [(_(name), _counted(count, audit.purged.get(name, 0))) for name, count in audit.checked.items()]
    if checked:
        call.printer.blocks([(_("Checked"), checked)])
    newest = _("event {seq}, {hash}").format(seq=audit.head.seq, hash=audit.head.hash)
    call.printer.blocks([(_("Chain head"), [(_("newest"), newest), (_("heads compared"), f"{compared:,}")])])
    if audit.whole:
        call.printer.say(_("All is as it was written."))


def _counted(count: int, purged: int) -> str:
    return (
        _("{count} ({purged} of them purged)").format(count=f"{count:,}", purged=f"{purged:,}")
        if purged
        else f"{count:,}"
    )


def _plan(call: Call, counts: Mapping[str, int]) -> None:
    lines = [(_(name), f"{count:,}") for name, count in counts.items()]
    call.printer.blocks([(_("Personal values to be removed"), lines)])


def _refuse_damaged(audit: Audit) -> None:
    """A purge must not remove what shows how a journal was damaged."""
    if not audit.damage and all(flaw.problem == "still-there" for flaw in audit.flaws):
        return
    raise UsageError(
        "purge-of-damaged",
        _("The journal is not as it was written; a purge would remove what may show how."),
        todo=_("Run “yinxin audit verify” and have the damage cleared up first."),
    )
