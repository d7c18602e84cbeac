"""The systems at the edges: whether they answer, whether their clocks are ours, whether we are still signed in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.health.checking import Check, failed
from words.errors import YinxinError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bots.workspace import Workspace
    from connectors.kinds import Reached

PATIENCE = 5  # seconds
_SKEW = 60.0  # seconds
_HOUR, _DAY = 3600.0, 86_400.0


def systems(workspace: Workspace) -> Iterator[Check]:
    """Ask all systems at the same time."""
    asked: dict[str, Reached] = {}
    for name, answer in asyncio.run(_ask_all(workspace)):
        if isinstance(answer, YinxinError):
            yield failed(f"connectors.{name}", name, answer)
        else:
            asked[name] = answer
            yield Check(f"connectors.{name}", name, answer.health, answer.said, answer.todo)
    yield from _clocks(asked)
    yield from _sessions(workspace, asked)


async def _ask_all(workspace: Workspace) -> list[tuple[str, Reached | YinxinError]]:
    async def ask(name: str) -> tuple[str, Reached | YinxinError]:
        try:
            return name, await workspace.reach(name, PATIENCE)
        except YinxinError as error:
            return name, error

    return await asyncio.gather(*map(ask, workspace.names("connectors")))


def _clocks(asked: Mapping[str, Reached]) -> Iterator[Check]:
    told = {name: each.ahead for name, each in asked.items() if each.ahead is not None}
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


def _sessions(workspace: Workspace, asked: Mapping[str, Reached]) -> Iterator[Check]:
    """A session that has expired is no fault, as the next run signs in; one that cannot be read should not be there."""
    from connectors.portal.kept import SessionStore

    store = SessionStore(workspace.state / "sessions")
    stored = [name for name in asked if store.file(name).is_file()]
    lines = []
    for name in stored:
        age = _age(time.time() - store.file(name).stat().st_mtime)
        if store.load(name) is None:
            found = _("{name}: the session of {age} ago cannot be read").format(name=name, age=age)
            todo = _("Delete {file}; the next run signs in.").format(file=f".yinxin/sessions/{name}.session")
            yield Check(f"sessions.{name}", _("sessions"), "warning", found, todo)
        else:
            lines.append(_told(asked[name]).format(name=name, age=age))
    if lines or not stored:
        yield Check("sessions", _("sessions"), "ok", "\n".join(lines) or _("none kept; the next run signs in"))


def _told(asked: Reached) -> str:
    if asked.lives is None:
        return _("{name}: kept {age} ago, not asked")
    return _("{name}: lives, kept {age} ago") if asked.lives else _("{name}: expired, kept {age} ago")


def _age(seconds: float) -> str:
    if seconds < 2 * _DAY:
        return _("{hours} hours").format(hours=f"{seconds / _HOUR:.1f}")
    return _("{days} days").format(days=f"{seconds / _DAY:.0f}")
