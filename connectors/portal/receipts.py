"""What a portal answers for a file: the result it is asked for until it has one, and its error workbook."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from connectors.base import Receipt
from connectors.portal.declared import Request, Upload
from connectors.portal.filling import dig
from connectors.portal.replay import json_of
from connectors.portal.session import Session
from connectors.portal.template import read_errors
from words.errors import DeliveryError, Place
from words.languages import gettext as _

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_PATIENCE = 10  # time limits of the portal that an import may take
_LISTED = 200  # files asked for when one is looked for


class Receipts:
    """The receipts of one portal."""

    def __init__(self, session: Session, upload: Upload) -> None:
        self._session, self._upload = session, upload
        self._declared = session.declared

    async def of(self, number: str, rows: Mapping[int, str]) -> Receipt:
        """Wait for the receipt of a batch; ``rows`` says which record stands in which row of its file.

        Raises:
            DeliveryError: the feed refused the file as a whole, its receipt never came, or does not add up.
            BusinessError: its error report cannot be read.
        """
        answer, papers = await self._result(number)
        return await self._read(number, rows, answer, papers)

    async def number_of(self, file_name: str) -> str | None:
        """Return the number under which the feed took a file, or None if it lists no such file."""
        listed = self._upload.batches
        if listed is None:
            return None
        response = await self._session.fetch(listed.request, {"page": 1, "size": _LISTED})
        rows = dig(json_of(self._declared, response.content, response.url), listed.rows) or []
        numbers = [str(dig(row, listed.number)) for row in rows if dig(row, listed.name) == file_name]
        return numbers[0] if numbers else None

    async def _result(self, number: str) -> tuple[Any, list[tuple[str, bytes]]]:
        result, pause = self._upload.result, _FIRST_PAUSE
        end = time.monotonic() + self._declared.timeout * _PATIENCE
        while time.monotonic() < end:
            response = await self._session.fetch(result.request, {"batch": number})
            answer = json_of(self._declared, response.content, response.url)
            state = dig(answer, result.state)
            if state in result.done:
                return answer, [("receipt", response.content)]
            if state in result.failed:
                raise self.failed(str(dig(answer, result.message)), response.url)
            if state is None:  # it does not know the batch, and will not
                break
            await asyncio.sleep(pause)
            pause = min(pause * math.sqrt(2), _LONGEST_PAUSE)
        raise self.failed(_("The receipt of batch {batch} never came.").format(batch=number), number)

    async def _read(
        self,
        number: str,
        rows: Mapping[int, str],
        answer: Any,  # noqa: ANN401 - JSON
        papers: list[tuple[str, bytes]],
    ) -> Receipt:
        refused = {rows[row]: why for row, why in (await self._errors(answer, papers)).items() if row in rows}
        accepted = tuple(record for record in rows.values() if record not in refused)
        result = self._upload.result
        told = (int(dig(answer, result.accepted) or 0), int(dig(answer, result.refused) or 0))
        if told != (len(accepted), len(refused)):
            raise self.failed(
                _("Batch {batch}: the receipt counts {told} taken and refused, its rows are {found}.").format(
                    batch=number, told=told, found=(len(accepted), len(refused))
                ),
                number,
            )
        return Receipt(number, accepted, refused, tuple(papers))

    async def _errors(self, answer: Any, papers: list[tuple[str, bytes]]) -> dict[int, str]:  # noqa: ANN401 - JSON
        """Return row → reason from the error workbook, which joins the papers, if there is one."""
        if not (errors := dig(answer, self._upload.result.errors)):
            return {}
        url = urljoin(f"{self._declared.url}/", str(errors))
        report = await self._session.fetch(Request(url=url), {})
        papers.append(("error-report", report.content))
        place = Place(system=self._declared.title, url=url)
        return read_errors(report.content, **self._upload.errors.model_dump(), place=place)

    def failed(self, sentence: str, url: str) -> DeliveryError:
        """Return the error for a file whose fate is not clear."""
        return unclear(self._declared.title, sentence, url)


def unclear(title: str, sentence: str, url: str) -> DeliveryError:
    """Return the error for what may have arrived at a system, or not."""
    return DeliveryError(
        "delivery-failed",
        sentence,
        todo=_("Run “yinxin resume”: it asks the feed's own lists before it sends anything again."),
        place=Place(system=title, url=url),
    )
