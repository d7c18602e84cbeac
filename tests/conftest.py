"""What one test lets be hidden, or says, is no matter of the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from words import masking


@pytest.fixture(autouse=True)
def _nothing_hidden_before() -> Iterator[None]:
    """A short secret of one test would hide half of what another one logs."""
    forms, secrets = set(masking._forms), masking._secrets
    yield
    masking._forms.clear()
    masking._forms.update(forms)
    masking._secrets = secrets
