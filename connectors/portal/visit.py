"""What needs a browser: signing in, seeing the list as a person does, and taking its picture."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.browser import Browsers
from connectors.courtesy import UNLIMITED, Turns
from connectors.portal.declared import PortalDeclared
from connectors.portal.filling import dig
from connectors.portal.kept import Kept
from connectors.portal.looking import Looking, address, sent_back, visiting
from connectors.portal.once import send_once
from connectors.portal.traffic import Traffic
from words.errors import DriftError, LoginNeeded, Place
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Dialog, Request

    from connectors.portal.glass import Glass

#: Headers that every browser sends; what is left was put there by the page's own scripts.
_ORDINARY = frozenset({
    "accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length", "content-type",
    "cookie", "host", "origin", "pragma", "priority", "referer", "upgrade-insecure-requests", "user-agent",
    "x-requested-with",
})  # fmt: skip
_LEAVING = 5  # seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """The list as a person sees it: headings, rows of cell texts, the page's own request for them, and pictures."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    url: str
    method: str
    body: bytes | None
    body_kind: str
    picture: bytes
    source: bytes


class Visit:
    """One portal open in the browser, from ``enter`` to ``leave``."""

    def __init__(self, declared: PortalDeclared, browsers: Browsers, turns: Turns = UNLIMITED) -> None:
        self.declared = declared
        self._browsers = browsers
        self._turns = turns
        self._context: BrowserContext | None = None
        self._looking: Looking | None = None
        self._traffic: Traffic | None = None
        self.glass: Glass | None = None
        self._asked: list[Request] = []
        self._said: list[str] = []
        asked = declared.list_.request.url
        self._list_path = urlsplit(address(declared, asked)).path if asked else ""

    async def enter(self, kept: Kept | None, *, sending: bool = False) -> Looking:
        """Return the portal's page, opened with the kept session put back; a new one from which to send something."""
        if sending:
            await self.leave()
        await self._turns.turn()
        if self._looking is None:
            state: Any = (kept.state or None) if kept else None
            self._context = await self._browsers.context(verify=self.declared.verify, state=state)
            self._context.set_default_timeout(self.declared.timeout * 1000)
            if sending:
                await send_once(self._context, self.declared.timeout)
            if kept and kept.session_storage:
                await self._context.add_init_script(_restore(kept.session_storage))
            page = await self._context.new_page()
            page.on("dialog", self._accept)
            page.on("request", self._notice)
            self._traffic = Traffic(page)
            self._looking = Looking(self.declared, page)
        return self._looking

    def _accept(self, dialog: Dialog) -> None:
        """A dialog is read and accepted: unanswered, the page would stand still."""
        self._said.append(dialog.message)
        answered = asyncio.ensure_future(dialog.accept())
        answered.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _notice(self, request: Request) -> None:
        if self._list_path and urlsplit(request.url).path == self._list_path:
            self._asked.append(request)

    async def sign_in(self, kept: Kept | None, password: str) -> Kept:
        """Sign in through the portal's own form and return the new session.

        Raises:
            LoginNeeded: the portal refuses the account; it is not tried again, so that nothing gets locked.
            SystemFailure: the page never comes.
        """
        looking = await self.enter(kept)
        self._asked.clear()  # what was asked before carries the headers of the session that has ended
        async with visiting(looking, self.declared.login.page):
            await looking.page.goto(address(self.declared, self.declared.login.page), wait_until="domcontentloaded")
            if await looking.settled() == "login":
                await self._fill_and_press(looking, password)
            await self._open_list(looking)
            return await self._session(looking)

    async def _fill_and_press(self, looking: Looking, password: str) -> None:
        login = self.declared.login
        before = set(await looking.ask("complaints") or [])
        await (await looking.locate("field", login.account_label)).fill(login.account)
        await (await looking.locate("field", login.password_label, "password")).fill(password)
        self._asked.clear()
        await (await looking.locate("button", login.button)).click()
        state = ""
        for _turn in looking.turns():
            state = await looking.state()
            if state == "in":
                return
            complaints = [*self._said, *(await looking.ask("complaints") or [])] if state == "login" else []
            if new := [line for line in complaints if line not in before]:
                raise _refused(self.declared, new[0])
            await looking.pause()
        raise _refused(self.declared, "") if state == "login" else await looking.neither()

    async def signed_in(self) -> Kept:
        """Open the list with the session that the open page has, and return it.

        Raises:
            LoginNeeded: the list asks for a login.
            DriftError: the list is not as declared.
        """
        looking = await self.enter(None)
        async with visiting(looking, self.declared.list_.page):
            await self._open_list(looking)
            return await self._session(looking)

    async def _session(self, looking: Looking) -> Kept:
        assert self._context is not None
        sent = await self._asked[-1].all_headers() if self._asked else {}
        headers = {
            name: value for name, value in sent.items() if name not in _ORDINARY and not name.startswith(("sec-", ":"))
        }
        headers["user-agent"] = await looking.page.evaluate("() => navigator.userAgent")
        storage = json.loads(await looking.page.evaluate("() => JSON.stringify(sessionStorage)"))
        return Kept(dict(await self._context.storage_state()), storage, headers)

    async def _open_list(self, looking: Looking) -> None:
        """Go to the list and wait until the page has asked for its rows."""
        list_page = address(self.declared, self.declared.list_.page)
        if looking.page.url != list_page:
            await looking.page.goto(list_page, wait_until="domcontentloaded")
        elif not self._asked:
            await looking.page.reload(wait_until="domcontentloaded")
        if await looking.settled() == "login":
            raise sent_back(self.declared, list_page)
        if not self.declared.list_.request.url:
            return
        for _turn in looking.turns():
            if self._asked:
                return
            await looking.pause()
        raise DriftError(
            "request-not-seen",
            _("The page came, but never asked for “{url}”.").format(url=self.declared.list_.request.url),
            todo=_("Open the page's network view, look for the request that brings the rows, and correct “list”."),
            place=Place(system=self.declared.title, url=list_page, field="list.request.url"),
        )

    async def _may_be_empty(self, asked: Request) -> bool:
        """Tell whether a table without rows needs no waiting: a server's page is whole, or the answer brought none."""
        if self.declared.list_.reader == "html":
            return True
        with suppress(Exception):  # an answer that cannot be read tells nothing
            if response := await asked.response():
                return not dig(await response.json(), self.declared.list_.rows)
        return False

    @property
    def traffic(self) -> Traffic:
        """What the open page asks for."""
        assert self._traffic is not None
        return self._traffic

    async def turn(self) -> None:
        """Wait until one more thing may be asked of the system."""
        await self._turns.turn()

    async def show_list(self, kept: Kept | None) -> Looking:
        """Load the list anew.

        Raises:
            LoginNeeded: a login page comes in its place.
            SystemFailure: it does not come.
        """
        looking = await self.enter(kept)
        page = address(self.declared, self.declared.list_.page)
        async with visiting(looking, page):
            self.traffic.mark()
            if looking.page.url == page:
                await looking.page.reload(wait_until="domcontentloaded")
            else:
                await looking.page.goto(page, wait_until="domcontentloaded")
            if await looking.settled() == "login":
                raise sent_back(self.declared, page)
        return looking

    async def see_list(self, kept: Kept | None) -> Seen:
        """Read the list by its headings and take its picture.

        Raises:
            DriftError: no table has the declared headings.
            SystemFailure: the page never comes.
        """
        listing = self.declared.list_
        looking = await self.enter(kept)
        async with visiting(looking, listing.page):
            await self._open_list(looking)
            asked = self._asked[-1]
            empty = await self._may_be_empty(asked)
            table = await looking.table(list(listing.shown) or listing.headers, empty=empty)
            return Seen(
                headings=tuple(table["headings"]),
                rows=tuple(tuple(row) for row in table["rows"]),
                url=asked.url,
                method=asked.method,
                body=asked.post_data_buffer,
                body_kind=asked.headers.get("content-type", ""),
                picture=await looking.picture(),
                source=await looking.source(),
            )

    def again(self) -> None:
        """Load the list anew at the next look."""
        self._asked.clear()

    async def leave(self) -> None:
        """Close the portal's page."""
        from playwright.async_api import Error

        if self._context is not None:
            with suppress(
                Error, TimeoutError
            ):  # a page that waits for a silent system may not let go; the browser will
                async with asyncio.timeout(_LEAVING):
                    await self._context.close()
        self._context = self._looking = self._traffic = self.glass = None
        self._asked.clear()


def _restore(storage: dict[str, str]) -> str:
    return f"for (const [k, v] of Object.entries({json.dumps(storage)})) sessionStorage.setItem(k, v);"


def _refused(declared: PortalDeclared, said: str) -> LoginNeeded:
    sentence = (
        _("The system refuses the account “{account}”: {said}") if said else _("The account “{account}” is refused.")
    )
    return LoginNeeded(
        "login-refused",
        sentence.format(account=declared.login.account, said=said),
        todo=_(
            "Correct the account, or the secret “{secret}”. It was tried once only, so that nothing is locked."
        ).format(secret=declared.login.secret),
        place=Place(system=declared.title, url=address(declared, declared.login.page)),
    )
