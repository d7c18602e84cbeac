"""An archive: one tar.gz whose first member is a manifest that names every other one with its hash."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bots.manifest import MANIFEST, Entry, Manifest, damaged, is_safe, read_manifest, unsafe
from words.errors import Place, SystemFailure
from words.languages import gettext as _

_PIECE = 1 << 20


def pack(archive: Path, manifest: Manifest, sources: Mapping[str, Path]) -> None:
    """Write a new archive that only its owner can read, durable when this returns.

    Raises:
        SystemFailure: a file changed after it was hashed.
    """
    archive.touch(mode=0o600, exist_ok=False)
    with archive.open("wb") as file:
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=file) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            content = manifest.model_dump_json(indent=1).encode()
            tar.addfile(_member(MANIFEST, len(content), 0o600), io.BytesIO(content))
            for name, entry in manifest.files.items():
                _add(tar, name, entry, sources[name])
        file.flush()
        os.fsync(file.fileno())


def unpack(archive: Path, folder: Path) -> Manifest:
    """Write the files of an archive into a folder of one's own, each as the manifest says it is.

    Raises:
        UsageError: the archive is damaged, holds what no backup writes, or is of a newer edition.
    """
    with _read(archive) as (packed, tar):
        members = iter(tar)
        manifest = _manifest(archive, tar, next(members, None))
        left = dict(manifest.files)
        for member in members:
            entry = left.pop(member.name, None)
            if not member.isreg() or not is_safe(member.name):
                raise unsafe(archive, member.name)
            if entry is None:
                raise damaged(archive, member.name)
            _put(archive, tar, member, entry, folder / member.name)
        for name in left:
            raise damaged(archive, name)
        while packed.read(_PIECE):  # the sum over the whole stands at its end
            pass
    return manifest


def _member(name: str, size: int, mode: int, moment: float = 0) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, mode, int(moment)
    return member


def _add(tar: tarfile.TarFile, name: str, entry: Entry, source: Path) -> None:
    with source.open("rb") as stream:
        status = os.fstat(stream.fileno())
        content = _Hashing(stream)
        if status.st_size == entry.size:
            tar.addfile(_member(name, entry.size, status.st_mode & 0o777, status.st_mtime), content)
    if content.sha256 != entry.sha256:
        raise SystemFailure(
            "file-changed",
            _("A file changed while it was being backed up."),
            todo=_("Run it again; close the file in other programs if it stays so."),
            place=Place(file=name),
        )


class _Hashing(io.RawIOBase):
    """Hashes what is read through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._digest.update(content)
        return content

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def _read(archive: Path) -> Iterator[tuple[gzip.GzipFile, tarfile.TarFile]]:
    try:
        with gzip.open(archive) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            yield packed, tar
    except (gzip.BadGzipFile, EOFError, zlib.error, tarfile.TarError, ValueError) as error:
        raise damaged(archive, str(error)) from error


def _manifest(archive: Path, tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> Manifest:
    stream = tar.extractfile(member) if member and member.isreg() and member.name == MANIFEST else None
    if stream is None:
        raise damaged(archive, _("it does not begin with {name}").format(name=MANIFEST))
    return read_manifest(archive, stream.read())


def _put(archive: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, entry: Entry, path: Path) -> None:
    stream = tar.extractfile(member)
    assert stream is not None
    content = _Hashing(stream)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=member.mode & 0o666 | 0o600, exist_ok=False)
    with path.open("wb") as file:
        while piece := content.read(_PIECE):
            file.write(piece)
    if Entry(size=member.size, sha256=content.sha256) != entry:
        raise damaged(archive, member.name)
    os.utime(path, (member.mtime, member.mtime))
