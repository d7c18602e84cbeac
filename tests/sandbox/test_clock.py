from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.clock import Clock
from sandbox.model import City
from sandbox.server import create_app
from tests.sandbox.visitors import moment, visit


async def test_the_clock_stands_at_nine_of_the_citys_today_until_it_is_moved(client: httpx.AsyncClient) -> None:
    """GET tells the time, POST sets it."""
    assert (await client.get("/clock")).json() == {"now": "2024-08-13T09:00:00"}
    moved = await client.post("/clock", json={"now": "2024-10-15T09:00:00"})
    assert moved.json() == (await client.get("/clock")).json() == {"now": "2024-10-15T09:00:00"}
    assert "现在是 2024-10-15 09:00:00" in (await client.get("/")).text


@pytest.mark.parametrize("order", [{}, {"now": "tomorrow"}, {"now": 9}, [], {"now": "2024-10-15T09:00:00+08:00"}])
async def test_what_is_no_moment_of_the_city_leaves_the_clock_alone(client: httpx.AsyncClient, order: object) -> None:
    """A misspelt order is an error and moves nothing."""
    assert (await client.post("/clock", json=order)).status_code == 400
    assert (await client.get("/clock")).json() == {"now": "2024-08-13T09:00:00"}


async def test_a_test_may_bring_its_own_clock(city: City, tmp_path: Path) -> None:
    """The clock that is handed in is the application's, and moving it in process moves the city."""
    clock = Clock(moment("2025-01-02 08:40"))
    async with visit(city, tmp_path, clock) as client:
        clock.now = moment("2025-01-02 09:00")
        assert (await client.get("/clock")).json() == {"now": "2025-01-02T09:00:00"}


async def test_the_application_hands_its_clock_out(city: City, tmp_path: Path) -> None:
    """Whoever holds the application can read and move its clock."""
    app = create_app(city, tmp_path)
    async with app.router.lifespan_context(app):
        app.state.clock.now += timedelta(hours=3)
        assert app.state.clock.stamp() == "2024-08-13 12:00:00"


def test_whoever_follows_the_clock_is_told_at_once_and_at_every_move() -> None:
    """A follower hears the present time and each new one."""
    now, then = moment("2024-08-13 09:00"), moment("2024-08-14 10:00")
    clock, heard = Clock(now), list[datetime]()
    clock.follow(heard.append)
    clock.now = then
    assert heard == [now, then]
    assert clock.midnight == moment("2024-08-14")
