"""``yinxin quarantine``: the rows that could not become records, as a list, as a file, and tried again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from cli.printing import Block, opening
from words.errors import YinxinError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    import polars as pl

    from bots.order import Order
    from bots.replaying import Replayed
    from bots.workspace import Workspace
    from mappings.standards import Standard

_GROUP = "quarantine"
_SHOWN = 50  # findings of one kind that a terminal lists


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "list", N_("List what a run could not read, one line a finding."), group=_GROUP)
    def list_(call: Call, run: _Run = None) -> int:
        from bots.replaying import findings_of, run_with_quarantine, standard_of

        workspace = call.workspace()
        with workspace.journal() as journal:
            chosen = run_with_quarantine(journal, run)
            findings = findings_of(journal, chosen)
        standard = standard_of(workspace, chosen.bot)
        _print(call, standard, findings)
        call.printer.say(_count(findings.height, chosen.run_id))
        call.printer.done({"run": chosen.run_id, "quarantine": _told(standard, findings)})
        return 1 if findings.height else 0

    @command(
        app, "export", N_("Write what a run could not read into a file, beside the rows as they came."), group=_GROUP
    )
    def export(
        call: Call,
        file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A name that ends with .xlsx or .csv."))],
        run: _Run = None,
        force: Annotated[bool, typer.Option("--force", help=_("Overwrite the file if it is there."))] = False,
    ) -> int:
        from bots.exporting import export_quarantine, refuse_to_overwrite
        from bots.replaying import run_with_quarantine

        workspace = call.workspace()
        refuse_to_overwrite(file, force=force)
        with workspace.journal() as journal:
            chosen = run_with_quarantine(journal, run)
            count = export_quarantine(workspace, journal, chosen, file) if journal.quarantine_of(chosen.run_id) else 0
        call.printer.say(_count(count, chosen.run_id))
        if count:
            call.printer.blocks([(_("File"), [("", str(file))])])
        call.printer.done({"run": chosen.run_id, "findings": count, "file": str(file) if count else None})
        return 0

    @command(app, "replay", N_("Show what the present mappings make of those rows; nothing is sent."), group=_GROUP)
    def replay_(
        call: Call,
        run: _Run = None,
        run_bot: Annotated[
            str | None,
            typer.Option("--run-bot", metavar="BOT", help=_("Then run this bot over the same decision dates.")),
        ] = None,
    ) -> int:
        from bots.replaying import replay, run_with_quarantine, standard_of

        workspace = call.workspace()
        with workspace.journal() as journal:
            replayed = replay(workspace, journal, run_with_quarantine(journal, run))
        order = _order(workspace, replayed, run_bot) if run_bot else None
        standard = standard_of(workspace, replayed.run.bot)
        _show(call, standard, replayed)
        result: dict[str, Any] = _as_result(standard, replayed)
        if order is None:
            call.printer.done(result)
            return 1 if replayed.failing.height or replayed.new.height else 0
        return _run_after(call, workspace, order, result)


_Run = Annotated[str | None, typer.Option("--run", help=_("The run; the newest that judged its rows without it."))]


def _order(workspace: Workspace, replayed: Replayed, bot: str) -> Order:
    from datetime import date

    from cli.run import order_for

    window = replayed.run
    return order_for(workspace, bot, since=date.fromisoformat(window.since), until=date.fromisoformat(window.until))


def _run_after(call: Call, workspace: Workspace, order: Order, result: dict[str, Any]) -> int:
    """Start the ordinary run: nothing else delivers."""
    from cli.run import exit_code, run_bot

    ran, errors, report = run_bot(call, workspace, order)
    for error in errors:
        _say_error(call, error)
    call.printer.done({**result, "ran": ran}, errors=errors)
    return exit_code(report, errors)


def _say_error(call: Call, error: YinxinError) -> None:
    if not call.printer.as_json:
        call.printer.error(error)


def _show(call: Call, standard: Standard, replayed: Replayed) -> None:
    rows = [[name, then or "–", now] for name, (then, now) in replayed.mappings.items()]
    call.printer.table([_("Mapping"), _("Version of the findings"), _("Version now")], rows)
    for heading, findings in (
        (_("Would be rescued"), replayed.rescued),
        (_("Would still fail"), replayed.failing),
        (_("Would newly fail"), replayed.new),
        (_("No longer there"), replayed.gone),
    ):
        call.printer.blocks([(heading, [("", _rows(findings))])])
        _print(call, standard, findings)


def _rows(findings: pl.DataFrame) -> str:
    count = findings["origin"].n_unique()
    return ngettext("{count} row", "{count} rows", count).format(count=count)


def _as_result(standard: Standard, replayed: Replayed) -> dict[str, Any]:
    return {
        "run": replayed.run.run_id,
        "since": replayed.run.since,
        "until": replayed.run.until,
        "mappings": {name: {"then": then, "now": now} for name, (then, now) in replayed.mappings.items()},
        "rescued": _told(standard, replayed.rescued),
        "still_failing": _told(standard, replayed.failing),
        "newly_failing": _told(standard, replayed.new),
        "no_longer_there": _told(standard, replayed.gone),
    }


def _told(standard: Standard, findings: pl.DataFrame) -> list[dict[str, Any]]:
    from mappings.hints import hints_of
    from reconciliation.shown import Shown

    hints = hints_of(findings["rule"], findings["value"])
    told = Shown(standard).hide(findings, "value").to_dicts()
    return [each | {"hint": hint} for each, hint in zip(told, hints, strict=True)]


def _lines(standard: Standard, findings: pl.DataFrame) -> list[Block]:
    """Return one line a finding, below the system or sheet and the mapping that could not read it."""
    from reconciliation.headings import field_label

    blocks: dict[str, list[tuple[str, str]]] = {}
    for each in _told(standard, findings.head(_SHOWN)):
        where, _between, row = each["origin"].rpartition(" › ")
        label, sentence = field_label(standard, each["field"]), opening(each["sentence"])
        parts = (each["document_number"], label, each["value"], sentence)
        told = blocks.setdefault(" · ".join(filter(None, (where or row, each["mapping"]))), [])
        told.append((row, " · ".join(filter(None, parts))))
    return list(blocks.items())


def _print(call: Call, standard: Standard, findings: pl.DataFrame) -> None:
    call.printer.blocks(_lines(standard, findings))
    if findings.height > _SHOWN:
        call.printer.say(_("… and {more} more; --json lists them all.").format(more=findings.height - _SHOWN))


def _count(count: int, run_id: str) -> str:
    if not count:
        return _("Nothing is in quarantine of the run {run}.").format(run=run_id)
    return ngettext(
        "{count} finding is in quarantine of the run {run}.",
        "{count} findings are in quarantine of the run {run}.",
        count,
    ).format(count=count, run=run_id)
