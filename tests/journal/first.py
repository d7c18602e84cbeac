"""A journal of the first schema, as it was when nobody had thought of a second one.

``first_schema.tar.gz`` holds ``journal.db`` and ``evidence/`` of a workspace after one run of a disclosure bot. They
were written by the code of the first schema itself: its bot ran against the sandbox city (seed 1, scale 0.016),
collected, mapped and reconciled 44 rows, and its own journal then moved the 28 deliveries: 1–4 stay prepared, 5–8 sent,
9–12 are unknown, 13 and 14 rejected, 15–17 accepted, 18 is withdrawn, the others are confirmed. Pictures were left out.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

from sqlalchemy import URL, MetaData

from journal.copying import _copy, _number_on
from journal.database import make
from journal.engines import open_engine
from journal.schema import metadata

ARCHIVE = Path(__file__).with_name("first_schema.tar.gz")
REVISION = "0001"
STATES = {"prepared": 4, "sent": 4, "unknown": 4, "rejected": 2, "accepted": 3, "withdrawn": 1, "confirmed": 10}
HEAD = "2f671336aa640c7fe4bb5d89f8dc8e00f4bc8b98e26d9b92e2e78bc3116c906d"


def lay_out(folder: Path) -> None:
    """Put the journal and its evidence into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(ARCHIVE) as tar:
        tar.extractall(folder, filter="data")


def serve(folder: Path, address: str) -> None:
    """Move the journal of a folder into a server's tables of the first schema, which its own migration makes."""
    file, server = open_engine(URL.create("sqlite", database=str(folder / "journal.db"))), open_engine(address)
    with file.connect() as source, server.begin() as there:
        make(there, REVISION)
        tables = MetaData()
        tables.reflect(there)
        _copy(source, there, [table for table in tables.sorted_tables if table.name != "alembic_version"])
        for name in set(tables.tables) & set(metadata.tables):
            _number_on(there, metadata.tables[name])
    for engine in (file, server):
        engine.dispose()
    (folder / "journal.db").unlink()
