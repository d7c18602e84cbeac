"""What changes under a reader's hands: stopped or taken in its stride, never a wrong, a lost or a doubled row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from connectors.browser import Browsers
from tests.connectors.portal.office import Office, cases, login_page
from tests.connectors.portal.postback import OldOffice
from tests.connectors.portal.reading import Read, example, read
from tests.end_to_end.town import served
from words.errors import DriftError, LoginNeeded, SystemFailure, YinxinError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class System:
    """A front-end, the example that reads it (without details), and what its keys are."""

    name: str
    key: str
    app: Callable[[Office], ASGIApp]
    shell: str = ""
    changes: tuple[tuple[str, Any], ...] = ()

    async def read(self, office: Office, folder: Path, browsers: Browsers, **changes: Any) -> Read:
        """Read an office through it."""
        office.shell = self.shell
        with served(self.app(office)) as url:
            declared = example(self.name, url, detail=None, **{**dict(self.changes), **changes})
            return await read(declared, folder, browsers)


LAYUI = System(
    "layui",
    "serial",
    lambda office: office.app,
    "layui.html",
    (("list__filter", None), ("list__paging", {"largest": False})),
)
POSTBACK = System("postback-screen", "id", lambda office: OldOffice(office).app)
SOURCE = System("postback", "id", lambda office: OldOffice(office).app)
READERS = pytest.mark.parametrize("system", [LAYUI, POSTBACK, SOURCE], ids=lambda system: system.name)
SYSTEMS = pytest.mark.parametrize("system", [LAYUI, POSTBACK], ids=lambda system: system.name)


def columns(**changes: str | None) -> dict[str, str]:
    """The office's columns, some with another heading, some gone."""
    usual = Office([]).columns
    return {name: label for name in usual if (label := changes.get(name, usual[name])) is not None}


@READERS
async def test_a_renamed_heading_stops_the_reading(tmp_path: Path, browsers: Browsers, system: System) -> None:
    """The headings that are there instead are named."""
    with pytest.raises(DriftError, match="批准日期") as told:
        await system.read(Office(cases(5), columns=columns(day="批准日期")), tmp_path, browsers)
    assert told.value.code == "headings-changed"


@SYSTEMS
async def test_a_removed_column_stops_the_reading(tmp_path: Path, browsers: Browsers, system: System) -> None:
    """A heading that is gone stops it like a renamed one."""
    with pytest.raises(DriftError) as told:
        await system.read(Office(cases(5), columns=columns(name=None)), tmp_path, browsers)
    assert told.value.code == "headings-changed"


@READERS
async def test_moved_and_added_columns_are_read_by_their_headings(
    tmp_path: Path, browsers: Browsers, system: System
) -> None:
    """Every value stands under its own heading, wherever that is."""
    office = Office(cases(5))
    office.columns = {"note": "说明", **dict(reversed(columns().items()))}
    found = await system.read(office, tmp_path, browsers)
    for row, case in zip(found.rows, office.cases, strict=True):
        assert {label: row.payload[label] for label in office.columns.values()} == {
            label: case[name] for name, label in office.columns.items()
        }


@SYSTEMS
async def test_an_empty_list_is_empty(tmp_path: Path, browsers: Browsers, system: System) -> None:
    """Nothing comes of nothing, without an error."""
    assert (await system.read(Office([]), tmp_path, browsers)).keys == []


@SYSTEMS
async def test_a_login_page_in_the_list_is_renewed_once(tmp_path: Path, browsers: Browsers, system: System) -> None:
    """Where rows were due on the second page, the list is begun anew after another login, and every row comes once."""
    office = Office(cases(6))
    due = [2]
    office.answer = lambda number: login_page(due.pop()) if [number] == due else None
    found = await system.read(office, tmp_path, browsers)
    assert sorted(found.keys) == sorted(case[system.key] for case in office.cases)
    assert due == []


async def test_a_login_page_that_stays_needs_a_person(tmp_path: Path, browsers: Browsers) -> None:
    """An account that is sent back right after a login is never an empty list."""
    office = Office(cases(6), answer=login_page)
    with pytest.raises(LoginNeeded):
        await LAYUI.read(office, tmp_path, browsers)


@SYSTEMS
async def test_a_page_that_comes_twice_stops_the_reading(tmp_path: Path, browsers: Browsers, system: System) -> None:
    """A second page with the rows of the first is no second page."""
    office = Office(cases(6))
    page = office.page
    office.page = lambda number, *more: page(1 if number == 2 else number, *more)  # type: ignore[method-assign]
    with pytest.raises(YinxinError) as told:
        await system.read(office, tmp_path, browsers)
    assert told.value.code in {"page-repeated", "list-moving"}


@SYSTEMS
async def test_rows_that_arrive_meanwhile_stop_the_reading(tmp_path: Path, browsers: Browsers, system: System) -> None:
    """A new row on top pushes a row over the edge of the page: nothing of it is believed."""
    office = Office(cases(6))
    new = cases(7)[-1:]

    def arrive(number: int) -> None:
        if number == 2 and new:
            office.cases = [*new, *office.cases]
            new.clear()

    office.before = arrive
    with pytest.raises(SystemFailure) as told:
        await system.read(office, tmp_path, browsers)
    assert told.value.code == "list-moving"


@SYSTEMS
async def test_a_row_that_goes_meanwhile_stops_the_reading(tmp_path: Path, browsers: Browsers, system: System) -> None:
    """A row of the first page that goes pulls one over the edge that nobody reads."""
    office = Office(cases(6))
    gone = [1]

    def leave(number: int) -> None:
        if number == 2 and gone:
            gone.clear()
            office.cases = office.cases[1:]

    office.before = leave
    with pytest.raises(YinxinError) as told:
        await system.read(office, tmp_path, browsers)
    assert told.value.code in {"list-moving", "rows-missing"}


async def test_a_page_size_that_is_ignored_loses_nothing(tmp_path: Path, browsers: Browsers) -> None:
    """Five rows come where ten were chosen, and the pager counts by ten: what is missing is told."""
    office = Office(cases(11), cap=5)
    with pytest.raises(DriftError) as told:
        await LAYUI.read(office, tmp_path, browsers, list__paging={"largest": True})
    assert told.value.code == "rows-missing"
