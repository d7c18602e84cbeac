"""Marks: how far the changes of a table have been read, and where reading has to begin again.

A row that was changed by a transaction that ended late carries an earlier moment than the mark; so reading begins an
overlap before it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import xxhash

from connectors.database.declared import Query
from words.errors import Place, UsageError
from words.languages import gettext as _

Value = date | datetime | int | str


class Mark:
    """The mark of one collection.

    As text it is the hash of what is declared, the kind of value, and the value: another declaration reads anew.
    """

    def __init__(self, reading: Query, system: str) -> None:
        self._reading, self._system = reading, system
        self._form = xxhash.xxh3_64_hexdigest(reading.model_dump_json().encode())
        self._before: Value | None = None
        self._highest: Value | None = None

    def go_on(self, mark: str) -> None:
        """Begin at a mark reached earlier; an empty one, or one of another declaration, means at the beginning."""
        form, _space, told = mark.partition(" ")
        self._before = _read(told) if told and form == self._form else None
        self._highest = self._before

    def floor(self) -> Value | None:
        """Return from which value on rows are read anew; None for all."""
        return None if self._before is None else _minus(self._before, self._reading.overlap)

    def see(self, value: object) -> None:
        """Take in the value of one row; a moment that is yet to come says nothing about how far was read.

        Raises:
            UsageError: it is neither a moment, nor a day, nor a number, nor text in the form of a moment.
        """
        if value is None:
            return
        found = self._plain(value)
        if not _to_come(found) and (self._highest is None or found > self._highest):  # type: ignore[operator]
            self._highest = found

    @property
    def reached(self) -> str:
        """The mark as text; empty if no row had a value."""
        return "" if self._highest is None else f"{self._form} {_write(self._highest)}"

    def _plain(self, value: object) -> Value:
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        if isinstance(value, date | int) or (isinstance(value, str) and _moment(value)):
            return value
        raise UsageError(
            "not-a-mark",
            _("The column “{column}” holds no moments, days or whole numbers: {value}").format(
                column=self._reading.changed_column, value=str(value)[:40]
            ),
            todo=_("Name another column as “changed_column”, or none: then all rows are read every time."),
            place=Place(system=self._system, field="read.changed_column"),
        )


def _write(value: Value) -> str:
    if isinstance(value, datetime):
        return f"moment {value.isoformat()}"
    if isinstance(value, date):
        return f"day {value.isoformat()}"
    return f"{'number' if isinstance(value, int) else 'text'} {value}"


def _read(told: str) -> Value:
    kind, _space, value = told.partition(" ")
    if kind == "moment":
        return datetime.fromisoformat(value)
    if kind == "day":
        return date.fromisoformat(value)
    return int(value) if kind == "number" else value


def _minus(value: Value, overlap: float) -> Value:
    if isinstance(value, int):
        return value - round(overlap)
    before = timedelta(seconds=overlap)
    if isinstance(value, datetime):
        return value - before
    if isinstance(value, date):
        return (datetime.combine(value, datetime.min.time()) - before).date()
    earlier = datetime.fromisoformat(value) - before
    return earlier.isoformat(sep=value[10:11] or " ")[: len(value)]


def _moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return text[4:5] == "-"  # other ISO forms do not sort like moments


def _to_come(value: Value) -> bool:
    if isinstance(value, int):
        return False
    if isinstance(value, str):
        return _to_come(datetime.fromisoformat(value))
    if isinstance(value, datetime):
        return value > datetime.now(value.tzinfo)
    return value > date.today()  # noqa: DTZ011 - the machine's own day
