"""What holds for all tests: the long ones first, and what one lets be hidden, or says, is no matter of the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from words import masking

#: Rooms whose tests wait for whole runs: begun first, so that none of them is left alone with one core at the end.
_LONG = ("tests/end_to_end/", "tests/crash/", "tests/docs/", "tests/connectors/portal", "tests/commitments/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long rooms first."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(autouse=True)
def _nothing_hidden_before() -> Iterator[None]:
    """A short secret of one test would hide half of what another one logs."""
    forms, secrets = set(masking._forms), masking._secrets
    yield
    masking._forms.clear()
    masking._forms.update(forms)
    masking._secrets = secrets
