"""Inserting a batch: all its rows in one transaction, parents first; of a record that is refused, none of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, insert, update
from sqlalchemy.exc import DBAPIError

from connectors.base import Action
from connectors.database.declared import Target
from connectors.database.filling import Columns, Line, typed
from connectors.database.questions import bound, table_of
from connectors.database.trouble import fault_of
from words.errors import DeliveryError, Place
from words.languages import gettext as _


class _NotOne(Exception):  # noqa: N818 - what it is
    """A correction in place found no row, or several."""


@dataclass(frozen=True, slots=True)
class Inserter:
    """Writes the lines of one batch.

    Attributes:
        targets: the exchange tables in their order.
        columns: what the database says of their columns.
        action: what is done with the records.
        system: what the database is called in errors.
    """

    targets: Sequence[Target]
    columns: Columns
    action: Action
    system: str

    def write(self, connection: Connection, lines: Sequence[Line]) -> dict[int, str]:
        """Write and commit; return the number of each refused line with the reason.

        Raises:
            SystemFailure: the database cannot do it, or the connection broke; nothing is there then.
            LoginNeeded: it does not allow it.
            DeliveryError: the commit was not answered; whether the rows are there is not known.
        """
        transaction = connection.begin()
        try:
            refused = self._together(connection, lines)
        except BaseException:
            transaction.close()
            raise
        try:
            transaction.commit()
        except Exception as error:
            reason = fault_of(error)
            raise self._refused_at_last(reason) if reason else _unanswered(self.system) from error
        return refused

    def _together(self, connection: Connection, lines: Sequence[Line]) -> dict[int, str]:
        """Write all lines at once; if that is refused, one by one, so that the reason stands with its own line."""
        if not self._refused(connection, lines):
            return {}
        told = {line.number: self._refused(connection, [line]) for line in lines}
        return {number: reason for number, reason in told.items() if reason}

    def _refused(self, connection: Connection, lines: Sequence[Line]) -> str:
        """Write lines; or none of them, and return what the database has against them."""
        try:
            with connection.begin_nested():
                for target in self.targets:
                    self._into(connection, target, lines)
        except _NotOne as error:
            return str(error)
        except DBAPIError as error:
            if reason := fault_of(error):
                return reason
            raise
        return ""

    def _refused_at_last(self, reason: str) -> DeliveryError:
        """A constraint that is looked at when all is over says nothing of which row breaks it; nothing is there."""
        return DeliveryError(
            "delivery-failed",
            _("The database refuses the whole batch: {reason}").format(reason=reason),
            todo=_("Make “rows” smaller in the connector, so that the others are not held up, and ask its operator."),
            place=Place(system=self.system),
        )

    def _into(self, connection: Connection, target: Target, lines: Sequence[Line]) -> None:
        rows = [typed(line.rows[target.table], self.columns[target.table]) for line in lines]
        if self.action == "correct" and target.update:
            for row in rows:
                _correct(connection, target, row)
        elif rows:
            connection.execute(insert(table_of(target.table, *rows[0])), rows)


def _correct(connection: Connection, target: Target, row: dict[str, Any]) -> None:
    """Change the one row that a correction is of, in place."""
    there = table_of(target.table, *row)
    here = and_(*(there.c[name] == bound(f"at_{name}", row[name]) for name in target.update))
    values = {name: bound(f"set_{name}", value) for name, value in row.items()}
    asked = update(there).where(here).values(values)
    found = connection.execute(asked).rowcount
    if found != 1:
        sentence = _("{table} has {count} rows that this correction could be of")
        raise _NotOne(sentence.format(table=target.table, count=found))


def _unanswered(system: str) -> DeliveryError:
    return DeliveryError(
        "commit-unanswered",
        _("The connection broke while the rows were being committed; whether they are there is not known."),
        todo=_("Run “yinxin resume”: it looks for the rows by their numbers before it sends anything again."),
        place=Place(system=system),
    )
