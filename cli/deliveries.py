"""``yinxin deliveries``: what is on its way to a feed, and what a person orders there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from cli.printing import opening
from words.errors import UsageError
from words.languages import N_
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.errands import Ran
    from journal import Delivery, Journal

GROUP = "deliveries"
_SHOWN = 200  # lines on a terminal; --json lists all
STATE_WORDS = (N_("held"), N_("prepared"), N_("sent"), N_("accepted"), N_("rejected"), N_("unknown"), N_("differs"))
ENDED_WORDS = (N_("confirmed"), N_("discarded"), N_("superseded"), N_("withdrawn"))
ACTION_WORDS = (N_("publish"), N_("correct"), N_("withdraw"))


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "list", N_("List deliveries; those that the feed does not show yet without options."), group=GROUP)
    def listed(
        call: Call,
        state: Annotated[list[str] | None, typer.Option(help=_("Only this state; may be given again."))] = None,
        run: Annotated[str | None, typer.Option(help=_("Only those that this run prepared."))] = None,
        every: Annotated[bool, typer.Option("--all", help=_("Every delivery there ever was."))] = False,
    ) -> int:
        from journal import OPEN, State

        states = [_state(word) for word in state or ()] or (list(State) if every or run else [*OPEN, State.DIFFERS])
        with call.workspace().journal() as journal:
            found = journal.deliveries(states=states, run_id=run)
            lines = lines_of(journal, found)
        show(call, lines)
        call.printer.done({"deliveries": lines})
        return 1 if any(each.state in (*OPEN, State.DIFFERS) for each in found) else 0

    @command(app, "withdraw", N_("Take back the one record that the feed shows under a document number."), group=GROUP)
    def withdraw(
        call: Call,
        number: Annotated[str, typer.Argument(help=_("The document number."))],
        reason: Annotated[str, typer.Option(help=_("Why; it is kept, and the feed may show it."))],
        bot: Annotated[str, typer.Option(help=_("The bot whose feed it is."))] = "disclosure",
    ) -> int:
        return _errand(call, bot, lambda errand: errand.withdraw(number, reason))

    @command(app, "retry", N_("Send once more what was rejected, discarded or withdrawn."), group=GROUP)
    def retry(
        call: Call,
        ids: Annotated[list[int], typer.Argument(help=_("Numbers of deliveries."))],
        bot: Annotated[str, typer.Option(help=_("The bot whose feed it is."))] = "disclosure",
    ) -> int:
        return _errand(call, bot, lambda errand: errand.retry(ids))


def _errand(call: Call, bot: str, order: Any) -> int:  # noqa: ANN401 - an errand in, a coroutine out
    from bots.errands import Errand
    from bots.running import alone
    from cli.progress import Shown

    workspace = call.workspace()
    with Shown(quiet=call.printer.quiet) as watch, workspace.journal() as journal:
        with alone(workspace, journal, bot, watch):
            ran: Ran = asyncio.run(order(Errand(workspace, journal, bot, watch)))
        lines = lines_of(journal, ran.deliveries)
    show(call, lines)
    errors = [ran.trouble] if ran.trouble else []
    for error in errors:
        call.printer.error(error) if not call.printer.as_json else None
    call.printer.done({"run": ran.run_id, "deliveries": lines}, errors=errors)
    if errors:
        return errors[0].exit_code
    return 0 if all(each.state == "confirmed" for each in ran.deliveries) else 1


def _state(word: str) -> str:
    from journal import State
    from words.declared import suggest

    if word not in list(State):
        sentence = _("There is no state “{state}”.").format(state=word)
        raise UsageError("unknown-state", sentence, todo=suggest(word, [state.value for state in State]))
    return word


def lines_of(journal: Journal, found: tuple[Delivery, ...] | list[Delivery]) -> list[dict[str, Any]]:
    """Return deliveries as a terminal and the envelope show them."""
    numbers = journal.numbers_of({each.record_id for each in found})
    return [
        {
            "id": each.id,
            "document_number": numbers.get(each.record_id, ""),
            "state": each.state.value,
            "action": each.action.value,
            "feed": each.feed,
            "batch": each.batch,
            "reason": each.reason,
            "run": each.run_id,
            "prepared_by": each.prepared_by,
            "changed_at": each.changed_at,
        }
        for each in found
    ]


def show(call: Call, lines: list[dict[str, Any]]) -> None:
    """Print deliveries for people."""
    if not lines:
        call.printer.say(_("There is no such delivery."))
        return
    from datetime import datetime

    rows = []
    for each in lines[:_SHOWN]:
        when = datetime.fromisoformat(each["changed_at"]).astimezone().strftime("%Y-%m-%d %H:%M")
        what = [opening(_(each["state"])), _(each["action"])]
        rows.append([f"#{each['id']}", each["document_number"], *what, each["batch"], each["reason"], when])
    headings = [_("Number"), _("Document number"), _("State"), _("Action"), _("Batch"), _("Reason"), _("Since")]
    call.printer.table(headings, rows)
    if len(lines) > _SHOWN:
        call.printer.say(_("… and {more} more; --json lists them all.").format(more=len(lines) - _SHOWN))
