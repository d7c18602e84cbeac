"""Questions: what a database is asked for pages of rows, as SQL that every kind of database takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
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
from sqlalchemy.types import NullType

from connectors.base import Window
from connectors.database.declared import Query

Position = Sequence[Any]
_AS_THE_COLUMN = NullType()  # the server reads a bound value as the column's type, not as one that is guessed


@dataclass(frozen=True)
class Questions:
    """Makes questions of what is declared.

    Attributes:
        reading: what is declared.
        kind: the kind of database, as SQLAlchemy names it.
    """

    reading: Query
    kind: str

    def total(self, window: Window | None) -> Select[Any]:
        """Ask how many rows a window has."""
        return self._windowed(select(func.count()).select_from(self._rows), window)

    def page(self, window: Window | None, after: Position, *, brief: bool = False) -> Select[Any]:
        """Ask for the rows behind a position, one more than a page has; briefly only for key and change."""
        names = [*self.reading.key, self.reading.changed_column]
        wanted = list(map(self._column, names)) if brief else self._wanted
        question = self._windowed(select(*wanted).select_from(self._rows), window)
        if after:
            question = question.where(self._behind(after, "k"))
        return question.order_by(*map(self._column, self.reading.key)).limit(self.reading.size + 1)

    def between(self, window: Window | None, ends: Sequence[Position], floor: object) -> Select[Any]:
        """Ask for the rows from a position to another, both included; with a floor only those changed since."""
        begins = or_(self._behind(ends[0], "a"), self._at(ends[0], "a"))
        question = self._windowed(select(*self._wanted).select_from(self._rows), window)
        question = question.where(begins, ~self._behind(ends[-1], "z"))
        if floor is not None:
            changed = self._column(self.reading.changed_column)
            question = question.where(or_(changed >= bound("floor", floor), changed.is_(None)))
        return question

    def one(self, position: Position) -> Select[Any]:
        """Ask for the row at a position, and for another one if there is."""
        return select(*self._wanted).select_from(self._rows).where(self._at(position, "k")).limit(2)

    @cached_property
    def _read(self) -> list[str]:
        reading = self.reading
        others = (*reading.key, reading.changed_column, reading.received_column)
        return [name for name in dict.fromkeys([*reading.columns, *others]) if name]

    @cached_property
    def _rows(self) -> FromClause:
        names = dict.fromkeys([*self._read, *filter(None, [self.reading.since_column])])
        if self.reading.table:
            return table_of(self.reading.table, *names)
        written = self.reading.select.replace(":", r"\:")  # a colon would begin the name of a value
        return text(written).columns(*map(_plain, names)).subquery("rows_read")

    def _column(self, name: str) -> ColumnElement[Any]:
        """Return a column with its table in front: SQLite takes an unknown name alone for a text."""
        return self._rows.c[name]

    @cached_property
    def _wanted(self) -> list[ColumnElement[Any]]:
        return list(map(self._column, self._read)) if self.reading.columns else [literal_column("*")]

    def _windowed(self, question: Select[Any], window: Window | None) -> Select[Any]:
        if window is None or not self.reading.since_column:
            return question
        decided = self._column(self.reading.since_column)
        first, after = (self._day(day) for day in (window.since, window.until + timedelta(days=1)))
        return question.where(decided >= bound("since", first), decided < bound("until", after))

    def _day(self, day: date) -> date | str:
        shape = self.reading.since_format or ("%Y-%m-%d" if self.kind == "sqlite" else "")
        return day.strftime(shape) if shape else day

    def _behind(self, position: Position, prefix: str) -> ColumnElement[bool]:
        """Whether a row stands behind a position; its first part alone is what an index serves."""
        names = self.reading.key
        behind: ColumnElement[bool] = false()
        for number in reversed(range(len(names))):
            here, value = self._column(names[number]), bound(f"{prefix}{number}", position[number])
            behind = or_(here > value, and_(here == value, behind))
        first = self._column(names[0]) >= bound(f"{prefix}0", position[0])
        return behind if len(names) == 1 else and_(first, behind)

    def _at(self, position: Position, prefix: str) -> ColumnElement[bool]:
        pairs = enumerate(zip(self.reading.key, position, strict=True))
        return and_(*(self._column(name) == bound(f"{prefix}{number}", value) for number, (name, value) in pairs))


def table_of(name: str, *columns: str) -> TableClause:
    """Return a table by its name, a schema in front of it if it has one."""
    schema, _dot, plain = name.rpartition(".")
    return table(plain, *map(_plain, columns), schema=schema or None)


def bound(name: str, value: object) -> BindParameter[Any]:
    """Return a value under a name, in the type of whatever it is compared with or written into."""
    return bindparam(name, value, type_=_AS_THE_COLUMN)


def _plain(name: str) -> Any:  # noqa: ANN401 - a column of no type
    return column(name)
