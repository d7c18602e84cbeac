"""One server for all tests of this folder; each says anew what it answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.api import limits
from tests.connectors.api.office import Office, nothing, open_office
from tests.connectors.api.platform import Platform
from words import languages


@pytest.fixture(autouse=True)
def _english() -> None:
    languages.choose("en")


@pytest.fixture(scope="session")
def _open() -> Iterator[Office]:
    with open_office() as office:
        yield office


@pytest.fixture
def office(_open: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office that nobody has asked yet, and a bureau that does not wait long between two tries."""
    monkeypatch.setattr(limits, "_LONGER", lambda _state: 0.01)
    _open.asked.clear()
    _open.answer = nothing
    return _open


@pytest.fixture
def platform(office: Office) -> Platform:
    """The receiver behind the office of this test."""
    platform = Platform()
    office.answer = platform.answer
    return platform
