"""Looking at a page the way a person does: by its words, in whichever frame they stand, until they are there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.portal.declared import PortalDeclared
from words.errors import DriftError, LoginNeeded, Place, SystemFailure, YinxinError
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Page

_ASK = (Path(__file__).parent / "page.js").read_text(encoding="utf-8").strip()
_PAUSE = 0.03
_MOMENT = 2  # seconds
_PATIENCE = 5  # seconds for one question to one frame
_STEPS = 4  # waits of one visit, each up to the portal's time limit


class Looking:
    """Questions to one page; every wait ends at the portal's time limit."""

    def __init__(self, declared: PortalDeclared, page: Page) -> None:
        self.declared = declared
        self.page = page

    async def ask(self, question: str, argument: Any = None, script: str = _ASK) -> Any:  # noqa: ANN401 - what a page answers
        """Return the first answer of any frame that says something."""
        for frame in self.page.frames:
            # A frame may be between two documents; and the browser itself would wait for the next one for ever.
            with suppress(Exception):
                async with asyncio.timeout(_PATIENCE):
                    if answer := await frame.evaluate(f"(argument) => {script}.{question}(argument)", argument):
                        return answer
        return None

    async def element(self, question: str, argument: Any, script: str = _ASK) -> ElementHandle | None:  # noqa: ANN401 - JSON
        """Return the first element that any frame answers with."""
        for frame in self.page.frames:
            with suppress(Exception):
                async with asyncio.timeout(_PATIENCE):
                    handle = await frame.evaluate_handle(f"(argument) => {script}.{question}(argument)", argument)
                    if (element := handle.as_element()) is not None:
                        return element
        return None

    def turns(self) -> Iterator[float]:
        """Yield until the portal's time limit."""
        end = time.monotonic() + self.declared.timeout
        while (now := time.monotonic()) < end:
            yield end - now

    async def pause(self) -> None:
        """Give the page a moment."""
        await asyncio.sleep(_PAUSE)

    async def state(self) -> str:
        """Return ``in`` or ``login``, or nothing while the page shows neither."""
        return str(await self.ask("signedIn", self.declared.login.signed_in) or "")

    async def settled(self) -> str:
        """Wait until the page is clearly one of the two.

        Raises:
            DriftError: it has come, and shows neither within the time limit.
            SystemFailure: it has not come.
        """
        for _turn in self.turns():
            if state := await self.state():
                return state
            await self.pause()
        raise await self.neither()

    async def ends_at_login(self) -> bool:
        """Whether a page that was interrupted on its way comes to rest at a login, looked at for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_MOMENT):
                while not (state := await self.state()):
                    await self.pause()
                return state == "login"
        return False

    async def neither(self) -> YinxinError:
        """Return the error for a page that shows neither a password field nor the words of a signed-in person."""
        if not await self.ask("said"):
            return never(self.declared, self.page.url)
        return DriftError(
            "signed-in-words-changed",
            _("The page shows neither a password field nor the words “{words}” of a signed-in person.").format(
                words=self.declared.login.signed_in
            ),
            todo=_("Correct “signed_in” in the connector's file: words that only a signed-in person sees."),
            place=Place(system=self.declared.title, url=self.page.url, field="login.signed_in"),
        )

    async def table(self, headings: Sequence[str], *, empty: bool) -> dict[str, Any]:
        """Return ``headings`` and ``rows`` of the table with these headings, once it shows rows or may be ``empty``.

        Raises:
            DriftError: no table has them, although the page shows others, or none came.
        """
        found: dict[str, Any] | None = None
        for _turn in self.turns():
            found = await self.ask("table", list(headings))
            if found and (found["rows"] or empty):
                return found
            if found is None and await self.ask("headings"):
                break
            await self.pause()
        if found is not None:
            return found
        raise DriftError(
            "headings-changed",
            _("The list has no table with the headings it had: {expected}. It shows: {seen}.").format(
                expected=", ".join(headings), seen=", ".join(await self.ask("headings") or [])
            ),
            todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
            place=Place(system=self.declared.title, url=self.page.url),
        )

    async def locate(self, what: str, words: str, type_: str | None = None) -> ElementHandle:
        """Return the ``field`` or ``button`` that a person would find by these words.

        Raises:
            DriftError: nothing on the page answers to the words.
        """
        for frame in self.page.frames:
            handle = await frame.evaluate_handle(f"([words, type]) => {_ASK}.{what}(words, type)", [words, type_])
            if (element := handle.as_element()) is not None:
                return element
        sentence = (
            _("The page has no button with the words “{words}”.")
            if what == "button"
            else _("The page has no input with the words “{words}”.")
        )
        raise DriftError(
            "words-changed",
            sentence.format(words=words),
            todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
            place=Place(system=self.declared.title, url=self.page.url),
        )

    async def source(self) -> bytes:
        """Return the source of the page, or of the frame that holds most of it."""
        return max([(await frame.content()).encode() for frame in self.page.frames], key=len)

    async def picture(self, *, whole: bool = False) -> bytes:
        """Return a JPEG of the page with identity numbers masked."""
        await self.ask("mask")
        return await self.page.screenshot(type="jpeg", quality=60, full_page=whole)


@asynccontextmanager
async def visiting(looking: Looking, path: str) -> AsyncIterator[None]:
    """Turn what Playwright raises into an error that names the system and the page.

    Raises:
        LoginNeeded: the page was on its way to the login page, which is what interrupted the step.
        SystemFailure: it did not come for another reason.
    """
    from playwright.async_api import Error

    try:
        async with asyncio.timeout(_STEPS * looking.declared.timeout):
            yield
    except (Error, TimeoutError) as error:
        if await looking.ends_at_login():
            raise sent_back(looking.declared, looking.page.url) from error
        reason = str(error).partition("\n")[0]
        raise never(looking.declared, address(looking.declared, path), reason) from error


def address(declared: PortalDeclared, path: str) -> str:
    """Return the whole address of a path below the portal's."""
    return path if "://" in path else f"{declared.url}{path}"


def never(declared: PortalDeclared, url: str, reason: str = "") -> SystemFailure:
    """Return the error for a page that does not come."""
    return SystemFailure(
        "page-never-loads",
        _("The page did not come within {seconds} seconds. {reason}").format(
            seconds=f"{declared.timeout:g}", reason=reason
        ),
        todo=_("Open the page by hand; if it comes there, run again, else ask the system's operator."),
        place=Place(system=declared.title, url=url),
    )


def sent_back(declared: PortalDeclared, url: str) -> LoginNeeded:
    """Return the error for a system that asks for a login right after one."""
    return LoginNeeded(
        "session-not-kept",
        _("The system asks for a login again right after a login."),
        todo=_("Sign in by hand once and see whether the account is used elsewhere or locked."),
        place=Place(system=declared.title, url=url),
    )
