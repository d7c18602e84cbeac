"""One browser for each module of tests, and the front-ends' bundles."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from connectors.browser import Browsers
from tools.frontends import frontends


@pytest.fixture(scope="session", autouse=True)
def _bundles() -> None:
    try:
        frontends()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no libraries: {error}")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browsers() -> AsyncIterator[Browsers]:
    """A browser."""
    opened = Browsers()
    yield opened
    await opened.close()
