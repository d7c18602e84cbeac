"""Addresses: which databases there are, with which driver each is spoken to, and what an address may not hold."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from words.errors import Place, UsageError
from words.languages import gettext as _

_SECRET_OPTIONS = ("user", "password", "passwd", "passfile", "sslpassword", "uid", "pwd")


@dataclass(frozen=True, slots=True)
class Driver:
    """How one kind of database is spoken to.

    Attributes:
        name: the driver as SQLAlchemy names it.
        module: what has to be importable.
        extra: the extra of this distribution that installs it; empty if it always is.
        snapshot: what begins a transaction that only reads and sees one moment throughout.
        title: the name that people know it by.
    """

    name: str
    module: str
    extra: str
    snapshot: tuple[str, ...]
    title: str


_POSTGRESQL = Driver(
    "postgresql+psycopg", "psycopg", "", ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",), "PostgreSQL"
)
_MYSQL = Driver(
    "mysql+pymysql",
    "pymysql",
    "",
    (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ),
    "MySQL",
)
DRIVERS = {
    "postgresql": _POSTGRESQL,
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": Driver("sqlite+pysqlite", "sqlite3", "", (), "SQLite"),
    "oracle": Driver("oracle+oracledb", "oracledb", "oracle", ("SET TRANSACTION READ ONLY",), "Oracle"),
    "mssql": Driver("mssql+pyodbc", "pyodbc", "sqlserver", (), "SQL Server"),
}


def address_of(written: str) -> URL:
    """Return an address with its driver; names of hosts in braces may still stand in it.

    Raises:
        ValueError: it is none, is of an unknown kind of database, or holds a user or a password.
    """
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):  # their words would repeat the address, and it may hold a password
        raise ValueError("this is not the address of a database, such as postgresql://{front}/exchange") from None
    kind, _plus, driver = url.drivername.partition("+")
    known = DRIVERS.get(kind)
    if known is None or driver not in ("", known.name.partition("+")[2]):
        raise ValueError(f"an address begins with one of {', '.join(f'{name}://' for name in DRIVERS)}")
    if url.username or url.password is not None or any(option.lower() in _SECRET_OPTIONS for option in url.query):
        raise ValueError("an address holds neither user nor password: write user and secret")
    return url.set(drivername=known.name)


def driver_of(url: URL, system: str) -> Driver:
    """Return the driver for an address.

    Raises:
        UsageError: it, or a library that it needs, is not installed.
    """
    driver = DRIVERS[url.get_backend_name()]
    try:
        import_module(driver.module)
    except ImportError as error:
        raise UsageError(
            "driver-missing",
            _("The driver for {database} is not installed: {reason}").format(database=driver.title, reason=error),
            todo=_("Install it: pip install 'yinxin[{extra}]'").format(extra=driver.extra),
            place=Place(system=system, field="url"),
        ) from None
    return driver
