"""What others showed us: receipts in the database, evidence as files named by their hash."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from journal.database import Book
from journal.events import Entry, append
from journal.schema import evidence, receipts
from journal.texts import now, sha256

_RECEIPT = ("at", "feed", "batch", "kind", "about", "sha256", "content")
_EVIDENCE = ("sha256", "path", "kind", "about", "at")


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """What a feed answered, as it came."""

    at: str
    feed: str
    batch: str
    kind: str
    about: str
    sha256: str
    content: bytes

    @property
    def purged(self) -> bool:
        """Whether a purge has removed the content."""
        return not self.content and self.sha256 != sha256(b"")


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One piece of evidence; ``path`` is relative to the journal's folder, with forward slashes."""

    sha256: str
    path: str
    kind: str
    about: str
    at: str


class Evidence(Book):
    """Keeping receipts and evidence."""

    def keep_receipt(self, run_id: str, feed: str, batch: str, kind: str, content: bytes, about: str) -> str:
        """Keep what a feed answered, byte for byte, and return its SHA-256.

        Args:
            run_id: the run.
            feed: the feed that answered.
            batch: the feed's batch number, or empty.
            kind: what it is, such as ``upload-answer`` or ``error-workbook``.
            content: the bytes as they came.
            about: what it speaks of, such as the batch file's SHA-256; not personal, because it enters the event log.
        """
        digest = sha256(content)
        told = {"feed": feed, "batch": batch, "kind": kind, "about": about}
        with self._writing() as connection:
            row = {"run_id": run_id, "at": now(), **told, "sha256": digest, "content": content}
            connection.execute(receipts.insert().values(row))
            append(connection, [Entry(run_id, "receipt.kept", f"receipt/{digest}", told)])
        return digest

    def receipts_of(self, run_id: str) -> list[ReceiptRow]:
        """Return the receipts of a run in their order."""
        query = select(*(receipts.c[name] for name in _RECEIPT)).where(receipts.c.run_id == run_id)
        with self._reading() as connection:
            return [ReceiptRow(*row) for row in connection.execute(query.order_by(receipts.c.id))]

    def keep_evidence(self, run_id: str, kind: str, about: str, content: bytes, suffix: str) -> EvidenceRow:
        """Keep a piece of evidence as a file below ``evidence/``; the same content is stored once.

        Args:
            run_id: the run.
            kind: what it is, such as ``screenshot`` or ``page``.
            about: what it shows; not personal, because it enters the event log.
            content: the bytes.
            suffix: the file's ending with its dot, such as ``.png``.
        """
        digest = sha256(content)
        row = EvidenceRow(digest, self._path_of(digest, suffix), kind, about, now())
        # The file before its row: a row that names no file would be a lie, a file without a row is only litter.
        _write_once(self.folder / row.path, content)
        told = {"kind": kind, "about": about, "path": row.path}
        with self._writing() as connection:
            connection.execute(evidence.insert().values(run_id=run_id, **asdict(row)))
            append(connection, [Entry(run_id, "evidence.kept", f"evidence/{digest}", told)])
        return row

    def evidence_of(self, run_id: str) -> list[EvidenceRow]:
        """Return the evidence of a run in its order."""
        query = select(*(evidence.c[name] for name in _EVIDENCE)).where(evidence.c.run_id == run_id)
        with self._reading() as connection:
            return [EvidenceRow(*row) for row in connection.execute(query.order_by(evidence.c.id))]

    def _path_of(self, digest: str, suffix: str) -> str:
        query = select(evidence.c.path).where(evidence.c.sha256 == digest).limit(1)
        with self._reading() as connection:
            return connection.scalar(query) or f"evidence/{digest[:2]}/{digest[2:]}{suffix}"


def _write_once(path: Path, content: bytes) -> None:
    """Write a file so that it is whole and durable under its name, or not there at all."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive the loss of power."""
    if os.name == "nt":  # pragma: no cover - a folder cannot be opened there, and renames are journaled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
