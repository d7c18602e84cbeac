"""Restoring a workspace from an archive: nothing is put in place before it was proven, and nothing is overwritten."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bots.archive import unpack
from bots.auditing import chain_damaged, error_of
from bots.belongings import REPORTS, STATE
from bots.dwelling import Database, address, with_database
from bots.heads import note_head
from bots.manifest import Manifest, damaged
from bots.operator import operator
from bots.reading import read_text
from bots.workspace import SETTINGS, Workspace
from journal import Head, Journal
from journal.copying import survey
from journal.journal import FILE as JOURNAL
from words.errors import Place, SystemFailure, UsageError, YinxinError
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore leaves.

    Attributes:
        manifest: of the archive.
        head: the newest event now, which tells of the restore.
        taken_out: deliveries that had not left, and will be prepared anew if they are still due.
        unclear: deliveries that the feed will be asked for.
        trouble: what the audit found, such as files of evidence that were missing in the backup already.
    """

    manifest: Manifest
    head: Head
    taken_out: int
    unclear: int
    trouble: YinxinError | None


def restore(archive: Path, folder: Path, database: Database) -> Restored:
    """Restore a workspace into a new or empty folder.

    Raises:
        UsageError: the folder is in use; the archive is damaged, unsafe or of a newer edition; the database is not
            empty, or its server refuses.
        BusinessError: the journal's chain is damaged.
        SystemFailure: the disk is full, or the server cannot be reached.
    """
    with _explained(archive), _place(folder) as made:
        manifest = unpack(archive, made)
        _prove(archive, manifest, made / STATE / JOURNAL)
        settings = with_database(read_text(made, SETTINGS), database)
        (made / SETTINGS).write_text(settings, encoding="utf-8")
        restored = _settled(Workspace(made), manifest, database)
        for each in sorted(made.iterdir(), key=lambda path: path.name == SETTINGS):  # without it, it is no workspace
            each.rename(folder / each.name)
    return restored


def _prove(archive: Path, manifest: Manifest, journal: Path) -> None:
    """Make sure that the journal is the one of which the manifest speaks, before anything is written to it."""
    if not journal.is_file():
        raise damaged(archive, f"{STATE}/{JOURNAL}")
    found = survey(journal)
    if found.damage:
        raise chain_damaged(found.damage, Place(file=str(archive)))
    if found.head != Head(manifest.events, manifest.head) or found.revision != manifest.revision:
        raise damaged(archive, _("the journal is not the one that the manifest names"))


def _settled(workspace: Workspace, manifest: Manifest, database: Database) -> Restored:
    """Bring the journal up to date, say in it that it was restored, move it where it is to lie, and audit it there."""
    with Journal.open(workspace.state) as journal:
        counts = journal.restored(manifest.made_at, Head(manifest.events, manifest.head), operator())
    if url := address(workspace, database):
        Journal.move_to(workspace.state, url)
        (workspace.state / JOURNAL).unlink()
    with Journal.open(workspace.state, url) as journal:
        note_head(workspace.folder / REPORTS, journal, "restore")
        audit = journal.audit([manifest.head])
        if audit.damage:
            raise chain_damaged(audit.damage, journal.place)
        trouble = error_of(audit, Place())
    return Restored(manifest, audit.head, counts["discarded"], counts["unknown"], trouble)


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder inside a new or empty one; when something goes wrong, nothing of it stays."""
    was_there = folder.exists()
    if was_there and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "folder-not-empty",
            _("This folder is not empty, and a restore never overwrites anything."),
            todo=_("Name a new or an empty folder."),
            place=Place(file=str(folder)),
        )
    made: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder, prefix=".restoring-"))
        (made / STATE).mkdir(mode=0o700)
        yield made
        made.rmdir()
    except BaseException:
        if made:
            shutil.rmtree(made, ignore_errors=True)
        if not was_there:
            with suppress(OSError):
                folder.rmdir()
        raise


@contextmanager
def _explained(archive: Path) -> Iterator[None]:
    if not archive.is_file():
        raise UsageError(
            "unreadable-file",
            _("There is no such file."),
            todo=_("Name an archive that “yinxin backup” wrote."),
            place=Place(file=str(archive)),
        )
    try:
        yield
    except OSError as error:
        raise SystemFailure(
            "not-restored",
            _("The archive cannot be read, or the folder cannot be written: {reason}").format(
                reason=error.strerror or error
            ),
            todo=_("Look after the disk and its rights, then run it again; nothing was put in place."),
            place=Place(file=str(error.filename or archive)),
        ) from error
