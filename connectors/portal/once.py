"""Sending once: a browser must not send a form a second time by itself.

When a connection that was used before breaks off without an answer, every browser quietly sends the request again on a
new one, whatever it was. The system may have taken it the first time. So a page from which something is handed over
asks for everything else through another client: the hand-over is the first thing that its own connection carries, and
one that breaks off then is told, not repeated.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Request, Route


async def send_once(context: BrowserContext, limit: float) -> None:
    """Let the pages of a new context send nothing twice; ``limit`` in seconds holds for each of their requests."""

    async def handle(route: Route) -> None:
        if _carries_a_file(route.request):
            await route.continue_()
        else:
            await _fetch(route, limit)

    await context.route("**/*", handle)


def _carries_a_file(request: Request) -> bool:
    """Only the browser itself has the bytes of a chosen file."""
    multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
    return multipart and b"filename=" in (request.post_data_buffer or b"filename=")


async def _fetch(route: Route, limit: float) -> None:
    from playwright.async_api import Error

    with suppress(Error):  # the page is closed already
        try:
            answer = await route.fetch(timeout=limit * 1000)
        except Error as error:
            await route.abort("timedout" if "Timeout" in error.message else "connectionfailed")
        else:
            await route.fulfill(response=answer)
