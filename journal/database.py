"""The database: opening it durably, bringing it up to date, and the two kinds of transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, make_url, select, text
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from journal.schema import REVISION, chain, leases, metadata
from journal.texts import canonical
from words.errors import Place, SystemFailure, UsageError
from words.languages import gettext as _

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_WAIT = 60.0  # seconds that a writer waits for its turn
_WRITES = "journal_writes"
_UPGRADING = 0x5978  # any number that nobody else locks
_HOLD_CHAIN = select(chain.c.id).with_for_update()
_LEASES_OF = select(func.count()).select_from(leases)

_LOCKED = retry_if_exception_type(sqlite3.OperationalError)

Item = TypeVar("Item")


def open_engine(url: str | URL) -> Engine:
    """Return an engine on the journal's database; nothing is read yet.

    SQLite is opened with write-ahead log and full synchronisation: what was committed survives the loss of power.
    """
    sqlite = make_url(url).get_backend_name() == "sqlite"
    engine = create_engine(url, json_serializer=canonical, connect_args={"timeout": _WAIT} if sqlite else {})
    if sqlite:
        event.listen(engine, "connect", _settle)
        event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin transactions late and only for some statements
    cursor = connection.cursor()
    # The change to the write-ahead log is the one statement that does not wait for others by itself.
    for attempt in Retrying(stop=stop_after_delay(_WAIT), wait=wait_random(0.01, 0.1), retry=_LOCKED, reraise=True):
        with attempt:
            cursor.execute("PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A reader that turns writer in the middle fails at once when another has written; a writer says so at the start.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision; one that is there already costs one look.

    Raises:
        UsageError: a newer edition of this program has written the journal.
    """
    with engine.connect() as connection:
        stored = _revision(connection)
    if stored > REVISION:
        raise UsageError(
            "journal-too-new",
            _("This journal was written by a newer edition (revision {stored}).").format(stored=stored),
            todo=_("Install the newer edition; an older one would not understand what it wrote."),
            place=Place(file=engine.url.database),
        )
    if stored < REVISION:
        _migrate(engine)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _migrate(engine: Engine) -> None:
    with engine.execution_options(**{_WRITES: True}).begin() as connection:
        if engine.dialect.name == "postgresql":  # there is no table yet on which two newcomers could wait
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
        stored = _revision(connection)
        if not stored and not inspect(connection).get_table_names():
            _create(connection)
        elif stored < REVISION:
            _step_up(connection)


def _create(connection: Connection) -> None:
    """A new journal has nothing to migrate; a test keeps this equal to what the migrations make."""
    metadata.create_all(connection)
    connection.execute(chain.insert().values(id=1, seq=0, hash="0" * 64))
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})


def _step_up(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


class LeaseLost(SystemFailure):
    """Another process has taken over what this one was at; nothing was written."""

    def __init__(self) -> None:
        sentence = _("This process did not report for so long that another one took over its work.")
        super().__init__(
            "lease-lost", sentence, todo=_("Nothing is lost: run “yinxin resume” if no other run is going on.")
        )


class Book:
    """A database and its folder, with the two kinds of transaction; the parts of the journal build on it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.folder = folder
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._fence: tuple[str, int] | None = None

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._engine.connect()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction, alone: all of it is durable at the end, or none of it."""
        with self._writer.begin() as connection:
            connection.scalar(_HOLD_CHAIN)
            self._check_fence(connection)
            yield connection

    @contextmanager
    def _fenced(self, holder: str, count: int) -> Iterator[None]:
        """Let nothing be written inside the block unless the holder still has so many leases."""
        self._fence = (holder, count)
        try:
            yield
        finally:
            self._fence = None

    def _check_fence(self, connection: Connection) -> None:
        """A process that slept for too long finds its leases taken over, and must not go on as if it had them."""
        if self._fence is None:
            return
        holder, count = self._fence
        if connection.scalar(_LEASES_OF.where(leases.c.holder == holder)) != count:
            raise LeaseLost


def batches(items: Sequence[Item], size: int = 500) -> Iterator[list[Item]]:
    """Yield the items in lists of at most ``size``, which keeps a statement below every driver's parameter limit."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def insert_all(connection: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:  # noqa: ANN401
    """Insert the rows in one go; none is fine."""
    if rows:
        connection.execute(table.insert(), rows)
