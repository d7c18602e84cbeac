"""One database a test, on every kind that can be run here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.connectors.database.sites import Site, on_file, on_mariadb, on_postgres
from tests.mariadb import mariadb
from tests.postgres import postgres

__all__ = ["mariadb", "postgres"]

MADE: dict[str, Callable[[Path, pytest.FixtureRequest], Site]] = {
    "sqlite": lambda folder, _request: on_file(folder),
    "postgresql": lambda folder, request: on_postgres(request.getfixturevalue("postgres"), folder),
    "mariadb": lambda folder, request: on_mariadb(request.getfixturevalue("mariadb"), folder),
}


@pytest.fixture(params=MADE)
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """A database that nobody has used."""
    made = MADE[request.param](tmp_path, request)
    yield made
    await made.close()


servers = pytest.mark.parametrize("site", ["postgresql", "mariadb"], indirect=True)
