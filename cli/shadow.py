"""``yinxin shadow``: how far a bot that sends nothing agrees with the clerk who does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import Call, command
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.shadowing import Watched
    from reconciliation.shadow import Compared

_SHOWN = 20  # differing values and records that a terminal lists


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "shadow", N_("Show how far a bot in the shadow agrees with what was sent by hand."))
    def shadow(
        call: Call, bot: Annotated[str, typer.Argument(help=_("The bot, for example disclosure."))] = "disclosure"
    ) -> int:
        from bots.shadowing import result_of, watched

        workspace = call.workspace()
        with workspace.journal() as journal:
            found = watched(workspace, journal, bot)
        _show(call, found)
        call.printer.say(_sentence(found))
        call.printer.done(result_of(found))
        return 0 if found.reached else 1


def _show(call: Call, found: Watched) -> None:
    from reconciliation.headings import field_label
    from reconciliation.shadow import STANDINGS

    labels = {name: field_label(found.standard, name) for name in found.standard.names}
    stands = [(_(text), f"{found.agreement.standings[standing.value]:,}") for standing, text in STANDINGS.items()]
    call.printer.blocks([(_("Records, each by its newest comparison"), stands)])
    _counted(call, _("Field"), [(labels[each.name], each) for each in found.agreement.fields])
    _counted(call, _("Item"), [(each.name or _("not stated"), each) for each in found.agreement.items])
    if found.differences.height:
        headings = [_("Document number"), _("Field"), _("The bot"), _("The clerk")]
        rows = found.differences.head(_SHOWN).select("document_number", "field", "bot_value", "feed_value").rows()
        call.printer.table(headings, [[number, labels[name], *values] for number, name, *values in rows])
    alone = found.records.filter(found.records["standing"] == "only_clerk").head(_SHOWN)
    if alone.height:
        rows = alone.select("document_number", "name", "reason").rows()
        call.printer.table([_("Document number"), _("Name"), _("Why the bot would not send it")], rows)


def _counted(call: Call, heading: str, counted: Sequence[tuple[str, Compared]]) -> None:
    lines = [
        [name, f"{each.agreed:,}", f"{each.compared:,}", "–" if each.value is None else f"{each.value:.2%}"]
        for name, each in counted
    ]
    if lines:
        call.printer.table([heading, _("Agree"), _("Compared"), _("Percent")], lines)


def _sentence(found: Watched) -> str:
    """Return whether what is wanted is reached, and what a person does then."""
    records = found.agreement.records
    told = ngettext(
        "{agreed} of {count} compared record agrees in every field ({percent})",
        "{agreed} of {count} compared records agree in every field ({percent})",
        records.compared,
    ).format(agreed=records.agreed, count=records.compared, percent=f"{records.value or 0:.2%}")
    if found.wanted is None:
        return _("{told}. The bot does not run in the shadow any more.").format(told=told)
    wanted = {"agreement": f"{found.wanted.agreement:.2%}", "records": found.wanted.records}
    if found.reached:
        return _(
            "{told}. That is what is wanted ({agreement} of {records}), since {since}. "
            "Nothing changes by itself: to let the bot send, take “shadow” out of bots/{bot}.yaml."
        ).format(told=told, since=found.since, bot=found.bot, **wanted)
    return _("{told}. Wanted is {agreement} of at least {records}.").format(told=told, **wanted)
