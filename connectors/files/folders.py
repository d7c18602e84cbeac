"""Folders: what lies there, and the few things that are done with it; one of this machine, or one that is mounted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from connectors.courtesy import UNLIMITED, Turns
from words.errors import BusinessError, Place, SystemFailure, UsageError
from words.languages import gettext as _

T = TypeVar("T")
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """One file: its name below the folder (with ``/``), its size in bytes, and when it changed (seconds)."""

    name: str
    size: int
    changed: float


class Folder(Protocol):
    """A folder, here or elsewhere.

    What is not there raises ``FileNotFoundError``, what somebody else has open ``PermissionError``; a server that does
    not answer is told by a SystemFailure.
    """

    @property
    def where(self) -> str:
        """What a person calls it."""
        ...

    async def listed(self, *, below: bool = False) -> Sequence[Found]:
        """Return the files in the order of their names, those of the folders ``below`` too.

        Raises:
            UsageError: the folder is not there.
        """
        ...

    async def look(self, name: str) -> Found | None:
        """Return one file as it is now; None if it is not there."""
        ...

    async def fetch(self, name: str) -> bytes:
        """Return what is in a file."""
        ...

    async def write(self, name: str, content: bytes) -> None:
        """Make a new file that survives a power cut; one that is there raises ``FileExistsError``."""
        ...

    async def rename(self, name: str, new: str) -> None:
        """Give a file a name that no file has; ``FileExistsError`` otherwise."""
        ...

    async def remove(self, name: str) -> None:
        """Take a file away."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """A folder of this machine, or one that it has mounted."""

    path: Path
    title: str
    turns: Turns = UNLIMITED

    @property
    def where(self) -> str:
        """Its path."""
        return str(self.path)

    async def listed(self, *, below: bool = False) -> Sequence[Found]:
        """Return the files in the order of their names."""
        return await self._done(self._listed, below)

    async def look(self, name: str) -> Found | None:
        """Return one file as it is now."""
        return await self._done(self._found, self.path / name)

    async def fetch(self, name: str) -> bytes:
        """Return what is in a file."""
        return await self._done((self.path / name).read_bytes)

    async def write(self, name: str, content: bytes) -> None:
        """Make a new file."""
        await self._done(self._write, self.path / name, content)

    async def rename(self, name: str, new: str) -> None:
        """Give a file another name."""
        await self._done(self._rename, self.path / name, self.path / new)

    async def remove(self, name: str) -> None:
        """Take a file away."""
        await self._done((self.path / name).unlink)

    async def close(self) -> None:
        """Nothing is open."""

    async def _done(self, work: Callable[..., T], *given: object) -> T:
        await self.turns.turn()
        try:
            return await asyncio.to_thread(work, *given)
        except (FileNotFoundError, FileExistsError, PermissionError):
            raise
        except OSError as error:  # the disk is full, or what is mounted there is away
            raise fails(self.title, self.where, error) from error

    def _listed(self, below: bool) -> list[Found]:
        if not self.path.is_dir():
            raise not_there(self.title, self.where)
        try:
            paths = sorted(self.path.rglob("*") if below else self.path.iterdir())
        except PermissionError as error:
            raise fails(self.title, self.where, error) from error
        return [found for path in paths if (found := self._found(path))]

    def _found(self, path: Path) -> Found | None:
        try:
            state = path.stat()
        except FileNotFoundError:  # it went while the folder was looked through
            return None
        plain = path.is_file()
        return Found(path.relative_to(self.path).as_posix(), state.st_size, state.st_mtime) if plain else None

    def _write(self, path: Path, content: bytes) -> None:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _rename(self, path: Path, new: Path) -> None:
        # A rename is the one step that other programs see whole, but it would put the file over another one.
        if new.exists():
            raise FileExistsError(new)
        path.rename(new)
        sync_folder(self.path)


def sync_folder(path: Path) -> None:
    """Let the names in a folder survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def not_there(title: str, where: str) -> UsageError:
    """Return the error for a folder that is not there: a mistyped one is not an empty one."""
    return UsageError(
        "no-folder",
        _("The folder is not there."),
        todo=_("Create or mount it, or correct the connector."),
        place=Place(system=title, file=where),
    )


def fails(title: str, where: str, error: OSError) -> SystemFailure:
    """Return the error for a folder that cannot be read or written now."""
    return SystemFailure(
        "folder-fails",
        _("The folder does not answer as it should: {reason}").format(reason=error),
        todo=_("Look whether its disk is full or its server is away."),
        place=Place(system=title, file=where),
    )


def locked(name: str) -> BusinessError:
    """Return the error for a file that cannot be opened."""
    return BusinessError(
        "file-locked",
        _("This file cannot be opened: another program holds it, or this user may not read it."),
        todo=_("Close it in Excel or WPS, or let this user read it; the next run reads it."),
        place=Place(file=name),
    )


def moving(name: str) -> BusinessError:
    """Return the error for a file that somebody is still writing."""
    return BusinessError(
        "file-moving",
        _("This file is still being written; it is left for the next run."),
        todo=_("Nothing, if it is there whole at the next run."),
        place=Place(file=name),
    )


def too_large(name: str, most: float) -> BusinessError:
    """Return the error for a file of more than ``most`` megabytes."""
    return BusinessError(
        "file-too-large",
        _("This file holds more than {most} MB.").format(most=f"{most:g}"),
        todo=_("Look whether it is what it should be; “limits” in the connector says what is read."),
        place=Place(file=name),
    )
