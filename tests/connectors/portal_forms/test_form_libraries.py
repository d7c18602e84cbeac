"""Forms that Element Plus, layui and Ant Design draw: drop-downs at the end of the page, pickers, styled radios."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from connectors.browser import Browsers
from tests.connectors.portal_forms.office import RECORD, Office, deliver, feed_at, json_answer
from tools.frontends import frontends

pytestmark = pytest.mark.asyncio(loop_scope="module")

ELEMENT, LAYUI, ANT = (
    (Path(__file__).parent / f"{name}.html").read_text(encoding="utf-8") for name in ("element", "layui", "ant")
)
SENT = {**RECORD, "决定日期": "2024-05-01"}


@pytest.fixture(scope="module")
def static() -> Path:
    """The libraries."""
    try:
        return frontends()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no libraries: {error}")


def kept(office: Office, values: dict[str, Any]) -> Response:
    """Keep it; a second time it is there already."""
    if values in office.stored:
        return json_answer(1, "数据已存在")
    office.stored.append(values)
    return json_answer(0, "")


@pytest.mark.parametrize(
    ("options", "date"),
    [("", ""), ("filterable", ':editable="false"'), ('clearable size="small"', 'format="YYYY年MM月DD日" clearable')],
)
async def test_element_plus(browsers: Browsers, tmp_path: Path, static: Path, options: str, date: str) -> None:
    """In a dialog, over a search field with the same words; a message says what became of it."""
    office = Office(ELEMENT.replace("OPTIONS", options).replace("DATE", date), kept)
    async with feed_at(office, browsers, tmp_path, static, open="新增") as feed:
        assert (await deliver(feed)).accepted == ("r1",)
        if not options:
            assert (await deliver(feed)).refused == {"r1": "数据已存在"}
            assert (await deliver(feed, 名称="")).refused == {"r1": "行政相对人名称: 请输入名称"}
            assert "许可类别" in (await deliver(feed, 类别="普")).refused["r1"]
    assert office.stored == [{**SENT, "类别": "k普通"}]


@pytest.mark.parametrize("options", ["", "lay-search", "lay-append-to='body'"])
async def test_layui(browsers: Browsers, tmp_path: Path, static: Path, options: str) -> None:
    """Selects and radios are drawn beside hidden ones, the date is locked, the message is gone soon."""
    office = Office(LAYUI.replace("OPTIONS", options), kept)
    async with feed_at(office, browsers, tmp_path, static, date_format="%Y-%m-%d") as feed:
        assert (await deliver(feed)).accepted == ("r1",)
        if options == "lay-search":
            assert "许可类别" in (await deliver(feed, 类别="普")).refused["r1"]
        if not options:
            assert (await deliver(feed)).refused == {"r1": "数据已存在"}
    assert {key: value for key, value in office.stored[0].items() if key in SENT} == {**SENT, "类别": "02"}


@pytest.mark.parametrize("told", ["true", "false"])
async def test_ant_design(browsers: Browsers, tmp_path: Path, static: Path, told: str) -> None:
    """A long list of which only a part is in the page, a picker that may be locked, words of two characters."""
    office = Office(ANT.replace("READONLY", told).replace("SEARCH", told), kept)
    async with feed_at(office, browsers, tmp_path, static) as feed:
        assert (await deliver(feed)).accepted == ("r1",)
        if told == "true":
            assert (await deliver(feed, 名称="")).refused == {"r1": "行政相对人名称: 请输入名称"}
    assert office.stored == [{**SENT, "类别": "k普通"}]
