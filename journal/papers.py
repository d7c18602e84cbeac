"""Comparing receipts and the files of evidence with what the events say of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

from sqlalchemy import Connection, Table, select

from journal.flaws import Flaw, Found, digest, first_seq
from journal.purged import Purged
from journal.schema import events, evidence, receipts


def compare_receipts(connection: Connection, found: Found, purged: Purged) -> None:
    """Every receipt is there, byte for byte."""
    _one_for_one(connection, found, receipts, "receipt", ("feed", "batch", "kind", "about"))
    query = select(receipts.c.id, receipts.c.sha256, receipts.c.content).execution_options(yield_per=20)
    for number, name, content in connection.execute(query.order_by(receipts.c.id)):
        found.checked["receipts"] += 1
        if number in purged.receipts and not content:
            found.purged["receipts"] += 1
        elif digest(content) != name:
            subject = f"receipt/{name}"
            found.flaws.append(Flaw(first_seq(connection, subject), subject, "changed", "content"))


def compare_evidence(connection: Connection, found: Found, purged: Purged, folder: Path) -> None:
    """Every file of evidence is there and has the hash under which it was kept."""
    _one_for_one(connection, found, evidence, "evidence", ("kind", "about", "path"))
    pieces: dict[tuple[str, str], list[int]] = {}
    for number, name, path in connection.execute(select(evidence.c.id, evidence.c.sha256, evidence.c.path)):
        pieces.setdefault((name, path), []).append(number)
    for (name, path), numbers in pieces.items():
        found.checked["evidence"] += 1
        actual, gone = _file_hash(folder / path), purged.evidence.issuperset(numbers)
        subject = f"evidence/{name}"
        if gone and actual is None:
            found.purged["evidence"] += 1
        elif gone:
            found.flaws.append(Flaw(first_seq(connection, subject), subject, "still-there", path))
        elif actual != name:
            problem = Flaw(first_seq(connection, subject), subject, "other-file" if actual else "no-file", path)
            found.flaws.append(problem)


def _one_for_one(connection: Connection, found: Found, table: Table, word: str, names: tuple[str, ...]) -> None:
    """Compare rows with their events; nothing may be left over on either side."""
    told: dict[tuple[str, ...], list[int]] = {}
    query = select(events.c.seq, events.c.run_id, events.c.subject, events.c.data).order_by(events.c.seq)
    for seq, run_id, subject, data in connection.execute(query.where(events.c.kind == f"{word}.kept")):
        values = json.loads(data)
        told.setdefault((subject, run_id, *(values[name] for name in names)), []).append(seq)
    query = select(table.c.sha256, table.c.run_id, *(table.c[name] for name in names))
    rows = connection.execute(query)
    there: Counter[tuple[str, ...]] = Counter((f"{word}/{row[0]}", *row[1:]) for row in rows)
    for kept, seqs in told.items():
        found.flaws += [Flaw(seq, kept[0], "missing") for seq in seqs[there[kept] :]]
    surplus = there - Counter({kept: len(seqs) for kept, seqs in told.items()})
    found.flaws += [Flaw(0, kept[0], "unrecorded") for kept in surplus.elements()]


def _file_hash(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # not there, not readable, or no name that a file can have
        return None
