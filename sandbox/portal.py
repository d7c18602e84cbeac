"""What the pretend portals have in common: who may ask, and what goes wrong on order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.doors import Door, Session
from sandbox.faults import Faults
from sandbox.model import Decision
from sandbox.web import form
from sandbox.wire import Silence

P = TypeVar("P", bound="Portal")
Handler = Callable[[P, Request, Session], Awaitable[Response]]
Endpoint = Callable[[P, Request], Awaitable[Response]]


class Portal(ABC):
    """One portal: its door and the faults ordered for it."""

    home = "/"

    def __init__(self, door: Door, faults: Faults) -> None:
        self.door = door
        self._faults = faults

    @abstractmethod
    def routes(self) -> list[Route]:
        """The addresses of this portal, the busiest first."""

    @abstractmethod
    def login_answer(self, message: str = "") -> Response:
        """The login page, with HTTP 200, in place of whatever was asked."""

    def turned_away(self) -> Response:
        """What a page answers to somebody without a session."""
        return RedirectResponse(f"/{self.door.system}/login", 302)

    async def login(self, request: Request) -> Response:
        """The login form and what it does."""
        if request.method == "GET":
            return self.login_answer()
        fields = await form(request)
        if not self.door.knows(fields.get("csrf", "")):
            return self.login_answer("页面已过期，请重新登录")
        return self.let_in(fields.get("username", ""), fields.get("password", ""))

    def let_in(self, name: str, password: str) -> Response:
        """Open a session and show the first page, or show the login page with the reason."""
        session = self.door.enter(name.strip(), password)
        if isinstance(session, str):
            return self.login_answer(session)
        return self.door.hand_over(session, RedirectResponse(self.home, 302))

    async def logout(self, request: Request) -> Response:
        """End the session and show the login page."""
        self.door.end(self.door.session(request))
        return self.turned_away()

    def struck(self, fault: str) -> bool:
        """Tell whether an ordered fault strikes this portal now."""
        return self._faults.take(self.door.system, fault)

    def lasting(self, fault: str) -> float:
        """Tell for how many seconds an ordered fault strikes this portal now; 0 is not at all."""
        return self._faults.seconds(self.door.system, fault)

    def interruption(self, session: Session) -> Response | None:
        """What an ordered fault answers in place of the data, if one strikes."""
        if not self._faults.open:
            return None
        if self.struck("hang"):
            return Silence()
        if self.struck("error_500"):
            return PlainTextResponse("Internal Server Error", 500)
        if self.struck("too_many_requests"):
            return PlainTextResponse("请求过于频繁，请稍后再试", 429, headers={"retry-after": "1"})
        return self._log_in_again(session)

    def _log_in_again(self, session: Session) -> Response | None:
        if self.struck("expire_session"):
            self.door.end(session)
            return self.login_answer()
        if self.struck("expire_token"):
            session.issued.clear()
        return self.login_answer() if self.struck("login_page") else None


def page(handler: Handler[P]) -> Endpoint[P]:
    """Let only a live session see a page."""

    async def guarded(self: P, request: Request) -> Response:
        session = self.door.session(request)
        return await handler(self, request, session) if session else self.turned_away()

    return guarded


def data(handler: Handler[P]) -> Endpoint[P]:
    """Let only a live session ask for data, and let ordered faults strike here."""

    async def guarded(self: P, request: Request) -> Response:
        session = self.door.session(request)
        if session is None:
            return self.login_answer()
        return self.interruption(session) or await handler(self, request, session)

    return guarded


class Register:
    """The decisions one system shows, newest first, with a window of days cut out by halving."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._rows = sorted(decisions, key=lambda each: (-each.decided.toordinal(), each.serial))
        self._days = [-each.decided.toordinal() for each in self._rows]

    def window(self, begin: date | None, end: date | None) -> list[Decision]:
        """The decisions of a window of days, both ends included; no day leaves that end open."""
        first = bisect_left(self._days, -end.toordinal()) if end else 0
        last = bisect_right(self._days, -begin.toordinal()) if begin else len(self._rows)
        return self._rows[first:last]
