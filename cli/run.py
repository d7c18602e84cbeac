"""``yinxin run``: one run of one bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, overload

import typer

from cli.audit import note
from cli.commands import Call, command
from words.errors import UsageError, YinxinError
from words.languages import N_
from words.languages import gettext as _
from words.tracing import about

if TYPE_CHECKING:
    from bots.order import Order
    from bots.story import Done
    from bots.workspace import Workspace
    from cli.progress import Shown
    from journal import Journal
    from reconciliation.report import RunReport

FROM_THE_SCREEN = N_("Read lists from the screen wherever that is declared.")
_DAY = "%Y-%m-%d"
_SHOWN = 20  # records of a dry run that a terminal lists


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "run", N_("Run a bot once, from collecting to reading back."))
    def run(  # noqa: PLR0913, PLR0917 - the options of the command
        call: Call,
        bot: Annotated[str, typer.Argument(help=_("The bot, for example disclosure."))],
        since: Annotated[str | None, typer.Option(help=_("First decision date, YYYY-MM-DD."))] = None,
        until: Annotated[str | None, typer.Option(help=_("Last decision date, YYYY-MM-DD."))] = None,
        as_of: Annotated[str | None, typer.Option(help=_("The day the run believes it is, YYYY-MM-DD."))] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Send nothing; show what would go."))] = False,
        browser: Annotated[bool, typer.Option("--browser", help=_(FROM_THE_SCREEN))] = False,
    ) -> int:
        workspace = call.workspace()
        days = {"since": day_of(since, "--since"), "until": day_of(until, "--until"), "as_of": day_of(as_of, "--as-of")}
        with _telling(workspace, bot, dry_run=dry_run):
            order = replace(order_for(workspace, bot, dry_run=dry_run, **days), browser=browser)
        result, errors, report = run_bot(call, workspace, order)
        call.printer.done(result, errors=errors)
        for error in errors:
            call.printer.error(error) if not call.printer.as_json else None
        return exit_code(report, errors)


@overload
def day_of(text: str, option: str) -> date: ...


@overload
def day_of(text: None, option: str) -> None: ...


@overload
def day_of(text: str | None, option: str) -> date | None: ...


def day_of(text: str | None, option: str) -> date | None:
    """Return the day that an option names.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return None
    try:
        return datetime.strptime(text, _DAY).date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        raise UsageError(
            "not-a-day",
            _("“{text}” after {option} is not a day.").format(text=text, option=option),
            todo=_("Write it as YYYY-MM-DD, for example 2024-08-13."),
        ) from None


def order_for(
    workspace: Workspace,
    bot: str,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: date | None = None,
    dry_run: bool = False,
) -> Order:
    """Fill in what the caller left open: today, up to today, from the bot's own beginning.

    Raises:
        UsageError: the window ends before it begins.
    """
    from bots.order import Order, usual_since

    declared = workspace.bot(bot)
    today = as_of or workspace.today
    last = until or today
    first = since or usual_since(declared, workspace.settings.since, last)
    if last < first:
        raise UsageError(
            "empty-window",
            _("The window ends ({until}) before it begins ({since}).").format(until=last, since=first),
            todo=_("Exchange or correct --since and --until."),
        )
    return Order(bot, first, last, today, dry_run)


def run_bot(call: Call, workspace: Workspace, order: Order) -> tuple[dict[str, Any], list[YinxinError], RunReport]:
    """Run a bot with its progress shown, write the workbook, print the summary for people, and tell whoever is told."""
    from cli.alarms import told
    from cli.progress import Shown

    with _telling(workspace, order.bot, dry_run=order.dry_run), Shown(quiet=call.printer.quiet) as watch:
        ran = watched(call, workspace, order, watch)
    if not order.dry_run:
        told(workspace)
    return ran


@contextmanager
def _telling(workspace: Workspace, bot: str, *, dry_run: bool) -> Iterator[None]:
    """Tell whoever is to be told of what stops a bot."""
    from cli.alarms import told_of

    try:
        yield
    except Exception as stopped:
        if not dry_run:
            told_of(workspace, bot, stopped)
        raise


def watched(
    call: Call, workspace: Workspace, order: Order, watch: Shown
) -> tuple[dict[str, Any], list[YinxinError], RunReport]:
    """Run a bot under a watch."""
    from bots.running import run_alone
    from cli.parts import caller

    with workspace.journal() as journal:
        done = run_alone(workspace, journal, order, watch, caller(workspace))
        return finished(call, workspace, journal, done, watch)


def finished(
    call: Call, workspace: Workspace, journal: Journal, done: Done, watch: Shown
) -> tuple[dict[str, Any], list[YinxinError], RunReport]:
    """Open and end the alarms of a run that has come to its end, write its workbook, and show it."""
    from bots.reporting import write_report
    from cli.alarms import raised
    from cli.outcomes import result_of

    raised(workspace, journal, done.report.bot, done)
    with about(done.report.bot, done.report.run_id), watch.step("workbook"):
        workbook = write_report(done.report, workspace.folder / "reports", journal.folder)
        note(call, workspace, journal, done.report.run_id)
    watch.__exit__(None, None, None)
    show(call, done.report, workbook)
    return result_of(done.report, workbook, watch.seconds), list(done.troubles), done.report


def show(call: Call, report: RunReport, written: Path | None) -> None:
    """Print the summary of a run, the file of its report if one was written, and a sentence that says what it did."""
    from cli.outcomes import blocks_of, sentence_of, would_send

    heading = _("Workbook") if written and written.suffix == ".xlsx" else _("Report")
    call.printer.blocks([*blocks_of(report), *([(heading, [("", str(written))])] if written else [])])
    headings, rows = would_send(report)
    if rows:
        call.printer.table(headings, rows[:_SHOWN])
        if len(rows) > _SHOWN:
            call.printer.say(_("… and {more} more; --json lists them all.").format(more=len(rows) - _SHOWN))
    call.printer.say(sentence_of(report))


def exit_code(report: RunReport, errors: list[YinxinError]) -> int:
    """Return 0 when all is done, 1 when something needs a person, else the error's own code."""
    from cli.outcomes import needs_a_person

    if errors:
        return errors[0].exit_code
    if not report.counts.balanced:
        return 4
    return 1 if needs_a_person(report) else 0
