"""The columns of an exchange table as the database describes them: what each takes, and in which encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, NoSuchTableError
from sqlalchemy.types import Date, DateTime, Integer, String

from connectors.database.trouble import told_of
from words.errors import DriftError, Place
from words.languages import gettext as _

Unit = Literal["bytes", "characters"]
#: The databases' names of encodings that are not UTF-8 → Python's. GB 2312 is read as what contains it, because not
#: all agree on its middle dot; what it does not have, the database refuses by itself.
_ENCODINGS = {
    **dict.fromkeys(("gbk", "gb2312", "euc_cn", "zhs16gbk", "zhs16cgb231280", "936"), "gbk"),
    **dict.fromkeys(("latin1", "we8mswin1252", "1252"), "cp1252"),
    **dict.fromkeys(("ascii", "us7ascii"), "ascii"),
    **{"gb18030": "gb18030", "zhs32gb18030": "gb18030", "big5": "big5", "we8iso8859p1": "latin-1"},
    **dict.fromkeys(("utf8mb3", "utf8"), "utf8mb3"),
}
#: MySQL's old UTF-8, which has no characters of four bytes.
_THREE_BYTES = "utf8mb3"
_OF_MYSQL = text(
    "SELECT column_name, character_set_name, character_maximum_length, character_octet_length"
    " FROM information_schema.columns WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name"
)
_ENGINE_OF_MYSQL = text(
    "SELECT engine FROM information_schema.tables"
    " WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name"
)
_OF_ORACLE = text(
    "SELECT column_name, char_used, char_length, data_length, data_type FROM all_tab_columns"
    " WHERE owner = COALESCE(:schema, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')) AND table_name = :name"
)
_ENCODING_OF_ORACLE = text("SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'")
_OF_SQL_SERVER = text(
    "SELECT column_name, data_type, character_maximum_length, COLLATIONPROPERTY(collation_name, 'CodePage')"
    " FROM information_schema.columns WHERE table_schema = COALESCE(:schema, SCHEMA_NAME()) AND table_name = :name"
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
        return len(value.encode("utf-8" if self.encoding == _THREE_BYTES else self.encoding, "replace"))

    def unknown(self, value: str) -> str:
        """Return the characters that this column's encoding does not have."""
        return "".join(dict.fromkeys(each for each in value if not _has(self.encoding, each)))


@dataclass(frozen=True, slots=True)
class _Text:
    """How a column keeps text."""

    longest: int | None
    unit: Unit
    encoding: str


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
    kept = _TEXTS.get(connection.dialect.name, _nothing_more)(connection, schema or None, name)
    if connection.dialect.name == "mysql":
        _transactional(connection, {"schema": schema or None, "name": name}, system, table)
    return {each["name"]: _columned(each, kept) for each in found}


def _columned(found: Any, kept: Mapping[str, _Text]) -> Columned:  # noqa: ANN401 - SQLAlchemy's description
    name, kind = found["name"], found["type"]
    filled = bool(found.get("default") or found.get("identity") or found.get("computed"))
    counted = found.get("autoincrement") is True or (isinstance(kind, Integer) and bool(found.get("primary_key")))
    if isinstance(kind, DateTime | Date):
        return Columned(name, "moment" if isinstance(kind, DateTime) else "day", found["nullable"], filled)
    if not isinstance(kind, String):
        return Columned(name, "other", found["nullable"], filled or counted)
    told = kept.get(name) or kept.get("") or _Text(None, "characters", "utf-8")
    longest = told.longest if told.longest is not None else kind.length
    return Columned(name, "text", found["nullable"], filled, longest, told.unit, told.encoding)


def _of_mysql(connection: Connection, schema: str | None, name: str) -> dict[str, _Text]:
    """VARCHAR counts characters and TEXT bytes, which shows in that both of its lengths are the same."""
    rows = connection.execute(_OF_MYSQL, {"schema": schema, "name": name}).all()
    return {
        column: _Text(longest, "bytes" if longest == octets else "characters", _python(encoding))
        for column, encoding, longest, octets in rows
        if encoding
    }


def _of_postgresql(connection: Connection, _schema: str | None, _name: str) -> dict[str, _Text]:
    """Every column counts characters, in the encoding of the whole database."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    return {"": _Text(None, "characters", "utf-8" if encoding == "UTF8" else _python(encoding))}


def _of_oracle(connection: Connection, schema: str | None, name: str) -> dict[str, _Text]:
    """VARCHAR2 counts bytes unless it says CHAR; the national types count characters."""
    encoding = _python(connection.execute(_ENCODING_OF_ORACLE).scalar_one())
    normal = connection.dialect.denormalize_name
    rows = connection.execute(_OF_ORACLE, {"schema": schema and normal(schema), "name": normal(name)}).all()
    return {
        connection.dialect.normalize_name(column): (
            _Text(length or None, "characters", "utf-8" if kind.startswith("N") else encoding)
            if used == "C"
            else _Text(octets if "CHAR" in kind else None, "bytes", encoding)
        )
        for column, used, length, octets, kind in rows
    }


def _of_sql_server(connection: Connection, schema: str | None, name: str) -> dict[str, _Text]:
    """VARCHAR counts bytes of its collation's code page, NVARCHAR characters."""
    rows = connection.execute(_OF_SQL_SERVER, {"schema": schema, "name": name}).all()
    return {
        column: (
            _Text(longest if longest and longest > 0 else None, "characters", "utf-8")
            if kind.startswith("n")
            else _Text(longest if longest and longest > 0 else None, "bytes", _python(str(page)))
        )
        for column, kind, longest, page in rows
    }


def _nothing_more(_connection: Connection, _schema: str | None, _name: str) -> dict[str, _Text]:
    return {}


_TEXTS = {"mysql": _of_mysql, "postgresql": _of_postgresql, "oracle": _of_oracle, "mssql": _of_sql_server}


def _python(encoding: str) -> str:
    """Return Python's name of an encoding; one that is not known here has, for all we know, every character."""
    return _ENCODINGS.get(encoding.lower(), "utf-8")


def _has(encoding: str, character: str) -> bool:
    if encoding == _THREE_BYTES:
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
