"""Backing a workspace up: one archive with its declared files, its journal as of one moment, and the evidence."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bots.archive import pack
from bots.auditing import chain_damaged
from bots.belongings import REPORTS, STATE, Choice, belongings
from bots.heads import FILE as HEADS
from bots.manifest import FORMAT, Entry, Manifest, entry_of, is_safe
from bots.workspace import Workspace
from bots.writing import refuse_existing
from journal import Journal
from journal.copying import Survey, survey
from journal.evidence import sync_folder
from journal.journal import FILE as JOURNAL
from words.errors import BusinessError, Place, UsageError
from words.languages import gettext as _
from words.languages import ngettext

_SUFFIX = ".tar.gz"


def back_up(workspace: Workspace, target: Path, choice: Choice, *, force: bool = False) -> tuple[Path, Manifest]:
    """Write an archive whole, or leave nothing under its name; runs may go on meanwhile.

    Args:
        workspace: the workspace; an older journal is not upgraded.
        target: the file, or a folder in which it gets a name of its own.
        choice: what goes in.
        force: overwrite the file if it is there.

    Returns:
        Where it lies, and what it holds.

    Raises:
        UsageError: there is no journal, or the file cannot be written.
        BusinessError: the journal's chain is damaged.
    """
    file = target / _name(workspace.settings.title) if target.is_dir() else target
    _refuse(workspace, file, force=force)
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".yinxin-backup-") as made:
            archive, manifest = _packed(workspace, Path(made), choice)
            archive.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise UsageError(
            "file-not-written",
            _("The backup cannot be written, or a file cannot be read: {reason}").format(
                reason=error.strerror or error
            ),
            todo=_("Name a folder that is there, that you may write to, and that has room."),
            place=Place(file=str(error.filename or file)),
        ) from error
    return file, manifest


def lacking(manifest: Manifest) -> BusinessError | None:
    """Return the error for evidence that was not there to be backed up; None if all was."""
    count = len(manifest.missing)
    if not count:
        return None
    return BusinessError(
        "evidence-missing",
        ngettext(
            "{count} file of evidence is not there, or not as it was kept: {first}",
            "{count} files of evidence are not there, or not as they were kept: {first} …",
            count,
        ).format(count=f"{count:,}", first=manifest.missing[0]),
        todo=_("Run “yinxin audit verify”, and take the files from an earlier backup."),
    )


def _name(title: str) -> str:
    plain = re.sub(r"[^\w-]+", "-", title).strip("-") or "yinxin"
    return f"{plain}-{datetime.now().astimezone():%Y%m%d-%H%M%S}{_SUFFIX}"


def _refuse(workspace: Workspace, file: Path, *, force: bool) -> None:
    refuse_existing(file, force=force)
    facts = Journal.look(workspace.state, workspace.database)
    if facts is None or not facts.revision:
        raise UsageError(
            "no-journal",
            _("There is no journal here yet, so there is nothing to be lost."),
            todo=_("The first run makes it; the declared files belong under version control anyway."),
            place=Place(file=str(workspace.folder)),
        )


def _packed(workspace: Workspace, made: Path, choice: Choice) -> tuple[Path, Manifest]:
    """Copy what is known of the newest head first, then the journal, then what it speaks of: so each is in the next."""
    sources: dict[str, Path] = {}
    heads = workspace.folder / REPORTS / HEADS
    if heads.is_file():
        sources[f"{REPORTS}/{HEADS}"] = Path(shutil.copy2(heads, made))
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    journal = sources[f"{STATE}/{JOURNAL}"] = made / JOURNAL
    Journal.copy(workspace.state, workspace.database, journal)
    found = survey(journal)
    if found.damage:
        raise chain_damaged(found.damage, Place(file=str(workspace.folder)))
    sources = {**dict(belongings(workspace, choice)), **sources}
    files = {name: entry_of(source) for name, source in sources.items()}
    missing = []
    for digest, path in found.files:
        source = workspace.state / path
        entry = _entry(source) if is_safe(path) else None
        if entry:
            sources[f"{STATE}/{path}"], files[f"{STATE}/{path}"] = source, entry
        if entry is None or entry.sha256 != digest:
            missing.append(path)
    manifest = _manifest(workspace, made_at, found, choice).model_copy(update={"missing": missing, "files": files})
    archive = made / f"backup{_SUFFIX}"
    pack(archive, manifest, sources)
    return archive, manifest


def _entry(file: Path) -> Entry | None:
    try:
        return entry_of(file)
    except OSError:  # not there, or not readable
        return None


def _manifest(workspace: Workspace, made_at: str, found: Survey, choice: Choice) -> Manifest:
    return Manifest(
        format=FORMAT,
        revision=found.revision,
        program=version("yinxin"),
        title=workspace.settings.title,
        made_at=made_at,
        events=found.head.seq,
        head=found.head.hash,
        counts=found.counts,
        secrets=choice.secrets,
        missing=[],
        files={},
    )
