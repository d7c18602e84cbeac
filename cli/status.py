"""``yinxin status``: what is where."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import Call, command
from cli.printing import opening
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from journal import RunRow


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "status", N_("Show the last runs and what still waits."))
    def status(
        call: Call,
        limit: Annotated[int, typer.Option(help=_("How many runs."))] = 10,
        due: Annotated[
            int | None, typer.Option(min=0, help=_("Show what is due within so many working days, instead of runs."))
        ] = None,
        workers: Annotated[
            bool, typer.Option("--workers", help=_("Show who is there to run bots, instead of runs."))
        ] = False,
    ) -> int:
        from journal import OPEN

        workspace = call.workspace()
        if workers:
            return _workers(call, workspace)
        if due is not None:
            from cli.due import show_due

            return show_due(call, workspace, due)
        with workspace.journal() as journal:
            runs = journal.runs(limit)
            left = journal.deliveries(states=OPEN)
        open_now = {state.value: sum(each.state == state for each in left) for state in OPEN}
        call.printer.table(
            [_("Run"), _("State"), _("Window"), _("Collected"), _("Due"), _("Confirmed"), _("Held"), _("Quarantined")],
            [_line(run) for run in runs],
        )
        waits = [(opening(_(state)), f"{count:,}") for state, count in open_now.items()]
        call.printer.blocks([(_("Deliveries still open"), waits)])
        call.printer.done(
            {
                "runs": [
                    {
                        "run": run.run_id,
                        "bot": run.bot,
                        "state": run.state,
                        "since": run.since,
                        "until": run.until,
                        "as_of": run.as_of,
                        "dry_run": run.dry_run,
                        "started_at": run.started_at,
                        "finished_at": run.finished_at,
                        "counts": run.counts,
                    }
                    for run in runs
                ],
                "open": open_now,
            }
        )
        return 1 if any(open_now.values()) else 0


def _workers(call: Call, workspace: Workspace) -> int:
    """Show the workers; one that is gone needs a person."""
    with workspace.journal() as journal:
        crew = journal.workers()
    call.printer.table(
        [_("Worker"), _("State"), _("Queues"), _("At a time"), _("At work on"), _("Last sign")],
        [
            [
                each.name,
                opening(_("gone") if each.gone else _("there")),
                ", ".join(each.queues) or _("all"),
                str(each.concurrency),
                each.doing or "–",
                _("{seconds} s ago").format(seconds=f"{each.ago:,.0f}"),
            ]
            for each in crew
        ],
    )
    told = [asdict(each) | {"ago": round(each.ago, 1), "gone": each.gone} for each in crew]
    call.printer.done({"workers": told})
    return 1 if any(each.gone for each in crew) else 0


def _line(run: RunRow) -> list[str]:
    def count(name: str) -> str:
        return f"{run.counts[name]:,}" if name in run.counts else "–"

    window = _("{since} to {until}").format(since=run.since, until=run.until)
    counts = [count(name) for name in ("collected", "due", "confirmed", "held", "quarantined")]
    state = _("shadow") if run.result.get("shadow") else _("dry run") if run.dry_run else _(run.state)
    return [run.run_id, opening(state), window, *counts]


STATES = (N_("running"), N_("done"), N_("failed"), N_("stopped"), N_("prepared"), N_("sent"), N_("accepted"))
