"""Ways to a list besides its pages: the file its own button gives, the screen where the replay differs, a next link."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.base import Window
from connectors.browser import Browsers
from tests.connectors.portal.office import COLUMNS, Office, cases
from tests.connectors.portal.reading import EXAMPLES, example, read
from tests.end_to_end.town import served
from words.errors import DriftError

pytestmark = pytest.mark.asyncio(loop_scope="module")


def workbook(rows: list[list[str]]) -> bytes:
    """A workbook with a title above its headings."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["办件统计表"])
    sheet.append(list(COLUMNS.values()))
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table(rows: list[list[str]]) -> bytes:
    """A csv file as an old office program writes it."""
    content = io.StringIO()
    csv.writer(content).writerows([list(COLUMNS.values()), *rows])
    return content.getvalue().encode("gb18030")


@pytest.mark.parametrize(("file", "name"), [(workbook, "a.xlsx"), (table, "a.csv")])
async def test_an_exported_file_gives_the_rows_of_the_window(
    tmp_path: Path, browsers: Browsers, file: Callable[[list[list[str]]], bytes], name: str
) -> None:
    """The form is filled, the button pressed, its question answered, and the rows found under their headings."""
    office = Office(cases(9), settings={"file": file, "name": name})
    with served(office.app) as url:
        found = await read(example("export", url), tmp_path, browsers, Window(date(2026, 1, 2), date(2026, 1, 3)))
    assert found.keys == [case["serial"] for case in office.cases if "2026-01-02" <= case["day"] <= "2026-01-03"]
    assert found.rows[0].payload["申请人"] == office.cases[2]["name"]


async def test_an_exported_file_with_rows_too_few_is_never_a_success(tmp_path: Path, browsers: Browsers) -> None:
    """The page states nine, and the file holds eight."""
    office = Office(cases(9), settings={"file": lambda rows: workbook(rows[1:]), "name": "a.xlsx"})
    with served(office.app) as url, pytest.raises(DriftError, match="9 rows, and 8"):
        await read(example("export", url), tmp_path, browsers)


async def test_the_request_is_replayed_while_both_readings_agree(tmp_path: Path, browsers: Browsers) -> None:
    """One answer brings all rows."""
    office = Office(cases(12), shell="layui.html")
    with served(office.app) as url:
        found = await read(example("both", url), tmp_path, browsers)
    assert found.keys == [case["serial"] for case in office.cases]
    assert {asked["limit"] for asked in office.asked if asked.get("from")} == {"100"}


@pytest.mark.parametrize(
    "change",
    [{"list__rows": "data.rows"}, {"list__shown": {"受理编号": "serial", "申请人": "matter", "决定日期": "day"}}],
)
async def test_a_replay_that_differs_gives_way_to_the_screen(
    tmp_path: Path, browsers: Browsers, change: dict[str, object]
) -> None:
    """Where the screen is declared, too; where it is not, the reading stops."""
    office = Office(cases(12), shell="layui.html")
    with served(office.app) as url:
        found = await read(example("both", url, **change), tmp_path, browsers)
        if "list__rows" in change:
            with pytest.raises(DriftError):
                await read(example("both", url, list__dom=None, **change), tmp_path, browsers)
    assert found.keys == [case["serial"] for case in office.cases]
    assert "受理编号" not in found.rows[0].payload, "columns are called as in the answer"


async def test_the_screen_is_read_where_the_caller_asks_for_it(tmp_path: Path) -> None:
    """``--browser`` leaves the replay alone."""
    office, browsers = Office(cases(12), shell="layui.html"), Browsers(wanted=True)
    with served(office.app) as url:
        found = await read(example("both", url), tmp_path, browsers)
    await browsers.close()
    assert found.keys == [case["serial"] for case in office.cases]
    assert "100" not in {asked["limit"] for asked in office.asked}


@pytest.mark.parametrize("text", [file.read_text("utf-8") for file in sorted(EXAMPLES.glob("*.yaml"))])
async def test_an_example_has_fewer_than_forty_lines(text: str) -> None:
    """What an integrator has to write stays small."""
    assert len(text.splitlines()) < 40


class Renewing(Office):
    """An office that forgets its tokens at the third page, and whose pages ask for their rows only after a while."""

    async def _columns(self, request: Request) -> Response:
        await asyncio.sleep(0.4)
        return await super()._columns(request)

    def turned_out(self, number: int) -> Response | None:
        """Answer for the page of this number, once, that nobody is signed in."""
        if number == 3 and self.token == "t1":
            self.token = "t2"
            return JSONResponse({"code": 401})
        return None


async def test_a_renewed_session_brings_the_token_of_the_new_login(tmp_path: Path, browsers: Browsers) -> None:
    """The page shows that somebody is signed in before its script has asked for anything with the new token."""
    office = Renewing(cases(40), cap=10)
    office.answer = office.turned_out
    login = {"page": "/#/login", "account_label": "账号", "password_label": "登录密码", "signed_in": "退出登录"}
    with served(office.app) as url:
        changes = {f"login__{key}": value for key, value in login.items()} | {"list__page": "/#/list"}
        found = await read(example("both", url, list__dom=None, **changes), tmp_path, browsers)
    assert found.keys == [case["serial"] for case in office.cases]
    assert office.logins == 2
