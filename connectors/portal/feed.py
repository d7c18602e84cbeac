"""A portal as a feed: what is handed over goes the way that is declared for it, and the own list is read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl

from connectors.base import Action, Batch, Evidence, Receipt
from connectors.portal import handover
from connectors.portal.account import Portal
from connectors.portal.entries import Entries
from connectors.portal.receipts import unclear
from connectors.portal.templates import SUFFIX, Templates
from mappings.apply import ORIGIN, ROW_KEY
from mappings.identity import with_identity
from mappings.profiles import Profile
from words.errors import DeliveryError
from words.languages import gettext as _

#: The column under which ``disclosed`` tells the day on which the feed took a row.
RECEIVED = "received"
_RECORD = "record_id"


class PortalFeed:
    """A credit platform that takes filled templates, records in a form, or either."""

    def __init__(self, portal: Portal, profile: Profile) -> None:
        declared = portal.declared
        self.name = portal.name
        self.title = declared.title
        self.profile = profile
        self._portal = portal
        self._templates = Templates(portal, profile, declared.upload) if declared.upload else None
        self._entries = Entries(portal, profile, declared.form) if declared.form else None
        self.settles = max(way.settles for way in (declared.upload, declared.form) if way)

    @property
    def corrects(self) -> Literal["replace", "reissue", ""]:
        """The platform's own way of correcting."""
        declared = self._portal.declared
        if (declared.upload and declared.upload.corrections) or (declared.form and declared.form.edit):
            return "replace"
        return "reissue" if declared.withdraw or declared.invalidate or self._removes else ""

    @property
    def _removes(self) -> bool:
        form = self._portal.declared.form
        return form is not None and form.remove is not None

    async def disclosed(self) -> pl.DataFrame:
        """Return the feed's own list: its codes as columns, ``received`` as a day, origin and key of each row."""
        return await self._listed("")

    async def _listed(self, number: str) -> pl.DataFrame:
        rows: list[dict[str, str]] = []
        async for page in self._portal.pages({"key": number}):
            rows += [
                {**row.payload, ORIGIN: self._origin(row.key), ROW_KEY: row.key, RECEIVED: self._day(row.payload)}
                for row in page.rows
            ]
        schema = dict.fromkeys(rows[0] if rows else self._empty_columns(), pl.String)
        return pl.DataFrame(rows, schema=schema)

    def _origin(self, key: str) -> str:
        return _("{system} › {row}").format(system=self.title, row=key)

    def _empty_columns(self) -> list[str]:
        return [*self.profile.headers, ORIGIN, ROW_KEY, RECEIVED]

    def _day(self, payload: Any) -> str:  # noqa: ANN401 - a mapping of text
        return str(payload.get(self._portal.declared.received, ""))[:10].replace("/", "-")

    async def check(self) -> None:
        """Look at what will be filled, once a run: the template's headings, the form's words.

        Raises:
            DriftError: it is not what the connector's file or the profile describes.
        """
        if self._templates:
            await self._templates.check()
        if self._entries:
            await self._entries.check()

    def withdrawal(self, record: pl.DataFrame, reason: str) -> tuple[dict[str, str], str] | None:
        """Return the payload that takes one canonical record back, and the fingerprint of what is shown then."""
        if form := self._portal.declared.withdraw:
            values = record.row(0, named=True)
            filled = {words: values[field] or "" for words, field in form.fields.items()}
            return {**filled, form.reason: reason}, ""
        if self._entries and self._removes:
            return self._entries.withdrawal(record, reason), ""
        if copy := self._portal.declared.invalidate:
            changed = {**copy.set, copy.reason: reason}
            invalid = record.with_columns(**{field: pl.lit(value) for field, value in changed.items()})
            told = with_identity(invalid.select(self.profile.standard.names), self.profile.standard)
            return self.profile.encode(told).row(0, named=True), told["fingerprint"].item()
        return None

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Write payloads (and ``record_id``) in the form they will be handed over in; nothing is sent.

        Raises:
            DriftError: the template is not the one the profile describes.
        """
        if action == "withdraw" and self._portal.declared.withdraw:
            return [_form(row, f"{name}-{number}.json") for number, row in enumerate(payloads.to_dicts(), 1)]
        copies = self._portal.declared.invalidate
        if action == "withdraw" and copies and not self._removes:  # a copy goes the way of the rows it is like
            action = "correct" if copies.through == "corrections" else "publish"
        return await self._way(action).fill(payloads, action, name)

    def _way(self, action: Action) -> Templates | Entries:
        upload = self._portal.declared.upload
        if self._entries and (
            self._templates is None
            or action == "withdraw"
            or (action == "correct" and upload is not None and not upload.corrections)
        ):
            return self._entries
        assert self._templates is not None, "a feed declares one of them"
        return self._templates

    async def send(self, batch: Batch) -> Receipt:
        """Hand one batch over through the platform's own page and wait for its receipt.

        Raises:
            DeliveryError: the feed refused the file as a whole, or what became of it is not clear.
        """
        if batch.action == "withdraw" and self._portal.declared.withdraw:
            return await self._withdraw(batch)
        way = self._templates if batch.file_name.endswith(SUFFIX) else self._entries
        assert way is not None, "it has made the batch"
        return await way.send(batch)

    async def _withdraw(self, batch: Batch) -> Receipt:
        form = self._portal.declared.withdraw
        assert form is not None, "only a portal with the form makes such a batch"
        refused, page = await handover.fill_form(self._portal, form, batch, self._unclear)
        await handover.picture(self._portal, batch.file_name)
        records = tuple(batch.rows.values())
        reasons = dict.fromkeys(records, refused) if refused else {}
        return Receipt(batch.file_name, () if refused else records, reasons, (("page", page),))

    def _unclear(self, sentence: str, url: str) -> DeliveryError:
        return unclear(self.title, sentence, url)

    async def look_up(self, file_name: str, records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a batch handed over earlier, or None if the platform's lists do not have it.

        Raises:
            DeliveryError: it has it, and refused it as a whole.
        """
        if file_name.endswith(SUFFIX):
            return await self._templates.look_up(file_name, records) if self._templates else None
        return await self._entries.look_up(file_name, records, self._listed) if self._entries else None

    async def evidence(self) -> Sequence[Evidence]:
        """Return pictures of the own list and of the receipts; the list is compared both ways first."""
        await self._portal.look()
        return self._portal.album.take()

    async def close(self) -> None:
        """Keep the session and let go of everything else."""
        await self._portal.close()


def _form(row: Mapping[str, str], name: str) -> Batch:
    filled = {words: value for words, value in row.items() if words != _RECORD}
    return Batch(json.dumps(filled, ensure_ascii=False).encode(), name, {1: row[_RECORD]}, "withdraw")
