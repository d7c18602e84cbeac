"""Receipts and evidence."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from journal import Journal


def files(folder: Path) -> list[str]:
    """Return the files below the evidence folder."""
    return sorted(path.relative_to(folder).as_posix() for path in (folder / "evidence").rglob("*") if path.is_file())


def test_receipts_are_kept_as_they_came(journal: Journal, run: str) -> None:
    """Every receipt is kept byte for byte under its hash, with its event."""
    content = b"\xff\xfe\x00 \r\n"
    digest = journal.keep_receipt(run, "credit", "B1", "error-workbook", content, "batch file")
    assert digest == sha256(content).hexdigest()
    journal.keep_receipt(run, "credit", "B2", "upload-answer", b"ok", "")
    first, second = journal.receipts_of(run)
    assert (first.content, first.batch, first.kind, first.about) == (content, "B1", "error-workbook", "batch file")
    assert (second.feed, second.sha256) == ("credit", sha256(b"ok").hexdigest())
    assert [event.kind for event in journal.events(subject=f"receipt/{digest}")] == ["receipt.kept"]


def test_evidence_lies_under_its_hash(journal: Journal, run: str, tmp_path: Path) -> None:
    """The file's place is its content's hash, and its bytes are the content."""
    row = journal.keep_evidence(run, "screenshot", "upload page", b"png", ".png")
    digest = sha256(b"png").hexdigest()
    assert (row.sha256, row.path) == (digest, f"evidence/{digest[:2]}/{digest[2:]}.png")
    assert (tmp_path / row.path).read_bytes() == b"png"
    assert journal.evidence_of(run) == [row]
    assert [event.kind for event in journal.events(subject=f"evidence/{digest}")] == ["evidence.kept"]


def test_the_same_content_is_stored_once(journal: Journal, run: str, tmp_path: Path) -> None:
    """Two runs that saw the same thing share one file, whatever ending they asked for; no other file is left."""
    first = journal.keep_evidence(run, "page", "list", b"<html>", ".html")
    other = journal.begin_run("disclosure", "", "", "")
    second = journal.keep_evidence(other, "page", "list", b"<html>", ".htm")
    third = journal.keep_evidence(other, "page", "detail", b"<p>", ".html")
    assert first.path == second.path
    assert files(tmp_path) == sorted({first.path, third.path})
    assert [row.about for row in journal.evidence_of(other)] == ["list", "detail"]


def test_lost_evidence_is_written_again(journal: Journal, run: str, tmp_path: Path) -> None:
    """Content that comes again replaces a file that somebody has removed."""
    row = journal.keep_evidence(run, "page", "list", b"<html>", ".html")
    (tmp_path / row.path).unlink()
    journal.keep_evidence(run, "page", "list", b"<html>", ".html")
    assert (tmp_path / row.path).read_bytes() == b"<html>"
