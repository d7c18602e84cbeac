"""An interface as a feed: records handed over in requests, the receipts read, the list read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import polars as pl

from connectors.api.calls import Call
from connectors.api.client import Client
from connectors.api.days import day_of
from connectors.api.handing import Deliver
from connectors.api.paging import Pages
from connectors.api.receipts import Handed, Receipts, values_of
from connectors.api.signing import CHINA
from connectors.api.templates import elements, plain
from connectors.base import Action, Batch, Evidence, Receipt
from connectors.wire import NoAnswer
from mappings.apply import ORIGIN, ROW_KEY
from mappings.identity import with_identity
from mappings.normalise import Unfit
from mappings.profiles import Profile
from words.errors import DriftError, Place
from words.languages import gettext as _
from words.masking import masked

#: The column under which ``disclosed`` tells the day on which the feed took a row.
RECEIVED = "received"
_RECORD = "record_id"
_FIRST_DAY = datetime(2000, 1, 1, tzinfo=CHINA)


class ApiFeed:
    """A receiver that is handed records in requests."""

    def __init__(self, client: Client, profile: Profile, deliver: Deliver) -> None:
        self.name = client.name
        self.title = client.declared.title
        self.profile = profile
        self.settles = deliver.settles
        self._client = client
        self._deliver = deliver
        self._pages = Pages(client)
        self._receipts = Receipts(client, deliver)
        self._handed: dict[str, Handed] = {}

    @property
    def corrects(self) -> Literal["replace", "reissue", ""]:
        """The feed's own way of correcting."""
        if self._deliver.corrections:
            return "replace"
        return "reissue" if self._client.declared.withdraw or self._client.declared.invalidate else ""

    async def disclosed(self) -> pl.DataFrame:
        """Return the feed's own list: its codes as columns, ``received`` as a day, origin and key of each row."""
        form, today = self._client.declared.list_.dates, datetime.now(UTC).astimezone(CHINA)
        rows: list[dict[str, str]] = []
        async for page in self._pages.read({"since": _FIRST_DAY.strftime(form), "until": today.strftime(form)}):
            rows += [
                {**row.payload, ORIGIN: self._origin(row.key), ROW_KEY: row.key, RECEIVED: self._day(row.payload)}
                for row in page.rows
            ]
        names = dict.fromkeys((name for row in rows for name in row) if rows else (*self.profile.headers, *_ADDED))
        columns = {name: [row.get(name, "") for row in rows] for name in names}
        return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))

    def _origin(self, key: str) -> str:
        return _("{system} › {row}").format(system=self.title, row=key)

    def _day(self, payload: Mapping[str, str]) -> str:
        column = self._client.declared.received
        shown = payload.get(column, "")
        try:
            return day_of(shown) if shown else ""
        except Unfit:  # whether a record is late hangs on it
            raise DriftError(
                "answer-changed",
                _("The day on which the feed took a row cannot be read: {value}").format(value=shown),
                todo=_("Compare the answer with the connector's file and correct it there; nothing was sent."),
                place=Place(system=self.title, field=column),
            ) from None

    async def check(self) -> None:
        """Nothing is sent; an interface has no form beside the profile that could have changed."""

    def withdrawal(self, record: pl.DataFrame, reason: str) -> tuple[dict[str, str], str] | None:
        """Return the payload that takes one canonical record back, and the fingerprint of what is shown then."""
        if recall := self._client.declared.withdraw:
            values = record.row(0, named=True)
            filled = {name: values[field] or "" for name, field in recall.fields.items()}
            return {**filled, recall.reason: reason}, ""
        if copy := self._client.declared.invalidate:
            changed = {**copy.set, copy.reason: reason}
            invalid = record.with_columns(**{field: pl.lit(value) for field, value in changed.items()})
            told = with_identity(invalid.select(self.profile.standard.names), self.profile.standard)
            return self.profile.encode(told).row(0, named=True), told["fingerprint"].item()
        return None

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Write payloads (and ``record_id``) as many a request as the feed takes; nothing is sent."""
        alone = action == "withdraw" and self._client.declared.withdraw is not None
        parts = payloads.iter_slices(1 if alone else self._deliver.rows)
        return [self._batch(part, action, f"{name}-{number}.json") for number, part in enumerate(parts, 1)]

    def _batch(self, payloads: pl.DataFrame, action: Action, name: str) -> Batch:
        copies = self._client.declared.invalidate
        if action == "withdraw" and copies and not self._client.declared.withdraw:
            action = "correct" if copies.through == "corrections" else "publish"
        rows = [{key: value or "" for key, value in row.items() if key != _RECORD} for row in payloads.to_dicts()]
        if self._deliver.identity and action != "withdraw":
            rows = [{**row, self._deliver.identity: each} for row, each in zip(rows, payloads[_RECORD], strict=True)]
        content = json.dumps(rows, ensure_ascii=False).encode()
        return Batch(content, name, dict(enumerate(payloads[_RECORD], 1)), action)

    async def send(self, batch: Batch) -> Receipt:
        """Hand one batch over and wait for its receipt.

        Raises:
            DeliveryError: the feed refused the whole batch, or it is not clear what became of it.
            YinxinError: the feed did nothing about it: no connection, no access.
        """
        rows, records = json.loads(batch.content), list(batch.rows.values())
        handed = Handed(records, values_of(self._deliver.outcome, rows, records))
        self._handed[batch.file_name] = handed
        call = self._call(batch.action)
        try:
            told = await self._client.answer(call, self._fills(call, rows, batch.file_name), sending=True)
        except NoAnswer as error:
            raise self._receipts.failed(self._unclear(error), call.url) from error
        if batch.action == "withdraw" and told.meaning == "success":
            return Receipt(batch.file_name, tuple(records), {}, (("receipt", told.content),))
        return await self._receipts.of(told, handed, batch.file_name)

    def _call(self, action: Action) -> Call:
        if action == "withdraw" and (recall := self._client.declared.withdraw):
            return recall.request
        return (self._deliver.corrections if action == "correct" else None) or self._deliver.request

    def _fills(self, call: Call, rows: Sequence[Mapping[str, str]], name: str) -> dict[str, Any]:
        records: Any = rows
        record: Any = rows[0]
        if call.in_xml:
            records, record = elements(rows, self._deliver.element), elements(rows[:1], self._deliver.element)
        single = rows[0] if len(rows) == 1 else {}
        return {**single, "name": name, "records": records, "record": record, "count": plain(len(rows))}

    def _unclear(self, error: NoAnswer) -> str:
        if error.slow:
            seconds = f"{self._client.declared.timeout:g}"
            return _("The system did not answer within {seconds} seconds.").format(seconds=seconds)
        return _("The system does not answer as it should: {reason}").format(reason=masked(str(error)))

    async def look_up(self, file_name: str, records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a batch handed over earlier, or None if the feed does not know it, or keeps no list.

        Raises:
            DeliveryError: it has it, and does not tell what became of its records.
        """
        column = self._deliver.outcome.column if self._deliver.outcome else _RECORD
        forgotten = Handed(records, records if column == _RECORD else None)
        return await self._receipts.found(file_name, self._handed.get(file_name, forgotten))

    async def evidence(self) -> Sequence[Evidence]:
        """Return the first answer of the own list as it came."""
        return self._pages.evidence()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


_ADDED = (ORIGIN, ROW_KEY, RECEIVED)
