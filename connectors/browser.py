"""The browser: which one is there, and one of it for a whole run, started only when something needs it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from words.errors import UsageError
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright, StorageState

#: Headless shell first: half the CPU per page of the full browser.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LEAVING = 10  # seconds
_CHANNELS = ("msedge", "chrome")
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A browser that is there: the path of its program, or the Playwright channel that finds it."""

    program: str | None = None
    channel: str | None = None

    def __str__(self) -> str:
        return self.program or self.channel or "chromium"


def find_browser() -> Found | None:
    """Return the browser to use: ``YINXIN_BROWSER``, a known program, Playwright's own, or Edge or Chrome."""
    return next(iter(candidates()), None)


def candidates() -> list[Found]:
    """Return every browser that may be there, the best first; Edge and Chrome are only found by starting them."""
    if named := os.environ.get("YINXIN_BROWSER"):
        return [Found(program=named)]
    programs = [Found(program=path) for name in _PROGRAMS if (path := shutil.which(name))]
    own = [Found()] if _playwrights_own() else []
    channels = [Found(channel=name) for name in _CHANNELS] if sys.platform in {"win32", "darwin"} else []
    return [*programs, *own, *channels]


def _playwrights_own() -> bool:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    homes = {"win32": "AppData/Local/ms-playwright", "darwin": "Library/Caches/ms-playwright"}
    folder = Path(named) if named else Path.home() / homes.get(sys.platform, ".cache/ms-playwright")
    return any(folder.glob("chromium*/*/*"))


class Browsers:
    """One browser for all portals of a run, with one context per portal.

    Attributes:
        wanted: whether lists are read from the screen wherever that is declared.
        visible: whether it opens a window for a person.
    """

    def __init__(self, *, wanted: bool = False, visible: bool = False) -> None:
        self.wanted, self.visible = wanted, visible
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()

    @property
    def started(self) -> bool:
        """Whether a browser was needed so far."""
        return self._browser is not None

    async def context(self, *, verify: bool, state: StorageState | None) -> BrowserContext:
        """Return a new context in Chinese and in Shanghai's time, as the bureau's own clerks see their pages.

        Raises:
            UsageError: no browser is installed.
        """
        async with self._starting:
            browser = self._browser or await self._start()
        return await browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": 1400, "height": 900},
            ignore_https_errors=not verify,
            storage_state=state,
        )

    async def _start(self) -> Browser:
        from playwright.async_api import Error, async_playwright

        _remember_what_is_compiled()
        tried: list[str] = []
        self._playwright = await async_playwright().start()
        for found in candidates():
            if self.visible and "headless" in str(found):
                continue
            try:
                self._browser = await self._playwright.chromium.launch(
                    executable_path=found.program,
                    channel=found.channel,
                    args=list(_QUIET),
                    headless=not self.visible,
                )
            except Error:
                tried.append(str(found))
            else:
                return self._browser
        await self._playwright.stop()
        raise _no_window(", ".join(tried)) if self.visible else _missing(", ".join(tried))

    async def close(self) -> None:
        """Close the browser if one was started."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVING):
                if self._browser:
                    await self._browser.close()
                if self._playwright:
                    await self._playwright.stop()
        self._browser = self._playwright = None


def _remember_what_is_compiled() -> None:
    """Let the browser's driver keep its compiled scripts for the next start, which a fifth of a start is spent on."""
    from platformdirs import user_cache_path

    os.environ.setdefault("NODE_COMPILE_CACHE", str(user_cache_path("yinxin") / "driver"))


def _missing(tried: str = "") -> UsageError:
    sentence = _("The browser {program} does not start.").format(program=tried) if tried else _("No browser is there.")
    return UsageError(
        "browser-missing",
        sentence,
        todo=_(
            "Install one: on Debian or Ubuntu “apt-get install chromium-headless-shell”, elsewhere"
            " “playwright install chromium”, or name one in YINXIN_BROWSER."
        ),
    )


def _no_window(tried: str) -> UsageError:
    return UsageError(
        "no-window",
        _("No browser can open a window here. Tried: {programs}").format(programs=tried or "–"),
        todo=_(
            "Run it where there is a screen and a whole browser (chromium, Chrome or Edge), or sign in elsewhere and"
            " give the exported session with --session FILE."
        ),
    )
