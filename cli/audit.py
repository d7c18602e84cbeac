"""``yinxin audit``: proving what happened, and forgetting what may not be kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.errors import UsageError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from datetime import date

    from bots.workspace import Workspace
    from journal import Audit, Head, Journal

GROUP = "audit"
_SHOWN = 20  # flaws on a terminal; --json lists all
THING_WORDS = (N_("events"), N_("runs"), N_("findings"), N_("deliveries"), N_("receipts"), N_("evidence"))
PERSONS_WORDS = (N_("dispositions"),)
TABLE_WORDS = (N_("records"), N_("collected"), N_("quarantine"), N_("verdicts"))


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "verify", N_("Prove that nothing was changed by hand: events, rows, receipts, files."), group=GROUP)
    def verify(
        call: Call,
        head: Annotated[list[str] | None, typer.Option(help=_("A head from a workbook; may be given again."))] = None,
        heads: Annotated[list[Path] | None, typer.Option(help=_("A file of heads; may be given again."))] = None,
    ) -> int:
        from bots.auditing import error_of
        from bots.heads import head_of

        workspace = call.workspace()
        noted = _noted(workspace, heads or [])
        with workspace.journal() as journal:
            audit = journal.audit([head_of(each) for each in head or ()], noted)
            error = error_of(audit, journal.place)
        compared = len(noted) + len(head or ())
        _show(call, audit, compared)
        if error and not call.printer.as_json:
            call.printer.error(error)
        call.printer.done(_told(audit, compared), errors=[error] if error else [])
        return error.exit_code if error else 0

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
            _refuse_damaged(journal.audit(noted=_noted(workspace, [])))
            counts = retention.purge(workspace, journal, day, reason, rehearse=not yes)
            if yes:
                note_head(workspace.folder / "reports", journal, "purge")
        found = any(count for name, count in counts.items() if name != "runs")
        heading = (
            _("Removed: personal values of runs that ended before {day}")
            if yes
            else _("To be removed: personal values of runs that ended before {day}")
        ).format(day=day)
        call.printer.blocks([(heading, [(_(name), f"{count:,}") for name, count in counts.items()])])
        call.printer.say(_ending(day, yes=yes, found=found))
        call.printer.done({"purged": yes, "counts": counts})
        return 1 if found and not yes else 0


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
    head = _("event {seq}, {hash}").format(seq=audit.head.seq, hash=audit.head.hash)
    label = _("whole up to") if audit.damage else _("newest")
    call.printer.blocks([(_("Chain head"), [(label, head), (_("heads compared"), f"{compared:,}")])])
    _show_flaws(call, audit)
    if not compared:
        call.printer.say(_("No head was compared: only a head kept elsewhere shows that the log was cut or rewritten."))
    if audit.whole:
        call.printer.say(_("All is as it was written."))


def _show_flaws(call: Call, audit: Audit) -> None:
    if not audit.flaws or call.printer.as_json:
        return
    call.printer.blocks([(_("Not as it was written"), [])])
    for flaw in audit.flaws[:_SHOWN]:
        call.printer.line(f"  {flaw.sentence}")
    if len(audit.flaws) > _SHOWN:
        call.printer.say(_("… and {more} more; --json lists them all.").format(more=len(audit.flaws) - _SHOWN))


def _told(audit: Audit, compared: int) -> dict[str, Any]:
    flaws = [
        {"event": flaw.seq or None, "subject": flaw.subject, "problem": flaw.problem, "detail": flaw.detail}
        for flaw in audit.flaws
    ]
    told = {"whole": audit.whole, "position": audit.damage.seq if audit.damage else None, "flaws": flaws}
    return told | {"head": audit.head._asdict(), "heads": compared, "checked": audit.checked, "purged": audit.purged}


def _counted(count: int, purged: int) -> str:
    return (
        _("{count} ({purged} of them purged)").format(count=f"{count:,}", purged=f"{purged:,}")
        if purged
        else f"{count:,}"
    )


def _ending(day: date, *, yes: bool, found: bool) -> str:
    if not found:
        return _("Nothing that ended before {day} holds personal values.").format(day=day)
    if yes:
        return _(
            "Removed; this cannot be undone. Workbooks in reports/ and logs are files of their own: see to them too."
        )
    return _("Nothing was removed. The same command with --yes removes it, and that cannot be undone.")


def _refuse_damaged(audit: Audit) -> None:
    """A purge must not remove what shows how a journal was damaged."""
    if not audit.damage and all(flaw.problem == "still-there" for flaw in audit.flaws):
        return
    raise UsageError(
        "purge-of-damaged",
        _("The journal is not as it was written; a purge would remove what may show how."),
        todo=_("Run “yinxin audit verify” and have the damage cleared up first."),
    )
