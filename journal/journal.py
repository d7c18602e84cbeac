"""The journal: one object made of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Engine

from journal.alarms import Alarms
from journal.auditing import Auditing
from journal.collected import CollectedRows
from journal.copying import load, save
from journal.counting import Counting
from journal.crew import Crew
from journal.database import Facts, look, upgrade
from journal.decisions import Decisions
from journal.dispositions import Dispositions
from journal.edges import Edges
from journal.engines import open_engine
from journal.events import Events
from journal.evidence import Evidence
from journal.findings import Findings
from journal.firings import Firings
from journal.judgements import Judgements
from journal.lookup import Lookup
from journal.purging import Purging
from journal.records import Records
from journal.restoring import Restoring
from journal.runs import Runs
from journal.tallying import Tallies
from journal.tracking import Deliveries
from journal.trouble import place_of
from words.errors import Place

FILE = "journal.db"


def _engine(folder: Path, url: str | URL | None) -> Engine:
    return open_engine(url or URL.create("sqlite", database=str(folder / FILE)))


@contextmanager
def _using(folder: Path, url: str | URL | None) -> Iterator[Engine]:
    engine = _engine(folder, url)
    try:
        yield engine
    finally:
        engine.dispose()


class Journal(
    Decisions,
    Dispositions,
    Runs,
    Counting,
    CollectedRows,
    Edges,
    Records,
    Findings,
    Lookup,
    Judgements,
    Deliveries,
    Firings,
    Alarms,
    Crew,
    Tallies,
    Evidence,
    Events,
    Auditing,
    Purging,
    Restoring,
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
        if url is None and not (folder / FILE).is_file():
            return None
        with _using(folder, url) as engine:
            return look(engine)

    @staticmethod
    def copy(folder: Path, url: str | URL | None, file: Path) -> None:
        """Write the journal as of one moment into a new file, without upgrading it, while others go on writing.

        Raises:
            UsageError: a newer edition of this program has written the journal, or its file is damaged.
        """
        with _using(folder, url) as engine:
            save(engine, file)

    @staticmethod
    def move_to(folder: Path, url: str | URL) -> None:
        """Write the journal that is a file in a folder into an empty database; the file stays.

        Raises:
            UsageError: the database is not empty, or its server refuses.
            SystemFailure: its server cannot be reached.
        """
        with _using(folder, url) as engine:
            load(folder / FILE, engine)

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
