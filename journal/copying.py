"""Copying a whole journal as of one moment: into one file, and from such a file into an empty database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    func,
    inspect,
    select,
    text,
)

from journal.blanking import purged_files
from journal.database import UPGRADING, make, refuse_newer, refuse_other_letters, revision_of
from journal.engines import open_engine, reading, writing
from journal.proving import Damage, Head, looking, prove
from journal.purged import purged
from journal.schema import evidence, metadata
from journal.trouble import of_a_file, place_of
from words.errors import UsageError
from words.languages import gettext as _

_VERSION = "alembic_version"
_FEW, _MANY = 20, 1000  # rows at a time: of whole files, and of all else


@dataclass(frozen=True, slots=True)
class Survey:
    """What a copy holds.

    Attributes:
        revision: of its tables.
        head: the newest event as far as the chain is whole.
        damage: the first event that does not fit.
        counts: rows by table.
        files: hash and path of each file of evidence that it speaks of and that no purge has removed.
    """

    revision: str
    head: Head
    damage: Damage | None
    counts: dict[str, int]
    files: tuple[tuple[str, str], ...]


def save(engine: Engine, file: Path) -> None:
    """Write a journal, in the revision it has, into a new file of SQLite, while others go on writing.

    Raises:
        UsageError: a newer edition has written the journal, or its file is damaged.
    """
    with engine.connect() as connection:
        refuse_newer(engine, revision_of(connection))
    if engine.dialect.name == "sqlite":
        _vacuum(engine, file)
        return
    with _opened(file) as target, reading(engine).connect() as source, writing(target).begin() as there:
        make(there, revision_of(source))
        tables = MetaData()
        tables.reflect(there)
        _copy(source, there, [table for table in tables.sorted_tables if table.name != _VERSION])


def load(file: Path, engine: Engine) -> None:
    """Write a journal of the newest revision from its file into an empty database, all of it or nothing.

    Raises:
        UsageError: the database is not empty, or cannot keep the text.
    """
    with _opened(file) as origin, reading(origin).connect() as source, writing(engine).begin() as there:
        refuse_other_letters(there)
        there.execute(select(func.pg_advisory_xact_lock(UPGRADING)))
        if {_VERSION, *metadata.tables} & set(inspect(there).get_table_names()):
            raise _not_empty(engine)
        make(there, revision_of(source))
        _copy(source, there, metadata.sorted_tables)
        for table in metadata.sorted_tables:
            _number_on(there, table)


def survey(file: Path) -> Survey:
    """Prove the chain of a copy and count what it holds; nothing is written or upgraded."""
    with _opened(file) as engine, looking(engine) as connection:
        proof = prove(connection)
        names = [name for name in inspect(connection).get_table_names() if name != _VERSION]
        counts = {name: connection.scalar(select(func.count()).select_from(text(name))) or 0 for name in names}
        gone = set(purged_files(connection, purged(connection)))
        files = connection.execute(select(evidence.c.sha256, evidence.c.path).distinct().order_by(evidence.c.path))
        left = tuple((name, path) for name, path in files if (name, path) not in gone)
        return Survey(revision_of(connection), proof.head, proof.damage, counts, left)


@contextmanager
def _opened(file: Path) -> Iterator[Engine]:
    engine = open_engine(URL.create("sqlite", database=str(file)))
    try:
        yield engine
    finally:
        engine.dispose()


def _vacuum(engine: Engine, file: Path) -> None:
    """Let SQLite write what one reader sees; what was blanked and stands in free pages still is left behind."""
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        try:
            driver.execute("VACUUM INTO ?", (str(file),))
        except sqlite3.Error as error:
            raise of_a_file(error, place_of(engine)) or error from None


def _copy(source: Connection, target: Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        target.execute(table.delete())  # a new journal has its first rows
        names = [f"of_{column.name}" for column in table.columns]
        insert = table.insert().values({column.name: _kept(column, target) for column in table.columns})
        large = any(isinstance(column.type, LargeBinary) for column in table.columns)
        query = select(*map(_plain, table.columns)).execution_options(yield_per=_FEW if large else _MANY)
        for rows in source.execute(query).partitions():
            target.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])


def _plain(column: Column[Any]) -> Any:  # noqa: ANN401 - a column or an expression
    """JSON is copied as the text that is stored, because events know its hash."""
    return cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column


def _kept(column: Column[Any], target: Connection) -> Any:  # noqa: ANN401 - an expression
    if not isinstance(column.type, JSON):
        return bindparam(f"of_{column.name}", type_=column.type)
    stored = bindparam(f"of_{column.name}", type_=Text())
    return stored if target.dialect.name == "sqlite" else cast(stored, JSON)


def _number_on(target: Connection, table: Table) -> None:
    """Let a table that numbers its rows itself go on behind the last one."""
    if (key := table.autoincrement_column) is not None:
        last = func.coalesce(select(func.max(key)).scalar_subquery(), 0) + 1
        target.execute(select(func.setval(func.pg_get_serial_sequence(table.name, key.name), last, False)))


def _not_empty(engine: Engine) -> UsageError:
    return UsageError(
        "journal-not-empty",
        _("There is a journal in this database already, and none is ever overwritten."),
        todo=_("Name an empty database or another schema; drop the old tables yourself if nobody needs them."),
        place=place_of(engine),
    )
