"""A copy of a journal is whole, as of one moment, and the same on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, URL, Column, Engine, LargeBinary, Table, Text, cast, select, text

from journal import Journal, Prepared
from journal.copying import load, save, survey
from journal.database import upgrade
from journal.engines import open_engine
from journal.schema import REVISION, metadata
from tests.postgres import Cluster
from words.errors import UsageError

Actor = Callable[..., Any]
Items = Callable[..., list[Prepared]]


def on_file(file: Path) -> Engine:
    """An engine on a file."""
    return open_engine(URL.create("sqlite", database=str(file)))


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, JSON as its stored text."""
    found = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            columns = [cast(each, Text) if isinstance(each.type, JSON) else each for each in table.columns]
            query = select(*columns).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


@pytest.fixture
def worked(journal: Journal, run: str, items: Items) -> Journal:
    """A journal with something in most of its tables."""
    ids = [each.id for each in journal.prepare(run, "credit", items(30))]
    journal.sent(ids, "a" * 64, "batch.xlsx")
    journal.keep_receipt(run, "credit", "B1", "upload-answer", b"\0\xff ok", "batch.xlsx")
    journal.accepted(ids, "B1")
    journal.remember_quarantine(run, [{"rule": "mandatory", "name": "李四"}])
    journal.remember_verdicts(run, [{"record_id": "r0", "verdict": "agreed", "name": "😀"}])
    journal.keep_evidence(run, "page", "list", b"<html>", ".html")
    journal.take(["bot disclosure"], "somebody", "at work")
    return journal


def test_a_copy_holds_what_the_journal_holds(worked: Journal, db: Engine, tmp_path: Path) -> None:
    """Row for row, and its survey says so."""
    save(db, tmp_path / "copy.db")
    copy = on_file(tmp_path / "copy.db")
    assert rows(copy) == rows(db)
    copy.dispose()
    found = survey(tmp_path / "copy.db")
    assert (found.revision, found.head.hash, found.damage) == (REVISION, worked.head(), None)
    assert found.counts == {name: len(there) for name, there in rows(db).items()}
    assert [path for _digest, path in found.files] == [
        each.path for each in worked.evidence_of(worked.runs()[0].run_id)
    ]
    assert sorted(each.name for each in tmp_path.glob("copy.db*")) == ["copy.db"]


def test_a_copy_is_never_written_over_another(worked: Journal, db: Engine, tmp_path: Path) -> None:
    """A file that is there is refused and stays as it is."""
    file = tmp_path / "copy.db"
    save(db, file)
    before = file.read_bytes()
    with pytest.raises(Exception, match=r"exists|already"):
        save(db, file)
    assert file.read_bytes() == before
    assert worked.verify() is None


def test_what_a_purge_removed_is_not_asked_for(worked: Journal, db: Engine, tmp_path: Path) -> None:
    """Evidence that went with a purge is not missing."""
    from journal import Kept

    (run,) = worked.runs()
    worked.rejected({}, run.run_id)
    worked.confirmed([each.id for each in worked.deliveries()])
    worked.finish_run(run.run_id, "done", {}, {})
    nothing = frozenset[str]()
    worked.purge("9999", Kept(nothing, nothing, nothing), "王五", "over")
    save(db, tmp_path / "copy.db")
    assert survey(tmp_path / "copy.db").files == ()


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_a_copy_made_while_others_write_is_a_beginning_of_what_they_write(
    journal: Journal, run: str, db: Engine, actor: Actor, tmp_path: Path
) -> None:
    """Every copy's chain is whole, its rows are what its events say, and the live chain goes on from its head."""
    writer = actor("work", run)
    assert writer.stdout.readline() == "ready\n"
    writer.stdin.write("go\n")
    writer.stdin.flush()
    heads = []
    for number in range(4):
        for _turn in range(10):
            assert writer.stdout.readline().startswith("sent")
        file = tmp_path / f"copy{number}.db"
        save(db, file)
        with Journal(on_file(file), journal.folder) as copy:
            assert copy.audit().whole
            newest = copy.newest()
            assert newest is not None
            heads.append((newest.seq, newest.hash))
    assert writer.poll() is None
    writer.kill()
    writer.wait()
    live = {event.seq: event.hash for event in journal.events()}
    assert [live[seq] for seq, _digest in heads] == [digest for _seq, digest in heads]
    assert len(set(heads)) == 4


