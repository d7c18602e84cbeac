"""Inputs are found by the words a person reads at them, and a form is saved only if it shows exactly what was meant."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from connectors.browser import Browsers
from tests.connectors.portal_forms.office import FIELDS, RECORD, ROWS, SENT, Office, deliver, feed_at, native
from words.errors import DeliveryError, DriftError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("seed", range(3))
async def test_every_kind_of_native_input_is_found_in_any_order(browsers: Browsers, tmp_path: Path, seed: int) -> None:
    """Labels, text before, wrapping labels, cells, placeholders and legends; the order says nothing."""
    rows = list(ROWS.values())
    random.Random(seed).shuffle(rows)
    office = Office(native(*rows))
    async with feed_at(office, browsers, tmp_path) as feed:
        receipt = await deliver(feed)
    assert receipt.accepted == ("r1",)
    assert office.stored == [SENT]
