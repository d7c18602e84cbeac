"""Auditing a workspace: what an audit finds as errors that say what to do, and the log as a file for others."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from journal import Audit, Journal
from words.errors import BusinessError, Place, UsageError
from words.languages import gettext as _

_FOLDER = ".yinxin"


def errors_of(audit: Audit) -> Iterator[BusinessError]:
    """Yield what is wrong, in the order of the events; the place's row is the number of the event."""
    if audit.damage:
        yield BusinessError(
            "chain-damaged",
            audit.damage.sentence,
            todo=_("Stop all bots, keep the journal as it is, compare it with a backup, and tell the auditors."),
            place=Place(file="events", row=audit.damage.seq),
        )
    for flaw in audit.flaws:
        of_file = flaw.problem in ("no-file", "other-file", "still-there")
        yield BusinessError(
            "not-as-recorded",
            flaw.sentence,
            todo=_("Keep everything as it is, compare it with a backup, and tell the auditors."),
            place=Place(file=f"{_FOLDER}/{flaw.detail}" if of_file else "events", row=flaw.seq or None),
        )


def export_events(journal: Journal, file: Path, *, force: bool) -> int:
    """Write the event log as JSON lines, one event with its eight stored fields a line; return how many.

    Raises:
        UsageError: the file exists and ``force`` is not given, or it cannot be written.
    """
    if file.exists() and not force:
        raise UsageError(
            "file-exists",
            _("There is a file of this name already."),
            todo=_("Name another file, or overwrite it with --force."),
            place=Place(file=str(file)),
        )
    try:
        return _written(journal, file)
    except OSError as error:
        raise UsageError(
            "file-not-written",
            _("This file cannot be written: {reason}").format(reason=error.strerror or error),
            todo=_("Name a folder that is there, that you may write to, and that has room."),
            place=Place(file=str(file)),
        ) from error


def _written(journal: Journal, file: Path) -> int:
    """Write the file whole, or leave nothing."""
    count = 0
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix=".", encoding="utf-8", newline="\n", delete=False
    ) as lines:
        try:
            for event in journal.events():
                lines.write(json.dumps(asdict(event), ensure_ascii=False) + "\n")
                count += 1
            lines.flush()
            os.fsync(lines.fileno())
        except BaseException:
            Path(lines.name).unlink()
            raise
    Path(lines.name).replace(file)
    return count
