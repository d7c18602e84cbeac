"""One page that stays open for many records: loaded anew for each, its context made anew now and then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from connectors.portal.account import Portal
from connectors.portal.formpage import FormPage
from connectors.portal.looking import Looking, address, visiting
from connectors.portal.sending import Sending

_ENTRIES = 100  # loads after which the browser's context is made anew, before it grows


class OpenPage:
    """The page from which records are sent.

    Attributes:
        sending: what it sends.
        loads: how often it was loaded since it was opened.
    """

    def __init__(self, portal: Portal, only: str) -> None:
        self.sending = Sending(urlsplit(portal.declared.url).netloc, portal.declared.timeout, only)
        self.loads = 0
        self._portal = portal
        self._looking: Looking | None = None

    @asynccontextmanager
    async def at(self, path: str) -> AsyncIterator[FormPage]:
        """Load an address, with the account signed in; what is sent from then on is watched until the end.

        Raises:
            LoginNeeded: the portal asks for a login right after one.
            SystemFailure: the page does not come.
        """
        await self._portal.session.ready()
        looking = await self._enter()
        async with visiting(looking, path):
            target = address(self._portal.declared, path)
            await looking.page.goto(target, wait_until="domcontentloaded")
            if await looking.settled() == "login":
                await self._portal.session.renew()
                self.loads = 0
                looking = await self._enter()
                await looking.page.goto(target, wait_until="domcontentloaded")
            try:
                yield FormPage(looking)
            finally:
                self.sending.end()

    async def _enter(self) -> Looking:
        kept, visit = self._portal.session.kept, self._portal.visit
        fresh = self._looking is None or self.loads % _ENTRIES == 0
        looking = await visit.enter(kept, sending=fresh)
        if looking is not self._looking and not fresh:  # somebody else has opened it meanwhile
            looking = await visit.enter(kept, sending=True)
        if looking is not self._looking:
            await self.sending.watch(looking.page)
        self._looking = looking
        self.loads += 1
        return looking
