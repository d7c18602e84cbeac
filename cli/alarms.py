"""``yinxin alarms``: what somebody has to be told, and the telling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import Call, command
from cli.printing import opening
from words.errors import YinxinError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.story import Done
    from bots.workspace import Workspace
    from journal import Alarm, Journal

GROUP = "alarms"
_STANDINGS = (N_("degraded"), N_("recovered"))  # “failed” is a run's word already


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "list", N_("List what is wrong, and who has to do what about it."), group=GROUP)
    def listed(call: Call, every: Annotated[bool, typer.Option("--all", help=_("What is over, too."))] = False) -> int:
        from bots.messages import standing, urgency

        workspace = call.workspace()
        with workspace.journal() as journal:
            found = sorted(journal.alarms(over=every), key=urgency)
        if not found:
            call.printer.say(_("No alarm is open."))
        _show(call, workspace, found)
        call.printer.done({"alarms": [{**asdict(each), "standing": standing(each)} for each in found]})
        return 1 if any(standing(each) == "failed" for each in found) else 0

    @command(app, "test", N_("Send a test line to a channel, and say what comes back."), group=GROUP)
    def test(
        call: Call, channel: Annotated[str, typer.Argument(help=_("The channel, as yinxin.toml calls it."))]
    ) -> int:
        from connectors.channels import Message

        workspace = call.workspace()
        opened = workspace.channel(workspace.declared_channel(channel))
        title = _("Yinxin · {title}").format(title=workspace.settings.title)
        answer = opened.send(Message(title, _("[Yinxin] This is a test; nobody has to do anything.")))
        call.printer.say(_("The channel “{name}” took it: {answer}").format(name=channel, answer=answer))
        call.printer.done({"channel": channel, "answer": answer})
        return 0

    @command(app, "tell", N_("Tell every channel now what waits to be told."), group=GROUP)
    def tell(call: Call) -> int:
        from bots.telling import tell_all

        workspace = call.workspace()
        with workspace.journal() as journal:
            told = tell_all(workspace, journal, datetime.now(UTC))
        for error in told.troubles:
            call.printer.error(error) if not call.printer.as_json else None
        sent = ngettext("{count} message was sent.", "{count} messages were sent.", told.sent)
        call.printer.say(sent.format(count=told.sent))
        call.printer.done({"sent": told.sent}, errors=told.troubles)
        return told.troubles[0].exit_code if told.troubles else 0


def _show(call: Call, workspace: Workspace, found: list[Alarm]) -> None:
    from bots.messages import CALLS, local, standing, title_of

    def row(each: Alarm) -> list[str]:
        since = [local(each.since), str(each.times)]
        who = _(CALLS[each.actor])
        return [opening(_(standing(each))), title_of(workspace, each), *since, each.sentence, who, each.todo]

    if found:
        headings = [_("State"), _("About"), _("Since"), _("Times"), _("What"), _("Who acts"), _("To do")]
        call.printer.table(headings, [row(each) for each in found])


def raised(workspace: Workspace, journal: Journal, bot: str, outcome: Done | BaseException) -> None:
    """Open and end the alarms of a run; what fails of that is logged and no more."""
    from bots.alarming import alarms_after

    with _harmless():
        alarms_after(workspace, journal, bot, outcome, datetime.now(UTC))


def told(workspace: Workspace) -> None:
    """Tell whoever is to be told; what fails of that is logged and no more."""
    from bots.alarming import tell

    with _harmless(), workspace.journal() as journal:
        tell(workspace, journal, datetime.now(UTC))


def told_of(workspace: Workspace, bot: str, error: BaseException) -> None:
    """Open the alarm about what stopped a bot, and tell whoever is to be told."""
    if bot in workspace.names("bots"):
        with _harmless(), workspace.journal() as journal:
            raised(workspace, journal, bot, error)
        told(workspace)


@contextmanager
def _harmless() -> Iterator[None]:
    """A run is what it is, whoever could not be told of it."""
    from loguru import logger

    try:
        yield
    except YinxinError as error:
        logger.warning("alarms: {}", error.sentence)
    except Exception as error:  # noqa: BLE001 - its words may quote anything
        logger.warning("alarms: {}", type(error).__name__)
