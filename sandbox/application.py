"""What the single-page applications have in common: a page, and JSON for whoever brings the token of the session."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.doors import Session
from sandbox.portal import Endpoint, Portal, data, page
from sandbox.web import html, ok, refused

A = TypeVar("A", bound="Application")
Asked = Callable[[A, Request], Awaitable[Response]]


class Application(Portal):
    """One single-page application."""

    title: ClassVar[str]

    def routes(self) -> list[Route]:
        """The addresses beside those of the data."""
        return [
            Route("/api/token", self.token, methods=["POST"]),
            Route("/", self.application),
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/logout", self.logout),
        ]

    def login_answer(self, message: str = "") -> Response:
        """The login page."""
        system, csrf = self.door.system, self.door.ticket()
        return html("application_login.html", system=system, title=self.title, message=message, csrf=csrf)

    @page
    async def application(self, _request: Request, session: Session) -> Response:
        """The page; everything in it comes by script."""
        return html(f"{self.door.system}.html", title=self.title, user=session.user)

    async def token(self, request: Request) -> Response:
        """Hand out a token, which is good as long as the session that fetched it."""
        session = self.door.session(request)
        return ok({"token": session.issue(secrets.token_urlsafe(24))}) if session else self.login_answer()


def tokened(handler: Asked[A]) -> Endpoint[A]:
    """Let only a live session that brings its token ask for data, and let ordered faults strike here."""

    @data
    async def guarded(self: A, request: Request, session: Session) -> Response:
        if request.headers.get("x-access-token") not in session.issued:
            return refused(401, "登录已过期")
        return await handler(self, request)

    return guarded
