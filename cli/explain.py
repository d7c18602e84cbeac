"""``yinxin explain``: everything that is known of one document number."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import Call, command
from words.languages import N_
from words.languages import gettext as _


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "explain", N_("Tell everything that is known of one document number."))
    def explain(
        call: Call,
        number: Annotated[
            str,
            typer.Argument(metavar="DOC_NO", help=_("The document number; brackets, blanks and widths do not matter.")),
        ],
    ) -> int:
        from dataclasses import asdict

        from bots.explaining import explain as explained
        from cli.telling import sections

        workspace = call.workspace()
        with workspace.journal() as journal:
            found = explained(workspace, journal, number)
        if not call.printer.as_json:
            for section in sections(found, workspace.folder):
                call.printer.blocks(section)
        call.printer.done(asdict(found))
        return 1 if found.never else 0
