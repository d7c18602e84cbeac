"""One file of a dozen lines for every component library, read whole: its fixed columns, its calendar, pager and box."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.base import Window
from connectors.browser import Browsers
from tests.connectors.portal.office import Office, cases
from tests.connectors.portal.reading import YEAR, example, read, whole
from tests.end_to_end.town import served

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAYS = Window(date(2026, 1, 2), date(2026, 1, 3))


async def _read(window: Window, office: Office, folder: Path, browsers: Browsers) -> None:
    """Read a page of a library, and compare every value of list and detail."""
    form = None if window is YEAR else {"range": "决定日期", "button": "查询"}
    with served(office.app) as url:
        found = await read(example("library", url, list__filter=form), folder, browsers, window)
    since, until = window.since.isoformat(), window.until.isoformat()
    office.cases = [case for case in office.cases if since <= case["day"] <= until]
    whole(found, office, "serial")
    assert [row.payload["许可事项"] for row in found.rows] == [case["matter"] for case in office.cases]


@pytest.mark.parametrize(
    "name",
    ["element-ui", "view-design", "ant-design-vue", "arco", "naive-ui", "bootstrap-table", "easyui"],
)
async def test_a_list_with_a_calendar_above_it(tmp_path: Path, browsers: Browsers, name: str) -> None:
    """Both days are taken by a calendar that has its own way of being filled."""
    await _read(DAYS, Office(cases(11), shell=f"libraries/{name}.html"), tmp_path, browsers)


@pytest.mark.parametrize("name", ["jqgrid", "datatables", "ag-grid"])
async def test_a_list_without_a_form(tmp_path: Path, browsers: Browsers, name: str) -> None:
    """Columns that are repeated, frozen or pinned beside the others belong to their rows."""
    await _read(YEAR, Office(cases(7), shell=f"libraries/{name}.html"), tmp_path, browsers)


async def test_pages_that_draw_only_the_rows_in_sight(tmp_path: Path, browsers: Browsers) -> None:
    """A page of twenty is scrolled through before it is turned, and each of its rows is opened where it is drawn."""
    await _read(YEAR, Office(cases(22), shell="libraries/vxe-table.html"), tmp_path, browsers)
