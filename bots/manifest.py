"""The manifest of an archive: what it holds, by which edition it was written, and the hash of every file."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath

from pydantic import BaseModel, ValidationError

from journal.schema import REVISION
from words.errors import Place, UsageError
from words.languages import gettext as _

MANIFEST = "manifest.json"
FORMAT = 1


class Entry(BaseModel):
    """A file as it was hashed."""

    size: int
    sha256: str


class _Edition(BaseModel):
    format: int
    revision: str


class Manifest(_Edition):
    """What an archive holds.

    Attributes:
        format: of the archive.
        revision: of the journal's tables.
        program: which edition wrote it.
        title: what the workspace is called.
        made_at: when the journal was copied, as UTC ISO text.
        events: how many events the journal holds.
        head: the hash of the newest.
        counts: rows by table.
        secrets: whether it holds secrets and sessions.
        missing: files of evidence that the journal speaks of and that were not there, or not as they were kept.
        files: every file by its path in the workspace, with forward slashes.
    """

    program: str
    title: str
    made_at: str
    events: int
    head: str
    counts: dict[str, int]
    secrets: bool
    missing: list[str]
    files: dict[str, Entry]


def entry_of(file: Path) -> Entry:
    """Hash a file."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return Entry(size=stream.tell(), sha256=digest)


def read_manifest(archive: Path, content: bytes) -> Manifest:
    """Return a manifest that this edition understands, and all of whose files lie below one folder.

    Raises:
        UsageError: it is none, is of a newer edition, or names other places.
    """
    try:
        edition = _Edition.model_validate_json(content)
        if edition.format > FORMAT or edition.revision > REVISION:
            raise _too_new(archive, edition.revision)
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise damaged(archive, f"{MANIFEST}: {error.errors()[0]['msg']}") from error
    for name in manifest.files:
        if not is_safe(name):
            raise unsafe(archive, name)
    return manifest


def is_safe(name: str) -> bool:
    """Whether a name is that of a place below a folder, spelled in the one way there is."""
    path = PurePath(name)
    return path.as_posix() == name and not path.anchor and ".." not in path.parts


def damaged(archive: Path, detail: str) -> UsageError:
    """Return the error for an archive that is not as it was written."""
    return UsageError(
        "archive-damaged",
        _("This archive is damaged: {detail}").format(detail=detail),
        todo=_("Take another backup; nothing was restored from this one."),
        place=Place(file=str(archive)),
    )


def unsafe(archive: Path, name: str) -> UsageError:
    """Return the error for an archive that no backup wrote."""
    return UsageError(
        "archive-unsafe",
        _("This archive holds what no backup writes: “{name}”.").format(name=name),
        todo=_("Ask where it comes from; nothing was restored from it."),
        place=Place(file=str(archive)),
    )


def _too_new(archive: Path, revision: str) -> UsageError:
    return UsageError(
        "archive-too-new",
        _("This archive was written by a newer edition (revision {stored}).").format(stored=revision),
        todo=_("Install the newer edition; an older one would not understand what it wrote."),
        place=Place(file=str(archive)),
    )
