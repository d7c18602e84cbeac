"""The kind ``portal``: a system that people use by its pages."""

from __future__ import annotations

import time
from pathlib import Path

from connectors import wire
from connectors.base import Feed, Source
from connectors.kinds import Given, Kind, Reached, lacks
from connectors.portal import person
from connectors.portal.account import Portal
from connectors.portal.declared import PortalDeclared
from connectors.portal.entering import lint_form
from connectors.portal.feed import PortalFeed
from connectors.portal.kept import Kept, SessionStore
from connectors.portal.session import Session
from connectors.portal.source import PortalSource
from connectors.portal.visit import Visit
from words.languages import gettext as _


class PortalKind(Kind[PortalDeclared]):
    """Portals as sources and as feeds."""

    declared = PortalDeclared

    def source(self, given: Given[PortalDeclared]) -> Source:
        """Return a portal as a source."""
        return PortalSource(_account(given), given.reading())

    def feed(self, given: Given[PortalDeclared]) -> Feed:
        """Return a portal as a feed.

        Raises:
            UsageError: it declares neither an upload page nor a form, or a form of fields that the profile lacks.
        """
        profile = given.writing()
        if given.declared.upload is None and given.declared.form is None:
            raise lacks(given.name, "upload")
        if given.declared.form:
            lint_form(given.declared.form, profile, f"connectors/{given.name}.yaml")
        return PortalFeed(_account(given), profile)

    async def sign_in(self, given: Given[PortalDeclared], session: Path | None, patience: float) -> None:
        """Let a person sign in in a window, or take over an exported session; it is kept.

        Raises:
            UsageError: no window opens, or the file holds no session.
            LoginNeeded: nobody signed in, or the portal asks for a login all the same.
        """
        visit = Visit(given.declared, given.browsers, given.turns)
        try:
            if session is None:
                kept = await person.sign_in(given.name, visit, patience)
            else:
                kept = await person.adopt(given.name, visit, session)
        finally:
            await visit.leave()
            given.turns.close()
        SessionStore(given.state / "sessions").save(given.name, kept)

    async def reach(self, given: Given[PortalDeclared], patience: float) -> Reached:
        """Ask its address, and its list if a session is kept."""
        declared = given.declared
        before = time.time()
        try:
            answer = await wire.reach(declared.url, patience, verify=declared.verify)
        except wire.NoAnswer as error:
            return wire.not_reached(declared.url, error, patience)
        ahead = wire.ahead(answer, (before + time.time()) / 2)
        said = _("{url} answers {status}").format(url=declared.url, status=answer.status)
        return Reached(said, ahead=ahead, lives=await _lives(given, patience))


async def _lives(given: Given[PortalDeclared], patience: float) -> bool | None:
    listing = given.declared.list_
    if not listing.request.url and "#" in listing.page:
        return None  # such a page comes to anybody; only what its scripts ask for would tell
    quick = given.declared.model_copy(update={"timeout": patience})
    session = Session(given.name, quick, SessionStore(given.state / "sessions"), _nobody)
    try:
        return await session.lives()
    except wire.NoAnswer:
        return None
    finally:
        await session.close()


async def _nobody(_kept: Kept | None) -> Kept:
    raise AssertionError  # a session is only asked whether it lives


def _account(given: Given[PortalDeclared]) -> Portal:
    store = SessionStore(given.state / "sessions")
    return Portal(
        given.name,
        given.declared,
        secrets=given.secrets,
        store=store,
        browsers=given.browsers,
        turns=given.turns,
    )


KIND = PortalKind()
