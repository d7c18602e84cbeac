"""The kind ``database``: a system that is reached by its tables."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from connectors.base import Feed, Ledgers, Source
from connectors.database.addresses import DRIVERS
from connectors.database.declared import DatabaseDeclared
from connectors.database.feed import DatabaseFeed
from connectors.database.ledgers import DatabaseLedgers
from connectors.database.opened import Database
from connectors.database.source import DatabaseSource
from connectors.kinds import Given, Kind, Reached, lacks
from words.languages import gettext as _


class DatabaseKind(Kind[DatabaseDeclared]):
    """Databases as sources, as ledgers and as feeds."""

    declared = DatabaseDeclared

    def source(self, given: Given[DatabaseDeclared]) -> Source:
        """Return a table as a source."""
        return DatabaseSource(given.name, Database(given), given.reading())

    def ledgers(self, given: Given[DatabaseDeclared]) -> Ledgers:
        """Return a table as a department's ledger."""
        return DatabaseLedgers(given.name, Database(given), given.reading())

    def feed(self, given: Given[DatabaseDeclared]) -> Feed:
        """Return exchange tables as a feed.

        Raises:
            UsageError: it declares none.
        """
        profile = given.writing()
        if given.declared.write is None:
            raise lacks(given.name, "write")
        return DatabaseFeed(given.name, Database(given), profile, given.declared.write)

    async def reach(self, given: Given[DatabaseDeclared], patience: float) -> Reached:
        """Sign in and ask for the version; nothing is left behind."""
        quick = given.declared.model_copy(update={"timeout": patience, "connections": 1})
        database = Database(replace(given, declared=quick))
        try:
            return Reached(await asyncio.to_thread(_version, database))
        finally:
            await database.close()


def _version(database: Database) -> str:
    with database.engine.connect() as connection:
        dialect = connection.dialect
        title = "MariaDB" if getattr(dialect, "is_mariadb", False) else DRIVERS[dialect.name].title
        version = ".".join(str(part) for part in dialect.server_version_info or ())
    return _("{url} is {database} {version}").format(url=database.declared.url, database=title, version=version)


KIND = DatabaseKind()
