"""What became of inserted rows: their status and error columns, asked until the receiver has judged them."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, CursorResult, bindparam, column, select
from sqlalchemy.types import NullType

from connectors.base import Receipt
from connectors.database.declared import Target, Writing
from connectors.database.filling import row_of
from connectors.database.opened import Database
from connectors.database.questions import table_of
from connectors.database.texts import padded_columns, text_of
from words.languages import gettext as _

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_AT_ONCE = 500  # numbers in one question

Judged = Literal["done", "failed", "pending"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one row of one table stands."""

    table: str
    row: str
    status: str
    error: str


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts of one receiver."""

    database: Database
    writing: Writing

    async def of(
        self, batch: str, rows: Mapping[int, str], refused: Mapping[int, str], *, patience: float
    ) -> Receipt | None:
        """Ask until all rows are judged or the patience is over; None if none of them is there.

        Args:
            batch: the batch's number.
            rows: number of the row → record.
            refused: number of the row → reason, for those that the database did not take.
            patience: seconds.

        What is not judged by then stands at the receiver, so it counts as accepted; so does what the receiver took away
        again, while others of its batch are there.
        """
        numbers = [row_of(batch, number) for number in rows if number not in refused]
        end, pause = time.monotonic() + patience, _FIRST_PAUSE
        found = await self._standings(numbers)
        while self._pending(found) and time.monotonic() < end:
            await asyncio.sleep(min(pause, max(0.0, end - time.monotonic())))
            pause = min(pause * math.sqrt(2), _LONGEST_PAUSE)
            found = await self._standings(numbers)
        if numbers and not found:
            return None
        return self._receipt(batch, rows, refused, found)

    def _receipt(
        self, batch: str, rows: Mapping[int, str], refused: Mapping[int, str], found: Sequence[Standing]
    ) -> Receipt:
        told = dict(refused)
        records = {row_of(batch, number): number for number in rows}
        for each in found:
            if self._judged(each) == "failed":
                number = records[each.row]
                reason = each.error or _("refused with status {status}").format(status=each.status)
                told[number] = f"{told[number]}; {reason}" if number in told else reason
        accepted = tuple(record for number, record in rows.items() if number not in told)
        paper = "".join(f"{json.dumps(_written(each), ensure_ascii=False)}\n" for each in found)
        return Receipt(
            batch, accepted, {rows[number]: reason for number, reason in told.items()}, (("receipt", paper.encode()),)
        )

    def _pending(self, found: Sequence[Standing]) -> bool:
        return any(self._judged(each) == "pending" for each in found)

    def _judged(self, standing: Standing) -> Judged:
        """A status that is not declared is no judgement."""
        declared = next(each.status for each in self.writing.tables if each.table == standing.table)
        if declared is None or standing.status in declared.done:
            return "done"
        return "failed" if standing.status in declared.failed else "pending"

    async def _standings(self, numbers: Sequence[str]) -> list[Standing]:
        first, *others = self.writing.tables
        asked = [first, *(each for each in others if each.status)]
        return await self.database.ask(lambda connection: self._asked(connection, asked, numbers))

    def _asked(self, connection: Connection, targets: Sequence[Target], numbers: Sequence[str]) -> list[Standing]:
        parts = [numbers[first : first + _AT_ONCE] for first in range(0, len(numbers), _AT_ONCE)]
        return [each for target in targets for part in parts for each in self._of_table(connection, target, part)]

    def _of_table(self, connection: Connection, target: Target, numbers: Sequence[str]) -> list[Standing]:
        status = target.status
        names = [target.row, *([status.column] if status else []), *([status.error] if status and status.error else [])]
        wanted = bindparam("numbers", list(numbers), type_=NullType(), expanding=True)
        result: CursorResult[Any] = connection.execute(
            select(*map(column, names)).select_from(table_of(target.table)).where(column(target.row).in_(wanted))
        )
        padded = padded_columns(connection.dialect.name, result.cursor.description if result.cursor else None)
        found = []
        for row in result.all():
            texts = [
                text_of(value, name, self.database.title, padded=filled)
                for name, value, filled in zip(names, row, padded or [False] * len(names), strict=True)
            ]
            number, state, error = (*texts, "", "")[:3]
            found.append(Standing(target.table, number, state, error))
        return found


def _written(standing: Standing) -> dict[str, str]:
    return {"table": standing.table, "row": standing.row, "status": standing.status, "error": standing.error}
