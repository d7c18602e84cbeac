"""Engines: how each kind of database is opened, so that both keep the same promises."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from journal.texts import canonical, storable
from journal.trouble import explain_errors

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_WAIT = 60  # seconds that a writer waits for its turn, and a server for a client that fell silent while writing
_WRITES = "journal_writes"
_LOCKED = retry_if_exception_type(sqlite3.OperationalError)

#: A server or a network that is gone is noticed after this many seconds, or milliseconds where libpq says so.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


def open_engine(url: str | URL) -> Engine:
    """Return an engine on the journal's database; nothing is read yet.

    SQLite is opened with write-ahead log and full synchronisation: what was committed survives the loss of power.
    PostgreSQL is asked for the same.
    """
    url = make_url(url)
    opened = _on_file(url) if url.get_backend_name() == "sqlite" else _on_server(url)
    event.listen(opened, "before_cursor_execute", _make_storable, retval=True)
    explain_errors(opened)
    return opened


def writing(engine: Engine) -> Engine:
    """Return the engine for transactions that write: each waits for its turn when it begins."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{_WRITES: True})
    # Whoever has waited for its turn has to see what the one before it wrote.
    return engine.execution_options(isolation_level="READ COMMITTED")


def reading(engine: Engine) -> Engine:
    """Return the engine for transactions that only read: all questions of one are answered as of one moment."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")


def _on_file(url: URL) -> Engine:
    engine = create_engine(url, json_serializer=canonical, hide_parameters=True, connect_args={"timeout": float(_WAIT)})
    event.listen(engine, "connect", _settle_file)
    event.listen(engine, "begin", _begin)
    return engine


def _settle_file(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
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


def _on_server(url: URL) -> Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    engine = create_engine(
        url.update_query_dict(patience),
        json_serializer=canonical,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"client_encoding": "utf8"},  # a server without an encoding of its own would answer in bytes
    )
    event.listen(engine, "connect", _settle_session)
    return engine


def _settle_session(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # A machine that vanished in the middle of a transaction would hold up all others for hours.
    bounds = [f"SET {name} = '{_WAIT}s'" for name in ("lock_timeout", "idle_in_transaction_session_timeout")]
    cursor = connection.cursor()
    cursor.execute("; ".join(["SET synchronous_commit = on", *bounds]))
    cursor.close()
    connection.commit()


def _make_storable(
    _connection: Connection,
    _cursor: object,
    statement: str,
    parameters: Any,  # noqa: ANN401 - whatever the statement takes
    _context: object,
    _many: bool,
) -> tuple[str, Any]:
    return statement, _storable(parameters)


def _storable(value: Any) -> Any:  # noqa: ANN401 - text, or what holds it
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _storable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_storable, value))
    return value
