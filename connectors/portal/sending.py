"""What one press of a button sends: every request once, however often the page sends it, and what came back."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import APIResponse, Dialog, Page, Request, Route

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: What a page is drawn with; as no form sends a file here, no connection of the browser's own ever carries a record.
_DRAWN = frozenset({"script", "stylesheet", "image", "font", "media"})
_Key = tuple[str, str, bytes]
#: Of an address that is declared, nothing is sent twice, not even with another body.
_ANY: _Key = ("", "", b"")


@dataclass(frozen=True, slots=True)
class Came:
    """The answer to a request that writes."""

    url: str
    status: int
    content: bytes
    kind: str

    @property
    def text(self) -> str:
        """The answer as text; JSON without the spaces between its parts, and its characters as they are."""
        text = self.content.decode("utf-8", "replace")
        with suppress(ValueError):
            return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
        return text


@dataclass  # without slots: the browser's client hangs something of its own on whoever handles a route
class Sending:
    """The requests of one page that write something, from ``begin`` on.

    Attributes:
        host: whose they are; what a page sends elsewhere is not asked after.
        limit: seconds that one may take.
        only: a pattern of the addresses that count; all of the host's without it.
        came: what they were answered with.
        said: what the browser's own dialogs said meanwhile; whoever opened the page answers them.
        lost: how one of them failed, in a sentence; empty while none has.
    """

    host: str
    limit: float
    only: str = ""
    came: list[Came] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    lost: str = ""
    _asked: dict[_Key, asyncio.Future[APIResponse]] = field(default_factory=dict)
    _watching: bool = False

    async def watch(self, page: Page) -> None:
        """Let the requests of a new page pass through here."""
        page.on("dialog", self._hear)
        await page.route("**/*", self._handle)

    def _hear(self, dialog: Dialog) -> None:
        self.said += dialog.message.splitlines()

    def begin(self) -> None:
        """Forget what was sent before: a button is about to be pressed."""
        self.came, self.said, self.lost, self._asked, self._watching = [], [], "", {}, True

    def end(self) -> None:
        """Let everything pass."""
        self._watching = False

    @property
    def begun(self) -> bool:
        """Whether something has left since the button was pressed."""
        return self._watching and bool(self._asked)

    @property
    def busy(self) -> bool:
        """Whether something has left, and has not been answered."""
        return any(not each.done() for each in self._asked.values())

    async def _handle(self, route: Route) -> None:
        from playwright.async_api import Error

        request = route.request
        with suppress(Error):  # the page is closed already
            if request.resource_type in _DRAWN:
                await route.continue_()
                return
            body = _body(request)
            if not self._watching or request.method in _READS or body is None or not self._counts(request.url):
                await route.fallback()
                return
            try:
                answer = await self._once(route, _ANY if self.only else _key(request, body))
            except Error as error:
                self.lost = _("The connection to the system broke off: {reason}").format(
                    reason=error.message.partition("\n")[0]
                )
                await route.abort("connectionfailed")
            else:
                await route.fulfill(response=answer)

    def _counts(self, url: str) -> bool:
        return urlsplit(url).netloc == self.host and bool(re.search(self.only, url))

    async def _once(self, route: Route, key: _Key) -> APIResponse:
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(self._fetch(route))
        return await asyncio.shield(self._asked[key])

    async def _fetch(self, route: Route) -> APIResponse:
        answer = await route.fetch(timeout=self.limit * 1000)
        request: Request = route.request
        self.came.append(Came(request.url, answer.status, await answer.body(), answer.headers.get("content-type", "")))
        if answer.status >= 500:
            self.lost = _("The system answers with HTTP {status}.").format(status=answer.status)
        return answer


def _body(request: Request) -> bytes | None:
    """Return what a request carries, or None if the browser does not let it be seen."""
    return request.post_data_buffer or (None if "content-type" in request.headers else b"")


def _key(request: Request, body: bytes) -> _Key:
    """Return by what a request is known again; the line between the parts of a body is another one each time."""
    _parts, _is, boundary = request.headers.get("content-type", "").partition("boundary=")
    return request.method, request.url, body.replace(boundary.encode(), b"") if boundary else body
