"""Heads of the event log that are written down outside the journal, so that a cut or rewritten log shows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from journal import Head, Journal
from words.errors import Place, UsageError
from words.languages import gettext as _

FILE = "chain-heads.txt"
_HASH = re.compile(r"[0-9a-f]{64}")


class DayHead(NamedTuple):
    """The last head of a day of the bureau's own calendar."""

    day: date
    seq: int
    hash: str


def note_head(reports: Path, journal: Journal, run_id: str) -> None:
    """Append the newest head to the file of heads: local time, number, hash, run; not twice the same.

    Raises:
        OSError: it cannot be written.
    """
    newest = journal.newest()
    file = reports / FILE
    told = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    if newest is None or newest.hash in told:
        return
    at = datetime.fromisoformat(newest.at).astimezone().isoformat(timespec="seconds")
    gap = "\n" if told and not told.endswith("\n") else ""
    reports.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write(f"{gap}{at} {newest.seq} {newest.hash} {run_id}\n")
        lines.flush()
        os.fsync(lines.fileno())


def read_heads(file: Path) -> list[Head]:
    """Return the heads of a file of heads; blank lines and such that begin with ``#`` are left out.

    Raises:
        UsageError: it cannot be read, or a line is none of a head.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "unreadable-file",
            _("This file cannot be read: {reason}").format(reason=error),
            todo=_("It must be a text file in UTF-8."),
            place=Place(file=str(file)),
        ) from error
    told = [(number, line.split()) for number, line in enumerate(lines, 1)]
    return [_head(file, number, words) for number, words in told if words and not words[0].startswith("#")]


def head_of(text: str) -> str:
    """Return a head as somebody copied it.

    Raises:
        UsageError: it is none.
    """
    if not _HASH.fullmatch(text.strip().lower()):
        raise UsageError(
            "not-a-head",
            _("“{text}” is not the head of a chain.").format(text=text),
            todo=_("Copy all 64 digits from the notes of a workbook or from {file}.").format(file=FILE),
        )
    return text.strip().lower()


def day_heads(journal: Journal) -> Iterator[DayHead]:
    """Yield the last head of every day on which something happened, oldest first."""
    last: dict[date, DayHead] = {}
    for event in journal.minute_ends():
        day = datetime.fromisoformat(event.at).astimezone().date()
        last[day] = DayHead(day, event.seq, event.hash)
    yield from last.values()


def _head(file: Path, number: int, words: list[str]) -> Head:
    if len(words) > 2 and words[1].isascii() and words[1].isdecimal() and _HASH.fullmatch(words[2].lower()):
        return Head(int(words[1]), words[2].lower())
    raise UsageError(
        "not-a-head",
        _("This line does not hold a head: time, number, 64 digits, run."),
        todo=_("Restore the line from another copy; one that begins with “#” is left out."),
        place=Place(file=str(file), line=number),
    )
