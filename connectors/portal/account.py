"""One account at one portal: its session, its visit by browser, its readers, its album of evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cached_property

from connectors.base import Album, Page
from connectors.browser import Browsers
from connectors.courtesy import UNLIMITED, Turns
from connectors.portal import html, replay
from connectors.portal.crosscheck import compare
from connectors.portal.declared import Listing, PortalDeclared
from connectors.portal.details import Opener
from connectors.portal.dom import read_dom
from connectors.portal.exporting import read_export
from connectors.portal.filling import Fills
from connectors.portal.kept import Kept, SessionStore
from connectors.portal.person import person_needed
from connectors.portal.session import Session
from connectors.portal.visit import Seen, Visit
from connectors.rows import complete
from connectors.secrets import Secrets
from words.errors import DriftError, LoginNeeded


class Portal:
    """What a source and a feed share of a portal."""

    def __init__(
        self,
        name: str,
        declared: PortalDeclared,
        *,
        secrets: Secrets,
        store: SessionStore,
        browsers: Browsers,
        turns: Turns = UNLIMITED,
    ) -> None:
        self.name = name
        self.declared = declared
        self.album = Album()
        self.visit = Visit(declared, browsers, turns)
        self.session = Session(name, declared, store, self._sign_in, turns)
        self._secrets = secrets
        self._turns = turns
        self._looked = False
        self._on_screen = browsers.wanted and declared.list_.on_screen() is not None

    async def _sign_in(self, kept: Kept | None) -> Kept:
        if self.declared.login.by == "person":
            raise person_needed(self.name, self.declared)
        return await self.visit.sign_in(kept, self._secrets.value(self.declared.login.secret))

    @cached_property
    def opener(self) -> Opener:
        """What opens rows in the browser, where the declaration says how."""
        assert self.declared.detail is not None
        return Opener(self.visit, self.declared.detail)

    def pages(self, fills: Fills) -> AsyncIterator[Page]:
        """Yield the list's pages by the declared reader, complete or an error."""
        return complete(self._read(fills), self.declared.title)

    def _read(self, fills: Fills) -> AsyncIterator[Page]:
        if self.screen is not None:
            return self._seen_on(self.screen, fills)
        reader = self.declared.list_.reader
        if reader == "export":
            return self._pictured(read_export(self.visit, self.session, fills))
        return replay.read_json(self.session, fills) if reader == "replay" else html.read_html(self.session, fills)

    @property
    def screen(self) -> Listing | None:
        """The list as it is read from the screen; None while another reader reads it."""
        listing = self.declared.list_
        return listing.on_screen() if listing.reader == "dom" or self._on_screen else None

    def take_the_screen(self) -> bool:
        """Read from the screen from now on, if that is declared."""
        self._on_screen = self.declared.list_.on_screen() is not None
        return self._on_screen

    def _seen_on(self, screen: Listing, fills: Fills) -> AsyncIterator[Page]:
        return self._pictured(read_dom(self.visit, self.session, screen, fills))

    async def _pictured(self, pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
        """Take the list's picture where the browser shows it already."""
        async for page in pages:
            if not self._looked:
                looking = await self.visit.enter(self.session.kept)
                self._keep(await looking.picture(), await looking.source())
            yield page

    def _keep(self, picture: bytes, source: bytes) -> None:
        self.album.add("screenshot", self.declared.list_.page, picture, ".jpg")
        self.album.add("page", self.declared.list_.page, source, ".html")
        self._looked = True

    async def look(self) -> None:
        """See the list in the browser once a run, compare it with the session's own answer, and keep its picture.

        Raises:
            DriftError: the two readings differ, twice in a row (a record may have arrived between them).
        """
        if self._looked or self.screen is not None or self.declared.list_.reader == "export":
            return
        await self.session.ready()
        try:
            seen = await self._seen()
        except DriftError:
            self.visit.again()
            seen = await self._seen()
        except LoginNeeded:
            await self.session.renew()
            seen = await self._seen()
        self._keep(seen.picture, seen.source)

    async def _seen(self) -> Seen:
        seen = await self.visit.see_list(self.session.kept)
        await compare(self.session, seen)
        return seen

    async def turn(self) -> None:
        """Wait until one more request may be sent."""
        await self._turns.turn()

    async def close(self) -> None:
        """Leave the portal; the session stays on disk."""
        try:
            await self.visit.leave()
        finally:
            await self.session.close()
            self._turns.close()
