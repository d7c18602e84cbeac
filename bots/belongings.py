"""What belongs to a workspace and is a file: which of it goes into a backup, and under which name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bots.manifest import is_safe
from bots.workspace import SETTINGS, Workspace
from words.errors import Place, UsageError
from words.languages import gettext as _

STATE, REPORTS, _SESSIONS = ".yinxin", "reports", "sessions"
_DECLARED = ("connectors", "mappings", "bots", "schedules")
_HIDDEN = (".", "~$")  # what programs are still writing


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes into an archive beside the declared files, the journal and the evidence."""

    ledgers: bool = True
    reports: bool = False
    secrets: bool = False


def belongings(workspace: Workspace, choice: Choice) -> Iterator[tuple[str, Path]]:
    """Yield the files that were chosen, each with its name; secrets only where they were chosen, wherever they lie.

    Raises:
        UsageError: one of them has no name that every system knows.
    """
    secrets = workspace.folder / workspace.settings.secrets
    for file in _shown(workspace.folder, choice):
        if not (secrets.exists() and file.samefile(secrets)):
            yield _name(workspace.folder, file), file
    if choice.secrets:
        for file in (secrets, *sorted((workspace.state / _SESSIONS).glob("*"))):
            if file.is_file():
                yield _name(workspace.folder, file), file


def _shown(folder: Path, choice: Choice) -> Iterator[Path]:
    yield folder / SETTINGS
    for room in (*_DECLARED, *["ledgers"] * choice.ledgers, *[REPORTS] * choice.reports):
        for file in sorted((folder / room).rglob("*")):
            hidden = any(part.startswith(_HIDDEN) for part in file.relative_to(folder).parts)
            if file.is_file() and not hidden:
                yield file


def _name(folder: Path, file: Path) -> str:
    try:
        name = file.relative_to(folder).as_posix()
        name.encode()
    except ValueError:
        name = ""
    if name and is_safe(name):
        return name
    raise UsageError(
        "file-not-named",
        _("This file cannot go into a backup: it lies outside of the workspace, or its name is no text in UTF-8."),
        todo=_("Move it into the workspace, or give it another name."),
        place=Place(file=ascii(str(file))),
    )
