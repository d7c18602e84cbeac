"""What one test lets be hidden, or says, is no matter of the next; and none of them is about how long it takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from words import masking

# A machine that is busy for a moment is no failing example.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _nothing_hidden_before() -> Iterator[None]:
    """A short secret of one test would hide half of what another one logs."""
    forms, secrets = set(masking._forms), masking._secrets
    yield
    masking._forms.clear()
    masking._forms.update(forms)
    masking._secrets = secrets
