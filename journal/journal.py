"""The journal: one object made of its parts."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Engine

from journal.alarms import Alarms
from journal.auditing import Auditing
from journal.collected import CollectedRows
from journal.counting import Counting
from journal.database import Facts, look, upgrade
from journal.decisions import Decisions
from journal.engines import open_engine
from journal.events import Events
from journal.evidence import Evidence
from journal.findings import Findings
from journal.firings import Firings
from journal.lookup import Lookup
from journal.purging import Purging
from journal.records import Records
from journal.runs import Runs
from journal.tracking import Deliveries
from journal.trouble import place_of
from words.errors import Place

_FILE = "journal.db"


def _engine(folder: Path, url: str | URL | None) -> Engine:
    return open_engine(url or URL.create("sqlite", database=str(folder / _FILE)))


class Journal(
    Decisions,
    Runs,
    Counting,
    CollectedRows,
    Records,
    Findings,
    Lookup,
    Deliveries,
    Firings,
    Alarms,
    Evidence,
    Events,
    Auditing,
    Purging,
):
    """Everything that is remembered. Every method that writes is one durable transaction with its events."""

    @classmethod
    def open(cls, folder: Path, url: str | URL | None = None) -> Self:
        """Open a journal, making it or bringing it up to date where needed.

        Args:
            folder: where ``journal.db`` and ``evidence/`` lie; made, for its owner alone, if it is not there.
            url: another database as an SQLAlchemy URL; evidence stays below ``folder``.

        Raises:
            UsageError: a newer edition of this program has written the journal; or its server refuses.
            SystemFailure: its server cannot be reached. This may come of every method, too.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = _engine(folder, url)
        try:
            upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, folder)

    @staticmethod
    def look(folder: Path, url: str | URL | None = None) -> Facts | None:
        """Return what there is at a journal's place, without making or upgrading it; None if there is no file."""
        if url is None and not (folder / _FILE).is_file():
            return None
        engine = _engine(folder, url)
        try:
            return look(engine)
        finally:
            engine.dispose()

    @property
    def place(self) -> Place:
        """Where it lies, for whoever has to look there; never with a password."""
        return place_of(self._engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()
