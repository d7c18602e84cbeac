"""Fixtures of the pretend portals."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from sandbox.model import City, Published
from sandbox.server import CityServer, create_app
from tests.sandbox.visitors import (
    BUREAU,
    OFFICE,
    TODAY,
    decision,
    visit,
)


@pytest.fixture
def city() -> City:
    """Ninety decisions, five of them published."""
    decisions = tuple(decision(number) for number in range(1, 91))
    published = tuple(Published(each.values, each.decided + timedelta(days=2), "P202404") for each in decisions[:5])
    return City(1, 0.1, TODAY, (OFFICE, BUREAU), decisions, published)


@pytest.fixture
async def client(city: City, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client nobody has logged in."""
    async with visit(city, tmp_path) as made:
        yield made


@pytest.fixture
def server(city: City, tmp_path: Path) -> Iterator[CityServer]:
    """A city that listens on a free port, behind an application that only passes on."""
    app = create_app(city, tmp_path)

    async def passing(scope: Scope, receive: Receive, send: Send) -> None:
        async def on(message: Message) -> None:
            await send(message)

        await app(scope, receive, on)

    listening = threading.Event()
    config = uvicorn.Config(passing, port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = CityServer(config, lambda _url: listening.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    assert listening.wait(10)
    yield server
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def address(server: CityServer) -> str:
    """Where the city listens."""
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"
