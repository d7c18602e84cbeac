"""A database as a source and as ledgers: every row exactly once, as exact text, as of one moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Incremental, Window
from connectors.database.declared import Query
from connectors.database.marks import Mark
from connectors.database.texts import text_of
from tests.connectors.database.conftest import servers
from tests.connectors.database.rights import grant, kill_all, user
from tests.connectors.database.sites import Site, on_mariadb, remembered, rows_of
from tests.mariadb import Server
from words.errors import DriftError, LoginNeeded, SystemFailure, UsageError

PAST = (datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2023-01-01"))
ALL = Window(date(2024, 1, 1), date(2024, 12, 31))


def _licences(site: Site, rows: int) -> None:
    site.run(
        "CREATE TABLE licence (id INTEGER PRIMARY KEY, district CHAR(6), nr INTEGER, title VARCHAR(50),"
        " decided DATE, changed TIMESTAMP NULL)",
        "INSERT INTO licence VALUES "
        + ", ".join(
            f"({n}, '15010{n % 3}', {n // 3}, '许可{n}号', '2024-03-{n % 28 + 1:02}', '2024-05-01 10:{n:02}:00')"
            for n in range(rows)
        ),
    )


async def test_every_row_comes_once_where_the_first_key_column_has_duplicates(site: Site) -> None:
    """Pages are cut inside a group of rows with the same first key column, and none is lost or doubled."""
    _licences(site, 23)
    source = site.source(table="licence", key=["district", "nr"], size=4)
    pages = [page async for page in source.collect(ALL, {})]
    rows = [row for page in pages for row in page.rows]
    assert sorted(int(row.payload["id"]) for row in rows) == list(range(23))
    assert len({row.key for row in rows}) == 23
    assert {page.total for page in pages} == {23}
    assert len(pages) == 6


async def test_rows_inserted_while_paging_belong_to_the_next_run(site: Site) -> None:
    """All pages show the table as it was when the first was read."""
    _licences(site, 9)
    source = site.source(table="licence", key=["id"], size=3)
    ids = []
    async for page in source.collect(ALL, {}):
        ids += [row.key for row in page.rows]
        if len(ids) == 3:
            site.run(
                "INSERT INTO licence (id, title) VALUES (100, 'later'), (-1, 'earlier')",
                "DELETE FROM licence WHERE id = 5",
                "UPDATE licence SET id = 50 WHERE id = 1",
            )
    assert ids == [str(n) for n in range(9)]


async def test_the_window_has_both_its_ends(site: Site) -> None:
    """Only decisions of the window come, those of its first and last day included."""
    _licences(site, 28)
    source = site.source(table="licence", key=["id"], since_column="decided")
    rows = await rows_of(source, Window(date(2024, 3, 5), date(2024, 3, 8)))
    assert [row.payload["decided"] for row in rows] == [f"2024-03-0{day}" for day in (5, 6, 7, 8)]


async def test_a_select_is_read_like_a_table(site: Site) -> None:
    """A SELECT with a join, a quoted colon and a percent sign pages as a table does, under the declared headings."""
    _licences(site, 7)
    site.run(
        "CREATE TABLE person (licence INTEGER, name VARCHAR(20))", "INSERT INTO person VALUES (2, '张三'), (4, '李四')"
    )
    question = (
        "SELECT l.id, l.title, p.name, 'a:b' AS mark FROM licence l JOIN person p ON p.licence = l.id"
        " WHERE l.title LIKE '%许可%'"
    )
    source = site.source(select=question, key=["id"], columns={"name": "姓名", "mark": "标记"}, size=1, label="姓名")
    rows = await rows_of(source, ALL)
    assert [(row.key, dict(row.payload), row.label) for row in rows] == [
        ("2", {"姓名": "张三", "标记": "a:b"}, "张三"),
        ("4", {"姓名": "李四", "标记": "a:b"}, "李四"),
    ]


async def test_a_row_that_is_known_is_taken_over(site: Site) -> None:
    """The digest tells what changed; a column that says nothing about the record is left out of it."""
    _licences(site, 4)
    known = remembered(await rows_of(site.source(table="licence", key=["id"], ignore=["changed"]), ALL))
    site.run("UPDATE licence SET title = 'x' WHERE id = 2", "UPDATE licence SET changed = '2024-06-01 00:00:00'")
    source = site.source(table="licence", key=["id"], ignore=["changed"])
    rows = await rows_of(source, ALL, known)
    assert [row.known for row in rows] == [True, True, False, True]
    question, fresh = await source.evidence()
    assert b"FROM licence" in question.content
    assert fresh.content.count(b"\n") == 1
    assert '"title": "x"' in fresh.content.decode()


async def test_one_row_is_read_again_as_it_is_now(site: Site) -> None:
    """A row is found by its key as text, a key of several columns too; one that is gone is told as such."""
    _licences(site, 4)
    assert (await site.source(table="licence", key=["id"]).again("3") or {})["title"] == "许可3号"
    both = site.source(table="licence", key=["district", "nr"])
    key = (await rows_of(both, ALL))[-1].key
    assert (await both.again(key) or {})["id"] == "2"
    assert await both.again('["150109", "1"]') is None


async def test_from_a_mark_on_only_changed_and_new_rows_are_read(site: Site) -> None:
    """Rows that were changed since the mark less the overlap, or are new, are read; the others are taken over."""
    _licences(site, 12)
    reading: dict[str, Any] = {
        "table": "licence",
        "key": ["id"],
        "changed_column": "changed",
        "overlap": 120,
        "size": 5,
    }
    first = site.source(**reading)
    assert isinstance(first, Incremental)
    rows = await rows_of(first, ALL)
    site.run(
        "UPDATE licence SET title = 'unseen' WHERE id = 3",  # by somebody who does not keep the column
        # A transaction that took long.
        "UPDATE licence SET title = 'late', changed = '2024-05-01 10:09:30' WHERE id = 4",
        "UPDATE licence SET title = 'new', changed = '2024-05-01 10:30:00' WHERE id = 5",
        "INSERT INTO licence (id, title, changed) VALUES (30, 'old day', '2024-01-01 00:00:00')",
        "DELETE FROM licence WHERE id = 6",
    )
    second = site.source(**reading)
    second.go_on(first.reached)
    found = {row.key: row for row in await rows_of(second, ALL, remembered(rows))}
    assert {key: row.payload["title"] for key, row in found.items() if not row.known} == {
        "4": "late",
        "5": "new",
        "30": "old day",
    }
    assert found["3"].payload["title"] == "许可3号"
    assert set(found) == {str(n) for n in range(12) if n != 6} | {"30"}
    assert "10:30:00" in second.reached


async def test_a_mark_of_another_declaration_begins_anew(site: Site) -> None:
    """Whoever declares another column gets it for all rows."""
    _licences(site, 3)
    first = site.source(table="licence", key=["id"], changed_column="changed", columns={"title": "a"})
    known = remembered(await rows_of(first, ALL))
    second = site.source(table="licence", key=["id"], changed_column="changed", columns={"nr": "a"})
    second.go_on(first.reached)
    assert not any(row.known for row in await rows_of(second, ALL, known))


async def test_a_moment_to_come_does_not_move_the_mark(site: Site) -> None:
    """One row with a wrong clock would hide all changes until then."""
    _licences(site, 3)
    site.run("UPDATE licence SET changed = '2037-01-01 00:00:00' WHERE id = 1")
    source = site.source(table="licence", key=["id"], changed_column="changed")
    await rows_of(source, ALL)
    assert "10:02:00" in source.reached


@pytest.mark.parametrize("key", [["district"], ["nullable"]])
async def test_a_key_that_does_not_tell_rows_apart_stops(site: Site, key: list[str]) -> None:
    """Rows with one key could be lost between two pages, so no page is believed."""
    _licences(site, 6)
    site.run("ALTER TABLE licence ADD COLUMN nullable INTEGER")
    with pytest.raises(UsageError) as caught:
        await rows_of(site.source(table="licence", key=key, size=2), ALL)
    assert caught.value.code == "key-not-unique"


async def test_a_column_that_is_gone_is_drift(site: Site) -> None:
    """Whatever the database lacks is told with its name, and nothing is read."""
    _licences(site, 1)
    for read in (
        {"table": "elsewhere"},
        {"table": "licence", "columns": {"gone": "x"}},
        {"table": "licence", "columns": {"GONE": "x"}},
        {"table": "licence", "key": ["gone"]},
    ):
        with pytest.raises(DriftError) as caught:
            await rows_of(site.source(**{"key": ["id"], **read}), ALL)
        assert caught.value.code == "table-changed"


TYPES = {
    "sqlite": {
        "INTEGER": ("7", "7"),
        "REAL": ("1e21", "1000000000000000000000"),
        "TEXT": ("'  x  '", "  x  "),
        "DATE": ("'2024-03-01'", "2024-03-01"),
        "VARCHAR(9)": ("NULL", ""),
    },
    "postgresql": {
        "BIGINT": ("9007199254740993", "9007199254740993"),
        "NUMERIC(30,4)": ("12345678901234567890.1000", "12345678901234567890.1000"),
        "NUMERIC": ("1e25", "10000000000000000000000000"),
        "DOUBLE PRECISION": ("0.1", "0.1"),
        "CHAR(6)": ("'甲'", "甲"),
        "TEXT": ("'  x  '", "  x  "),
        "DATE": ("'2024-03-01'", "2024-03-01"),
        "TIMESTAMP": ("'2024-03-01 10:00:00.5'", "2024-03-01 10:00:00.500000"),
        "TIMESTAMPTZ": ("'2024-03-01 00:00:00+08'", "2024-03-01 00:00:00+08:00"),
        "TIME": ("'10:00'", "10:00:00"),
        "INTERVAL": ("'1 mon 2 days'", "1 mon 2 days"),
        "BOOLEAN": ("TRUE", "true"),
        "UUID": ("'5b3f1a52-5c1c-4f9e-9d4b-0d6b8a3c1a11'", "5b3f1a52-5c1c-4f9e-9d4b-0d6b8a3c1a11"),
        "JSONB": ("'{\"a\": 1.10}'", '{"a": 1.10}'),
        "VARCHAR(9)": ("NULL", ""),
    },
    "mariadb": {
        "BIGINT UNSIGNED": ("18446744073709551615", "18446744073709551615"),
        "DECIMAL(30,4)": ("12345678901234567890.1000", "12345678901234567890.1000"),
        "DECIMAL(20,10)": ("0.0000000001", "0.0000000001"),
        "DOUBLE": ("1e-7", "0.0000001"),
        "CHAR(6) CHARACTER SET gbk": ("'甲'", "甲"),
        "VARCHAR(6) CHARACTER SET gbk": ("'  乙 '", "  乙 "),
        "DATE": ("'2024-03-01'", "2024-03-01"),
        "DATETIME(3)": ("'2024-03-01 10:00:00.5'", "2024-03-01 10:00:00.500000"),
        "TIME": ("'-30:00:05'", "-30:00:05"),
        "YEAR": ("2024", "2024"),
        "JSON": ("'{\"a\": 1.10}'", '{"a": 1.10}'),
        "ENUM('是','否')": ("'否'", "否"),
        "VARCHAR(9)": ("NULL", ""),
    },
}


async def test_values_of_every_type_come_as_exact_text(site: Site) -> None:
    """Days in ISO form, numbers in plain digits, no padding, nothing for NULL."""
    types = TYPES[site.kind]
    columns = {f"c{number}": kind for number, kind in enumerate(types)}
    if site.kind == "postgresql":
        site.run("ALTER ROLE yinxin SET timezone = 'Asia/Shanghai'")
    site.run(
        f"CREATE TABLE typed (id INTEGER PRIMARY KEY, {', '.join(f'{name} {kind}' for name, kind in columns.items())})",
        f"INSERT INTO typed VALUES (1, {', '.join(value for value, _text in types.values())})",
    )
    (row,) = await rows_of(site.source(table="typed", key=["id"]), ALL)
    assert {kind: row.payload[name] for name, kind in columns.items()} == {
        kind: text for kind, (_value, text) in types.items()
    }


async def test_bytes_are_refused(site: Site) -> None:
    """A scan in a column is no text; the error names the column, which may be left out."""
    kind = {"sqlite": "BLOB", "postgresql": "BYTEA", "mariadb": "BLOB"}[site.kind]
    site.run(
        f"CREATE TABLE scans (id INTEGER PRIMARY KEY, scan {kind})", "INSERT INTO scans (id, scan) VALUES (1, 'x')"
    )
    if site.kind == "sqlite":
        site.run("UPDATE scans SET scan = x'00'")
    with pytest.raises(UsageError) as caught:
        await rows_of(site.source(table="scans", key=["id"]), ALL)
    assert (caught.value.code, caught.value.place.field) == ("column-without-text", "scan")
    assert await rows_of(site.source(table="scans", key=["id"], columns={"id": "id"}), ALL)


@servers
async def test_a_connection_that_breaks_between_two_pages_stops_the_run(site: Site) -> None:
    """What came before is no whole table, so it is told as a failure that may be tried again."""
    _licences(site, 9)
    source = site.source(table="licence", key=["id"], size=3)
    pages = source.collect(ALL, {})
    await anext(pages)
    kill_all(site)
    with pytest.raises(SystemFailure) as caught:
        await anext(pages)
    assert caught.value.code == "database-lost"
    assert len(await rows_of(source, ALL)) == 9


@servers
async def test_a_source_needs_no_more_than_select(site: Site) -> None:
    """The rights that the page on databases lists are enough; without them the error says who is asked."""
    _licences(site, 3)
    site.run(*user(site, "reader"))
    source = site.source(table="licence", key=["id"])
    declared = source._database.declared.model_copy(update={"user": f"reader_{site.here}"})
    reader = type(source)("front", type(source._database)(site.given(declared)), source.mapping)
    site._opened.append(reader)
    with pytest.raises(LoginNeeded) as caught:
        await rows_of(reader, ALL)
    assert caught.value.code == "database-refused"
    site.run(grant(site, "reader", "SELECT", "licence"))
    assert len(await rows_of(reader, ALL)) == 3


async def test_a_table_is_a_ledger(site: Site) -> None:
    """A department's table is one ledger with all its rows, each with its place."""
    _licences(site, 5)
    (table,), errors = site.ledgers(table="licence", key=["id"], size=2, label="title").readable()
    assert not errors
    assert table.rows["_row_key"].to_list() == [str(n) for n in range(5)]
    assert table.rows["_origin"][3] == "前置库 › 许可3号"


