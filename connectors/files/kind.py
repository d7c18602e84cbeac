"""The kind ``files``: folders of ledgers, files as a source, and folders that a receiver takes files from."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from connectors.base import Feed, Source
from connectors.files.declared import FilesDeclared
from connectors.files.feed import FilesFeed
from connectors.files.folders import LocalFolder
from connectors.files.ledgers import LedgerFiles
from connectors.files.places import Places
from connectors.files.reading import Reader
from connectors.files.source import FilesSource
from connectors.kinds import Given, Kind, Reached, lacks
from words.errors import SystemFailure, UsageError
from words.languages import gettext as _
from words.languages import ngettext


class FilesKind(Kind[FilesDeclared]):
    """Folders of files."""

    declared = FilesDeclared

    def ledgers(self, given: Given[FilesDeclared]) -> LedgerFiles:
        """Return a folder of ledgers.

        Raises:
            UsageError: it declares no mapping or no folder.
        """
        _need_folder(given)
        return LedgerFiles(given.name, given.declared, given.reading(), given.folder, given.secrets, given.turns)

    def source(self, given: Given[FilesDeclared]) -> Source:
        """Return a folder of files as a source.

        Raises:
            UsageError: it declares no mapping, no folder, or not what makes a row.
        """
        _need_folder(given)
        mapping = given.reading()
        if given.declared.rows is None:
            raise lacks(given.name, "rows")
        return FilesSource(given.name, given.declared, given.declared.rows, mapping, _places(given))

    def feed(self, given: Given[FilesDeclared]) -> Feed:
        """Return a folder that a receiver takes files from.

        Raises:
            UsageError: it declares no profile or no drop folder.
        """
        profile, drop = given.writing(), given.declared.drop
        if drop is None:
            raise lacks(given.name, "drop")
        numbers = given.folder / drop.numbers if drop.numbers else given.state / "numbers" / given.name
        return FilesFeed(given.name, given.declared, drop, profile, _places(given), numbers)

    async def reach(self, given: Given[FilesDeclared], patience: float) -> Reached:
        """Look into its folders."""
        patient = given.declared
        if patient.sftp:
            patient = patient.model_copy(update={"sftp": patient.sftp.model_copy(update={"timeout": patience})})
        places = Places(patient, given.folder, given.secrets, given.turns)
        try:
            async with asyncio.timeout(patience):
                return await _looked(given, places)
        except SystemFailure as error:
            return Reached(error.sentence, "failing", error.todo)
        except TimeoutError:
            told = _("{url} did not answer within {seconds} seconds.").format(url=patient.where, seconds=patience)
            return Reached(told, "failing", _("Check address and network."))
        finally:
            await places.close()


async def _looked(given: Given[FilesDeclared], places: Places) -> Reached:
    declared = given.declared
    if declared.drop:
        drop = places.folder(declared.drop.folder)
        try:
            await drop.listed()
        except UsageError as error:
            return Reached(error.sentence, "failing", error.todo)
        if isinstance(drop, LocalFolder) and not os.access(drop.path, os.W_OK):
            told = _("Nothing can be put into {folder}.").format(folder=drop.where)
            return Reached(told, "failing", _("Let this user write there."))
    if not declared.mapping:
        return Reached(_("{where} is there").format(where=declared.where))
    return await _counted(given, places)


async def _counted(given: Given[FilesDeclared], places: Places) -> Reached:
    try:
        reader = Reader.of(given.declared, places.folder(given.declared.folder), given.reading())
        count = len(await reader.listed())
    except UsageError:  # the folder is not there yet
        count = 0
    said = ngettext("{count} ledger", "{count} ledgers", count).format(count=count)
    if count:
        return Reached(said)
    folder = given.declared.where if given.declared.sftp else str(Path(given.folder / given.declared.folder))
    return Reached(said, "warning", _("Put the departments' ledgers into this folder: {folder}").format(folder=folder))


def _places(given: Given[FilesDeclared]) -> Places:
    return Places(given.declared, given.folder, given.secrets, given.turns)


def _need_folder(given: Given[FilesDeclared]) -> None:
    if not given.declared.folder:
        raise lacks(given.name, "folder")


KIND = FilesKind()
