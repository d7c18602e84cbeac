"""A list drawn by Element Plus, read from the screen with nothing but its file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.base import Window
from connectors.browser import Browsers
from tests.connectors.portal.office import Office, cases
from tests.connectors.portal.reading import example, read
from tests.end_to_end.town import served

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_row_is_read_once_with_what_its_drawer_shows(tmp_path: Path, browsers: Browsers) -> None:
    """Page size raised, pages turned, expanded rows left out, details taken from the drawer."""
    office = Office(cases(23))
    with served(office.app) as url:
        found = await read(example("element", url), tmp_path, browsers)
    assert found.keys == [case["serial"] for case in office.cases]
    assert office.opened == [case["id"] for case in office.cases]
    for row, case in zip(found.rows, office.cases, strict=True):
        assert row.payload.items() >= office.detail(case).items()
        assert row.payload["申请人"] == case["name"]


async def test_the_window_goes_into_the_form(tmp_path: Path, browsers: Browsers) -> None:
    """Only the days asked for are read, and only their rows are opened."""
    office = Office(cases(23))
    with served(office.app) as url:
        found = await read(example("element", url), tmp_path, browsers, Window(date(2026, 1, 3), date(2026, 1, 5)))
    assert found.keys == [case["serial"] for case in office.cases if "2026-01-03" <= case["day"] <= "2026-01-05"]
    assert len(office.opened) == len(found.keys)
