"""Engines: how each kind of database is opened, so that all keep the same promises and no password is shown."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine, event

from connectors.database.addresses import address_of, driver_of
from connectors.database.declared import DatabaseDeclared
from connectors.database.trouble import explain_errors
from words.errors import Place, UsageError
from words.languages import gettext as _

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

#: Values that psycopg would turn into something less exact than what the server writes.
_AS_WRITTEN = ("interval", "json", "jsonb", "money", "xml")
_SQL_SERVER = "ODBC Driver 18 for SQL Server"


def open_engine(declared: DatabaseDeclared, password: str, folder: Path) -> Engine:
    """Return an engine on a declared database; nothing is asked of it yet.

    Args:
        declared: the database, addresses filled in.
        password: of its user, or nothing.
        folder: the workspace, which files are relative to.

    Raises:
        UsageError: its driver is not installed, or what stands for a host in its address makes it none.
    """
    system = declared.title
    url = _address(declared, system)
    driver_of(url, system)
    if url.get_backend_name() == "sqlite":
        url = _on_file(url, folder)
    elif declared.user:
        url = url.set(username=declared.user, password=password or None)
    url, arguments = secured(url, declared, folder)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=declared.connections,
        max_overflow=0,
        pool_timeout=declared.timeout,
        connect_args=arguments,
    )
    event.listen(engine, "connect", _settling(url, declared.timeout))
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN") and None)
    explain_errors(engine, system)
    return engine


def _address(declared: DatabaseDeclared, system: str) -> URL:
    try:
        return address_of(declared.url)
    except ValueError as error:
        raise UsageError(
            "bad-address",
            _("The address of this database cannot be used: {reason}").format(reason=error),
            todo=_("Correct “url” in the connector, or its host under [hosts] in yinxin.toml."),
            place=Place(system=system, field="url"),
        ) from None


def _on_file(url: URL, folder: Path) -> URL:
    """Return the address of a file below the workspace; one that is not there is not made."""
    file = (folder / (url.database or "")).resolve()
    return url.set(database=file.as_uri()).update_query_dict({"mode": "rw", "uri": "true"})


def secured(url: URL, declared: DatabaseDeclared, folder: Path) -> tuple[URL, dict[str, Any]]:
    """Return the address and the arguments with which the driver verifies the server, and waits as long as it may."""
    ca = str(folder / declared.ca) if declared.ca else None
    seconds = declared.timeout
    kind = url.get_backend_name()
    if kind == "postgresql":
        mode = {"sslmode": "verify-full", "sslrootcert": ca or "system"} if declared.verify else {}
        return url, {"connect_timeout": max(2, round(seconds)), "client_encoding": "utf8", **mode, **_waits(url)}
    if kind == "mysql":
        times = {"connect_timeout": seconds, "read_timeout": seconds, "write_timeout": seconds}
        return url, {**times, "charset": "utf8mb4", **_secured_mysql(url, ca, verify=declared.verify)}
    if kind == "oracle":
        return url, {"tcp_connect_timeout": seconds, **(_secured_oracle(url, ca) if declared.verify else {})}
    if kind == "mssql":
        trust = "no" if declared.verify else "yes"
        options = {"driver": _SQL_SERVER, "Encrypt": "yes", "TrustServerCertificate": trust, **url.query}
        return url.set(query=options), {"timeout": max(1, round(seconds))}
    return url, {"timeout": seconds}


def _secured_mysql(url: URL, ca: str | None, *, verify: bool) -> dict[str, Any]:
    """A socket on this machine needs no encryption; without verifying, the driver encrypts if the server can."""
    if "unix_socket" in url.query:
        return {"ssl_disabled": True}
    return {"ssl": ssl.create_default_context(cafile=ca)} if verify else {}


def _secured_oracle(url: URL, ca: str | None) -> dict[str, Any]:
    """SQLAlchemy writes out an address without encryption, which would win over any other argument."""
    service = url.query.get("service_name")
    there = f"SERVICE_NAME={service}" if service else f"SID={url.database}"
    address = f"(ADDRESS=(PROTOCOL=TCPS)(HOST={url.host})(PORT={url.port or 2484}))"
    dsn = f"(DESCRIPTION={address}(CONNECT_DATA=({there}))(SECURITY=(SSL_SERVER_DN_MATCH=ON)))"
    return {"dsn": dsn, "ssl_context": ssl.create_default_context(cafile=ca)}


def _waits(url: URL) -> dict[str, str]:
    """A server or a network that is gone is noticed in the end."""
    waits = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000"}
    return {name: value for name, value in waits.items() if name not in url.query}


def _settling(url: URL, seconds: float) -> Any:  # noqa: ANN401 - a listener
    """Return what makes a new session keep its promises: text as it is written, no silent cutting, no endless wait."""
    statements = {
        "postgresql": (f"SET statement_timeout = {round(seconds * 1000)}",),
        "mysql": ("SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",),
    }.get(url.get_backend_name(), ())

    def settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        if url.get_backend_name() == "postgresql":
            _as_written(connection)
        if url.get_backend_name() == "sqlite":
            connection.isolation_level = None  # the driver would begin transactions late and only for some statements
        if url.get_backend_name() == "oracle":
            connection.call_timeout = round(seconds * 1000)
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    return settle


def _as_written(connection: Any) -> None:  # noqa: ANN401 - psycopg's own connection
    from psycopg.types.string import TextLoader

    for name in _AS_WRITTEN:
        connection.adapters.register_loader(name, TextLoader)
