"""A receiver and a language for tests of alarms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.alarms.receivers import Receiver, receiving
from tests.postgres import postgres  # noqa: F401 - a fixture
from words.languages import choose


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who receives webhooks."""
    with receiving() as receiver:
        yield receiver
