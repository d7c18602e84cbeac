"""Files as a source: keys, windows, what is known, what is left for the next run, and the files as evidence."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from connectors.base import Window
from connectors.files.folders import Found, LocalFolder
from connectors.files.reading import Reader
from connectors.kinds import kind_of
from mappings.apply import ORIGIN
from tests.connectors.files.drawers import FIRST, HEADER, LEDGER, SECOND, collected, given, ledgers, lines, source
from words.errors import BusinessError, DriftError, SystemFailure, UsageError
from words.languages import choose

ALL = Window(date(2024, 1, 1), date(2024, 12, 31))
MARCH_5 = Window(date(2024, 3, 5), date(2024, 3, 5))
KEYED = "rows: {key: [文书编号, 单位名称], date: 签发日期}"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder that is read."""
    (made := tmp_path / "in").mkdir()
    return made


def put(folder: Path, *rows: list[str], name: str = "a.csv") -> Path:
    """Write rows under a header."""
    (folder / name).write_text(lines([HEADER, *rows]), encoding="utf-8")
    return folder / name


async def test_rows_are_told_apart_by_where_they_stand(folder: Path) -> None:
    """File, sheet and number, where no key is declared; each table is a page that knows how many rows there are."""
    put(folder, FIRST, SECOND)
    put(folder, FIRST, name="b.csv")
    pages = [page async for page in source(folder.parent).collect(ALL, {})]
    assert [[row.key for row in page.rows] for page in pages] == [["a.csv/2", "a.csv/3"], ["b.csv/2"]]
    assert {page.total for page in pages} == {3}
    assert ORIGIN not in pages[0].rows[0].payload


async def test_rows_are_told_apart_by_declared_columns(folder: Path) -> None:
    """The key is what the columns say, so that a row may wander; what two files hand in alike comes once."""
    put(folder, FIRST, ["3", "丙公司", "", "", "2024-03-07", ""])
    put(folder, SECOND, ["9", *FIRST[1:]], name="b.csv")
    rows = await collected(source(folder.parent, KEYED), ALL)
    assert [row.key for row in rows] == ["审〔2024〕1号 | 甲公司", " | 丙公司", "审〔2024〕2号 | 乙公司"]
    assert rows[0].label == "a.csv › row 2"


async def test_two_rows_that_differ_under_one_key_stop_the_reading(folder: Path) -> None:
    """Which of them holds is for a person to say; both places are named."""
    put(folder, FIRST)
    put(folder, [*FIRST[:5], "改"], name="b.csv")
    with pytest.raises(BusinessError) as error:
        await collected(source(folder.parent, KEYED), ALL)
    assert error.value.code == "key-twice"
    assert "a.csv › row 2" in error.value.sentence
    assert "b.csv › row 2" in error.value.sentence


async def test_a_window_is_held_against_the_declared_day(folder: Path) -> None:
    """In any written form; a day that cannot be read is no reason to lose the row."""
    put(
        folder,
        FIRST,
        SECOND,
        ["3", "丙", "", "3", "2024年3月5日", ""],
        ["4", "丁", "", "4", "?", ""],
        ["5", "戊", "", "5", "", ""],
    )
    rows = await collected(source(folder.parent, KEYED), MARCH_5)
    assert [row.payload["单位名称"] for row in rows] == ["甲公司", "丙", "丁", "戊"]
    assert len(await collected(source(folder.parent, KEYED), ALL)) == 5


async def test_a_file_from_before_the_window_stays_closed(folder: Path) -> None:
    """It cannot speak of what was decided later; one without a day in its name is read."""
    for name in ("许可_20240304.csv", "许可_20240305.csv", "许可_20240309.csv", "许可.csv"):
        put(folder, [*FIRST[:3], name, *FIRST[4:]], name=name)
    rows = await collected(source(folder.parent, r"rows: {file_date: '_(\d{8})'}"), MARCH_5)
    assert {row.payload["文书编号"] for row in rows} == {"许可_20240305.csv", "许可_20240309.csv", "许可.csv"}


