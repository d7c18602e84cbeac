"""``yinxin status --due``: what will be late, before it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands import Call
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from bots.upcoming import Coming
    from bots.workspace import Workspace

_SHOWN = ("document_number", "name", "authority_name")


def show_due(call: Call, workspace: Workspace, days: int) -> int:
    """Show what is due within so many working days, by its last day; 1 if there is something, or something is late."""
    from bots.upcoming import coming

    with workspace.journal() as journal:
        found = coming(workspace, journal, days)
    _show(call, found)
    call.printer.done(
        {
            "today": found.today,
            "until": found.until,
            "due": found.rows.to_dicts(),
            "already_late": found.late,
        }
    )
    return 1 if found.rows.height or found.late else 0


def _show(call: Call, found: Coming) -> None:
    from reconciliation.upcoming import ACTORS

    days = dict(found.rows["deadline"].value_counts().sort("deadline").iter_rows())
    today = found.today.isoformat()
    counts = [(_("today") if day == today else day, f"{count:,}") for day, count in days.items()]
    counts.append((_("late already"), f"{found.late:,}"))
    call.printer.blocks([(_("Not disclosed, by the last day"), counts)])
    headings = [_("Last day"), _("Document number"), _("Name"), _("Authority"), _("Who acts"), _("Why")]
    actors = {code: _(who) for code, who in ACTORS.items()}
    lines = [
        [row["deadline"], *(row[name] for name in _SHOWN), actors[row["actor"]], row["reason"] or "–"]
        for row in found.rows.iter_rows(named=True)
    ]
    if lines:
        call.printer.table(headings, lines)
    if count := days.get(today, 0):
        told = ngettext(
            "{count} decision is late from tomorrow on.", "{count} decisions are late from tomorrow on.", count
        )
        call.printer.say(told.format(count=count))
