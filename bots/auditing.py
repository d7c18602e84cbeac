"""Auditing a workspace: what an audit finds as an error that says what to do, and the log as a file for others."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

from bots.writing import refuse_existing
from journal import Audit, Damage, Journal
from words.errors import BusinessError, Place, UsageError
from words.languages import gettext as _
from words.languages import ngettext


def error_of(audit: Audit, place: Place) -> BusinessError | None:
    """Return what is wrong as one error, None if all is whole; the audit itself holds each flaw."""
    if audit.damage:
        return chain_damaged(audit.damage, place)
    count = len(audit.flaws)
    if count and all(flaw.problem == "still-there" for flaw in audit.flaws):
        return BusinessError(
            "purge-unfinished",
            ngettext("{count} purged file is still there.", "{count} purged files are still there.", count).format(
                count=f"{count:,}"
            ),
            todo=_("Run the purge again, with --yes: it removes what an interruption left."),
            place=place,
        )
    return _not_as_told(count, place) if count else None


def chain_damaged(damage: Damage, place: Place) -> BusinessError:
    """Return the error for a chain that is not whole."""
    return BusinessError("chain-damaged", damage.sentence, todo=_todo(), place=place)


def _not_as_told(count: int, place: Place) -> BusinessError:
    return BusinessError(
        "not-as-recorded",
        ngettext(
            "{count} thing is not as the event log tells.", "{count} things are not as the event log tells.", count
        ).format(count=f"{count:,}"),
        todo=_todo(),
        place=place,
    )


def _todo() -> str:
    return _("Stop all bots, keep everything as it is, compare it with a backup, and tell the auditors.")


def export_events(journal: Journal, file: Path, *, force: bool) -> int:
    """Write the event log as JSON lines, one event with its eight stored fields a line; return how many.

    Raises:
        UsageError: the file exists and ``force`` is not given, or it cannot be written.
    """
    refuse_existing(file, force=force)
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
