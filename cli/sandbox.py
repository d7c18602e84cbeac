"""``yinxin sandbox serve``: the pretend city."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cli.commands import Call, command
from words.languages import N_
from words.languages import gettext as _


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "serve", N_("Serve the sandbox city until it is interrupted."), group="sandbox")
    def serve(  # noqa: PLR0913, PLR0917 - the options of the command
        call: Call,
        seed: Annotated[int, typer.Option(help=_("Which city."))] = 1,
        scale: Annotated[float, typer.Option(help=_("Its size; 1 is the real case."))] = 1.0,
        host: Annotated[str, typer.Option(help=_("The address to listen on."))] = "127.0.0.1",
        port: Annotated[int, typer.Option(help=_("The port to listen on; 0 takes a free one."))] = 8765,
        state: Annotated[
            Path, typer.Option(help=_("Where the city keeps its truth and what its platform received."))
        ] = Path(".sandbox"),
        ledgers: Annotated[Path | None, typer.Option(help=_("Write the departments' ledgers here."))] = None,
        latency: Annotated[float, typer.Option(help=_("Milliseconds every answer takes longer."))] = 0,
        session_minutes: Annotated[float, typer.Option(help=_("Minutes until an idle session ends."))] = 30,
    ) -> int:
        from sandbox import server
        from sandbox.city import TODAY, build_city
        from sandbox.ledgers import write_ledgers
        from sandbox.penalties import with_penalties
        from sandbox.truth import write_truth

        today: date = TODAY
        city = with_penalties(build_city(seed, scale, today))
        state.mkdir(parents=True, exist_ok=True)
        write_truth(city, state)
        if ledgers is not None:
            write_ledgers(city, ledgers)
        server.serve(city, state, host, port, call.printer.line, latency_ms=latency, session_minutes=session_minutes)
        return 0
