"""Values of columns as exact text, whatever their type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from words.errors import Place, UsageError
from words.languages import gettext as _

_BPCHAR = 1042  # PostgreSQL's number of CHAR(n)
_DAY = 24 * 3600


def text_of(value: object, column: str, system: str, *, padded: bool = False) -> str:
    """Return a value as text: days and moments in ISO form, numbers in plain digits, nothing for NULL.

    Args:
        value: as the driver gives it.
        column: where it stands, for the error.
        system: the database's title, for the error.
        padded: the column fills its values up with blanks.

    Raises:
        UsageError: it is bytes, a list, or something else that has no exact text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.rstrip(" ") if padded else value
    for types, written in _WAYS:
        if isinstance(value, types):
            return written(value)
    raise _no_text(type(value).__name__, column, system)


def _duration(value: timedelta) -> str:
    """MySQL's TIME: hours that may be more than a day has, or negative."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    minutes, seconds = divmod(value.days * _DAY + value.seconds, 60)
    fraction = f".{value.microseconds:06}" if value.microseconds else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{fraction}"


#: In this order: a truth is also a number, and a moment also a day.
_WAYS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (int | UUID, str),
    (float, lambda value: format(Decimal(repr(value)), "f")),
    (Decimal, lambda value: format(value, "f")),
    (datetime, lambda value: value.isoformat(sep=" ")),
    (date | time, lambda value: value.isoformat()),
    (timedelta, _duration),
)


def _no_text(kind: str, column: str, system: str) -> UsageError:
    return UsageError(
        "column-without-text",
        _("The column “{column}” holds {kind}, which has no exact text.").format(column=column, kind=kind),
        todo=_("Leave it out by naming the others under “columns”, or cast it to text in a “select”."),
        place=Place(system=system, field=column),
    )


def padded_columns(dialect: str, description: Sequence[Any] | None) -> list[bool]:
    """Return for each column of an answer whether its values come filled up with blanks.

    SQL Server's driver does not say which columns are; there, blanks at the end of a text never mean anything.
    """
    columns = description or ()
    if dialect == "postgresql":
        return [column[1] == _BPCHAR for column in columns]
    if dialect == "oracle":
        return [getattr(column[1], "name", "") in ("DB_TYPE_CHAR", "DB_TYPE_NCHAR") for column in columns]
    return [dialect == "mssql"] * len(columns)
