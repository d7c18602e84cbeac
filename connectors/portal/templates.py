"""The way of filled templates: records written into the receiver's workbook and handed over through its upload page."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from connectors.base import Action, Batch, Receipt
from connectors.portal import handover
from connectors.portal.account import Portal
from connectors.portal.declared import Request, Upload
from connectors.portal.receipts import Receipts
from connectors.portal.template import Template
from mappings.profiles import Profile
from words.errors import Place

SUFFIX = ".xlsx"
_RECORD = "record_id"


class Templates:
    """The upload page of one portal."""

    def __init__(self, portal: Portal, profile: Profile, upload: Upload) -> None:
        self.receipts = Receipts(portal.session, upload)
        self._portal = portal
        self._profile = profile
        self._upload = upload
        self._template: Template | None = None

    async def check(self) -> None:
        """Download the template, once a run, and check its headings.

        Raises:
            DriftError: the template is not the one the profile describes.
        """
        await self._checked()

    async def _checked(self) -> Template:
        if self._template is None:
            response = await self._portal.session.fetch(Request(url=self._upload.template), {})
            place = Place(system=self._portal.declared.title, url=self._upload.template)
            headers = self._profile.headers
            self._template = Template(response.content, sheet=self._upload.sheet, headers=headers, place=place)
        return self._template

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Write payloads (and ``record_id``) into as many files as the receiver's limit asks for; nothing is sent.

        Raises:
            DriftError: the template is not the one the profile describes.
        """
        template = await self._checked()
        parts = [part for part in payloads.iter_slices(self._upload.rows) if part.height]
        names = [f"{name}-{number}{SUFFIX}" for number in range(1, len(parts) + 1)]
        return [self._batch(template, part, action, each) for part, each in zip(parts, names, strict=True)]

    def _batch(self, template: Template, payloads: pl.DataFrame, action: Action, name: str) -> Batch:
        filled = template.fill(payloads.select(self._profile.headers), mark=name)
        return Batch(filled, name, _rows(template, payloads[_RECORD]), action)

    async def send(self, batch: Batch) -> Receipt:
        """Hand one file over through the platform's own page and wait for its receipt.

        Raises:
            DeliveryError: the feed refused the file as a whole, or its receipt never came.
        """
        number = await handover.upload(self._portal, self._upload, batch, self.receipts.failed)
        receipt = await self.receipts.of(number, batch.rows)
        await handover.picture(self._portal, number, again=True)
        return receipt

    async def look_up(self, file_name: str, records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a file handed over earlier, or None if the platform's list does not have it.

        Raises:
            DeliveryError: it has it, and refused it as a whole.
        """
        number = await self.receipts.number_of(file_name)
        if number is None:
            return None
        return await self.receipts.of(number, _rows(await self._checked(), records))


def _rows(template: Template, records: Sequence[str] | pl.Series) -> dict[int, str]:
    return dict(enumerate(records, template.header_row + 1))
