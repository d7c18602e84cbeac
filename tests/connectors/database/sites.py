"""Databases for one test: SQLite, PostgreSQL and MariaDB, and connectors to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from connectors.base import Known, Row, Window
from connectors.browser import Browsers
from connectors.courtesy import UNLIMITED, Turns
from connectors.database.declared import DatabaseDeclared
from connectors.database.feed import DatabaseFeed
from connectors.database.kind import KIND
from connectors.database.ledgers import DatabaseLedgers
from connectors.database.source import DatabaseSource
from connectors.kinds import Given
from connectors.secrets import Secrets
from mappings.mapping import Mapping
from mappings.profiles import Profile
from tests.mariadb import Server
from tests.postgres import Cluster
from words.declared import parse

ROOT = Path(__file__).parents[3]
MAPPING = Mapping.parse((ROOT / "mappings/bureau.yaml").read_text(encoding="utf-8"), "mappings/bureau.yaml", "bureau")
PROFILE = """\
standard: licence
edition: "2018"
title: 前置库
encoding: gbk
date_format: "%Y/%m/%d"
columns:
  - {field: document_number, header: XK_WSH}
  - {field: name, header: XK_XDR_MC}
  - {field: content, header: XK_NR, length: 4000}
  - {field: decision_date, header: XK_JDRQ}
  - {field: status, header: XK_ZT, codes: {有效: "1", 无效: "2"}}
"""


@dataclass
class Site:
    """One database.

    Attributes:
        kind: sqlite, postgresql or mariadb.
        url: its address as a connector declares it.
        user: who may do everything there.
        folder: the workspace of its connectors.
        execute: runs statements and returns what the last one gives.
        here: its schema or database, in which users are given rights.
    """

    kind: str
    url: str
    user: str
    folder: Path
    execute: Callable[[Sequence[str]], list[tuple[Any, ...]]]
    here: str = ""
    _opened: list[Any] = field(default_factory=list)

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements, and return what the last one gives."""
        return self.execute(statements)

    def declared(self, read: dict[str, Any], **more: Any) -> DatabaseDeclared:
        """Return a connector's declaration, as it is read from its file."""
        told = {
            "kind": "database",
            "title": "前置库",
            "url": self.url,
            "user": self.user,
            "timeout": 20,
            "verify": False,
            "mapping": "bureau",
            "read": read,
            **more,
        }
        return parse(DatabaseDeclared, yaml.safe_dump(told, allow_unicode=True), "connectors/front.yaml")

    def given(self, declared: DatabaseDeclared, turns: Turns = UNLIMITED) -> Given[DatabaseDeclared]:
        """Return what a workspace hands to a connector."""
        profile = Profile.parse(PROFILE, "mappings/front.profile.yaml", "front")
        secrets = Secrets(self.folder / "secrets.toml")
        return Given("front", declared, MAPPING, profile, self.folder, secrets, Browsers(), turns)

    def source(self, **read: Any) -> DatabaseSource:
        """Return a source that reads what is declared."""
        source = KIND.source(self.given(self.declared(read)))
        assert isinstance(source, DatabaseSource)
        self._opened.append(source)
        return source

    def ledgers(self, **read: Any) -> DatabaseLedgers:
        """Return ledgers that read what is declared."""
        ledgers = KIND.ledgers(self.given(self.declared(read)))
        assert isinstance(ledgers, DatabaseLedgers)
        return ledgers

    def feed(self, write: dict[str, Any], read: dict[str, Any] | None = None, **more: Any) -> DatabaseFeed:
        """Return a feed that writes what is declared."""
        shown = read or {"table": "shown", "key": ["XK_WSH"]}
        feed = KIND.feed(self.given(self.declared(shown, profile="front", write=write, **more)))
        assert isinstance(feed, DatabaseFeed)
        self._opened.append(feed)
        return feed

    async def close(self) -> None:
        """Close what was opened."""
        for each in self._opened:
            await each.close()


def on_file(folder: Path) -> Site:
    """Make a file."""
    file = folder / "front.db"

    def execute(statements: Sequence[str]) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            return [connection.execute(statement).fetchall() for statement in statements][-1]

    execute(["PRAGMA journal_mode=WAL"])
    return Site("sqlite", "sqlite:///front.db", "", folder, execute)


def on_postgres(cluster: Cluster, folder: Path) -> Site:
    """Make a schema."""
    import psycopg

    address = cluster.fresh()
    schema = address.rpartition("search_path%3D")[2]

    options = f"-csearch_path={schema}"

    def execute(statements: Sequence[str]) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host=str(cluster.folder), user="yinxin", dbname="postgres", autocommit=True, options=options
        ) as connection:
            cursors = [connection.execute(statement.encode()) for statement in statements]
            return cursors[-1].fetchall() if cursors[-1].description else []

    url = f"postgresql:///postgres?host={quote(str(cluster.folder))}&options=-csearch_path%3D{schema}"
    return Site("postgresql", url, "yinxin", folder, execute, schema)


def on_mariadb(server: Server, folder: Path) -> Site:
    """Make a database."""
    name = server.fresh()
    return Site(
        "mariadb",
        server.address(name),
        "yinxin",
        folder,
        lambda statements: server.run(*statements, database=name),
        name,
    )


async def rows_of(source: DatabaseSource, window: Window, known: Known | None = None) -> list[Row]:
    """Return all rows that a source gives for a window."""
    rows: list[Row] = []
    async for page in source.collect(window, known or {}):
        rows += page.rows
    return rows


def remembered(rows: Sequence[Row]) -> Known:
    """Return rows as a journal would remember them."""
    return {row.key: (row.digest, row.payload) for row in rows}
