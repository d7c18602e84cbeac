"""What is written of a batch: one row of each exchange table for each record, measured before anything leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xxhash

from connectors.base import Action, Batch
from connectors.database.columns import Columned
from connectors.database.declared import Target, Writing
from mappings.profiles import Profile
from words.errors import DriftError, Place
from words.languages import N_, ngettext
from words.languages import gettext as _

#: The key of a payload under which a withdrawal tells its reason.
REASON = "_reason"
RECORD = "record_id"
_DIGITS = 28

_UNITS = {"bytes": N_("bytes"), "characters": N_("characters")}

Columns = Mapping[str, Mapping[str, Columned]]


def number_of(file_name: str) -> str:
    """Return the batch's number at the receiver: the same for one file name, and another one for every other."""
    return xxhash.xxh3_128_hexdigest(file_name.encode())[:_DIGITS]


def row_of(batch: str, number: int) -> str:
    """Return the number of a batch's row (from 1): the batch's own, and four digits."""
    return f"{batch}{number:04}"


@dataclass(frozen=True, slots=True)
class Line:
    """One record's rows, or why it was not written at all.

    Attributes:
        number: from 1.
        rows: table → column → value.
        refused: what is wrong with it.
    """

    number: int
    rows: Mapping[str, Mapping[str, str | None]]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Filler:
    """Writes payloads in the form of the exchange tables.

    Attributes:
        writing: what is declared of them.
        profile: the receiver's edition.
        columns: what the database says of their columns.
        system: what it is called in errors.
    """

    writing: Writing
    profile: Profile
    columns: Columns
    system: str

    def batch(self, payloads: Sequence[Mapping[str, str]], action: Action, file_name: str, now: datetime) -> Batch:
        """Return a batch of JSON lines.

        Raises:
            DriftError: a value is longer than its column.
        """
        number = number_of(file_name)
        lines = [self._line(payload, action, (number, place), now) for place, payload in enumerate(payloads, 1)]
        self._measure([line for line in lines if not line.refused])
        text = "".join(f"{json.dumps(_told(line), ensure_ascii=False)}\n" for line in lines)
        rows = {place: payload[RECORD] for place, payload in enumerate(payloads, 1)}
        return Batch(text.encode(errors="backslashreplace"), file_name, rows, action)

    def _line(self, payload: Mapping[str, str], action: Action, at: tuple[str, int], now: datetime) -> Line:
        batch, number = at
        blanks = {
            "row": row_of(batch, number),
            "batch": batch,
            "number": str(number),
            "operation": self.writing.operations.get(action, ""),
            "reason": payload.get(REASON, ""),
            "now": now.isoformat(sep=" ", timespec="seconds"),
        }
        rows = {target.table: self._row(target, payload, blanks) for target in self.writing.tables}
        return Line(number, rows, self._unwritable(rows))

    def _row(self, target: Target, payload: Mapping[str, str], blanks: Mapping[str, str]) -> dict[str, str | None]:
        headings = headings_of(target, self.profile)
        given = {name: self._day(payload[heading], target, name) for name, heading in headings.items()}
        given |= {name: text.format_map(blanks) for name, text in target.fixed.items()}
        given[target.row] = blanks["row"]
        if target.status:
            given[target.status.column] = target.status.pending[0]
        columns = self.columns[target.table]
        return {name: value or _nothing(columns[name]) for name, value in given.items()}

    def _day(self, value: str, target: Target, name: str) -> str:
        """A column that holds days gets one in ISO form, whatever form the receiver's texts have."""
        if self.columns[target.table][name].kind not in ("day", "moment"):
            return value
        try:
            return datetime.strptime(value, self.profile.declared.date_format).date().isoformat()  # noqa: DTZ007 - a day
        except ValueError:
            return value

    def _unwritable(self, rows: Mapping[str, Mapping[str, str | None]]) -> str:
        found = [
            _("{column}: characters that this column cannot hold: {characters}").format(
                column=column.name, characters=unknown
            )
            for column, value in self._texts(rows)
            if (unknown := column.unknown(value))
        ]
        return _("; ").join(found)

    def _measure(self, lines: Sequence[Line]) -> None:
        long: dict[tuple[str, str], int] = {}
        number = 0
        for line in lines:
            over = [
                (column, column.size(value))
                for column, value in self._texts(line.rows)
                if column.longest is not None and column.size(value) > column.longest
            ]
            number += bool(over)
            for column, size in over:
                where = (column.name, f"{column.longest} {_(_UNITS[column.unit])}")
                long[where] = max(long.get(where, 0), size)
        if long:
            raise self._too_long(long, number)

    def _texts(self, rows: Mapping[str, Mapping[str, str | None]]) -> Iterator[tuple[Columned, str]]:
        for table, row in rows.items():
            for name, value in row.items():
                column = self.columns[table][name]
                if value and column.kind == "text":
                    yield column, value

    def _too_long(self, long: Mapping[tuple[str, str], int], number: int) -> DriftError:
        told = [
            _("{column} takes {longest}, the longest has {size}").format(column=column, longest=longest, size=size)
            for (column, longest), size in long.items()
        ]
        sentence = ngettext(
            "{count} record is longer than its columns: {columns}.",
            "{count} records are longer than their columns: {columns}.",
            number,
        )
        return DriftError(
            "column-too-short",
            sentence.format(count=number, columns=_("; ").join(told)),
            todo=_("Give the field this “length” in the profile: longer records are then held, and all others go out."),
            place=Place(system=self.system, field=next(iter(long))[0]),
        )


def headings_of(target: Target, profile: Profile) -> dict[str, str]:
    """Return column → heading; without any declared, each heading is a column."""
    return target.columns or {heading: heading for heading in profile.headers}


def _nothing(column: Columned) -> str | None:
    """NULL says that there is nothing; a column that takes none gets an empty text."""
    return None if column.empty or column.kind != "text" else ""


def _told(line: Line) -> dict[str, Any]:
    told = {"number": line.number, "rows": line.rows}
    return {**told, "refused": line.refused} if line.refused else told


def lines_of(content: bytes) -> list[Line]:
    """Read a batch's JSON lines."""
    found = [json.loads(line) for line in content.splitlines()]  # of bytes: text has more ways of ending a line
    return [Line(each["number"], each["rows"], each.get("refused", "")) for each in found]


def typed(row: Mapping[str, str | None], columns: Mapping[str, Columned]) -> dict[str, str | date | None]:
    """Return a row as drivers take it: a day or a moment as such, where the column holds them."""
    return {name: _typed(value, columns[name].kind) for name, value in row.items()}


def _typed(value: str | None, kind: str) -> str | date | None:
    if value is None or kind not in ("day", "moment"):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value  # the database says what it has against it
    return moment.date() if kind == "day" else moment
