"""A person signs in for the bots: alone at the login, and the session is kept for the runs to come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bots.workspace import Workspace
from connectors.browser import Browsers
from words.languages import gettext as _

_PATIENCE = 60.0  # seconds


def sign_in_alone(
    workspace: Workspace, name: str, say: Callable[[str], None], session: Path | None, patience: float
) -> None:
    """Let a person sign in, or take an exported session over, while nobody else uses the login.

    Raises:
        Busy: somebody still uses it after a minute.
        YinxinError: it is no portal, no window opens, nobody signs in, or the session does not open the list.
    """
    told = _("Waiting for somebody else who is at work: {about}.")
    with ExitStack() as held:
        if claims := workspace.claim(name):
            held.enter_context(
                held.enter_context(workspace.journal()).holding(
                    claims,
                    f"yinxin connectors login {name}",
                    patience=_PATIENCE,
                    waiting=lambda lease: say(told.format(about=lease.about)),
                )
            )
        if session is None and claims:
            say(_("A window opens. Sign in there; it closes by itself when the list has come."))
        asyncio.run(sign_in(workspace, name, Browsers(visible=session is None), session, patience))


async def sign_in(workspace: Workspace, name: str, browsers: Browsers, session: Path | None, patience: float) -> None:
    """Sign in with a browser that is closed afterwards.

    Raises:
        YinxinError: as for :func:`sign_in_alone`.
    """
    try:
        await workspace.sign_in(name, browsers, session, patience)
    finally:
        await browsers.close()
