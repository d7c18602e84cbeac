"""Today's code opens a journal of the first schema: nothing is lost, and an upgrade is whole or has not begun."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, inspect, text

from journal import Journal, State
from journal.copying import survey
from journal.database import revision_of
from journal.engines import open_engine
from journal.schema import REVISION, metadata
from mappings.identity import with_identity
from mappings.standards import LICENCE
from tests.journal import first
from tests.journal.conftest import ROOT
from tests.mappings.rows import canonical

#: What later revisions added to deliveries, with what the older ones were.
ADDED = {"action": "publish", "replaces": "", "rules": "", "prepared_by": "", "file_name": ""}


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """The journal of the first schema below ``tmp_path``, as a file or on a server."""
    first.lay_out(tmp_path)
    if request.param == "sqlite":
        return None
    served = str(request.getfixturevalue("postgres").fresh())
    first.serve(tmp_path, served)
    return served


def engine_of(folder: Path, address: str | None) -> Engine:
    """An engine on it that upgrades nothing."""
    return open_engine(address or URL.create("sqlite", database=str(folder / "journal.db")))


def stored(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as the driver hands it over, in a fixed order; JSON as data."""
    tables = [name for name in inspect(engine).get_table_names() if name != "alembic_version"]
    with engine.connect() as connection:
        found = {name: connection.execute(text(f"SELECT * FROM {name}")).mappings().all() for name in tables}
    return {name: sorted(map(_plain, rows), key=json.dumps) for name, rows in found.items()}


def _plain(row: Any) -> dict[str, Any]:
    plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
    parsed = {name: json.loads(value) if _is_json(value) else value for name, value in plain.items()}
    return {name: bool(value) if name == "dry_run" else value for name, value in sorted(parsed.items())}


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("{")


def revision(engine: Engine) -> str:
    """The revision that is written down."""
    with engine.connect() as connection:
        return revision_of(connection)


def test_everything_in_it_is_kept(address: str | None, tmp_path: Path) -> None:
    """Row for row; only deliveries have more columns, which say that they were first publications."""
    engine = engine_of(tmp_path, address)
    before = stored(engine)
    assert revision(engine) == first.REVISION
    with Journal.open(tmp_path, address) as journal:
        assert journal.head() == first.HEAD
        assert journal.audit().whole
        states = Counter(each.state.value for each in journal.deliveries())
        assert states == first.STATES
    after = stored(engine)
    assert revision(engine) == REVISION
    before["deliveries"] = [dict(sorted({**row, **ADDED}.items())) for row in before["deliveries"]]
    assert {name: after[name] for name in before} == {
        name: sorted(rows, key=json.dumps) for name, rows in before.items()
    }
    assert [name for name in after if name not in before and after[name]] == []
    engine.dispose()


def test_it_has_the_shape_of_a_new_one(address: str | None, tmp_path: Path) -> None:
    """Columns and indexes are those that the schema names."""
    Journal.open(tmp_path, address).close()
    engine = engine_of(tmp_path, address)
    looked = inspect(engine)
    for table in metadata.sorted_tables:
        assert {each["name"] for each in looked.get_columns(table.name)} == {each.name for each in table.columns}
        assert {each.name for each in table.indexes} <= {each["name"] for each in looked.get_indexes(table.name)}
    engine.dispose()


def test_its_records_have_the_identity_they_had(address: str | None, tmp_path: Path) -> None:
    """The published hashes have not changed: today's code computes those that were stored."""
    with Journal.open(tmp_path, address) as journal:
        known = {each.record_id for each in journal.deliveries()}
        forms = [form for record in known for form in journal.record(record)]
    computed = with_identity(canonical(*(form.values for form in forms)), LICENCE)
    pairs = list(computed.select("record_id", "fingerprint").iter_rows())
    assert pairs == [(form.record_id, form.fingerprint) for form in forms]
    assert len(pairs) == 28


def test_it_can_be_written_to(address: str | None, tmp_path: Path) -> None:
    """Every kind of row can be added behind what is there, and states of today can be taken."""
    with Journal.open(tmp_path, address) as journal:
        (run,) = journal.runs()
        journal.unknown([each.id for each in journal.deliveries(states=[State.SENT])], "no answer", run.run_id)
        journal.discarded([1], "not due any more", run.run_id)
        journal.differs({9: "content"}, run.run_id)
        journal.keep_receipt(run.run_id, "credit", "B2", "upload-answer", b"ok", "batch.xlsx")
        journal.keep_evidence(run.run_id, "page", "list", b"<html>2", ".html")
        journal.remember_quarantine(run.run_id, [{"rule": "mandatory"}])
        with journal.holding(["bot disclosure"], "yinxin disclosure"):
            other = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
        journal.finish_run(other, "done", {}, {})
        assert journal.audit().whole


def test_a_copy_of_it_is_of_its_own_revision_and_leaves_it_alone(address: str | None, tmp_path: Path) -> None:
    """A backup before an upgrade upgrades nothing, and can be opened in its place."""
    engine = engine_of(tmp_path, address)
    before = stored(engine)
    (tmp_path / "copied").mkdir()
    Journal.copy(tmp_path, address, tmp_path / "copied" / "journal.db")
    found = survey(tmp_path / "copied" / "journal.db")
    assert (found.revision, found.head.hash, found.damage) == (first.REVISION, first.HEAD, None)
    assert len(found.files) == 3
    assert (stored(engine), revision(engine)) == (before, first.REVISION)
    copy = engine_of(tmp_path / "copied", None)
    assert stored(copy) == before
    for each in (engine, copy):
        each.dispose()
    with Journal.open(tmp_path / "copied") as journal:
        assert journal.verify([first.HEAD]) is None
        assert Counter(each.state.value for each in journal.deliveries()) == first.STATES


#: Opens a journal, and is killed when it is about to execute the n-th statement that changes something, or to commit.
VICTIM = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from journal import Journal
folder, address, where = sys.argv[1:]
left = [int(where)]
def kill(_connection, _cursor, statement, *_words):
    left[0] -= statement.split()[0] in ("ALTER", "CREATE", "DROP", "INSERT", "UPDATE")
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "before_cursor_execute", kill)
if int(where) < 0:
    event.listen(Engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))
Journal.open(Path(folder), address or None).close()
"""
_AT_COMMIT, _NEVER = -1, 10_000


def upgrade_killed(folder: Path, address: str | None, where: int) -> bool:
    """Open a journal in a process that dies on the way; tell whether it did."""
    command = [sys.executable, "-c", VICTIM, str(folder), address or "", str(where)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


def test_an_upgrade_that_is_killed_has_not_begun(address: str | None, tmp_path: Path) -> None:
    """Wherever it dies, the old revision stands with all its rows; the next that opens it finishes it in one go."""
    engine = engine_of(tmp_path, address)
    before, shape = stored(engine), _shape(engine)
    places = [*range(1, 25, 4), _AT_COMMIT]
    killed = [upgrade_killed(tmp_path, address, where) for where in places]
    assert all(killed)
    assert (revision(engine), stored(engine), _shape(engine)) == (first.REVISION, before, shape)
    assert not upgrade_killed(tmp_path, address, _NEVER)
    assert revision(engine) == REVISION
    engine.dispose()
    with Journal.open(tmp_path, address) as journal:
        assert journal.audit().whole
        assert Counter(each.state.value for each in journal.deliveries()) == first.STATES


def _shape(engine: Engine) -> dict[str, list[str]]:
    looked = inspect(engine)
    return {name: [each["name"] for each in looked.get_columns(name)] for name in looked.get_table_names()}
