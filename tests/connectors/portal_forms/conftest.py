"""One browser for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from connectors.browser import Browsers


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browsers() -> AsyncIterator[Browsers]:
    """A browser, started at its first use."""
    browsers = Browsers()
    yield browsers
    await browsers.close()
