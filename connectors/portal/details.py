"""What is behind a row, opened in the browser: a link, a dialog or drawer, a window, a frame, or a JSON answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from connectors.base import Row
from connectors.portal.declared import Detail
from connectors.portal.filling import dig, flat
from connectors.portal.glass import Glass, Shot
from connectors.portal.looking import Looking, sent_back, visiting
from connectors.portal.pressing import found, press, scrolls
from connectors.portal.replay import json_of
from connectors.portal.traffic import Traffic
from connectors.portal.visit import Visit
from connectors.rows import moving
from mappings.headers import plain_header
from words.errors import DriftError, Place
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

Pairs = Mapping[str, str]
_CALM = 0.1  # seconds without a request until what is shown counts as whole
_STALE = 2.0  # the same, where it is what another row has shown


class Opener:
    """Opens rows of the list that the browser shows, one at a time."""

    def __init__(self, visit: Visit, detail: Detail) -> None:
        self._visit, self._detail = visit, detail
        self._one = asyncio.Lock()
        self._last: Pairs | None = None

    async def opened(self, row: Row) -> Pairs:
        """Return what is behind a row that the list shows.

        Raises:
            DriftError: nothing opens, or what opens belongs to another row.
            SystemFailure: the list does not show the row any more.
            LoginNeeded: a login page comes instead.
        """
        async with self._one:
            glass = self._glass()
            await self._visit.turn()
            async with visiting(glass.looking, glass.listing.page):
                pairs = self._last = await self._open(glass, row.key)
        self._belongs(row, pairs)
        return pairs

    def _glass(self) -> Glass:
        assert self._visit.glass is not None
        return self._visit.glass

    async def _open(self, glass: Glass, key: str) -> Pairs:
        await glass.uncover()
        wanted = await found(glass, self._detail.press, key)
        if (link := await glass.ask("linkOf", **wanted)) and not self._detail.answer:
            return await self._in_a_tab(glass, link)
        before = await glass.look()
        glass.traffic.mark()
        if self._detail.answer:
            pairs = await self._answered(glass, key, self._detail.answer)
        else:
            async with _windows(glass.looking.page) as windows:
                await press(glass, self._detail.press, key)
                pairs = await self._shown(glass, windows)
        await self._leave(glass, before)
        return pairs

    async def _in_a_tab(self, glass: Glass, link: str) -> Pairs:
        page = await glass.looking.page.context.new_page()
        try:
            traffic = Traffic(page)
            await page.goto(link, wait_until="domcontentloaded")
            return await self._page(glass, page, traffic)
        finally:
            await page.close()

    async def _answered(self, glass: Glass, key: str, pattern: str) -> Pairs:
        """Press, and take the JSON answer that comes."""
        async with glass.looking.page.expect_response(lambda answer: bool(re.search(pattern, answer.url))) as coming:
            await press(glass, self._detail.press, key)
        response = await coming.value
        await glass.not_expired()
        record = dig(json_of(glass.declared, await response.body(), response.url), self._detail.record or "")
        if not isinstance(record, dict) or not record:
            raise glass.changed(self._detail.record or pattern)
        return flat(record)

    async def _shown(self, glass: Glass, windows: list[Page]) -> Pairs:
        """Return the pairs in whatever opened: a window, a box or a frame over the list, or a page in its place."""
        for _turn in glass.looking.turns():
            if windows:
                window = windows[0]
                try:
                    return await self._page(glass, window, Traffic(window))
                finally:
                    await window.close()
            kind = await glass.ask("over")
            if kind == "frame" and (frame := await glass.find("overFrame")) is not None:
                return await self._pairs(glass, await frame.content_frame(), glass.traffic)
            if kind == "box":
                return await self._pairs(glass, None, glass.traffic)
            if kind is None and await glass.look() is None and glass.traffic.quiet() > _CALM:
                return await self._pairs(glass, glass.looking.page.main_frame, glass.traffic)
            await glass.looking.pause()
        raise self._nothing(glass)

    async def _page(self, glass: Glass, page: Page, traffic: Traffic) -> Pairs:
        looking = Looking(glass.declared, page)
        if await looking.state() == "login":
            raise sent_back(glass.declared, page.url)
        return await self._pairs(Glass(looking, glass.listing, traffic), None, traffic, whole=True)

    async def _pairs(self, glass: Glass, frame: Frame | None, traffic: Traffic, *, whole: bool = False) -> Pairs:
        """Wait until the pairs stand still."""
        last: Pairs | None = None
        for _turn in glass.looking.turns():
            told: Pairs | None = await (
                glass.ask_in(frame, "pairs", whole=True) if frame else glass.ask("pairs", whole=whole)
            )
            # What the row before has shown may stand there until its own comes.
            if told and told == last and traffic.quiet() > (_STALE if told == self._last else _CALM):
                return told
            if not told and whole and await glass.looking.state() == "login":
                raise sent_back(glass.declared, glass.looking.page.url)
            last = told
            await glass.looking.pause()
        await glass.not_expired()
        raise self._nothing(glass)

    async def _leave(self, glass: Glass, before: Shot | None) -> None:
        """Go back to the list as it was."""
        if not await glass.uncover() and await glass.look() is None:
            await glass.looking.page.go_back(wait_until="domcontentloaded")
        after = await glass.settle()
        # One that draws only the rows in sight shows others after any movement.
        if before is not None and not after.same(before) and not await scrolls(glass):
            raise moving(glass.declared.title)

    def _belongs(self, row: Row, pairs: Pairs) -> None:
        """What is shown behind a row repeats what the list calls it by, or is another row's."""
        listing = self._glass().listing
        shown = {plain_header(label): value for label, value in pairs.items()}
        for heading in (listing.label, listing.key):
            told, listed = shown.get(plain_header(heading)), row.payload.get(heading)
            if heading and told and listed and "".join(told.split()) != "".join(listed.split()):
                raise DriftError(
                    "another-detail",
                    _("What opened shows “{shown}” where the list has “{listed}” ({what}).").format(
                        shown=told, listed=listed, what=heading
                    ),
                    todo=_("Open the row by hand; if it is right there, correct “detail” in the connector's file."),
                    place=Place(system=self._visit.declared.title, field=heading),
                )

    def _nothing(self, glass: Glass) -> DriftError:
        return DriftError(
            "detail-not-shown",
            _("“{press}” was pressed, and nothing opened that has labels and values.").format(press=self._detail.press),
            todo=_("Press it by hand and see what opens; correct “detail” in the connector's file."),
            place=Place(system=glass.declared.title, url=glass.looking.page.url, field="detail"),
        )


@asynccontextmanager
async def _windows(page: Page) -> AsyncIterator[list[Page]]:
    """Collect the windows that open."""
    opened: list[Page] = []

    def note(window: Page) -> None:
        opened.append(window)

    page.context.on("page", note)
    try:
        yield opened
    finally:
        page.context.remove_listener("page", note)
