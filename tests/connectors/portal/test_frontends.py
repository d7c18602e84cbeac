"""Systems that nobody here has seen, each read whole with nothing but its file of fewer than forty lines."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from connectors.base import Window
from connectors.browser import Browsers
from tests.connectors.portal.office import Case, Office, cases
from tests.connectors.portal.postback import OldOffice
from tests.connectors.portal.reading import example, read, whole
from tests.end_to_end.town import ROOT, served

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_element_plus(tmp_path: Path, browsers: Browsers) -> None:
    """Decoys at the login, days typed into the form, page size raised, expanded rows left out, details in a drawer."""
    office = Office(cases(11))
    with served(office.app) as url:
        found = await read(example("element", url), tmp_path, browsers, Window(date(2026, 1, 2), date(2026, 1, 3)))
    office.cases = [case for case in office.cases if "2026-01-02" <= case["day"] <= "2026-01-03"]
    whole(found, office, "serial")
    assert office.asked[-1]["size"] == "10"


async def test_layui(tmp_path: Path, browsers: Browsers) -> None:
    """A table in a frame, fixed columns drawn twice, a hidden column, a row of totals, details in a frame on top."""
    office = Office(cases(7), shell="layui.html")
    with served(office.app) as url:
        found = await read(example("layui", url, list__paging={"largest": False}), tmp_path, browsers)
    whole(found, office, "serial")
    assert "主键" not in found.rows[0].payload


async def test_ant_design(tmp_path: Path, browsers: Browsers) -> None:
    """A sticky header of its own, a measuring row, an expanded row, a mask that comes late, a dialog, a notice."""
    office = Office(cases(12), shell="antd.html")
    with served(office.app) as url:
        found = await read(example("antd", url), tmp_path, browsers)
    whole(found, office, "id")


async def test_ant_design_virtual(tmp_path: Path, browsers: Browsers) -> None:
    """Rows drawn only while one scrolls past them are gathered by their keys, details by answers before a dialog."""
    office = Office(cases(16), shell="antd.html")
    with served(office.app) as url:
        found = await read(example("antd-virtual", url), tmp_path, browsers)
    whole(found, office, "serial")


@pytest.mark.parametrize("name", ["postback", "postback-screen"])
async def test_an_old_system_that_posts_back(tmp_path: Path, browsers: Browsers, name: str) -> None:
    """GB2312, ``__VIEWSTATE``, numbers for a pager in the table itself, read-only dates, a window behind each row."""
    office = Office(cases(6))
    with served(OldOffice(office, total=name == "postback").app) as url:
        found = await read(example(name, url), tmp_path, browsers)
    whole(found, office, "id")


@contextmanager
def registry(folder: Path, count: int) -> Iterator[str]:
    """Django's administration; yields its address."""
    program = Path(__file__).parent / "registry.py"
    process = subprocess.Popen(
        [sys.executable, str(program), str(folder), str(count)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.communicate()


async def test_django_administration(tmp_path: Path, browsers: Browsers) -> None:
    """Row headings, a check-box column, links as keys, a change form for a detail; with the browser and without it."""
    truth = cases(7)
    with registry(tmp_path, 7) as url:
        for name, key in (("django", "id"), ("django-screen", "serial")):
            found = await read(example(name, url), tmp_path / name, browsers)
            assert found.keys == [case[key] for case in truth]
            for row, case in zip(found.rows, truth, strict=True):
                assert _detail(row.payload) == {"统一社会信用代码": f"91150100MA{case['id']}", "备注": case["note"]}


def _detail(payload: Mapping[str, str]) -> Case:
    return {label: payload[label] for label in ("统一社会信用代码", "备注")}
