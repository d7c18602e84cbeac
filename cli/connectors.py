"""``yinxin connectors``: what is connected, and whether it still is as declared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from cli.printing import opening
from cli.run import FROM_THE_SCREEN
from words.errors import YinxinError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.checking import Checked
    from bots.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Register the commands."""
    _register_accept(app)

    @command(app, "list", N_("List the declared connectors."), group="connectors")
    def list_(call: Call) -> int:
        workspace = call.workspace()
        found = [_described(workspace, name) for name in workspace.names("connectors")]
        call.printer.table(
            [_("Connector"), _("Kind"), _("Title"), _("Role"), _("Where")],
            [_shown(**each) for each in found],
        )
        call.printer.done({"connectors": found})
        return 0

    @command(app, "check", N_("Read one page both ways and map it; send nothing."), group="connectors")
    def check(
        call: Call,
        name: Annotated[str | None, typer.Argument(help=_("One connector; all without it."))] = None,
        browser: Annotated[bool, typer.Option("--browser", help=_(FROM_THE_SCREEN))] = False,
    ) -> int:
        workspace = call.workspace()
        names = [name] if name else workspace.names("connectors")
        results, errors = [], []
        for each in names:
            try:
                results.append(_checked(call, workspace, each, browser=browser))
            except YinxinError as error:
                errors.append(error)
                results.append({"name": each, "ok": False, "rows": 0, "findings": 0, "said": error.sentence})
                call.printer.error(error) if not call.printer.as_json else None
        call.printer.table(
            [_("Connector"), _("OK"), _("Rows read"), _("Findings"), _("What was said")],
            [
                [
                    each["name"],
                    "✓" if each["ok"] else "✗",
                    str(each["rows"]),
                    str(each["findings"]),
                    each["said"],
                ]
                for each in results
            ],
        )
        call.printer.done({"connectors": results}, errors=errors)
        return errors[0].exit_code if errors else 0

    @command(app, "login", N_("Let a person sign in to a portal, and keep the session."), group="connectors")
    def login(
        call: Call,
        name: Annotated[str, typer.Argument(help=_("The connector."))],
        session: Annotated[
            Path | None, typer.Option(help=_("A session exported from another browser; no window is opened."))
        ] = None,
        minutes: Annotated[float, typer.Option(help=_("How long the window waits."), min=0.1)] = 10,
    ) -> int:
        from bots.signing import sign_in_alone

        workspace = call.workspace()
        sign_in_alone(workspace, name, call.printer.say, session, minutes * 60)
        call.printer.say(_("Signed in; the session is kept for the runs to come."))
        call.printer.done({"connector": name})
        return 0


def _register_accept(app: typer.Typer) -> None:
    @command(app, "accept", N_("Let what a system was found to show be right from now on."), group="connectors")
    def accept(
        call: Call,
        name: Annotated[str, typer.Argument(help=_("The connector."))],
        look: Annotated[bool, typer.Option("--look", help=_("Only show what would be accepted."))] = False,
    ) -> int:
        from bots import guarding
        from bots.operator import operator

        workspace = call.workspace()
        workspace.connector(name)
        with workspace.journal() as journal:
            pending = [each for each in journal.layouts(name) if each.found]
            if not look:
                guarding.accept(journal, name, operator())
        changes = [change for each in pending for change in guarding.changes(each)]
        call.printer.table(
            [_("What"), _("Before"), _("Now")], [[each["what"], each["before"], each["now"]] for each in changes]
        )
        if not changes:
            call.printer.say(_("Nothing waits to be accepted."))
        call.printer.done({"connector": name, "accepted": bool(pending) and not look, "changes": changes})
        return 1 if look and changes else 0


def _shown(name: str, kind: str, title: str, role: str, where: str) -> list[str]:
    return [name, opening(_(kind)), title, opening(_(role)) if role else "–", where]


def _described(workspace: Workspace, name: str) -> dict[str, str]:
    declared = workspace.connector(name)
    role = declared.roles[-1] if declared.roles else ""
    return {"name": name, "kind": declared.kind, "title": declared.title, "role": role, "where": declared.where}


def _checked(call: Call, workspace: Workspace, name: str, *, browser: bool) -> dict[str, Any]:
    from bots.checking import check_alone

    checked = check_alone(workspace, name, call.printer.say, browser=browser)
    with workspace.journal() as journal:
        pending = any(each.found for each in journal.layouts(name))
    return {
        "name": name,
        "ok": True,
        "rows": checked.rows,
        "findings": checked.findings,
        "said": _said(checked, name, pending=pending),
        "unanswered": list(checked.unanswered),
        "unread": list(checked.unread),
        "to_accept": pending,
    }


def _said(checked: Checked, name: str, *, pending: bool) -> str:
    """Return what a person should know of it, the gravest first."""
    if pending:
        return _("It changed; look at “yinxin connectors accept {name} --look”.").format(name=name)
    if checked.findings:
        return checked.first_finding
    if checked.unanswered:
        return _("No column for: {fields}").format(fields=", ".join(checked.unanswered))
    return _("As declared")


_WORDS = (N_("portal"), N_("api"), N_("database"), N_("files"), N_("source"), N_("feed"), N_("ledger"))
