"""``yinxin connectors``: what is connected, and whether it still is as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from cli.printing import opening
from words.errors import YinxinError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Register the commands."""

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
        call: Call, name: Annotated[str | None, typer.Argument(help=_("One connector; all without it."))] = None
    ) -> int:
        workspace = call.workspace()
        names = [name] if name else workspace.names("connectors")
        results, errors = [], []
        for each in names:
            try:
                results.append(_checked(call, workspace, each))
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


def _shown(name: str, kind: str, title: str, role: str, where: str) -> list[str]:
    return [name, opening(_(kind)), title, opening(_(role)) if role else "–", where]


def _described(workspace: Workspace, name: str) -> dict[str, str]:
    declared = workspace.connector(name)
    role = declared.roles[-1] if declared.roles else ""
    return {"name": name, "kind": declared.kind, "title": declared.title, "role": role, "where": declared.where}


def _checked(call: Call, workspace: Workspace, name: str) -> dict[str, Any]:
    from bots.checking import check_alone

    checked = check_alone(workspace, name, call.printer.say)
    said = _("As declared") if not checked.findings else checked.first_finding
    return {"name": name, "ok": True, "rows": checked.rows, "findings": checked.findings, "said": said}


_WORDS = (N_("portal"), N_("database"), N_("files"), N_("source"), N_("feed"), N_("ledger"))
