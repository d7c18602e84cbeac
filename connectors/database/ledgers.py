"""A table or a view as a department's ledger: all its rows, as of one moment."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from connectors.base import Table
from connectors.database.opened import Database
from connectors.database.reading import Found, Reader, all_rows
from mappings.apply import ORIGIN, ROW_KEY
from mappings.mapping import Mapping
from words.errors import Place, SystemFailure, YinxinError
from words.languages import gettext as _


class DatabaseLedgers:
    """What a department wrote down in a table."""

    def __init__(self, name: str, database: Database, mapping: Mapping) -> None:
        self.name = name
        self.title = database.title
        self.mapping = mapping
        self._database = database

    def readable(self) -> tuple[Sequence[Table], Sequence[YinxinError]]:
        """Return the table, or the error if the database cannot be read now.

        Raises:
            UsageError: the declaration is wrong.
            LoginNeeded: the database refuses.
            DriftError: the table is not as declared.
        """
        try:
            self._database.wait_for_turn()
            with self._database.look() as connection:
                rows = all_rows(self._reader, connection)
        except SystemFailure as error:
            return [], [error]
        finally:
            self._database.engine.dispose()
        return [self._table(rows)] if rows else [], []

    @property
    def _reader(self) -> Reader:
        return Reader(self._database.declared.read, self._database.engine.dialect, self.title)

    def _table(self, rows: Sequence[Found]) -> Table:
        label = self._database.declared.read.label
        told = [
            {
                **(row.payload or {}),
                ORIGIN: _("{system} › {row}").format(system=self.title, row=(row.payload or {}).get(label) or row.key),
                ROW_KEY: row.key,
            }
            for row in rows
        ]
        return Table(Place(system=self.title), pl.DataFrame(told, schema=dict.fromkeys(told[0], pl.String)))
