"""Asking all systems at once, as far as that leaves no trace: an address, and the list by a kept session."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bots.workspace import Workspace
    from connectors.portal.declared import PortalDeclared
    from connectors.portal.kept import Kept
    from connectors.wire import Answer, NoAnswer

PATIENCE = 5  # seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking one portal came to.

    Attributes:
        name: the connector's.
        answer: what came, or why nothing did.
        ahead: by how many seconds its clock is ahead of ours; None if it did not tell its time.
        lives: whether the kept session still does; None if it could not be asked.
    """

    name: str
    answer: Answer | NoAnswer
    ahead: float | None = None
    lives: bool | None = None


async def ask_all(workspace: Workspace, portals: Mapping[str, PortalDeclared]) -> list[Asked]:
    """Ask each portal; none waits for another."""
    return await asyncio.gather(*(_ask(workspace, name, declared) for name, declared in portals.items()))


async def _ask(workspace: Workspace, name: str, declared: PortalDeclared) -> Asked:
    from connectors.wire import NoAnswer, reach

    before = time.time()
    try:
        answer = await reach(declared.url, PATIENCE, verify=declared.verify)
    except NoAnswer as error:
        return Asked(name, error)
    ahead = _ahead(answer, (before + time.time()) / 2)
    return Asked(name, answer, ahead, await _lives(workspace, name, declared))


async def _lives(workspace: Workspace, name: str, declared: PortalDeclared) -> bool | None:
    from connectors.portal.kept import SessionStore
    from connectors.portal.session import Session
    from connectors.wire import NoAnswer

    quick = declared.model_copy(update={"timeout": PATIENCE})
    session = Session(name, quick, SessionStore(workspace.state / "sessions"), _nobody)
    try:
        return await session.lives()
    except NoAnswer:
        return None
    finally:
        await session.close()


async def _nobody(_kept: Kept | None) -> Kept:
    raise AssertionError  # a session is only asked whether it lives


def _ahead(answer: Answer, now: float) -> float | None:
    """Return by how many seconds a system's clock is ahead of ours; None if it does not tell its time."""
    try:
        then = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
    age = answer.headers.get("age", "")  # an answer out of a store tells when it was put there
    return then + (float(age) if age.isdecimal() else 0) - now
