"""Reading a folder: which of its files are read now, which are left for the next run, what is in each."""

from __future__ import annotations

import asyncio
import fnmatch
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from connectors.base import Table
from connectors.files.declared import FilesDeclared, Limits, Reading
from connectors.files.folders import MEGABYTE, Folder, Found, locked, moving, too_large
from connectors.files.opening import sheets_of
from connectors.files.tables import Tables
from mappings.mapping import Mapping
from words.errors import BusinessError, Place, SystemFailure
from words.languages import gettext as _

_TRIES = 3


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read: its name, its bytes, and its tables."""

    name: str
    content: bytes
    tables: Sequence[Table]


@dataclass(slots=True)
class Read:
    """What a folder came to.

    Attributes:
        files: what was read, in the order of names.
        refused: an error for each file that cannot be read at all.
        left: an error for each file that somebody else is still at work with.
    """

    files: list[File] = field(default_factory=list)
    refused: list[BusinessError] = field(default_factory=list)
    left: list[BusinessError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the files of one folder.

    Attributes:
        folder: where they lie.
        tables: what makes tables of their sheets.
        pattern: which are read, in small or capital letters.
        below: whether the folders below are read too.
        still: seconds for which a file must not have changed.
    """

    folder: Folder
    tables: Tables
    pattern: Sequence[str]
    below: bool
    reading: Reading
    limits: Limits
    still: float

    @classmethod
    def of(cls, declared: FilesDeclared, folder: Folder, mapping: Mapping) -> Reader:
        """Return the reader of a connector's own folder."""
        return cls(
            folder,
            Tables.of_mapping(mapping, declared.totals),
            declared.pattern,
            declared.subfolders,
            declared.reading,
            declared.limits,
            declared.still,
        )

    async def read(self, wanted: Callable[[Found], bool] = lambda _found: True) -> Read:
        """Read all files that are wanted.

        Raises:
            UsageError: the folder is not there.
            DriftError: a file without a recognisable header.
        """
        result = Read()
        for found, changing in await self._still([each for each in await self.listed() if wanted(each)]):
            if changing:
                result.left.append(moving(found.name))
                continue
            try:
                content = await self._whole(found, result)
                if content is not None:
                    result.files.append(await asyncio.to_thread(self._file, found.name, content))
            except BusinessError as error:
                result.refused.append(error)
        return result

    async def whole(self, wanted: Callable[[Found], bool] = lambda _found: True) -> Sequence[File]:
        """Read all files that are wanted, waiting a little for those that somebody else is at work with.

        Raises:
            BusinessError: a file cannot be read.
            SystemFailure: somebody is still at work with one.
        """
        for _try in range(_TRIES):
            read = await self.read(wanted)
            if read.refused:
                raise read.refused[0]
            if not read.left:
                return read.files
            await asyncio.sleep(self.still)
        raise SystemFailure(
            "file-busy",
            _("“{file}” is still being written, or another program holds it; nothing is read by half.").format(
                file=read.left[0].place.file
            ),
            todo=_("Run it again when the file lies still."),
            place=Place(file=read.left[0].place.file),
        )

    async def listed(self) -> list[Found]:
        """Return the files of the pattern, without the lock files and remains of office programs."""
        return [each for each in await self.folder.listed(below=self.below) if self._is_meant(each.name)]

    def _is_meant(self, name: str) -> bool:
        last = name.rpartition("/")[2].lower()
        return not last.startswith(("~$", ".")) and any(
            fnmatch.fnmatchcase(last, each.lower()) for each in self.pattern
        )

    async def _still(self, files: list[Found]) -> list[tuple[Found, bool]]:
        """Say of each file whether it still changes; one that changed long ago is not looked at twice.

        Clocks differ between machines, so a file that seems to come from the future is young too.
        """
        limit = time.time() - self.still
        young = [each for each in files if each.changed > limit]
        if not young or not self.still:
            return [(each, False) for each in files]
        await asyncio.sleep(self.still)
        now = {each.name: await self.folder.look(each.name) for each in young}
        return [(each, now[each.name] != each if each.name in now else False) for each in files]

    async def _whole(self, found: Found, result: Read) -> bytes | None:
        """Return what is in a file, unless it goes, is held or changes meanwhile."""
        if found.size > self.limits.size * MEGABYTE:
            raise too_large(found.name, self.limits.size)
        try:
            content = await self.folder.fetch(found.name)
        except FileNotFoundError:
            result.left.append(moving(found.name))
            return None
        except PermissionError:
            result.left.append(locked(found.name))
            return None
        if self.still and await self.folder.look(found.name) != found:
            result.left.append(moving(found.name))
            return None
        return content

    def _file(self, name: str, content: bytes) -> File:
        sheets = sheets_of(content, name, self.reading, self.limits, self.tables.words)
        return File(name, content, self.tables.of(name, sheets))
