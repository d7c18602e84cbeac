"""Fixtures of the pretend portals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.model import City, Published
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
