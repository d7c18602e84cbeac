"""``yinxin schedule``: what runs by itself, when, and what became of every due time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from journal import Firing
    from schedules.planned import Planned

_GROUP = "schedule"


def register(app: typer.Typer) -> None:
    """Register the commands."""
    _register_looking(app)

    @command(app, "serve", N_("Run what is due, until it is told to stop."), group=_GROUP)
    def serve(
        call: Call,
        workers: Annotated[
            int | None,
            typer.Option(min=0, help=_("How many runs at a time here; 2, or none where “yinxin worker” runs them.")),
        ] = None,
        port: Annotated[int | None, typer.Option(help=_("Serve /metrics and /healthz on this port."))] = None,
    ) -> int:
        from cli.duty import serve_schedules

        return serve_schedules(call, workers, port)

    @command(app, "run-now", N_("Run what a schedule runs, now, on whatever day it is."), group=_GROUP)
    def run_now(
        call: Call,
        name: Annotated[str, typer.Argument(metavar="SCHEDULE", help=_("The schedule."))],
        queue: Annotated[bool, typer.Option("--queue", help=_("Leave it to the workers."))] = False,
    ) -> int:
        from cli.duty import run_once

        return run_once(call, name, queued=queue)


def _register_looking(app: typer.Typer) -> None:
    @command(app, "list", N_("Show the schedules and when they run next."), group=_GROUP)
    def list_(call: Call) -> int:
        from cli.planning import plans_of
        from schedules.due import next_times

        workspace, now = call.workspace(), datetime.now(UTC)
        plans = plans_of(workspace)
        with workspace.journal() as journal:
            last = {name: next(iter(journal.firings(name, limit=1)), None) for name in plans}
        coming = {name: next_times(plan, now, workspace.calendar, 1) for name, plan in plans.items() if plan.enabled}
        call.printer.table(
            [_("Schedule"), _("Bot"), _("When"), _("Next"), _("Last"), _("Came to")],
            [
                [name, plan.bot, _when(plan), _moment(plan, coming.get(name)), *_came_to(plan, last[name])]
                for name, plan in plans.items()
            ],
        )
        call.printer.done({"schedules": [_told(name, plans[name], coming, last[name]) for name in plans]})
        return 0

    @command(app, "next", N_("Show what is due next."), group=_GROUP)
    def next_(call: Call, count: Annotated[int, typer.Option(min=1, help=_("How many."))] = 10) -> int:
        from cli.planning import plans_of
        from schedules.due import next_times

        workspace, now = call.workspace(), datetime.now(UTC)
        plans = {name: plan for name, plan in plans_of(workspace).items() if plan.enabled}
        found = [
            (due, name) for name, plan in plans.items() for due in next_times(plan, now, workspace.calendar, count)
        ]
        coming = sorted(found, key=lambda each: each[0].at)[:count]
        call.printer.table(
            [_("When"), _("Schedule"), _("Bot"), _("Remark")],
            [[_local(plans[name], due.at), name, plans[name].bot, reason(due.reason)] for due, name in coming],
        )
        told = [{"at": due.at, "schedule": name, "bot": plans[name].bot, "reason": due.reason} for due, name in coming]
        call.printer.done({"next": told})
        return 1 if any(due.reason for due, _name in coming) else 0

    @command(app, "history", N_("Show what became of every due time, and whether one is missing."), group=_GROUP)
    def history(
        call: Call,
        name: Annotated[str | None, typer.Argument(metavar="SCHEDULE", help=_("One schedule."))] = None,
        days: Annotated[int, typer.Option(min=1, help=_("How many days back."))] = 31,
    ) -> int:
        from cli.planning import plan_of, plans_of
        from journal.queueing import stamp
        from schedules.due import holes

        workspace, since = call.workspace(), datetime.now(UTC) - timedelta(days=days)
        plans = {name: plan_of(workspace, name)} if name else plans_of(workspace)
        with workspace.journal() as journal:
            rows = [row for row in journal.firings(since=stamp(since)) if name in (None, row.whole)]
            until = journal.settled_until()
        missing = {
            each: holes(plan, [row.due_at for row in rows if row.schedule == each], until.get(each, ""))
            for each, plan in plans.items()
        }
        call.printer.table(
            [_("Due"), _("Schedule"), _("State"), _("Reason"), _("Attempts"), _("Run"), _("Exit code")],
            [_line(plans.get(row.whole), row) for row in rows],
        )
        count = sum(map(len, missing.values()))
        counted = ngettext("{count} due time, ", "{count} due times, ", len(rows)).format(count=f"{len(rows):,}")
        call.printer.say(counted + ngettext("{count} hole.", "{count} holes.", count).format(count=f"{count:,}"))
        call.printer.done({"firings": [row_told(row) for row in rows], "holes": missing}, ok=not count)
        return 1 if count or any(row.state == "missed" or row.exit_code for row in rows) else 0


def row_told(row: Firing) -> dict[str, Any]:
    """Return a firing for the envelope."""
    from dataclasses import asdict

    return asdict(row)


def _told(name: str, plan: Planned, coming: dict[str, Any], last: Firing | None) -> dict[str, Any]:
    following = [due.at for due in coming.get(name, ())]
    return {"name": name, **plan.model_dump(), "next": following, "last": row_told(last) if last else None}


def _when(plan: Planned) -> str:
    return _("{cron}, working days").format(cron=plan.cron) if plan.working_days else plan.cron


def _moment(plan: Planned, coming: Any) -> str:  # noqa: ANN401 - the next due times, if there are any
    if not plan.enabled:
        return _("off")
    return _local(plan, coming[0].at) if coming else "–"


def _local(plan: Planned | None, at: datetime) -> str:
    return f"{at.astimezone(plan.zone if plan else UTC):%Y-%m-%d %H:%M}"


def _came_to(plan: Planned, row: Firing | None) -> list[str]:
    if row is None:
        return ["–", "–"]
    return [
        _local(plan, datetime.fromisoformat(row.due_at)),
        "; ".join(filter(None, (_(row.state), reason(row.reason)))),
    ]


def _line(plan: Planned | None, row: Firing) -> list[str]:
    due = _local(plan, datetime.fromisoformat(row.due_at))
    code = "–" if row.exit_code is None else str(row.exit_code)
    return [due, row.schedule, _(row.state), reason(row.reason), str(row.attempts), row.run_id or "–", code]


def reason(code: str) -> str:
    """Return a firing's reason in the reader's language where it is one of ours; an error's code stays as it is."""
    return _(REASONS[code]) if code in REASONS else code


STATES = (N_("queued"), N_("running"), N_("ran"), N_("coalesced"), N_("missed"), N_("skipped"))
REASONS = {
    "weekend": N_("weekend"),
    "calendar": N_("nobody knows whether that day is worked"),
    "down": N_("nobody was there in time"),
    "overtaken": N_("a later one took its place"),
    "deadline": N_("past its deadline"),
    "stopped": N_("stopped in order"),
    "parts": N_("its parts come first"),
    "worker-died": N_("its worker died"),
    "undeclared": N_("it is not declared any more"),
    "memory": N_("it needed too much memory"),
}
