"""The database: looking at it, bringing it up to date, and the two kinds of transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, func, inspect, select, text

from journal.engines import reading, writing
from journal.schema import REVISION, chain, leases, metadata
from journal.trouble import place_of, refused
from words.errors import SystemFailure, UsageError
from words.languages import gettext as _

UPGRADING = 0x5978  # any number that nobody else locks
_HOLD_CHAIN = select(chain.c.id).with_for_update()
_LEASES_OF = select(func.count()).select_from(leases)
_MAY_MAKE_TABLES = text("SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")

Item = TypeVar("Item")


class Facts(NamedTuple):
    """What kind of database a journal lies on, in which version, and its revision; none has been made if empty."""

    kind: str
    version: str
    revision: str


def look(engine: Engine) -> Facts:
    """Return what is there, changing nothing.

    Raises:
        UsageError: nothing is there yet, and the server would not let it be made.
    """
    with engine.connect() as connection:
        version = connection.dialect.server_version_info or ()
        kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.dialect.name]
        facts = Facts(kind, ".".join(map(str, version)), revision_of(connection))
        if not facts.revision and engine.dialect.name == "postgresql":
            refuse_other_letters(connection)
            if not connection.scalar(_MAY_MAKE_TABLES):
                raise refused(_("this user may make no tables there"), place_of(engine))
        return facts


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision; one that is there already costs one look.

    Raises:
        UsageError: a newer edition of this program has written the journal.
    """
    with engine.connect() as connection:
        stored = revision_of(connection)
    refuse_newer(engine, stored)
    if stored < REVISION:
        _migrate(engine)


def refuse_newer(engine: Engine, stored: str) -> None:
    """Refuse a journal that this edition would not understand.

    Raises:
        UsageError: a newer edition of this program has written the journal.
    """
    if stored > REVISION:
        raise UsageError(
            "journal-too-new",
            _("This journal was written by a newer edition (revision {stored}).").format(stored=stored),
            todo=_("Install the newer edition; an older one would not understand what it wrote."),
            place=place_of(engine),
        )


def revision_of(connection: Connection) -> str:
    """Return the revision of the tables; none has been made if empty."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _migrate(engine: Engine) -> None:
    with writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            refuse_other_letters(connection)
            # There is no table yet on which two newcomers could wait.
            connection.execute(select(func.pg_advisory_xact_lock(UPGRADING)))
        stored = revision_of(connection)
        if not stored and not inspect(connection).get_table_names():
            make(connection)
        elif stored < REVISION:
            _step_up(connection, "head")


def refuse_other_letters(connection: Connection) -> None:
    """Refuse a server's database that could not keep every character.

    Raises:
        UsageError: its encoding is not UTF-8.
    """
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise UsageError(
            "journal-encoding",
            _("The journal's database keeps its text in {encoding}, which lacks most characters.").format(
                encoding=encoding
            ),
            todo=_("Let the administrator make a database with ENCODING 'UTF8' TEMPLATE template0."),
            place=place_of(connection.engine),
        )


def make(connection: Connection, revision: str = REVISION) -> None:
    """Make the tables of a new journal, which has nothing to migrate; a test keeps this equal to the migrations."""
    if revision != REVISION:
        _step_up(connection, revision)
        return
    metadata.create_all(connection, checkfirst=False)
    connection.execute(chain.insert().values(id=1, seq=0, hash="0" * 64))
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})


def _step_up(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


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
        self._reader = reading(engine)
        self._writer = writing(engine)
        self._fence: tuple[str, int] | None = None

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._reader.connect()

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
