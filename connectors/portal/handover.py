"""Handing over at a portal's own pages, as a person would: a file to an upload page, a record to a form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from connectors.base import Batch
from connectors.portal.account import Portal
from connectors.portal.declared import Upload, Withdraw
from connectors.portal.looking import Looking, address, visiting
from words.errors import DeliveryError
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import Page, Response
    from playwright.async_api import Request as Asked

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Failed = Callable[[str, str], DeliveryError]


async def upload(portal: Portal, declared: Upload, batch: Batch, failed: Failed) -> str:
    """Give a file to the upload page and return the number that the portal gives it.

    Raises:
        DeliveryError: it is not clear whether the portal took the file.
    """
    path = declared.corrections if batch.action == "correct" else declared.page
    async with _page(portal, path) as looking:
        field = await looking.locate("field", declared.file_label, "file")
        await field.set_input_files({"name": batch.file_name, "mimeType": _XLSX, "buffer": batch.content})
        pressed = await looking.locate("button", declared.button)
        with _watched(looking.page) as lost:
            await pressed.click()
            for _turn in looking.turns():
                if number := await looking.ask("valueOf", declared.batch):
                    return str(number)
                if lost or await looking.state() == "login":
                    break
                await looking.pause()
        why = lost[0] if lost else _("The upload page never named a batch number.")
        raise failed(why, looking.page.url)


async def fill_form(portal: Portal, declared: Withdraw, batch: Batch, failed: Failed) -> tuple[str, bytes]:
    """Fill the form by which a record is taken back, and send it.

    Returns:
        Why the portal refused, empty if it did not; and the page it answered with.

    Raises:
        DeliveryError: the page says neither that it was done nor that it was refused.
    """
    async with _page(portal, declared.page) as looking:
        for words, value in json.loads(batch.content).items():
            await (await looking.locate("field", words)).fill(value)
        pressed = await looking.locate("button", declared.button)
        with _watched(looking.page) as lost:
            await pressed.click()
            for _turn in looking.turns():
                said = str(await looking.ask("said") or "")
                if declared.done in said:
                    return "", await looking.source()
                if refused := next((words for words in declared.refused if words in said), ""):
                    return await _whole_line(looking, refused), await looking.source()
                if lost or await looking.state() == "login":
                    break
                await looking.pause()
        raise failed(lost[0] if lost else _("The page does not say whether it was done."), looking.page.url)


async def picture(portal: Portal, about: str, *, again: bool = False) -> None:
    """Take the picture of an answer, loaded ``again`` first; an answer that is there is worth more than its picture."""
    import asyncio

    from playwright.async_api import Error

    looking = await portal.visit.enter(portal.session.kept)
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(portal.declared.timeout):
            if again:
                await looking.page.reload(wait_until="domcontentloaded")
            portal.album.add("screenshot", about, await looking.picture(), ".jpg")


@asynccontextmanager
async def _page(portal: Portal, path: str) -> AsyncIterator[Looking]:
    """Open a page with the account signed in, from which nothing is sent twice."""
    await portal.session.ready()
    looking = await portal.visit.enter(portal.session.kept, sending=True)
    async with visiting(looking, path):
        target = address(portal.declared, path)
        await looking.page.goto(target, wait_until="domcontentloaded")
        if await looking.settled() == "login":
            await portal.session.renew()
            looking = await portal.visit.enter(portal.session.kept, sending=True)
            await looking.page.goto(target, wait_until="domcontentloaded")
        yield looking


class _watched:  # noqa: N801 - reads as a word where it is used
    """Notes how the page's own requests fail, so that nobody waits for a page that cannot come any more."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lost: list[str] = []

    def __enter__(self) -> list[str]:
        self._page.on("response", self._answered)
        self._page.on("requestfailed", self._failed)
        return self._lost

    def __exit__(self, *_error: object) -> None:
        self._page.remove_listener("response", self._answered)
        self._page.remove_listener("requestfailed", self._failed)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and self._its_own(response.request):
            self._lost.append(_("The system answers with HTTP {status}.").format(status=response.status))

    def _failed(self, asked: Asked) -> None:
        if self._its_own(asked):
            self._lost.append(_("The connection to the system broke off: {reason}").format(reason=asked.failure))

    def _its_own(self, asked: Asked) -> bool:
        return asked.is_navigation_request() and asked.frame.parent_frame is None


async def _whole_line(looking: Looking, words: str) -> str:
    lines = (await looking.page.inner_text("body")).splitlines()
    return next((line.strip() for line in lines if words in line), words)