def test_a_moved_journal_goes_on_numbering(
    worked: Journal,
    run: str,
    db: Engine,
    tmp_path: Path,
    postgres: Cluster,
) -> None:
    """On PostgreSQL, where tables number their rows by sequences, every kind of row can be added after the move."""
    save(db, tmp_path / "copy.db")
    url = postgres.fresh()
    engine = open_engine(url)
    load(tmp_path / "copy.db", engine)
    assert rows(engine) == rows(db)
    engine.dispose()
    with Journal.open(tmp_path, url) as moved:
        assert moved.head() == worked.head()
        moved.keep_receipt(run, "credit", "B2", "upload-answer", b"ok", "batch.xlsx")
        moved.keep_evidence(run, "page", "list", b"<html>2", ".html")
        moved.remember_quarantine(run, [{"rule": "mandatory"}])
        moved.remember_verdicts(run, [{"record_id": "r1", "verdict": "agreed"}])
        moved.prepare(run, "credit", [Prepared("r99", "f1", {})])
        moved.begin_run("disclosure", "", "", "")
        assert moved.audit().whole


def test_a_database_with_a_journal_is_not_filled(
    worked: Journal,
    db: Engine,
    tmp_path: Path,
    postgres: Cluster,
) -> None:
    """Even an empty journal is somebody's; the refusal changes nothing, and other tables are no reason to refuse."""
    save(db, tmp_path / "copy.db")
    assert worked.verify() is None
    url = postgres.fresh()
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE of_somebody_else (id integer)"))
        connection.execute(text("INSERT INTO of_somebody_else VALUES (1)"))
    load(tmp_path / "copy.db", engine)
    before = rows(engine)
    with pytest.raises(UsageError) as refused:
        load(tmp_path / "copy.db", engine)
    assert refused.value.code == "journal-not-empty"
    assert rows(engine) == before
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM of_somebody_else")) == 1
    engine.dispose()


#: What somebody's system may show: NUL, halves of characters, emoji, digits longer than any number, nothing.
odd = st.one_of(
    st.just(""),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "So", "Lo"]), max_size=8),
    st.integers(10**17, 10**40).map(str),
    st.sampled_from(["null", "{}", '"', "\\u0000", "0x00", "1e999", " x ", "\r\n", "a\0b", "\ud83d", "😀", "NaN"]),
)
whole = st.integers(0, 2**31 - 1)
told = st.dictionaries(odd, odd | whole | st.booleans() | st.none(), max_size=4)


@st.composite
def row_of(draw: st.DrawFn, table: Table, number: int) -> dict[str, Any]:
    """An arbitrary row of a table; keys are distinct by their number, and references point to the first run."""

    def value(column: Column[Any]) -> Any:
        if column.foreign_keys or (table.name, column.name) == ("runs", "run_id"):
            return "the run"
        if column.name == "state" and table.name == "deliveries":
            return "withdrawn"
        if column.primary_key or column.unique:
            return number if column.type.python_type is int else f"{draw(odd)} {number}"
        if isinstance(column.type, JSON):
            return draw(told)
        if isinstance(column.type, LargeBinary):
            return draw(st.binary(max_size=20))
        kinds: dict[type, st.SearchStrategy[Any]] = {
            int: whole,
            bool: st.booleans(),
            float: st.floats(0, 2**40, allow_nan=False),
            str: odd,
        }
        return draw(kinds[column.type.python_type])

    return {column.name: value(column) for column in table.columns}


@st.composite
def contents(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Arbitrary rows of every table, one run among them."""
    sizes = {table.name: 1 if table.name in ("runs", "chain") else 2 for table in metadata.sorted_tables}
    return {
        table.name: [draw(row_of(table, number)) for number in range(1, sizes[table.name] + 1)]
        for table in metadata.sorted_tables
    }


@pytest.fixture(scope="module")
def places(
    postgres: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, Iterator[int], Engine]]:
    """A folder for files, numbers for their names, and one server's database that is emptied each time."""
    engine = open_engine(postgres.fresh())
    yield tmp_path_factory.mktemp("places"), count(), engine
    engine.dispose()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=contents())
def test_whatever_stands_in_the_tables_survives_the_way_to_a_server_and_back(
    places: tuple[Path, Iterator[int], Engine], content: dict[str, list[dict[str, Any]]]
) -> None:
    """File to file, to PostgreSQL, to file again: the same rows, the same text of JSON, byte for byte."""
    folder, numbers, server = places
    first, second, third = (folder / f"{next(numbers)}.db" for _turn in range(3))
    engine = on_file(first)
    upgrade(engine)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
            connection.execute(table.insert(), content[table.name])
    want = rows(engine)
    save(engine, second)
    with server.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    load(second, server)
    assert rows(server) == want
    save(server, third)
    back = on_file(third)
    assert rows(back) == want
    for each in (engine, back):
        each.dispose()
    for file in (first, second, third):
        file.unlink()