async def test_a_row_that_is_known_is_told_so_and_one_that_changed_is_not(folder: Path) -> None:
    """The digest is of what a row says, not of its number in the list."""
    put(folder, FIRST, SECOND)
    first = source(folder.parent, KEYED)
    known = {row.key: (row.digest, row.payload) for row in await collected(first, ALL)}
    assert [(each.kind, each.about, each.suffix) for each in await first.evidence()] == [("payload", "a.csv", ".csv")]
    put(folder, ["7", *FIRST[1:]], [*SECOND[:5], "改"])
    again = source(folder.parent, KEYED)
    assert [row.known for row in await collected(again, ALL, known)] == [True, False]
    put(folder, ["8", *FIRST[1:]], SECOND)
    third = source(folder.parent, KEYED)
    assert [row.known for row in await collected(third, ALL, known)] == [True, True]
    assert await third.evidence() == []


async def test_the_evidence_is_the_file_itself(folder: Path) -> None:
    """An auditor opens what was read."""
    file = put(folder, FIRST)
    files = source(folder.parent)
    await collected(files, ALL)
    (piece,) = await files.evidence()
    assert piece.content == file.read_bytes()
    assert await files.evidence() == []
    await files.close()


async def test_a_row_is_read_again_as_it_is_now(folder: Path) -> None:
    """In its file, then in all of them; nothing, if no file has it any more."""
    put(folder, FIRST)
    files = source(folder.parent, KEYED)
    (row,) = await collected(files, ALL)
    put(folder, [*FIRST[:5], "改"], name="b.csv")
    (folder / "a.csv").unlink()
    found = await files.again(row.key)
    assert found is not None
    assert found["备注"] == "改"
    (folder / "b.csv").unlink()
    assert await files.again(row.key) is None


async def test_an_unreadable_file_of_a_source_stops_it(folder: Path) -> None:
    """All rows, or an error: what is in the file nobody knows."""
    put(folder, FIRST)
    (folder / "b.xlsx").write_bytes(b"broken")
    with pytest.raises(BusinessError) as error:
        await collected(source(folder.parent), ALL)
    assert (error.value.code, error.value.place.file) == ("not-a-workbook", "b.xlsx")


async def test_a_missing_key_column_is_named(folder: Path) -> None:
    """A file that lacks what rows are told apart by has changed."""
    put(folder, FIRST)
    with pytest.raises(DriftError) as error:
        await collected(source(folder.parent, "rows: {key: 许可编号}"), ALL)
    assert (error.value.code, error.value.place.field) == ("column-missing", "许可编号")


async def test_an_empty_folder_is_a_source_without_rows(folder: Path) -> None:
    """Nothing was handed in."""
    assert await collected(source(folder.parent), ALL) == []


@pytest.mark.parametrize(
    ("text", "key", "role"),
    [
        ("mapping: ledger", "folder", "ledgers"),
        ("{mapping: ledger, folder: in}", "rows", "source"),
        ("{folder: in, rows: {}}", "mapping", "source"),
        ("profile: credit", "drop", "feed"),
    ],
)
def test_what_a_role_needs_is_named(tmp_path: Path, text: str, key: str, role: str) -> None:
    """A connector that is used as what its file does not make it."""
    with pytest.raises(UsageError) as error:
        getattr(kind_of("files"), role)(given(tmp_path, text))
    assert (error.value.code, error.value.place.field) == ("missing-key", key)


def test_the_roles_are_what_is_declared(tmp_path: Path) -> None:
    """A mapping makes ledgers, rows a source of them, a profile a feed."""
    assert given(tmp_path, "{mapping: ledger, folder: in}").declared.roles == ("ledger",)
    assert given(tmp_path, "{mapping: ledger, folder: in, rows: {}, profile: credit}").declared.roles == (
        "source",
        "feed",
    )


def test_folders_below_are_read_if_that_is_declared(folder: Path) -> None:
    """A file is named by its way from the folder."""
    (folder / "水务局/3月").mkdir(parents=True)
    put(folder / "水务局/3月", FIRST)
    assert ledgers(folder.parent).tables() == []
    (table,) = ledgers(folder.parent, "subfolders: true").tables()
    assert table.place.file == "水务局/3月/a.csv"


def test_several_patterns_choose(folder: Path) -> None:
    """Capital letters or not."""
    for name in ("a.CSV", "b.txt", "c.md"):
        put(folder, FIRST, name=name)
    found = ledgers(folder.parent, "pattern: ['*.csv', '*.TXT']").tables()
    assert [table.place.file for table in found] == ["a.CSV", "b.txt"]


