"""What the departments wrote down, as files in a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from connectors.base import Table
from connectors.courtesy import UNLIMITED, Turns
from connectors.files.declared import FilesDeclared
from connectors.files.places import Places
from connectors.files.reading import Read, Reader
from connectors.secrets import Secrets
from mappings.mapping import Mapping
from words.errors import BusinessError, Place, UsageError
from words.languages import gettext as _

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LedgerFiles:
    """The ledgers of all departments, a file each."""

    name: str
    declared: FilesDeclared
    mapping: Mapping
    workspace: Path
    secrets: Secrets | None = None
    turns: Turns = UNLIMITED

    @property
    def title(self) -> str:
        """The name a person knows it by."""
        return self.declared.title

    def tables(self) -> list[Table]:
        """Return one table per sheet that holds records, all cells as text.

        Raises:
            UsageError: the folder is not there.
            BusinessError: a file cannot be read.
            DriftError: a file in which no sheet has a recognisable header.
        """
        tables, unreadable = self.readable()
        if unreadable:
            raise unreadable[0]
        return tables

    def readable(self) -> tuple[list[Table], list[BusinessError]]:
        """Return the tables of the ledgers that can be read, and an error for each that cannot, or not now.

        Raises:
            UsageError: the folder is not there.
            DriftError: a file in which no sheet has a recognisable header.
        """
        read = apart(self._read)
        return [table for file in read.files for table in file.tables], [*read.refused, *read.left]

    async def _read(self) -> Read:
        places = Places(self.declared, self.workspace, self.secrets, self.turns)
        folder = places.folder(self.declared.folder)
        try:
            return await Reader.of(self.declared, folder, self.mapping).read()
        except UsageError as error:
            raise self._not_there(folder.where) if error.code == "no-folder" else error from None
        finally:
            await places.close()

    def _not_there(self, where: str) -> UsageError:
        return UsageError(
            "no-ledger-folder",
            _("The ledger folder is not there."),
            todo=_("Create it and put the departments' ledgers in, or correct “folder” in the connector."),
            place=Place(system=self.title, file=where),
        )


def apart(work: Callable[[], Awaitable[T]]) -> T:
    """Do awaitable work to its end in a thread and loop of its own, whoever asks."""

    async def done() -> T:
        return await work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(done())).result()
