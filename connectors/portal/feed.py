"""A portal as a feed: its template filled, handed over through its own page, the receipt read, the list read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl

from connectors.base import Action, Batch, Evidence, Receipt
from connectors.portal import handover
from connectors.portal.account import Portal
from connectors.portal.declared import Request, Upload
from connectors.portal.receipts import Receipts
from connectors.portal.template import Template
from mappings.apply import ORIGIN, ROW_KEY
from mappings.identity import with_identity
from mappings.profiles import Profile
from words.errors import Place
from words.languages import gettext as _

#: The column under which ``disclosed`` tells the day on which the feed took a row.
RECEIVED = "received"
_RECORD = "record_id"


class PortalFeed:
    """A credit platform that takes filled templates."""

    def __init__(self, portal: Portal, profile: Profile, upload: Upload) -> None:
        self.name = portal.name
        self.title = portal.declared.title
        self.profile = profile
        self.settles = upload.settles
        self._portal = portal
        self._upload = upload
        self._receipts = Receipts(portal.session, upload)
        self._template: Template | None = None

    @property
    def corrects(self) -> Literal["replace", "reissue", ""]:
        """The platform's own way of correcting."""
        if self._upload.corrections:
            return "replace"
        return "reissue" if self._portal.declared.withdraw or self._portal.declared.invalidate else ""

    async def disclosed(self) -> pl.DataFrame:
        """Return the feed's own list: its codes as columns, ``received`` as a day, origin and key of each row."""
        rows: list[dict[str, str]] = []
        async for page in self._portal.pages({}):
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
        """Download the template, once a run, and check its headings.

        Raises:
            DriftError: the template is not the one the profile describes.
        """
        await self._checked()

    async def _checked(self) -> Template:
        if self._template is None:
            response = await self._portal.session.fetch(Request(url=self._upload.template), {})
            place = Place(system=self.title, url=self._upload.template)
            headers = self.profile.headers
            self._template = Template(response.content, sheet=self._upload.sheet, headers=headers, place=place)
        return self._template

    def withdrawal(self, record: pl.DataFrame, reason: str) -> tuple[dict[str, str], str] | None:
        """Return the payload that takes one canonical record back, and the fingerprint of what is shown then."""
        if form := self._portal.declared.withdraw:
            values = record.row(0, named=True)
            filled = {words: values[field] or "" for words, field in form.fields.items()}
            return {**filled, form.reason: reason}, ""
        if copy := self._portal.declared.invalidate:
            changed = {**copy.set, copy.reason: reason}
            invalid = record.with_columns(**{field: pl.lit(value) for field, value in changed.items()})
            told = with_identity(invalid.select(self.profile.standard.names), self.profile.standard)
            return self.profile.encode(told).row(0, named=True), told["fingerprint"].item()
        return None

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Write payloads (and ``record_id``) into as many files as the receiver's limit asks for; nothing is sent.

        Raises:
            DriftError: the template is not the one the profile describes.
        """
        if action == "withdraw" and self._portal.declared.withdraw:
            return [self._form(row, f"{name}-{number}.json") for number, row in enumerate(payloads.to_dicts(), 1)]
        template = await self._checked()
        parts = [part for part in payloads.iter_slices(self._upload.rows) if part.height]
        return [self._batch(template, part, action, f"{name}-{number}.xlsx") for number, part in enumerate(parts, 1)]

    def _form(self, row: Mapping[str, str], name: str) -> Batch:
        filled = {words: value for words, value in row.items() if words != _RECORD}
        return Batch(json.dumps(filled, ensure_ascii=False).encode(), name, {1: row[_RECORD]}, "withdraw")

    def _batch(self, template: Template, payloads: pl.DataFrame, action: Action, name: str) -> Batch:
        copies = self._portal.declared.invalidate
        if action == "withdraw" and copies:  # a copy goes the way of the rows it is like
            action = "correct" if copies.through == "corrections" else "publish"
        filled = template.fill(payloads.select(self.profile.headers), mark=name)
        return Batch(filled, name, self._rows(template, payloads[_RECORD]), action)

    def _rows(self, template: Template, records: Sequence[str] | pl.Series) -> dict[int, str]:
        return dict(enumerate(records, template.header_row + 1))

    async def send(self, batch: Batch) -> Receipt:
        """Hand one batch over through the platform's own page and wait for its receipt.

        Raises:
            DeliveryError: the feed refused the file as a whole, or its receipt never came.
        """
        if batch.action == "withdraw":
            return await self._withdraw(batch)
        number = await handover.upload(self._portal, self._upload, batch, self._receipts.failed)
        receipt = await self._receipts.of(number, batch.rows)
        await handover.picture(self._portal, number, again=True)
        return receipt

    async def _withdraw(self, batch: Batch) -> Receipt:
        form = self._portal.declared.withdraw
        assert form is not None, "only a portal with the form makes such a batch"
        refused, page = await handover.fill_form(self._portal, form, batch, self._receipts.failed)
        await handover.picture(self._portal, batch.file_name)
        records = tuple(batch.rows.values())
        reasons = dict.fromkeys(records, refused) if refused else {}
        return Receipt(batch.file_name, () if refused else records, reasons, (("page", page),))

    async def look_up(self, file_name: str, records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a file handed over earlier, or None if the platform's list does not have it.

        Raises:
            DeliveryError: it has it, and refused it as a whole.
        """
        number = await self._receipts.number_of(file_name)
        if number is None:
            return None
        return await self._receipts.of(number, self._rows(await self._checked(), records))

    async def evidence(self) -> Sequence[Evidence]:
        """Return pictures of the own list and of the receipts; the list is compared both ways first."""
        await self._portal.look()
        return self._portal.album.take()

    async def close(self) -> None:
        """Keep the session and let go of everything else."""
        await self._portal.close()