async def test_a_gbk_table_is_read_and_paged_by_its_text(mariadb: Server, tmp_path: Path) -> None:
    """Keys that are kept in GBK go back as they came."""
    site = on_mariadb(mariadb, tmp_path)
    names = ["呼和浩特", "包头", "鄂尔多斯", "乌海", "赤峰"]
    site.run(
        "CREATE TABLE city (name VARCHAR(20) PRIMARY KEY) CHARACTER SET gbk",
        *(f"INSERT INTO city VALUES ('{name}')" for name in names),
    )
    rows = await rows_of(site.source(table="city", key=["name"], size=1), ALL)
    assert sorted(row.key for row in rows) == sorted(names)
    await site.close()


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
)
def test_a_number_is_the_same_number_as_text(number: Decimal | float | int) -> None:
    """Plain digits without an exponent, and the value does not change."""
    told = text_of(number, "n", "front")
    assert set(told) <= set("-.0123456789")
    assert type(number)(told) == number


@given(st.lists(st.datetimes(*PAST), min_size=1, max_size=5), st.floats(0, 1e6))
def test_a_mark_begins_before_everything_that_may_have_come_late(moments: list[datetime], overlap: float) -> None:
    """Whatever was seen, reading begins the overlap before the latest of it."""
    reading = Query(table="t", key=("id",), changed_column="c", overlap=overlap)
    mark, next_one = Mark(reading, "front"), Mark(reading, "front")
    for moment in moments:
        mark.see(moment)
    next_one.go_on(mark.reached)
    assert next_one.floor() == max(moments) - timedelta(seconds=overlap)
