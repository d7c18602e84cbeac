"""The columns of an exchange table as the database describes them: what each takes, and in which encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, NoSuchTableError
from sqlalchemy.types import Date, DateTime, Integer, String

from connectors.database.charsets import THREE_BYTES, KeptText, Unit, kept_texts
from connectors.database.trouble import told_of
from words.errors import DriftError, Place
from words.languages import gettext as _

_ENGINE_OF_MYSQL = text(
    "SELECT engine FROM information_schema.tables"
    " WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name"
)


@dataclass(frozen=True, slots=True)
class Columned:
    """One column.

    Attributes:
        name: as it is stored.
        kind: what it holds, as far as it matters to whoever writes text.
        empty: it takes NULL.
        filled: the database fills it in by itself.
        longest: the most that it takes, in ``unit``; None if there is no limit.
        unit: what its length is counted in.
        encoding: Python's name of the encoding in which it keeps text.
    """

    name: str
    kind: Literal["text", "day", "moment", "other"]
    empty: bool = True
    filled: bool = False
    longest: int | None = None
    unit: Unit = "characters"
    encoding: str = "utf-8"

    def size(self, value: str) -> int:
        """Return how long a text is in this column."""
        if self.unit == "characters":
            return len(value)
        return len(value.encode("utf-8" if self.encoding == THREE_BYTES else self.encoding, "replace"))

    def unknown(self, value: str) -> str:
        """Return the characters that this column's encoding does not have."""
        return "".join(dict.fromkeys(each for each in value if not _has(self.encoding, each)))


def columns_of(connection: Connection, table: str, system: str) -> dict[str, Columned]:
    """Return a table's columns by name.

    Raises:
        DriftError: there is no such table, or one that cannot take back what was half done.
    """
    schema, _dot, name = table.rpartition(".")
    try:
        found = inspect(connection).get_columns(name, schema=schema or None)
    except NoSuchTableError:
        raise _changed(_("There is no table “{table}”.").format(table=table), system, table) from None
    except DBAPIError as error:  # while it is being described, the engine's own way of telling is not gone
        raise told_of(error, Place(system=system, field=table)) from error
    kept = kept_texts(connection, schema or None, name)
    if connection.dialect.name == "mysql":
        _transactional(connection, {"schema": schema or None, "name": name}, system, table)
    return {each["name"]: _columned(each, kept) for each in found}


def _columned(found: Any, kept: Mapping[str, KeptText]) -> Columned:  # noqa: ANN401 - SQLAlchemy's description
    name, kind = found["name"], found["type"]
    filled = bool(found.get("default") or found.get("identity") or found.get("computed"))
    counted = found.get("autoincrement") is True or (isinstance(kind, Integer) and bool(found.get("primary_key")))
    if isinstance(kind, DateTime | Date):
        return Columned(name, "moment" if isinstance(kind, DateTime) else "day", found["nullable"], filled)
    if not isinstance(kind, String):
        return Columned(name, "other", found["nullable"], filled or counted)
    told = kept.get(name) or kept.get("") or KeptText(None, "characters", "utf-8")
    longest = told.longest if told.longest is not None else kind.length
    return Columned(name, "text", found["nullable"], filled, longest, told.unit, told.encoding)


def _has(encoding: str, character: str) -> bool:
    if encoding == THREE_BYTES:
        return character <= "\uffff"
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _transactional(connection: Connection, name: dict[str, str | None], system: str, table: str) -> None:
    engine = connection.execute(_ENGINE_OF_MYSQL, name).scalar()
    if engine and engine.lower() in ("myisam", "aria", "memory", "csv", "archive"):
        sentence = _("The table “{table}” is kept by {engine}, which has no transactions.")
        raise _changed(sentence.format(table=table, engine=engine), system, table)


def _changed(sentence: str, system: str, table: str) -> DriftError:
    return DriftError(
        "exchange-table-changed",
        sentence,
        todo=_("Compare “write” in the connector's file with the table, and ask the receiver's operator."),
        place=Place(system=system, field=table),
    )
