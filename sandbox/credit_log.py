"""The credit platform's diary: one line for whatever it was brought, from which it remembers all after a restart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict


class Line(TypedDict):
    """One row of an upload, one withdrawal, or the end of an import that broke off.

    ``result`` is stored, corrected, refused, withdrawn or stopped; ``values`` are as they came, ``kept`` as they were
    stored where that is something else. ``row`` of an import that broke off is the number of rows in its file.
    """

    at: str
    batch: str
    row: int
    file_sha256: str
    values: dict[str, str]
    result: str
    reason: str
    kind: str
    field: str
    file_name: NotRequired[str]
    who: NotRequired[str]
    kept: NotRequired[dict[str, str]]
    hidden: NotRequired[bool]
    lost: NotRequired[bool]


class Log:
    """The file of one kind of record; ``past`` is what earlier processes wrote."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.past: list[Line] = _whole_lines(path) if path.exists() else []
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, line: Line) -> None:
        """Append one line."""
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _whole_lines(path: Path) -> list[Line]:
    """Read the log; a last line that a kill cut off is cut off for good, since its row was never stored."""
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.split("\n") if line]
