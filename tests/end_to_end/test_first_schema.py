"""The command line speaks of a journal of the first schema, backs it up before an upgrade, and restores it after."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from journal import Journal
from journal.schema import REVISION
from tests.end_to_end.town import Desk, assert_named, call
from tests.journal import first
from tests.postgres import Cluster, postgres  # noqa: F401 - a fixture

STATE = ".yinxin"
OPEN = {"held": 0, "prepared": 4, "sent": 4, "unknown": 4, "accepted": 3}


@pytest.fixture
def old(quiet: Desk) -> Desk:
    """A workspace whose journal is of the first schema."""
    first.lay_out(quiet.folder / STATE)
    return quiet


def revision(desk: Desk) -> str:
    """The revision of a workspace's journal, which is not upgraded by asking."""
    facts = Journal.look(desk.folder / STATE)
    assert facts is not None
    return facts.revision


def test_every_command_speaks_of_it(old: Desk) -> None:
    """Status, deliveries, explain, report and audit tell of the run as it was."""
    status = old.call("status").result
    assert status["open"] == OPEN
    (run,) = status["runs"]
    assert (run["state"], run["counts"]["collected"], run["counts"]["due"]) == ("done", 44, 28)
    listed = old.call("deliveries", "list", "--all").result["deliveries"]
    assert len(listed) == 28
    for each in (listed[0], listed[13], listed[-1]):
        outcome = old.call("explain", each["document_number"])
        assert outcome.code == 0, outcome.out
        assert call("explain", each["document_number"], "-w", str(old.folder)).code == 0
    assert old.call("report").code in {0, 1}
    audit = old.call("audit", "verify", "--head", first.HEAD)
    assert (audit.code, audit.result["whole"]) == (0, True)
    assert revision(old) == REVISION


def test_the_doctor_asks_for_a_backup_before_the_upgrade_and_gets_one(old: Desk, tmp_path: Path) -> None:
    """A backup of an older journal leaves it as it is; restored, it is upgraded, and holds the same."""
    (checked,) = [each for each in old.call("doctor").result["checks"] if each["id"] == "migrations"]
    assert checked["health"] == "warning"
    made = old.call("backup", str(tmp_path / "a.tar.gz"))
    assert (made.code, made.result["revision"], made.result["evidence"]) == (0, first.REVISION, 3)
    assert revision(old) == first.REVISION
    back = Desk(tmp_path / "back")
    outcome = call("restore", str(tmp_path / "a.tar.gz"), str(back.folder), "--json")
    assert (outcome.code, outcome.result["taken_out"], outcome.result["unclear"]) == (0, 4, 4)
    assert revision(back) == REVISION
    assert back.call("audit", "verify", "--head", first.HEAD).code == 0
    assert back.call("status").result["open"] == OPEN | {"prepared": 0, "sent": 0, "unknown": 8}


def test_it_moves_to_a_server(old: Desk, tmp_path: Path, postgres: Cluster) -> None:  # noqa: F811 - the fixture
    """Restored onto PostgreSQL it is upgraded on the way; and one that was served in the first schema comes back."""
    assert old.call("backup", str(tmp_path / "a.tar.gz")).code == 0
    served = Desk(tmp_path / "served")
    address = postgres.fresh()
    assert call("restore", str(tmp_path / "a.tar.gz"), str(served.folder), "--database", address, "--json").code == 0
    assert served.call("audit", "verify", "--head", first.HEAD).code == 0
    other = postgres.fresh()
    first.serve(old.folder / STATE, other)
    settings = old.folder / "yinxin.toml"
    settings.write_text(f'database = "{other}"\n{settings.read_text("utf-8")}', encoding="utf-8")
    made = old.call("backup", str(tmp_path / "b.tar.gz"))
    assert (made.code, made.result["revision"]) == (0, first.REVISION)
    back = Desk(tmp_path / "back")
    assert call("restore", str(tmp_path / "b.tar.gz"), str(back.folder), "--json").code == 0
    assert back.call("audit", "verify", "--head", first.HEAD).code == 0


def test_a_backup_of_a_newer_journal_is_left_to_the_newer_edition(old: Desk, tmp_path: Path) -> None:
    """What this edition does not understand it does not copy either."""
    with closing(sqlite3.connect(old.folder / STATE / "journal.db")) as journal, journal:
        journal.execute("UPDATE alembic_version SET version_num = '9999'")
    assert_named(old.call("backup", str(tmp_path / "a.tar.gz")), 2, "journal-too-new")
    assert not (tmp_path / "a.tar.gz").exists()
