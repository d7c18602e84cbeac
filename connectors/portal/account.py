"""One account at one portal: its session, its visit by browser, its readers, its album of evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator

from connectors.base import Album, Page
from connectors.browser import Browsers
from connectors.courtesy import UNLIMITED, Turns
from connectors.portal import html, replay
from connectors.portal.crosscheck import compare
from connectors.portal.declared import PortalDeclared
from connectors.portal.filling import Fills
from connectors.portal.kept import Kept, SessionStore
from connectors.portal.rows import complete
from connectors.portal.session import Session
from connectors.portal.visit import Seen, Visit
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

    async def _sign_in(self, kept: Kept | None) -> Kept:
        return await self.visit.sign_in(kept, self._secrets.value(self.declared.login.secret))

    def pages(self, fills: Fills) -> AsyncIterator[Page]:
        """Yield the list's pages by the declared reader, complete or an error."""
        reader = replay.read_json if self.declared.list_.reader == "replay" else html.read_html
        return complete(reader(self.session, fills), self.declared.title)

    async def look(self) -> None:
        """See the list in the browser once a run, compare it with the session's own answer, and keep its picture.

        Raises:
            DriftError: the two readings differ, twice in a row (a record may have arrived between them).
        """
        if self._looked:
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
        self.album.add("screenshot", self.declared.list_.page, seen.picture, ".jpg")
        self.album.add("page", self.declared.list_.page, seen.source, ".html")
        self._looked = True

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
