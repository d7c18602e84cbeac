from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.server import CityServer
from tests.sandbox.visitors import ended, filled, hand_over, log_in, no_order_is_open, order, reported, until


@pytest.fixture
async def clerk(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is logged in at the credit platform over a real connection."""
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=30) as client:
        await log_in(client, "credit")
        yield client


async def stored(client: httpx.AsyncClient) -> list[int]:
    """How many rows each batch stored."""
    listed: list[dict[str, Any]] = (await client.get("/credit/api/batches")).json()["data"]["list"]
    return [(await ended(client, each["batchNo"]))["successNum"] for each in listed]


async def assert_nothing_is_left(server: CityServer) -> None:
    """Wait until the server has no request under way."""

    async def idle() -> bool:
        return not server.server_state.tasks

    await until(idle)


@pytest.mark.parametrize(("moment", "taken"), [("before", []), ("after", [1])])
async def test_a_dropped_connection_really_ends_without_an_answer(
    server: CityServer, clerk: httpx.AsyncClient, moment: str, taken: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """The client sees a broken connection, behind another application too, and the server says nothing."""
    content = await filled(clerk, reported(500))
    await order(clerk, "credit", f"drop_{moment}_commit")
    with caplog.at_level(logging.WARNING, "uvicorn"):
        with pytest.raises(httpx.RemoteProtocolError):
            await hand_over(clerk, content)
        await assert_nothing_is_left(server)
    assert await stored(clerk) == taken
    assert caplog.records == []


@pytest.mark.parametrize(("moment", "taken"), [("before", []), ("after", [1])])
async def test_a_silent_request_ends_when_its_client_goes_away(
    server: CityServer, clerk: httpx.AsyncClient, moment: str, taken: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing comes as long as the client waits; when it has gone, no request is left behind."""
    content = await filled(clerk, reported(500))
    await order(clerk, "credit", f"hang_{moment}_commit")
    with caplog.at_level(logging.WARNING, "uvicorn"):
        waiting = asyncio.create_task(hand_over(clerk, content))
        await until(lambda: no_order_is_open(clerk))
        assert await stored(clerk) == taken
        assert not waiting.done()
        waiting.cancel()
        await assert_nothing_is_left(server)
    assert caplog.records == []


@pytest.mark.parametrize("fault", ["hang", "hang_after_commit"])
async def test_a_silent_request_does_not_keep_the_server_from_stopping(
    server: CityServer, clerk: httpx.AsyncClient, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that is told to stop hangs up on who waits for nothing, without a word of complaint."""
    content = await filled(clerk, reported(500))
    await order(clerk, "credit", fault)
    with caplog.at_level(logging.WARNING, "uvicorn"):
        waiting = asyncio.create_task(hand_over(clerk, content))
        await until(lambda: no_order_is_open(clerk))
        server.should_exit = True
        with pytest.raises(httpx.RemoteProtocolError):
            await waiting
    assert caplog.records == []
