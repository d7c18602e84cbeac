"""One file that stands alone: workbooks, evidence, receipts, verdicts, deliveries, decisions, events, and a manifest.

The same content gives the same bytes: names in order, no times. Personal numbers are masked in workbooks and tables;
what was delivered, received and pictured lies in it as it was kept, since only that has the hash that the log tells.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bots.exporting import as_text
from bots.manifest import MANIFEST, Entry
from bots.packed import PROGRAM, letter
from bots.reporting import REPORT, kept_report, write_report
from bots.scoping import Scope, scope_of
from bots.workspace import Workspace
from bots.writing import refuse_existing
from journal import EventRow, Journal
from words.errors import Place, UsageError
from words.languages import gettext as _

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FINDING = (
    *(
        "run_id",
        "document_number",
        "name",
        "verdict",
        "timeliness",
        "compliance",
        "bucket",
        "outcome",
        "reason",
        "rule",
    ),
    *("certificate_number", "authority_name", "decision_date", "deadline", "disclosed_on", "differing"),
    *("source_origin", "ledger_origin", "feed_origin", "record_id", "fingerprint"),
)
_DELIVERY = (
    *("id", "run_id", "feed", "record_id", "fingerprint", "action", "state", "reason", "batch", "file_name"),
    *("batch_file_sha256", "replaces", "prepared_by", "prepared_at", "changed_at"),
)
_DECISION = (
    *("id", "at", "run_id", "document_number", "record_id", "fingerprint", "verdict", "disposition", "reviewer"),
    *("reason", "settles", "imported_by", "file_sha256", "basis"),
)
_RECEIPT = ("file", "at", "run_id", "feed", "batch", "kind", "about", "sha256")
_SUFFIXES = {b"PK": ".xlsx", b"{": ".json", b"[": ".json", b"<": ".xml"}


@dataclass(slots=True)
class Packed:
    """What was packed: where it lies, its hash, how many files, of which runs, and what was not there any more."""

    file: Path
    sha256: str = ""
    files: int = 0
    runs: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def pack_evidence(  # noqa: PLR0913 - what is packed, three ways to name it, and where to
    workspace: Workspace,
    journal: Journal,
    *,
    run: str | None = None,
    month: str | None = None,
    record: str | None = None,
    file: Path | None = None,
    force: bool = False,
) -> Packed:
    """Write the pack of a run, of a month, or of a document number.

    Raises:
        UsageError: not exactly one of them is named, nothing is known of it, or the file cannot be written.
    """
    scope = scope_of(journal, run=run, month=month, record=record)
    path = file or workspace.folder / "reports" / f"evidence-{scope.name}.zip"
    refuse_existing(path, force=force)
    packing = _Packing(journal, scope)
    packed = Packed(path, runs=[each.run_id for each in scope.runs])
    files = dict(sorted(packing.files().items()))
    packed.missing, packed.files = packing.missing, len(files)
    manifest = _manifest(scope, packing, files)
    try:
        _write(path, {MANIFEST: manifest, **files})
    except OSError as error:
        raise UsageError(
            "file-not-written",
            _("This file cannot be written: {reason}").format(reason=error.strerror or error),
            todo=_("Name a folder that is there, that you may write to, and that has room."),
            place=Place(file=str(path)),
        ) from error
    packed.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return packed


class _Packing:
    """What goes into one pack."""

    def __init__(self, journal: Journal, scope: Scope) -> None:
        self.journal, self.scope = journal, scope
        self.missing: list[str] = []
        newest = journal.newest()
        self.head = (newest.seq, newest.hash) if newest else (0, "0" * 64)

    def files(self) -> dict[str, bytes]:
        """Return every file but the manifest by its name."""
        journal, scope = self.journal, self.scope
        files = {**self._workbooks(), **self._evidence()}
        receipts = list(self._receipts())
        files |= {name: content for name, content, _row in receipts if content}
        files["data/receipts.csv"] = _table(_RECEIPT, (row for _name, _content, row in receipts))
        files["data/verdicts.csv"] = _table(_FINDING, scope.verdicts(journal))
        files["data/deliveries.csv"] = _table(_DELIVERY, map(asdict, scope.deliveries(journal)))
        files["data/decisions.csv"] = _table(_DECISION, map(asdict, scope.decisions(journal)))
        files["data/events.jsonl"] = "".join(map(_line, scope.events(journal))).encode()
        files["verify.py"] = PROGRAM.encode()
        files["README.txt"] = letter(scope, self.head).replace("\n", "\r\n").encode("utf-8-sig")
        return files

    def _workbooks(self) -> dict[str, bytes]:
        """Write the workbooks again, so that their links lead into the pack."""
        found: dict[str, bytes] = {}
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for run in self.scope.runs:
                try:
                    report = kept_report(self.journal, run.run_id)
                except UsageError as error:
                    if error.code != "no-report":  # an errand leaves none
                        self.missing.append(f"reports/{run.run_id}.xlsx")
                    continue
                found[f"reports/{run.run_id}.xlsx"] = write_report(report, folder / "reports", folder).read_bytes()
        return found

    def _evidence(self) -> dict[str, bytes]:
        """Return the files of evidence that are there and are what was kept; a run's own report is its workbook."""
        found: dict[str, bytes] = {}
        pieces = [piece for run in self.scope.runs for piece in self.journal.evidence_of(run.run_id)]
        for path, sha256 in sorted({(piece.path, piece.sha256) for piece in pieces if piece.kind != REPORT}):
            file = self.journal.folder / path
            content = file.read_bytes() if file.is_file() else b""
            if hashlib.sha256(content).hexdigest() == sha256:
                found[path] = content
            else:
                self.missing.append(path)
        return found

    def _receipts(self) -> Iterator[tuple[str, bytes, dict[str, str]]]:
        for run in self.scope.runs:
            for receipt in self.journal.receipts_of(run.run_id):
                name = f"receipts/{receipt.sha256}{_suffix(receipt.content)}"
                if receipt.purged:
                    self.missing.append(name)
                told = {"file": "" if receipt.purged else name, "run_id": run.run_id}
                row = {each: getattr(receipt, each) for each in ("at", "feed", "batch", "kind", "about", "sha256")}
                yield name, receipt.content, told | row


def _suffix(content: bytes) -> str:
    return next((suffix for start, suffix in _SUFFIXES.items() if content.lstrip().startswith(start)), ".txt")


def _table(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as a table that spreadsheet programs read as text."""
    stream, names = io.StringIO(), list(columns)
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([as_text(str(row.get(name, ""))) for name in names] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _line(event: EventRow) -> str:
    return json.dumps(asdict(event), ensure_ascii=False) + "\n"


def _manifest(scope: Scope, packing: _Packing, files: Mapping[str, bytes]) -> bytes:
    seq, head = packing.head
    entries = {
        name: Entry(size=len(content), sha256=hashlib.sha256(content).hexdigest()).model_dump()
        for name, content in files.items()
    }
    told = {
        "format": 1,
        "about": scope.name,
        "runs": [run.run_id for run in scope.runs],
        "head": {"event": seq, "hash": head},
        "missing": sorted(set(packing.missing)),
        "files": entries,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    """Write the file whole, or leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
        try:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
                for name, content in files.items():
                    member = zipfile.ZipInfo(name, _EPOCH)
                    member.compress_type, member.external_attr, member.create_system = (
                        zipfile.ZIP_DEFLATED,
                        0o600 << 16,
                        3,
                    )
                    packed.writestr(member, content)
        except BaseException:
            Path(stream.name).unlink()
            raise
    Path(stream.name).replace(path)
