"""What is declared: settings and bots, mappings, the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.health.checking import Check, Health, failed
from words.errors import YinxinError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from bots.workspace import Workspace


def bots(workspace: Workspace) -> Iterator[Check]:
    """Whether settings and bots can be read, and the systems that the bots name are declared."""
    workspace.settings  # noqa: B018 - reading them is the check

    def read(name: str) -> None:
        bot = workspace.bot(name)
        for connector in (*bot.sources, bot.feed):
            workspace.connector(connector)

    yield from _linted("bots", _("bots"), workspace.names("bots"), read)


def mappings(workspace: Workspace) -> Iterator[Check]:
    """Whether every mapping and profile is without faults."""
    yield from _linted("mappings", _("mappings"), workspace.names("mappings"), workspace.rules_version)


def _linted(id_: str, title: str, names: list[str], read: Callable[[str], object]) -> Iterator[Check]:
    """Yield one check for each file with a fault, or one that says that there is none."""
    faulty = 0
    for name in names:
        try:
            read(name)
        except YinxinError as error:
            faulty += 1
            yield failed(f"{id_}.{name}", title, error)
    if not faulty:
        found = ngettext("{count} file checked, no faults", "{count} files checked, no faults", len(names))
        yield Check(id_, title, "ok", found.format(count=len(names)))


def calendar(workspace: Workspace) -> Iterator[Check]:
    """Whether working days are known for long enough."""
    from schedules.declared import CALENDAR
    from schedules.workdays import SOON

    known = workspace.calendar
    left = (known.horizon - workspace.today).days
    found = _("{calendar} knows working days until {day}").format(calendar=known.version, day=known.horizon)
    if count := len(known.changed):
        counted = ngettext("{count} day is as {file} says", "{count} days are as {file} says", count)
        found = _("; ").join((found, counted.format(count=f"{count:,}", file=CALENDAR)))
    todo = _(
        "Add next year's notice (“yinxin calendar add”), or install the release of chinesecalendar that has it; "
        "both come in November."
    )
    health: Health = "failing" if left < 0 else "warning" if left < SOON else "ok"
    yield Check("calendar", _("calendar"), health, found, "" if health == "ok" else todo)
