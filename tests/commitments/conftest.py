"""A bureau in front of doubles, with one commitment or with many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from journal import Journal
from sandbox.model import City
from tests.commitments.pretend import Desk, desk
from words import languages


class Opener(Protocol):
    """Opens a bureau."""

    def __call__(self, city: City, **changes: Any) -> Desk:
        """Return the bureau of a city; ``changes`` are the bot's declared settings."""


@pytest.fixture(autouse=True)
def _english() -> None:
    languages.choose("en")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens one bureau a test, with a journal of its own."""
    with Journal.open(tmp_path / ".yinxin") as journal:
        yield lambda city, **changes: desk(tmp_path, city, journal, **changes)
