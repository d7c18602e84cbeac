"""What a page asks for by itself: whether something is still on its way, and what came last."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from connectors.wire import Answer

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Response

_KINDS = frozenset({"document", "script", "xhr", "fetch"})
_LONG = 5.0  # seconds after which a request counts as one that the page keeps open for news
_LAST = 8  # answers that are remembered


class Traffic:
    """The requests of one page that may bring rows."""

    def __init__(self, page: Page) -> None:
        self._under_way: dict[Request, float] = {}
        self._moved = time.monotonic()
        self._answers: deque[Response] = deque(maxlen=_LAST)
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)
        page.on("response", self._answered)

    def _begun(self, request: Request) -> None:
        if request.resource_type in _KINDS:
            self._moved = self._under_way[request] = time.monotonic()

    def _ended(self, request: Request) -> None:
        if self._under_way.pop(request, None) is not None:
            self._moved = time.monotonic()

    def _answered(self, response: Response) -> None:
        if response.request.resource_type in {"xhr", "fetch"}:
            self._answers.append(response)

    def mark(self) -> None:
        """Something was pressed: what came before says nothing any more."""
        self._answers.clear()
        self._moved = time.monotonic()

    def quiet(self) -> float:
        """Return for how many seconds nothing has been asked and nothing has come; 0 while something is awaited."""
        now = time.monotonic()
        if any(now - begun < _LONG for begun in self._under_way.values()):
            return 0
        return now - self._moved

    async def answers(self) -> list[Answer]:
        """Return the last answers to the page's scripts, as far as the browser still has them."""
        from playwright.async_api import Error

        found = []
        for response in list(self._answers):
            with suppress(Error):
                headers = await response.all_headers()
                found.append(Answer(response.status, headers, await response.body(), response.url))
        return found
