"""``yinxin doctor``: is everything there that a run needs? It changes nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from cli.commands import Call, command
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from cli.health.checking import Look

EXIT = {"ok": 0, "warning": 1, "failing": 2}
_SIGN = {"ok": "✓", "warning": "!", "failing": "✗"}
_WHOLE_CHAIN = 60.0  # seconds


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "doctor", N_("Check everything that a run needs."))
    def doctor(call: Call) -> int:
        from cli.health.checking import examine, worst

        workspace = call.workspace()
        checks = examine(workspace, looks())
        call.printer.table(
            ["", _("Check"), _("Found"), _("To do")],
            [[_SIGN[each.health], each.name, each.found, each.todo] for each in checks],
        )
        health = worst(checks)
        call.printer.done({"health": health, "checks": [asdict(each) for each in checks]}, ok=health == "ok")
        return EXIT[health]


def looks() -> tuple[Look, ...]:
    """Return what is looked at, in the order in which it is told."""
    from cli.health import declared, machine, remembered, secrecy, systems, work
    from cli.health.checking import Look

    return (
        Look("browser", N_("browser"), machine.browser),
        Look("disk", N_("disk"), machine.disk),
        Look("timezone", N_("time zone"), machine.time_zone),
        Look("bots", N_("bots"), declared.bots),
        Look("mappings", N_("mappings"), declared.mappings),
        Look("calendar", N_("calendar"), declared.calendar),
        Look("secrets", N_("secrets"), secrecy.secrets),
        Look("connectors", N_("connectors"), systems.systems),
        Look("journal", N_("journal"), remembered.journal),
        Look("chain", N_("chain of events"), remembered.chain, limit=_WHOLE_CHAIN, late="warning"),
        Look("work", N_("schedules"), work.work),
    )