@contextmanager
def growing(file: Path) -> Iterator[None]:
    """Write on in a file, as long as this lasts."""
    stop = threading.Event()

    def grow() -> None:
        while not stop.wait(0.02):
            with file.open("a", encoding="utf-8") as writing:
                writing.write("3,")

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_file_that_is_still_written_is_left_for_the_next_run(folder: Path) -> None:
    """It is told, the others are read; once it lies still it is read too."""
    put(folder, SECOND, name="b.csv")
    file = put(folder, FIRST)
    found = ledgers(folder.parent, still=0.2)
    with growing(file):
        tables, (error,) = found.readable()
    assert [table.place.file for table in tables] == ["b.csv"]
    assert (error.code, error.place.file) == ("file-moving", "a.csv")
    put(folder, FIRST)
    os.utime(file, (time.time() - 9, time.time() - 9))
    assert len(found.tables()) == 2


class _Restless(LocalFolder):
    """A folder in which a file changes, goes or is held between the list and the reading."""

    async def fetch(self, name: str) -> bytes:
        if name == "gone.csv":
            raise FileNotFoundError(name)
        if name == "held.csv":
            raise PermissionError(name)
        return await super().fetch(name)

    async def look(self, name: str) -> Found | None:
        found = await super().look(name)
        return Found(name, found.size + 1, found.changed) if found and name == "grows.csv" else found


async def test_what_goes_is_held_or_grows_while_it_is_read_is_left(folder: Path) -> None:
    """On a mounted folder others are at work; nothing of theirs is read by half."""
    for name in ("gone.csv", "grows.csv", "held.csv", "well.csv"):
        os.utime(put(folder, FIRST, name=name), (1, 1))
    reader = Reader.of(
        given(folder.parent, "{folder: in, pattern: '*', still: 1}").declared, _Restless(folder, "t"), LEDGER
    )
    read = await reader.read()
    assert [file.name for file in read.files] == ["well.csv"]
    assert [(each.code, each.place.file) for each in read.left] == [
        *(("file-moving", "gone.csv"), ("file-moving", "grows.csv"), ("file-locked", "held.csv")),
    ]


async def test_a_file_that_is_held_stops_a_source(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows, or an error by which the next run is tried: never some as if they were all."""
    put(folder, FIRST)
    put(folder, SECOND, name="held.csv")
    monkeypatch.setattr("connectors.files.places.LocalFolder", _Restless)
    with pytest.raises(SystemFailure) as error:
        await collected(source(folder.parent), ALL)
    assert (error.value.code, error.value.place.file) == ("file-busy", "held.csv")


async def test_reaching_tells_what_is_there(folder: Path) -> None:
    """The number of files, a folder without any, a folder that is not there."""
    files = kind_of("files")
    text = "{folder: in, pattern: '*', mapping: ledger}"
    empty = await files.reach(given(folder.parent, text), 5)
    put(folder, FIRST)
    one = await files.reach(given(folder.parent, text), 5)
    away = await files.reach(given(folder.parent, "{folder: away, mapping: ledger}"), 5)
    assert [each.health for each in (empty, one, away)] == ["warning", "ok", "warning"]
    assert one.said == "1 ledger"
    no_drop = await files.reach(given(folder.parent, "{profile: credit, drop: {folder: away, name: '{number}'}}"), 5)
    assert no_drop.health == "failing"
    drop = await files.reach(given(folder.parent, "{profile: credit, drop: {folder: in, name: '{number}'}}"), 5)
    assert drop.health == "ok"


async def test_a_folder_that_fails_is_tried_again_later(folder: Path) -> None:
    """A server that is away, or a name that leads back to itself, is no empty folder."""
    (folder / "a.csv").symlink_to(folder / "b.csv")
    (folder / "b.csv").symlink_to(folder / "a.csv")
    with pytest.raises(SystemFailure) as error:
        await collected(source(folder.parent), ALL)
    assert error.value.code == "folder-fails"


def test_ledgers_are_read_from_within_a_loop_too(folder: Path) -> None:
    """Whoever reads them may itself be awaited."""
    put(folder, FIRST)

    async def inside() -> int:
        return len(ledgers(folder.parent).tables())

    assert asyncio.run(inside()) == 1
