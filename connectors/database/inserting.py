"""Inserting a batch: all its rows in one transaction, parents first; of a row that is refused, none of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError

from connectors.database.declared import Target
from connectors.database.filling import Columns, Line, typed
from connectors.database.reading import table_of
from connectors.database.trouble import fault_of
from words.errors import DeliveryError, Place
from words.languages import gettext as _


def insert_all(
    connection: Connection, targets: Sequence[Target], lines: Sequence[Line], columns: Columns, system: str
) -> dict[int, str]:
    """Insert and commit; return the number of each refused line with the reason.

    Raises:
        SystemFailure: the database cannot do it, or the connection broke; nothing is there then.
        DeliveryError: the commit was not answered; whether the rows are there is not known.
    """
    transaction = connection.begin()
    try:
        refused = _together(connection, targets, lines, columns)
    except BaseException:
        transaction.close()
        raise
    try:
        transaction.commit()
    except Exception as error:
        raise _unanswered(system) from error
    return refused


def _together(
    connection: Connection, targets: Sequence[Target], lines: Sequence[Line], columns: Columns
) -> dict[int, str]:
    """Insert all rows at once; if that is refused, line by line, so that the reason stands with its own line."""
    if not _refused(connection, targets, lines, columns):
        return {}
    told = {line.number: _refused(connection, targets, [line], columns) for line in lines}
    return {number: reason for number, reason in told.items() if reason}


def _refused(connection: Connection, targets: Sequence[Target], lines: Sequence[Line], columns: Columns) -> str:
    """Insert lines, or none of them and return what the database has against them."""
    try:
        with connection.begin_nested():
            for target in targets:
                _insert(connection, target.table, [line.rows[target.table] for line in lines], columns)
    except DBAPIError as error:
        if reason := fault_of(error):
            return reason
        raise
    return ""


def _insert(connection: Connection, table: str, rows: Sequence[Mapping[str, str | None]], columns: Columns) -> None:
    if rows:
        asked = insert(table_of(table, *rows[0]))
        connection.execute(asked, [typed(row, columns[table]) for row in rows])


def _unanswered(system: str) -> DeliveryError:
    return DeliveryError(
        "commit-unanswered",
        _("The connection broke while the rows were being committed; whether they are there is not known."),
        todo=_("Run “yinxin resume”: it looks for the rows by their numbers before it sends anything again."),
        place=Place(system=system),
    )
