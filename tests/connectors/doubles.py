"""A hostile portal of our own: what it answers is said in the test, and how often it was asked is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from connectors.base import Row
from connectors.portal.declared import PortalDeclared
from connectors.portal.html import read_html
from connectors.portal.kept import Kept, SessionStore
from connectors.portal.replay import read_json
from connectors.portal.session import Session
from connectors.rows import complete
from words.declared import parse

Answer = Callable[[Request], Awaitable[Response]]
LOGIN_PAGE = '<html><body><form>密码 <input type="password" name="p"></form></body></html>'


class Portal:
    """One address that answers as a test says, and the requests it got."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[Request] = []
        self._answer = answer
        self.app = Starlette(
            routes=[
                Route("/list", self._take, methods=["GET", "POST"]),
                Route("/login", self._login),
            ]
        )

    async def _take(self, request: Request) -> Response:
        await request.body()
        self.asked.append(request)
        return await self._answer(request)

    async def _login(self, _request: Request) -> Response:
        return HTMLResponse(LOGIN_PAGE)


def declared(url: str, listing: str, **more: Any) -> PortalDeclared:
    """A portal's declaration around the ``list`` part under test."""
    text = yaml.safe_dump(
        {
            "kind": "portal",
            "title": "替身",
            "url": url,
            "timeout": 2,
            **more,
            "login": {"page": "/login", "account": "a", "secret": "s", "signed_in": "退出"},
            "list": yaml.safe_load(listing),
        }
    )
    return parse(PortalDeclared, text, "connectors/double.yaml")


class Door:
    """Signs in without a browser, and counts how often."""

    def __init__(self) -> None:
        self.opened = 0

    async def sign_in(self, _kept: Kept | None) -> Kept:
        """Hand out a session whose token says which one it is."""
        self.opened += 1
        return Kept(headers={"x-token": str(self.opened)})


@asynccontextmanager
async def session_at(portal: PortalDeclared, folder: Path, door: Door) -> AsyncIterator[Session]:
    """A session at a portal, closed afterwards."""
    session = Session("double", portal, SessionStore(folder / "sessions"), door.sign_in)
    try:
        yield session
    finally:
        await session.close()


async def rows_of(session: Session, fills: Mapping[str, str | int] | None = None) -> list[Row]:
    """All rows of the list, or the error that stopped the reading."""
    reader = read_json if session.declared.list_.reader == "replay" else read_html
    rows: list[Row] = []
    async for page in complete(reader(session, fills or {}), session.declared.title):
        rows += page.rows
    return rows


def once(rows: list[Row]) -> bool:
    """Whether every key came once."""
    return set(Counter(row.key for row in rows).values()) <= {1}
