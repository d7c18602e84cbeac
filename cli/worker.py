"""``yinxin worker``: runs what schedulers anywhere have queued."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import Call, command
from words.languages import N_
from words.languages import gettext as _


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "worker", N_("Run what is queued, on this machine, until it is told to stop."))
    def worker(
        call: Call,
        queues: Annotated[str, typer.Option(help=_("The queues, separated by commas; all without it."))] = "",
        concurrency: Annotated[int, typer.Option(min=1, help=_("How many runs at a time."))] = 1,
        port: Annotated[int | None, typer.Option(help=_("Serve /metrics and /healthz on this port."))] = None,
    ) -> int:
        from cli.hands import work

        return work(call, [each.strip() for each in queues.split(",") if each.strip()], concurrency, port)
