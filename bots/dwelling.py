"""Where the journal of a restored workspace lies: its settings must never name the place of the one it is a copy of."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from sqlalchemy import URL

from bots.workspace import SETTINGS, Workspace
from words.errors import Place, UsageError
from words.languages import gettext as _

_KEY = re.compile(r"""^[ \t]*["']?(?:database|database_secret)["']?[ \t]*=.*\n?""", re.MULTILINE)
_TABLE = re.compile(r"^\s*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Database:
    """Where the journal is to lie, in the words of ``yinxin.toml``; in the workspace itself without an address."""

    address: str | None = None
    secret: str | None = None


def with_database(text: str, database: Database) -> str:
    """Return the text of ``yinxin.toml`` with another place for the journal, all else as it was."""
    table = _TABLE.search(text)
    end = table.start() if table else len(text)
    keys = {"database": database.address, "database_secret": database.secret}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items() if value]
    return "".join(lines) + _KEY.sub("", text[:end]) + text[end:]


def address(workspace: Workspace, database: Database) -> URL | None:
    """Return where the journal goes, having made sure that it is not where the one that was backed up lies.

    Raises:
        UsageError: the settings still name another place, or the address or its secret is wrong.
    """
    settings = workspace.settings
    if (settings.database, settings.database_secret) != (database.address, database.secret):
        raise UsageError(
            "database-not-replaced",
            _("“database” cannot be replaced in this workspace's {file}.").format(file=SETTINGS),
            todo=_("Write it on a line of its own above the first table, and make the backup anew."),
            place=Place(file=SETTINGS, field="database"),
        )
    try:
        return workspace.database
    except UsageError as error:
        error.place = Place(field=database.secret or "database")
        raise
