"""One address at which one city after another is served, and where whoever signed in once stays signed in."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.model import City
from sandbox.portal import Portal
from sandbox.server import create_app
from tests.end_to_end.town import Town, served

_LONG = 600.0  # minutes that a session lives


@dataclass(slots=True)
class Site:
    """What is served at the moment."""

    url: str = ""
    _app: Starlette = field(default_factory=Starlette)
    _loop: asyncio.AbstractEventLoop | None = None
    _doors: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on to the city of the moment."""
        self._loop = asyncio.get_running_loop()
        await self._app(scope, receive, send)

    def open(self, city: City, state: Path) -> Town:
        """Serve a city from now on; the platform remembers what ``state`` tells, as after a restart."""
        self.close()
        app = create_app(city, state, session_minutes=_LONG)
        for portal in _portals(app):
            vars(portal.door).update(copy.deepcopy(self._doors.get(portal.door.system, {})))
        self._app = app
        faults = next(cast("Route", route).endpoint for route in app.routes if getattr(route, "path", "") == "/faults")
        return Town(self.url, city, state, cast("Any", faults).__self__)

    def remember_logins(self) -> None:
        """Let the sessions of the moment be good at every later city."""
        self._doors = {portal.door.system: copy.deepcopy(vars(portal.door)) for portal in _portals(self._app)}

    def close(self) -> None:
        """End what the present city has under way."""
        shut = getattr(self._app.state, "shut", None)
        if shut and self._loop:
            asyncio.run_coroutine_threadsafe(shut(), self._loop).result(10)


def _portals(app: Starlette) -> list[Portal]:
    routes = [route for mount in app.routes if isinstance(mount, Mount) for route in mount.routes or ()]
    found = {id(portal): portal for route in routes if (portal := _owner(route))}
    return [each for each in found.values() if isinstance(each, Portal)]


def _owner(route: object) -> Portal | None:
    return getattr(getattr(route, "endpoint", None), "__self__", None)


@contextmanager
def site() -> Iterator[Site]:
    """Open a site."""
    opened = Site()
    with served(cast("ASGIApp", opened)) as url:
        opened.url = url
        yield opened
        opened.close()
