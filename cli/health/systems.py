"""The systems at the edges: whether they answer, whether their clocks are ours, whether we are still signed in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.health.asking import PATIENCE, Asked, ask_all
from cli.health.checking import Check, Health, failed
from words.errors import YinxinError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from connectors.portal.declared import PortalDeclared

_SKEW = 60.0  # seconds
_HOUR, _DAY = 3600.0, 86_400.0


def systems(workspace: Workspace) -> Iterator[Check]:
    """Ask all systems at the same time."""
    portals: dict[str, PortalDeclared] = {}
    for name in workspace.names("connectors"):
        try:
            if workspace.kind(name) == "files":
                yield _ledgers(workspace, name)
            else:
                portals[name] = workspace.portal(name)
        except YinxinError as error:
            yield failed(f"connectors.{name}", name, error)
    asked = asyncio.run(ask_all(workspace, portals))
    for each in asked:
        yield _reached(each, portals[each.name])
    yield from _clocks(asked)
    yield from _sessions(workspace, asked)


def _reached(asked: Asked, declared: PortalDeclared) -> Check:
    from connectors.wire import NoAnswer

    id_, answer = f"connectors.{asked.name}", asked.answer
    if not isinstance(answer, NoAnswer):
        found = _("{url} answers {status}").format(url=declared.url, status=answer.status)
        return Check(id_, asked.name, "ok", found)
    found = (
        _("{url} did not answer within {seconds} seconds.").format(url=declared.url, seconds=PATIENCE)
        if answer.slow
        else _("{url} cannot be reached.").format(url=declared.url)
    )
    return Check(id_, asked.name, "failing", found, _("Check address and network."))


def _ledgers(workspace: Workspace, name: str) -> Check:
    ledgers = workspace.ledgers(name)
    folder = workspace.folder / ledgers.declared.folder
    count = len(list(folder.glob(ledgers.declared.pattern)))
    health: Health = "ok" if count else "warning"
    found = ngettext("{count} ledger", "{count} ledgers", count).format(count=count)
    todo = "" if count else _("Put the departments' ledgers into this folder: {folder}").format(folder=folder)
    return Check(f"connectors.{name}", name, health, found, todo)


def _clocks(asked: list[Asked]) -> Iterator[Check]:
    told = {each.name: each.ahead for each in asked if each.ahead is not None}
    for name, ahead in told.items():
        if abs(ahead) > _SKEW:
            yield skewed(f"clock.{name}", name, ahead)
    if all(abs(ahead) <= _SKEW for ahead in told.values()):
        found = _("no system told its time")
        if told:
            found = ngettext("as at {count} system", "as at {count} systems", len(told)).format(count=len(told))
        yield Check("clock", _("clock"), "ok", found)


def skewed(id_: str, system: str, ahead: float) -> Check:
    """Return the check of a clock that is not as ours."""
    found = _("{system} is {seconds} seconds ahead of this machine") if ahead > 0 else None
    found = found or _("{system} is {seconds} seconds behind this machine")
    todo = _("Let this machine set its clock by a time server (NTP); if it does, tell whoever runs the other one.")
    return Check(id_, _("clock"), "warning", found.format(system=system, seconds=f"{abs(ahead):,.0f}"), todo)


def _sessions(workspace: Workspace, asked: list[Asked]) -> Iterator[Check]:
    """A session that has expired is no fault, as the next run signs in; one that cannot be read should not be there."""
    from connectors.portal.kept import SessionStore

    store = SessionStore(workspace.state / "sessions")
    stored = [each for each in asked if store.file(each.name).is_file()]
    lines = []
    for each in stored:
        age = _age(time.time() - store.file(each.name).stat().st_mtime)
        if store.load(each.name) is None:
            found = _("{name}: the session of {age} ago cannot be read").format(name=each.name, age=age)
            todo = _("Delete {file}; the next run signs in.").format(file=f".yinxin/sessions/{each.name}.session")
            yield Check(f"sessions.{each.name}", _("sessions"), "warning", found, todo)
        else:
            lines.append(_told(each).format(name=each.name, age=age))
    if lines or not stored:
        yield Check("sessions", _("sessions"), "ok", "\n".join(lines) or _("none kept; the next run signs in"))


def _told(asked: Asked) -> str:
    if asked.lives is None:
        return _("{name}: kept {age} ago, not asked")
    return _("{name}: lives, kept {age} ago") if asked.lives else _("{name}: expired, kept {age} ago")


def _age(seconds: float) -> str:
    if seconds < 2 * _DAY:
        return _("{hours} hours").format(hours=f"{seconds / _HOUR:.1f}")
    return _("{days} days").format(days=f"{seconds / _DAY:.0f}")
