"""A database as a feed: rows inserted into exchange tables (前置库), asked after, and read back where they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection

from connectors.base import Action, Batch, Evidence, Receipt
from connectors.database.columns import Columned, columns_of
from connectors.database.declared import Target, Writing
from connectors.database.filling import REASON, Filler, headings_of, lines_of, number_of
from connectors.database.inserting import Inserter
from connectors.database.opened import Database
from connectors.database.reading import Found, Reader, all_rows
from connectors.database.receipts import Receipts
from mappings.apply import ORIGIN, ROW_KEY
from mappings.profiles import Profile
from words.errors import DriftError, Place
from words.languages import gettext as _

#: The column under which ``disclosed`` tells the day on which the feed took a row.
RECEIVED = "received"


class DatabaseFeed:
    """A receiver that takes rows in exchange tables.

    No row is ever deleted by us, and none changed, unless a table declares how a correction finds the row it is of.
    """

    def __init__(self, name: str, database: Database, profile: Profile, writing: Writing) -> None:
        self.name = name
        self.title = database.title
        self.profile = profile
        self.settles = writing.settles
        self._database = database
        self._writing = writing
        self._receipts = Receipts(database, writing)
        self._columns: dict[str, dict[str, Columned]] = {}

    @property
    def corrects(self) -> Literal["replace", "reissue", ""]:
        """A correction is one more row or one row changed, or else a withdrawal and another publication."""
        if "correct" in self._writing.operations:
            return "replace"
        return "reissue" if "withdraw" in self._writing.operations else ""

    async def disclosed(self) -> pl.DataFrame:
        """Return what the receiver shows, as of one moment."""
        database, reading = self._database, self._database.declared.read
        reader = Reader(reading, database.engine.dialect, self.title)
        connection = await database.of_one_moment()
        try:
            rows = await database.on(connection, lambda held: all_rows(reader, held))
        finally:
            await database.let_go(connection)
        told = [self._told(row) for row in rows]
        schema = dict.fromkeys(told[0] if told else [*self.profile.headers, ORIGIN, ROW_KEY, RECEIVED], pl.String)
        return pl.DataFrame(told, schema=schema)

    def _told(self, row: Found) -> dict[str, str]:
        payload = row.payload or {}
        label = payload.get(self._database.declared.read.label) or row.key
        origin = _("{system} › {row}").format(system=self.title, row=label)
        return {**payload, ORIGIN: origin, ROW_KEY: row.key, RECEIVED: row.received[:10].replace("/", "-")}

    async def check(self) -> None:
        """Make sure that the exchange tables have the declared columns, and need no others.

        Raises:
            DriftError: they do not.
        """
        await self._checked()

    async def _checked(self) -> Mapping[str, Mapping[str, Columned]]:
        if not self._columns:
            targets = self._writing.tables
            self._columns = await self._database.ask(
                lambda connection: {each.table: self._columns_of(connection, each) for each in targets}
            )
        return self._columns

    def _columns_of(self, connection: Connection, target: Target) -> dict[str, Columned]:
        columns = columns_of(connection, target.table, self.title)
        status = [target.status.column, target.status.error] if target.status else []
        given = {*headings_of(target, self.profile), *target.fixed, target.row, *status[:1]}
        missing = sorted(name for name in {*given, *status, *target.update} if name and name not in columns)
        wanting = sorted(
            each.name for each in columns.values() if not each.empty and not each.filled and each.name not in given
        )
        if missing or wanting:
            raise self._changed(target.table, missing, wanting)
        return columns

    def _changed(self, table: str, missing: Sequence[str], wanting: Sequence[str]) -> DriftError:
        sentence = (
            _("The table {table} does not have the columns {columns}.")
            if missing
            else _("The table {table} has columns that may not be empty and are not filled: {columns}.")
        )
        return DriftError(
            "exchange-table-changed",
            sentence.format(table=table, columns=", ".join(missing or wanting)),
            todo=_("Compare “write” in the connector's file with the table, and ask the receiver's operator."),
            place=Place(system=self.title, field=(missing or wanting)[0]),
        )

    def withdrawal(self, record: pl.DataFrame, reason: str) -> tuple[dict[str, str], str] | None:
        """Return the payload of the row that takes one canonical record back; the feed then shows nothing of it."""
        if "withdraw" not in self._writing.operations:
            return None
        encoded: dict[str, Any] = self.profile.encode(record).row(0, named=True)
        return {**encoded, REASON: reason}, ""

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Write payloads (and ``record_id``) as the rows that would be inserted; nothing is.

        Raises:
            DriftError: the exchange tables are not as declared, or a column is too short for a value.
        """
        filler = Filler(self._writing, self.profile, await self._checked(), self.title)
        parts = [part for part in payloads.iter_slices(self._writing.rows) if part.height]
        now = datetime.now()  # noqa: DTZ005 - exchange tables keep the wall's time
        return [
            filler.batch(part.fill_null("").to_dicts(), action, f"{name}-{number}.jsonl", now)
            for number, part in enumerate(parts, 1)
        ]

    async def send(self, batch: Batch) -> Receipt:
        """Insert one batch in one transaction and ask after its rows.

        Raises:
            SystemFailure: it could not be inserted; nothing is there.
            DeliveryError: the commit was not answered.
        """
        inserter = Inserter(self._writing.tables, await self._checked(), batch.action, self.title)
        lines = lines_of(batch.content)
        refused = {line.number: line.refused for line in lines if line.refused}
        whole = [line for line in lines if not line.refused]
        refused |= await self._database.ask(lambda connection: inserter.write(connection, whole))
        number = number_of(batch.file_name)
        receipt = await self._receipts.of(number, batch.rows, refused, patience=self.settles)
        return receipt or Receipt(number, tuple(batch.rows.values()), {})  # taken away at once, so it was taken

    async def look_up(self, file_name: str, records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a batch handed over earlier, or None if none of its rows was ever committed."""
        rows = dict(enumerate(records, 1))
        return await self._receipts.of(number_of(file_name), rows, {}, patience=0)

    async def evidence(self) -> Sequence[Evidence]:
        """Return nothing: what was inserted is kept with the batch, and what the receiver says with the receipt."""
        return []

    async def close(self) -> None:
        """Let go of the database."""
        await self._database.close()
