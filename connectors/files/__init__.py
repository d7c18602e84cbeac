"""The kind ``files``: tables in files, in a folder or on an SFTP server, read, and put there to be taken."""

from __future__ import annotations

from connectors.files.declared import FilesDeclared
from connectors.files.kind import KIND
from connectors.files.ledgers import LedgerFiles
from connectors.files.tables import TITLE

__all__ = ["KIND", "TITLE", "FilesDeclared", "LedgerFiles"]
