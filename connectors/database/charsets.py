"""How each kind of database keeps text: what its columns count their length in, and in which encoding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, text

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
THREE_BYTES = "utf8mb3"
_OF_MYSQL = text(
    "SELECT column_name, character_set_name, character_maximum_length, character_octet_length"
    " FROM information_schema.columns WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name"
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
class KeptText:
    """How a column keeps text."""

    longest: int | None
    unit: Unit
    encoding: str


def kept_texts(connection: Connection, schema: str | None, name: str) -> Mapping[str, KeptText]:
    """Return column → how it keeps text; an empty name stands for all columns."""
    asked = _WAYS.get(connection.dialect.name)
    return asked(connection, schema, name) if asked else {}


def _of_mysql(connection: Connection, schema: str | None, name: str) -> dict[str, KeptText]:
    """VARCHAR counts characters and TEXT bytes, which shows in that both of its lengths are the same."""
    rows = connection.execute(_OF_MYSQL, {"schema": schema, "name": name}).all()
    return {
        column: KeptText(longest, "bytes" if longest == octets else "characters", _python(encoding))
        for column, encoding, longest, octets in rows
        if encoding
    }


def _of_postgresql(connection: Connection, _schema: str | None, _name: str) -> dict[str, KeptText]:
    """Every column counts characters, in the encoding of the whole database."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    return {"": KeptText(None, "characters", "utf-8" if encoding == "UTF8" else _python(encoding))}


def _of_oracle(connection: Connection, schema: str | None, name: str) -> dict[str, KeptText]:
    """VARCHAR2 counts bytes unless it says CHAR; the national types count characters."""
    encoding = _python(connection.execute(_ENCODING_OF_ORACLE).scalar_one())
    normal = connection.dialect.denormalize_name
    rows = connection.execute(_OF_ORACLE, {"schema": schema and normal(schema), "name": normal(name)}).all()
    return {
        connection.dialect.normalize_name(column): (
            KeptText(length or None, "characters", "utf-8" if kind.startswith("N") else encoding)
            if used == "C"
            else KeptText(octets if "CHAR" in kind else None, "bytes", encoding)
        )
        for column, used, length, octets, kind in rows
    }


def _of_sql_server(connection: Connection, schema: str | None, name: str) -> dict[str, KeptText]:
    """VARCHAR counts bytes of its collation's code page, NVARCHAR characters."""
    rows = connection.execute(_OF_SQL_SERVER, {"schema": schema, "name": name}).all()
    return {
        column: (
            KeptText(longest if longest and longest > 0 else None, "characters", "utf-8")
            if kind.startswith("n")
            else KeptText(longest if longest and longest > 0 else None, "bytes", _python(str(page)))
        )
        for column, kind, longest, page in rows
    }


_WAYS: dict[str, Callable[[Connection, str | None, str], dict[str, KeptText]]] = {
    "mysql": _of_mysql,
    "postgresql": _of_postgresql,
    "oracle": _of_oracle,
    "mssql": _of_sql_server,
}


def _python(encoding: str) -> str:
    """Return Python's name of an encoding; one that is not known here has, for all we know, every character."""
    return _ENCODINGS.get(encoding.lower(), "utf-8")
