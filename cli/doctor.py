"""``yinxin doctor``: is everything there that a run needs? It changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import typer

from cli.commands import Call, command
from words.errors import YinxinError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace

Health = Literal["ok", "warning", "failing"]
_EXIT = {"ok": 0, "warning": 1, "failing": 2}
_SIGN = {"ok": "✓", "warning": "!", "failing": "✗"}
_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    health: Health
    found: str
    todo: str = ""


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "doctor", N_("Check everything that a run needs."))
    def doctor(call: Call) -> int:
        workspace = call.workspace()
        checks = [check for name, look in _LOOKS for check in _guarded(_(name), look, workspace)]
        call.printer.table(
            ["", _("Check"), _("Found"), _("To do")],
            [[_SIGN[each.health], each.name, each.found, each.todo] for each in checks],
        )
        worst = max((each.health for each in checks), key=lambda health: _EXIT[health])
        call.printer.done({"health": worst, "checks": [asdict(each) for each in checks]}, ok=worst == "ok")
        return _EXIT[worst]


Look = Callable[["Workspace"], Iterator[Check]]


def _guarded(name: str, look: Look, workspace: Workspace) -> Iterator[Check]:
    """A check that meets an error of ours reports it as its finding."""
    try:
        yield from look(workspace)
    except YinxinError as error:
        found = "\n".join(part for part in (str(error.place), error.sentence) if part)
        yield Check(name, "failing", found, error.todo)


def _browser(_workspace: Workspace) -> Iterator[Check]:
    import asyncio

    from connectors.browser import Browsers, find_browser

    async def start() -> None:
        browsers = Browsers()
        context = await browsers.context(verify=True, state=None)
        await context.close()
        await browsers.close()

    asyncio.run(start())
    yield Check(_("browser"), "ok", str(find_browser()))


def _calendar(workspace: Workspace) -> Iterator[Check]:
    from schedules.declared import CALENDAR
    from schedules.workdays import SOON

    calendar = workspace.calendar
    left = (calendar.horizon - workspace.today).days
    found = _("{calendar} knows working days until {day}").format(calendar=calendar.version, day=calendar.horizon)
    if count := len(calendar.changed):
        counted = ngettext("{count} day is as {file} says", "{count} days are as {file} says", count)
        found = _("; ").join((found, counted.format(count=f"{count:,}", file=CALENDAR)))
    todo = _(
        "Add next year's notice (“yinxin calendar add”), or install the release of chinesecalendar that has it; "
        "both come in November."
    )
    health: Health = "failing" if left < 0 else "warning" if left < SOON else "ok"
    yield Check(_("calendar"), health, found, "" if health == "ok" else todo)


def _disk(workspace: Workspace) -> Iterator[Check]:
    from bots.surroundings import GIGABYTE

    free = shutil.disk_usage(workspace.folder).free / GIGABYTE
    found = _("{free} GB free").format(free=f"{free:.1f}")
    enough = free > workspace.settings.disk
    todo = "" if enough else _("Make room: evidence and workbooks need it.")
    yield Check(_("disk"), "ok" if enough else "warning", found, todo)


def _journal(workspace: Workspace) -> Iterator[Check]:
    from journal import Journal
    from journal.schema import REVISION

    facts = Journal.look(workspace.state, workspace.database)
    if facts is None or not facts.revision:
        yield Check(_("journal"), "ok", _("none yet; the first run makes it"))
        return
    if facts.revision < REVISION:
        found = _("{kind} {version}, of an older edition").format(kind=facts.kind, version=facts.version)
        yield Check(_("journal"), "warning", found, _("Make a backup; the next run brings it up to date."))
        return
    with workspace.journal() as journal:
        damage = journal.verify()
        runs = len(journal.runs())
    if damage:
        todo = _("Stop all bots and compare with a backup; somebody changed the journal.")
        yield Check(_("journal"), "failing", damage.sentence, todo)
    else:
        whole = ngettext(
            "{kind} {version}; {runs} run, its chain of events is whole",
            "{kind} {version}; {runs} runs, their chain of events is whole",
            runs,
        )
        yield Check(_("journal"), "ok", whole.format(kind=facts.kind, version=facts.version, runs=runs))


def _mappings(workspace: Workspace) -> Iterator[Check]:
    for name in workspace.names("mappings"):
        workspace.rules_version(name)
    yield Check(
        _("mappings"), "ok", _("{count} files checked, no faults").format(count=len(workspace.names("mappings")))
    )


def _connectors(workspace: Workspace) -> Iterator[Check]:
    for name in workspace.names("connectors"):
        yield from _guarded(name, lambda where, name=name: _connector(where, name), workspace)  # type: ignore[misc]


def _connector(workspace: Workspace, name: str) -> Iterator[Check]:
    if workspace.kind(name) == "files":
        ledgers = workspace.ledgers(name)
        folder = workspace.folder / ledgers.declared.folder
        count = len(list(folder.glob(ledgers.declared.pattern)))
        health: Health = "ok" if count else "warning"
        found = ngettext("{count} ledger", "{count} ledgers", count).format(count=count)
        todo = "" if count else _("Put the departments' ledgers into this folder: {folder}").format(folder=folder)
        yield Check(name, health, found, todo)
        return
    declared = workspace.portal(name)
    workspace.secrets.value(declared.login.secret)
    yield Check(name, *_reached(declared.url))


def _reached(url: str) -> tuple[Health, str, str]:
    import asyncio

    from connectors.wire import NoAnswer, reach

    try:
        status = asyncio.run(reach(url, _PATIENCE))
    except NoAnswer as error:
        said = (
            _("{url} did not answer within {seconds} seconds.").format(url=url, seconds=_PATIENCE)
            if error.slow
            else _("{url} cannot be reached.").format(url=url)
        )
        return "failing", said, _("Check address and network.")
    return "ok", _("{url} answers {status}").format(url=url, status=status), ""


_LOOKS: tuple[tuple[str, Look], ...] = (
    (N_("browser"), _browser),
    (N_("calendar"), _calendar),
    (N_("disk"), _disk),
    (N_("journal"), _journal),
    (N_("mappings"), _mappings),
    (N_("connectors"), _connectors),
)
