"""A portal as a feed: its template filled, handed over through its own page, the receipt read, the list read back."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import polars as pl

from connectors.base import Batch, Evidence, Receipt
from connectors.portal.account import Portal
from connectors.portal.declared import Request, Upload
from connectors.portal.filling import dig
from connectors.portal.looking import Looking, address, visiting
from connectors.portal.replay import json_of
from connectors.portal.template import Template, read_errors
from mappings.apply import ORIGIN, ROW_KEY
from mappings.profiles import Profile
from words.errors import DeliveryError, Place
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle

#: The column under which ``disclosed`` tells the day on which the feed took a row.
RECEIVED = "received"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0


class PortalFeed:
    """A credit platform that takes filled templates."""

    def __init__(self, portal: Portal, profile: Profile, upload: Upload) -> None:
        self.name = portal.name
        self.title = portal.declared.title
        self.profile = profile
        self._portal = portal
        self._upload = upload

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

    async def fill(self, records: pl.DataFrame) -> Sequence[Batch]:
        """Download the template, check it, and write the records into as many files as the receiver's limit asks for.

        Raises:
            DriftError: the template is not the one the profile describes.
        """
        content = await self._downloaded_template()
        template = self._checked(content)
        return [self._batch(template, part) for part in records.iter_slices(self._upload.rows) if part.height]

    def _checked(self, content: bytes) -> Template:
        place = Place(system=self.title, url=self._upload.template)
        return Template(content, sheet=self._upload.sheet, headers=self.profile.headers, place=place)

    async def _downloaded_template(self) -> bytes:
        response = await self._portal.session.fetch(Request(url=self._upload.template), {})
        return response.content

    def _batch(self, template: Template, records: pl.DataFrame) -> Batch:
        filled = template.fill(self.profile.encode(records))
        name = f"{self.profile.name}-{hashlib.sha256(filled).hexdigest()[:12]}.xlsx"
        rows = dict(enumerate(records["record_id"], template.header_row + 1))
        return Batch(filled, name, rows)

    async def send(self, batch: Batch) -> Receipt:
        """Hand one batch over through the upload page and wait for its receipt.

        Raises:
            DeliveryError: the feed refused the file as a whole, or its receipt never came.
        """
        await self._portal.session.ready()
        looking = await self._portal.visit.enter(self._portal.session.kept)
        async with visiting(looking, self._upload.page):
            await self._open_upload(looking)
            number = await self._hand_over(looking, batch)
        answer, papers = await self._result(number)
        receipt = await self._receipt(batch, number, answer, papers)
        await self._picture(looking, number)
        return receipt

    async def _picture(self, looking: Looking, number: str) -> None:
        """Take the receipt's picture; a receipt that is there is worth more than its picture."""
        from playwright.async_api import Error

        with suppress(Error, TimeoutError):
            async with asyncio.timeout(self._portal.declared.timeout):
                await self._take(looking, number)

    async def _take(self, looking: Looking, number: str) -> None:
        await looking.page.reload(wait_until="domcontentloaded")
        self._portal.album.add("screenshot", number, await looking.picture(), ".jpg")

    async def _open_upload(self, looking: Looking) -> None:
        target = address(self._portal.declared, self._upload.page)
        await looking.page.goto(target, wait_until="domcontentloaded")
        if await looking.settled() == "login":
            await self._portal.session.renew()
            await looking.page.goto(target, wait_until="domcontentloaded")

    async def _hand_over(self, looking: Looking, batch: Batch) -> str:
        field: ElementHandle = await looking.locate("field", self._upload.file_label, "file")
        await field.set_input_files(
            {
                "name": batch.file_name,
                "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "buffer": batch.content,
            }
        )
        await (await looking.locate("button", self._upload.button)).click()
        for _turn in looking.turns():
            if number := await looking.ask("valueOf", self._upload.batch):
                return str(number)
            await looking.pause()
        raise self._failed(_("The upload page never named a batch number."), looking.page.url)

    async def _result(self, number: str) -> tuple[Any, list[tuple[str, bytes]]]:
        result, pause = self._upload.result, _FIRST_PAUSE
        end = time.monotonic() + self._portal.declared.timeout * 10
        while time.monotonic() < end:
            response = await self._portal.session.fetch(result.request, {"batch": number})
            answer = json_of(self._portal.declared, response.content, response.url)
            if dig(answer, result.state) in result.done:
                return answer, [("receipt", response.content)]
            if dig(answer, result.state) in result.failed:
                raise self._failed(str(dig(answer, result.message)), response.url)
            await asyncio.sleep(pause)
            pause = min(pause * math.sqrt(2), _LONGEST_PAUSE)
        raise self._failed(_("The receipt of batch {batch} never came.").format(batch=number), number)

    async def _receipt(self, batch: Batch, number: str, answer: Any, papers: list[tuple[str, bytes]]) -> Receipt:  # noqa: ANN401
        result = self._upload.result
        refused_rows: dict[int, str] = {}
        if errors := dig(answer, result.errors):
            url = urljoin(f"{self._portal.declared.url}/", str(errors))
            report = await self._portal.session.fetch(Request(url=url), {})
            papers.append(("error-report", report.content))
            wanted = self._upload.errors
            place = Place(system=self.title, url=url)
            refused_rows = read_errors(
                report.content, row=wanted.row, reason=wanted.reason, field=wanted.field, place=place
            )
        refused = {batch.rows[row]: reason for row, reason in refused_rows.items() if row in batch.rows}
        accepted = tuple(record for record in batch.rows.values() if record not in refused)
        told = (int(dig(answer, result.accepted) or 0), int(dig(answer, result.refused) or 0))
        if told != (len(accepted), len(refused)):
            raise self._failed(
                _("Batch {batch}: the receipt counts {told} taken and refused, its rows are {found}.").format(
                    batch=number, told=told, found=(len(accepted), len(refused))
                ),
                number,
            )
        return Receipt(number, accepted, refused, tuple(papers))

    def _failed(self, sentence: str, url: str) -> DeliveryError:
        return DeliveryError(
            "delivery-failed",
            sentence,
            todo=_(
                "Look the batch up at the feed; the next run asks the feed's own list before it sends anything again."
            ),
            place=Place(system=self.title, url=url),
        )

    async def evidence(self) -> Sequence[Evidence]:
        """Return pictures of the own list and of the receipts; the list is compared both ways first."""
        await self._portal.look()
        return self._portal.album.take()

    async def close(self) -> None:
        """Keep the session and let go of everything else."""
        await self._portal.close()
