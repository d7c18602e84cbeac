"""The folders of one connector: all on this machine, or all on one server that is spoken to by one connection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connectors.courtesy import UNLIMITED, Turns
from connectors.files.declared import FilesDeclared
from connectors.files.folders import Folder, LocalFolder
from connectors.secrets import Secrets

if TYPE_CHECKING:
    from connectors.files.sftp import Server


class Places:
    """Opens folders, and closes the connection behind them."""

    def __init__(
        self, declared: FilesDeclared, workspace: Path, secrets: Secrets | None = None, turns: Turns = UNLIMITED
    ) -> None:
        self._declared, self._workspace, self._secrets, self._turns = declared, workspace, secrets, turns
        self._server: Server | None = None

    def folder(self, path: str) -> Folder:
        """Return a folder by what the connector calls it."""
        if self._declared.sftp is None:
            return LocalFolder(self._workspace / path, self._declared.title, self._turns)
        from connectors.files.sftp import Server, SftpFolder

        if self._server is None:
            secrets = self._secrets or Secrets(self._workspace / "-")
            self._server = Server(self._declared.sftp, secrets, self._declared.title, self._turns)
        return SftpFolder(self._server, path)

    async def close(self) -> None:
        """Close the connection, and let go of what gives the turns."""
        if self._server is not None:
            await self._server.close()
        self._turns.close()
