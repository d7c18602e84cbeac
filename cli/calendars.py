"""``yinxin calendar``: the working days that deadlines are counted by, and those that a workspace adds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.errors import UsageError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from datetime import date

    from schedules.workdays import Calendar

_GROUP = "calendar"


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "show", N_("Show the holidays and make-up working days of a year or a month."), group=_GROUP)
    def show(
        call: Call,
        period: Annotated[
            str | None, typer.Argument(metavar="PERIOD", help=_("YYYY or YYYY-MM; this year without it."))
        ] = None,
    ) -> int:
        from cli.months import listed, period_of, sheet

        workspace = call.workspace()
        first, last = period_of(period or f"{workspace.today:%Y}")
        calendar = workspace.calendar
        days = list(calendar.special(first, last))
        worked = calendar.is_workday(first) + calendar.between(first, last)
        if first.month == last.month:
            call.printer.table(*sheet(calendar, first, last))
        call.printer.table(*listed(days))
        _tell(call, calendar, workspace.today, {_("Working days"): f"{worked:,}"})
        told = {"first": first, "last": last, "working_days": worked, "days": [each._asdict() for each in days]}
        call.printer.done({**told, **_facts(calendar, workspace.today)})
        return 0

    @command(
        app, "check", N_("Compare the workspace's own days with the library; exits 1 if it ends soon."), group=_GROUP
    )
    def check(call: Call) -> int:
        from cli.months import as_rows, compared
        from schedules.comparing import compare
        from schedules.workdays import SOON

        workspace = call.workspace()
        calendar, own = workspace.calendar, list(compare(workspace.calendar))
        if own:
            call.printer.table(*compared(own))
        years = [str(year) for year in sorted(calendar.years)]
        _tell(call, calendar, workspace.today, {_("Years of the workspace"): ", ".join(years)} if years else {})
        facts = _facts(calendar, workspace.today)
        soon = facts["days_left"] < SOON
        if soon:
            call.printer.say(_("Add next year's notice: “yinxin calendar add --year YEAR --from FILE”."))
        call.printer.done({**facts, "years": sorted(calendar.years), "own": as_rows(own)}, ok=not soon)
        return 1 if soon else 0

    @command(app, "add", N_("Add days, or the notice of a whole year, to the workspace's own days."), group=_GROUP)
    def add(
        call: Call,
        day: Annotated[
            str | None, typer.Argument(metavar="DAY", help=_("YYYY-MM-DD, or FIRST..LAST for several days."))
        ] = None,
        work: Annotated[bool | None, typer.Option("--work/--rest", help=_("Offices work, or are closed."))] = None,
        reason: Annotated[str, typer.Option(help=_("Why; needed with a day."))] = "",
        year: Annotated[int | None, typer.Option(help=_("The year of a notice."))] = None,
        source: Annotated[
            Path | None, typer.Option("--from", help=_("The notice of that year as a JSON file of holiday-cn."))
        ] = None,
    ) -> int:
        from bots.calendars import add_days, add_year
        from schedules.declared import CALENDAR

        workspace = call.workspace()
        if day is not None and work is not None and year is None and source is None:
            calendar = add_days(workspace, day, reason, works=work)
        elif year is not None and source is not None and day is None and work is None:
            calendar = add_year(workspace, year, source)
        else:
            raise _neither()
        call.printer.say(_("Written to {file}.").format(file=workspace.folder / CALENDAR))
        _tell(call, calendar, workspace.today, {})
        call.printer.done({"file": str(workspace.folder / CALENDAR), **_facts(calendar, workspace.today)})
        return 0


def _neither() -> UsageError:
    return UsageError(
        "usage",
        _("It is not clear what is to be added."),
        todo=_("Write “DAY --rest --reason TEXT”, “DAY --work --reason TEXT”, or “--year YEAR --from FILE”."),
    )


def _facts(calendar: Calendar, today: date) -> dict[str, Any]:
    left = (calendar.horizon - today).days
    return {
        "version": calendar.version,
        "first_day": calendar.first_day,
        "horizon": calendar.horizon,
        "days_left": left,
    }


def _tell(call: Call, calendar: Calendar, today: date, more: dict[str, str]) -> None:
    """Print how far the calendar knows."""
    left = (calendar.horizon - today).days
    until = ngettext("{day}, {count} day from today", "{day}, {count} days from today", left)
    known = {_("Version"): calendar.version, _("Known until"): until.format(day=calendar.horizon, count=f"{left:,}")}
    call.printer.blocks([(_("Calendar"), [*more.items(), *known.items()])])
