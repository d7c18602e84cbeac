"""The front database says what the construction-approval system says, and never changes a row in place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.city import build_city
from sandbox.commitments import MATERIAL
from sandbox.exchange import COLUMNS, COMMITMENTS, FILE, PERMITS, REVIEWS, write
from sandbox.model import City
from tests.sandbox.visitors import moment, visit

MOMENTS = [moment(f"{day} 08:41") for day in ("2024-03-01", "2024-08-13", "2025-10-16", "2026-12-31")]

Row = dict[str, str]


@pytest.fixture(scope="module")
def planted() -> City:
    """A city with every kind of commitment."""
    return build_city(2, 0.1)


def read(folder: Path, table: str) -> list[Row]:
    """The rows of a table as text, in the order of their serial numbers."""
    with closing(sqlite3.connect(folder / FILE)) as base:
        base.row_factory = sqlite3.Row
        return [dict(row) for row in base.execute(f"SELECT * FROM {table} ORDER BY lsh")]


def standing(rows: list[Row], key: str) -> dict[str, Row]:
    """What the valid rows leave standing: a later row with the same key takes the place of the one before."""
    left: dict[str, Row] = {}
    for row in rows:
        if row["sjyxbs"] == "1":
            left[row[key]] = row
        else:
            left.pop(row[key], None)
    return left


@pytest.mark.parametrize("now", MOMENTS)
def test_the_valid_rows_are_what_the_system_shows(planted: City, tmp_path: Path, now: datetime) -> None:
    """Every commitment made by then, unless its project is gone, with its state, deadline and permit."""
    write(planted.projects, tmp_path, now)
    promises = standing(read(tmp_path, COMMITMENTS), "jcbh")
    permits = standing(read(tmp_path, PERMITS), "sgxkzbh")
    shown = [
        (project, permit, commitment)
        for project in planted.projects
        if not project.is_gone(now)
        for permit, commitment in project.promises(now)
    ]
    assert set(promises) == {commitment.code for _, _, commitment in shown}
    assert set(permits) == {permit.number for _, permit, _ in shown}
    for project, permit, commitment in shown:
        row = promises[commitment.code]
        assert (row["gcdm"], row["spsxslbm"]) == (project.code, permit.instance)
        assert row["qt"] == f"承诺期限：{commitment.deadline_at(now) or ''}"
        assert row["jcyjhsm"] == commitment.state_at(datetime.fromisoformat(row["jcsj"]))
        assert (row["sflxgzcn"] == "1") == bool(commitment.past(now, "confirmation"))
        assert permits[permit.number]["schgsbh"] == permit.certificate_at(now)


@pytest.mark.parametrize("table", COLUMNS)
def test_time_only_adds_rows(planted: City, tmp_path: Path, table: str) -> None:
    """Whoever remembers the last serial number it read misses nothing, and finds nothing changed but the marks."""
    marks = ("sync", "sjsczt")
    before: list[Row] = []
    for now in MOMENTS:
        write(planted.projects, tmp_path, now)
        rows = [{key: text for key, text in row.items() if key not in marks} for row in read(tmp_path, table)]
        assert rows[: len(before)] == before
        assert [int(row["lsh"]) for row in rows] == list(range(1, len(rows) + 1))
        before = rows
    assert len({row["dfsjzj"] for row in before}) == len(before)


def test_an_invalid_row_copies_the_one_it_takes_back_and_says_why(planted: City, tmp_path: Path) -> None:
    """Every invalid row repeats a valid one before it."""
    write(planted.projects, tmp_path, MOMENTS[-1])
    for table, columns in COLUMNS.items():
        valid: list[list[str]] = []
        for row in read(tmp_path, table):
            values = [row[column] for column in ("gcdm", *columns)]
            if row["sjyxbs"] == "1":
                assert row["sjwxyy"] == ""
                valid.append(values)
            else:
                assert row["sjwxyy"]
                valid.remove(values)


def test_reviews_are_those_of_the_uploaded_certificates(planted: City, tmp_path: Path) -> None:
    """One valid row for each certificate that was uploaded for a drawing review."""
    write(planted.projects, tmp_path, MOMENTS[-1])
    uploaded = {
        event.text
        for project in planted.projects
        if not project.vanishes
        for _, commitment in project.promises(MOMENTS[-1])
        for event in commitment.past(MOMENTS[-1], "upload")
        if commitment.material == MATERIAL
    }
    assert set(standing(read(tmp_path, REVIEWS), "schgsbh")) == uploaded != set()


def test_rows_of_today_are_not_yet_picked_up(planted: City, tmp_path: Path) -> None:
    """What was written before midnight is marked as received, what came since is not."""
    write(planted.projects, tmp_path, moment("2024-08-13 09:00"))
    rows = read(tmp_path, COMMITMENTS)
    fresh = [row for row in rows if row["jcsj"] >= "2024-08-13"]
    assert {row["sync"] for row in fresh if row["sjyxbs"] == "1"} == {"0"}
    assert {row["sync"] for row in rows if row["jcsj"] < "2024-08-12 23:59" and row["sjyxbs"] == "1"} == {"1"}


async def test_the_database_follows_the_citys_clock(planted: City, tmp_path: Path) -> None:
    """It is there from the start, and every move of the clock writes it anew."""
    async with visit(planted, tmp_path) as client:
        before = read(tmp_path, COMMITMENTS)
        later = moment("2024-08-13 09:00") + timedelta(days=90)
        assert (await move(client, later)).status_code == 200
        after = read(tmp_path, COMMITMENTS)
        assert len(after) > len(before) > 0


async def move(client: httpx.AsyncClient, now: datetime) -> httpx.Response:
    """Move the clock."""
    return await client.post("/clock", json={"now": now.isoformat()})
