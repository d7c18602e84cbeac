"""Query: pages of a table, a view or a SELECT in the order of its key, all as of one moment."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Select,
    TableClause,
    and_,
    bindparam,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.exc import DataError
from sqlalchemy.types import NullType

from connectors.base import Window
from connectors.database.declared import Query
from connectors.database.texts import padded_columns, text_of
from connectors.database.trouble import fault_of
from words.errors import DriftError, Place, UsageError
from words.languages import gettext as _

#: Where a column stands in an answer, its name, and whether its values come filled up with blanks.
_At = tuple[int, str, bool]
_OF_BOUND = NullType()  # the server reads a bound value as the column's type, not as one that is guessed


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
        question = self._windowed(select(func.count()).select_from(self._rows), window)
        return int(connection.execute(question).scalar_one())

    def page(
        self, connection: Connection, window: Window | None, after: tuple[Any, ...] = (), *, brief: bool = False
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
        names = [*self.reading.key, self.reading.changed_column]
        columns = list(map(column, names)) if brief else self._columns
        found = self._found(connection, self._paged(select(*columns), window, after), brief=brief)
        self._tell_apart([each.position for each in found])
        return found

    def between(
        self, connection: Connection, window: Window | None, ends: Sequence[tuple[Any, ...]], floor: object
    ) -> list[Found]:
        """Return the rows from a position to another, both included; with a floor only those changed since."""
        question = self._windowed(select(*self._columns).select_from(self._rows), window)
        question = question.where(~self._behind(ends[-1], "z"), or_(self._behind(ends[0], "a"), self._at(ends[0], "a")))
        if floor is not None:
            changed: ColumnClause[Any] = column(self.reading.changed_column)
            question = question.where(or_(changed >= _bound("floor", floor), changed.is_(None)))
        return self._found(connection, question)

    def one(self, connection: Connection, key: str) -> Found | None:
        """Return the row with a key.

        Raises:
            UsageError: several rows have it.
        """
        names = self.reading.key
        values = [key] if len(names) == 1 else json.loads(key)
        question = select(*self._columns).select_from(self._rows).where(self._at(values, "k")).limit(2)
        found = self._found(connection, question)
        self._tell_apart([each.position for each in found])
        return found[0] if found else None

    def sql(self, window: Window | None) -> str:
        """Return the text of what is asked for the first page, as the database gets it, and the values it gets."""
        asked = self._paged(select(*self._columns), window, ()).compile(dialect=self.dialect)
        values = "".join(f"-- {name} = {value}\n" for name, value in asked.params.items())
        return f"{asked}\n{values}"

    @cached_property
    def _rows(self) -> FromClause:
        return rows_of(self.reading)

    @cached_property
    def _columns(self) -> list[ColumnElement[Any]]:
        reading = self.reading
        if not reading.columns:
            return [literal_column("*")]
        others = (*reading.key, reading.changed_column, reading.received_column)
        return [column(name) for name in dict.fromkeys([*reading.columns, *others]) if name]

    def _windowed(self, question: Select[Any], window: Window | None) -> Select[Any]:
        name = self.reading.since_column
        if window is None or not name:
            return question
        first, after = (self._day(day) for day in (window.since, window.until + timedelta(days=1)))
        return question.where(column(name) >= _bound("since", first), column(name) < _bound("until", after))

    def _day(self, day: date) -> date | str:
        shape = self.reading.since_format or ("%Y-%m-%d" if self.dialect.name == "sqlite" else "")
        return day.strftime(shape) if shape else day

    def _paged(self, question: Select[Any], window: Window | None, after: tuple[Any, ...]) -> Select[Any]:
        question = self._windowed(question.select_from(self._rows), window)
        if after:
            question = question.where(self._behind(after, "k"))
        return question.order_by(*map(column, self.reading.key)).limit(self.reading.size + 1)

    def _behind(self, position: Sequence[Any], prefix: str) -> ColumnElement[bool]:
        """Whether a row stands behind a position; its first part alone is what an index serves."""
        names = self.reading.key
        behind: ColumnElement[bool] = false()
        for number in reversed(range(len(names))):
            here: ColumnClause[Any] = column(names[number])
            value = _bound(f"{prefix}{number}", position[number])
            behind = or_(here > value, and_(here == value, behind))
        first = column(names[0]) >= _bound(f"{prefix}0", position[0])
        return behind if len(names) == 1 else and_(first, behind)

    def _at(self, position: Sequence[Any], prefix: str) -> ColumnElement[bool]:
        pairs = enumerate(zip(self.reading.key, position, strict=True))
        return and_(*(column(name) == _bound(f"{prefix}{number}", value) for number, (name, value) in pairs))

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


def rows_of(reading: Query) -> FromClause:
    """Return what is read from, as part of a question; a SELECT becomes one that another one is asked of."""
    if reading.table:
        return table_of(reading.table)
    written = re.sub(r"(:)", r"\\\1", reading.select)  # a colon would begin the name of a value
    return text(written).columns().subquery("rows_read")


def table_of(name: str, *columns: str) -> TableClause:
    """Return a table by its name, a schema in front of it if it has one."""
    schema, _dot, plain = name.rpartition(".")
    return table(plain, *map(column, columns), schema=schema or None)


def _bound(name: str, value: object) -> BindParameter[Any]:
    return bindparam(name, value, type_=_OF_BOUND)
