"""Signing in by a person: captcha, slider and UKey are theirs; the session they leave is kept like any other."""

from __future__ import annotations

import json
import time
from pathlib import Path

from connectors.portal.declared import PortalDeclared
from connectors.portal.kept import Kept
from connectors.portal.looking import address, visiting
from connectors.portal.visit import Visit
from words.errors import LoginNeeded, Place, UsageError
from words.languages import gettext as _


async def sign_in(name: str, visit: Visit, patience: float) -> Kept:
    """Open the sign-in page, and wait until the words of a signed-in person show; nobody types for the person.

    Raises:
        LoginNeeded: they do not show within ``patience`` seconds.
        SystemFailure: the page never comes.
    """
    declared = visit.declared
    looking = await visit.enter(None)
    async with visiting(looking, declared.login.page):
        await looking.page.goto(address(declared, declared.login.page), wait_until="domcontentloaded")
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if looking.page.is_closed():
            break
        if await looking.state() == "in":
            return await visit.signed_in()
        await looking.pause()
    raise _not_signed_in(name, declared, patience)


async def adopt(name: str, visit: Visit, file: Path) -> Kept:
    """Take over an exported session, once it has shown that it opens the list.

    Raises:
        UsageError: the file holds no session as Playwright exports it.
        LoginNeeded: the portal asks for a login all the same.
    """
    kept = Kept(state=_state(file))
    await visit.enter(kept)
    try:
        return await visit.signed_in()
    except LoginNeeded as error:
        raise person_needed(name, visit.declared) from error


def _state(file: Path) -> dict[str, object]:
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        state = None
    if not isinstance(state, dict) or not isinstance(state.get("cookies"), list):
        raise UsageError(
            "not-a-session",
            _("This file holds no exported session."),
            todo=_("Export it with Playwright: context.storage_state(path=…); it holds “cookies” and “origins”."),
            place=Place(file=str(file)),
        )
    return {"cookies": state["cookies"], "origins": state.get("origins", [])}


def person_needed(name: str, declared: PortalDeclared) -> LoginNeeded:
    """Return the error for a portal that only a person can sign in to."""
    return LoginNeeded(
        "person-needed",
        _("There is no session that lives, and only a person can sign in here."),
        todo=_("Run “yinxin connectors login {name}”, then run this again.").format(name=name),
        place=Place(system=declared.title, url=address(declared, declared.login.page)),
    )


def _not_signed_in(name: str, declared: PortalDeclared, patience: float) -> LoginNeeded:
    return LoginNeeded(
        "not-signed-in",
        _("Nobody signed in within {minutes} minutes: the words “{words}” never showed.").format(
            minutes=f"{patience / 60:g}", words=declared.login.signed_in
        ),
        todo=_("Run “yinxin connectors login {name}” again; if you were signed in, correct “signed_in”.").format(
            name=name
        ),
        place=Place(system=declared.title, url=address(declared, declared.login.page)),
    )
