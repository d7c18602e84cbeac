"""Opening, upgrading and durability."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from journal import Journal, Prepared
from journal.database import upgrade
from journal.schema import REVISION, metadata
from words.errors import UsageError

ROOT = Path(__file__).parents[2]
MIGRATIONS = str(ROOT / "journal" / "migrations")


@pytest.fixture
def migrated(db: Engine) -> Engine:
    """A database that the migrations made, step by step."""
    _empty(db)
    upgrade(db)
    return db


def _empty(db: Engine) -> None:
    with db.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(text(f"DROP TABLE {table.name}"))
        connection.execute(text("DELETE FROM alembic_version"))


def test_the_migrations_make_the_tables_of_the_schema(migrated: Engine) -> None:
    """Alembic finds nothing to change between a migrated database and the schema."""
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_checks_and_partial_indexes_agree_too(migrated: Engine) -> None:
    """What Alembic does not compare: conditions of checks and of indexes, and foreign keys, by reflection."""
    conditions = _conditions(migrated)
    metadata.drop_all(migrated)
    metadata.create_all(migrated)
    assert _conditions(migrated) == conditions
    assert all("'confirmed'" in str(conditions["deliveries"][place]) for place in (0, 2))


def test_a_new_journal_begins_as_a_migrated_one(db: Engine) -> None:
    """What is made at once holds the same first rows as what the migrations make."""
    made = _first_rows(db)
    _empty(db)
    upgrade(db)
    assert _first_rows(db) == made


def _first_rows(db: Engine) -> list[object]:
    with db.connect() as connection:
        rows = [connection.execute(table.select()).all() for table in metadata.sorted_tables]
        return [*rows, connection.execute(text("SELECT version_num FROM alembic_version")).all()]


def _conditions(db: Engine) -> dict[str, tuple[object, ...]]:
    looked = inspect(db)
    return {
        table: (
            looked.get_check_constraints(table),
            looked.get_foreign_keys(table),
            {
                index["name"]: [str(text) for kind, text in index.get("dialect_options", {}).items() if "where" in kind]
                for index in looked.get_indexes(table)
            },
        )
        for table in metadata.tables
    }


def test_the_newest_revision_is_the_one_the_schema_names() -> None:
    """The cheap check at opening compares with the last migration there is."""
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_the_first_revision_can_be_taken_back(db: Engine) -> None:
    """Downgrading to nothing leaves no table behind."""
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.set_main_option("path_separator", "os")
    with db.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(db).get_table_names() == ["alembic_version"]


def test_an_up_to_date_journal_is_opened_without_alembic(journal: Journal, url: str, tmp_path: Path) -> None:
    """Neither the import of the room nor opening what is up to date imports Alembic."""
    journal.close()
    script = (
        "import sys; from pathlib import Path; from journal import Journal;"
        f"Journal.open(Path({str(tmp_path)!r}), {url!r}).close();"
        "print(any(name.startswith('alembic') for name in sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"


def test_a_journal_of_a_newer_edition_is_refused(journal: Journal, db: Engine, url: str, tmp_path: Path) -> None:
    """An older program leaves alone what it would not understand."""
    journal.close()
    with db.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError) as refused:
        Journal.open(tmp_path, url)
    assert refused.value.code == "journal-too-new"


def test_an_interrupted_upgrade_begins_again(db: Engine, url: str, tmp_path: Path) -> None:
    """A database that has the version table and no version is brought up from the beginning."""
    _empty(db)
    with Journal.open(tmp_path, url) as journal:
        assert journal.runs() == []


def test_reopening_keeps_everything(journal: Journal, run: str, url: str, tmp_path: Path) -> None:
    """What was written is there for the next process, and the chain goes on from where it was."""
    journal.prepare(run, "credit", [Prepared("r1", "f1", {"name": "某某公司"})])
    before = journal.runs(), journal.deliveries(), journal.head()
    journal.close()
    with Journal.open(tmp_path, url) as again:
        assert (again.runs(), again.deliveries(), again.head()) == before
        again.finish_run(run, "done", {}, {})
        assert again.verify() is None


def test_the_default_is_a_file_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    """Without an address the journal is a file in a folder that only its owner can enter, whatever its name."""
    folder = tmp_path / "工作区 50%?" / ".yinxin"
    with Journal.open(folder) as journal:
        assert journal.folder == folder
    assert (folder / "journal.db").is_file()
    assert folder.stat().st_mode & 0o077 == 0


def test_sqlite_is_opened_to_survive_the_loss_of_power(db: Engine) -> None:
    """Write-ahead log, full synchronisation, and foreign keys in force on every connection."""
    if db.dialect.name != "sqlite":
        pytest.skip("settings of SQLite")
    with db.connect() as one, db.connect() as other:
        for connection in (one, other):
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
            assert connection.scalar(text("PRAGMA synchronous")) == 2
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
