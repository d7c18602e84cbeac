"""The journal: one object made of its parts."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL

from journal.collected import CollectedRows
from journal.database import open_engine, upgrade
from journal.events import Events
from journal.evidence import Evidence
from journal.findings import Findings
from journal.leases import Leases
from journal.lookup import Lookup
from journal.records import Records
from journal.runs import Runs
from journal.tracking import Deliveries


class Journal(Runs, CollectedRows, Records, Findings, Lookup, Deliveries, Leases, Evidence, Events):
    """Everything that is remembered. Every method that writes is one durable transaction with its events."""

    @classmethod
    def open(cls, folder: Path, url: str | None = None) -> Self:
        """Open a journal, making it or bringing it up to date where needed.

        Args:
            folder: where ``journal.db`` and ``evidence/`` lie; made, for its owner alone, if it is not there.
            url: another database as an SQLAlchemy URL; evidence stays below ``folder``.

        Raises:
            UsageError: a newer edition of this program has written the journal.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = open_engine(url or URL.create("sqlite", database=str(folder / "journal.db")))
        try:
            upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, folder)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()
