"""Reading: pages of a table, a view or a SELECT in the order of its key, each value as exact text."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DataError

from connectors.base import Window
from connectors.database.declared import Query
from connectors.database.questions import Position, Questions
from connectors.database.texts import padded_columns, text_of
from connectors.database.trouble import fault_of
from words.errors import DriftError, Place, UsageError
from words.languages import gettext as _

#: Where a column stands in an answer, its name, and whether its values come filled up with blanks.
_At = tuple[int, str, bool]


@dataclass(frozen=True, slots=True)
class Found:
    """One row as it was found.

    Attributes:
        position: the values of its key, by which the next page begins.
        key: the same as text.
        payload: heading → text; None if only its key was asked for.
        changed: the value of ``changed_column``; None without one.
        received: the value of ``received_column`` as text.
    """

    position: tuple[Any, ...]
    key: str
    payload: dict[str, str] | None
    changed: Any = None
    received: str = ""


@dataclass(frozen=True)
class Reader:
    """Asks a database for rows, by what is declared of them.

    Attributes:
        reading: what is declared.
        dialect: how the database is spoken to.
        system: what it is called in errors.
    """

    reading: Query
    dialect: Dialect
    system: str

    def total(self, connection: Connection, window: Window | None) -> int:
        """Return how many rows a window has."""
        return int(connection.execute(self._questions.total(window)).scalar_one())

    def page(
        self, connection: Connection, window: Window | None, after: Position = (), *, brief: bool = False
    ) -> list[Found]:
        """Return the rows behind a position, one more than a page has if there are more.

        Args:
            connection: where to ask.
            window: the days that count; None for all rows.
            after: the position behind which to begin.
            brief: only key and ``changed_column`` are wanted; the rows have no payload then.

        Raises:
            UsageError: the key does not tell rows apart, or a column has no exact text.
        """
        found = self._found(connection, self._questions.page(window, after, brief=brief), brief=brief)
        self._tell_apart([each.position for each in found])
        return found

    def between(
        self, connection: Connection, window: Window | None, ends: Sequence[Position], floor: object
    ) -> list[Found]:
        """Return the rows from a position to another, both included; with a floor only those changed since."""
        return self._found(connection, self._questions.between(window, ends, floor))

    def one(self, connection: Connection, key: str) -> Found | None:
        """Return the row with a key.

        Raises:
            UsageError: several rows have it.
        """
        position = [key] if len(self.reading.key) == 1 else json.loads(key)
        found = self._found(connection, self._questions.one(position))
        self._tell_apart([each.position for each in found])
        return found[0] if found else None

    def sql(self, window: Window | None) -> str:
        """Return the text of what is asked for the first page, as the database gets it, and the values it gets."""
        asked = self._questions.page(window, ()).compile(dialect=self.dialect)
        values = "".join(f"-- {name} = {value}\n" for name, value in asked.params.items())
        return f"{asked}\n{values}"

    @cached_property
    def _questions(self) -> Questions:
        return Questions(self.reading, self.dialect.name)

    def _found(self, connection: Connection, question: Select[Any], *, brief: bool = False) -> list[Found]:
        try:
            result = connection.execute(question)
            padded = padded_columns(self.dialect.name, result.cursor.description if result.cursor else None)
            names = list(map(str, result.keys()))
            if not brief:
                self._all_there(names)
            rows = result.all()
        except DataError as error:
            raise self._unreadable(fault_of(error)) from error
        places = {name: (number, name, filled) for number, (name, filled) in enumerate(zip(names, padded, strict=True))}
        headings = {} if brief else self.reading.columns or {name: name for name in names}
        told = {heading: places[name] for name, heading in headings.items()}
        return [self._row(row, places, None if brief else told) for row in rows]

    def _row(self, row: Sequence[Any], places: Mapping[str, _At], told: Mapping[str, _At] | None) -> Found:
        reading = self.reading
        keys = [self._text(row, places[name]) for name in reading.key]
        received = places.get(reading.received_column)
        return Found(
            tuple(row[places[name][0]] for name in reading.key),
            keys[0] if len(keys) == 1 else json.dumps(keys, ensure_ascii=False),
            None if told is None else {heading: self._text(row, at) for heading, at in told.items()},
            row[places[reading.changed_column][0]] if reading.changed_column else None,
            self._text(row, received) if received else "",
        )

    def _text(self, row: Sequence[Any], at: _At) -> str:
        number, name, padded = at
        value = row[number]
        return value if type(value) is str and not padded else text_of(value, name, self.system, padded=padded)

    def _all_there(self, names: Collection[str]) -> None:
        reading = self.reading
        others = (*reading.columns, *reading.key, reading.changed_column, reading.received_column)
        if missing := [name for name in others if name and name not in names]:
            raise DriftError(
                "table-changed",
                _("The database does not have what the connector names: {reason}").format(reason=", ".join(missing)),
                todo=_(
                    "Compare the connector's file with the database; names are written as the database stores them."
                ),
                place=Place(system=self.system, field=missing[0]),
            )

    def _tell_apart(self, positions: Sequence[tuple[Any, ...]]) -> None:
        """The order puts rows with one key side by side, so that none can be lost between two pages."""
        empty = any(value is None for position in positions for value in position)
        if empty or any(one == another for one, another in pairwise(positions)):
            raise UsageError(
                "key-not-unique",
                _("The key {columns} does not tell all rows apart: it is empty, or several rows have the same.").format(
                    columns=", ".join(self.reading.key)
                ),
                todo=_("Name the columns under “key” that are never empty and together unique."),
                place=Place(system=self.system, field="read.key"),
            )

    def _unreadable(self, reason: str) -> DriftError:
        return DriftError(
            "value-unreadable",
            _("A value of this table cannot be read: {reason}").format(reason=reason),
            todo=_("Cast the column to text in a “select”, or leave it out by naming the others under “columns”."),
            place=Place(system=self.system),
        )


def all_rows(reader: Reader, connection: Connection) -> list[Found]:
    """Return all rows of a table, page by page."""
    size, more = reader.reading.size, True
    rows: list[Found] = []
    while more:
        page = reader.page(connection, None, rows[-1].position if rows else ())
        more = len(page) > size
        rows += page[:size]
    return rows
