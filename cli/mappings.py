"""``yinxin mappings check``: every mapping and profile linted."""

from __future__ import annotations

import typer

from cli.commands import Call, command
from words.errors import YinxinError
from words.languages import N_
from words.languages import gettext as _


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "check", N_("Lint every mapping and profile of the workspace."), group="mappings")
    def check(call: Call) -> int:
        workspace = call.workspace()
        versions: dict[str, str] = {}
        errors: list[YinxinError] = []
        for name in workspace.names("mappings"):
            try:
                versions[name] = workspace.rules_version(name)
            except YinxinError as error:
                errors.append(error)
                call.printer.error(error) if not call.printer.as_json else None
        call.printer.table([_("Mapping"), _("Version")], [[name, version] for name, version in versions.items()])
        call.printer.done({"mappings": versions}, errors=errors)
        return errors[0].exit_code if errors else 0
