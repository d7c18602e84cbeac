"""What a feed answers for a batch: at once or when it is asked for it, for the whole or record by record."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.api.answers import Told, as_text, listed
from connectors.api.client import Client
from connectors.api.handing import Deliver, Outcome
from connectors.base import Receipt
from connectors.portal.filling import dig
from words.errors import DeliveryError
from words.languages import gettext as _
from words.masking import masked

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_PATIENCE = 10  # time limits of the system that a batch may be worked on
_LISTED = 200  # batches asked for when one is looked for


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over: the records in their order, and what each has in the column that entries answer to.

    ``values`` is None if that is not known any more.
    """

    records: Sequence[str]
    values: Sequence[str] | None


class Receipts:
    """The receipts of one feed."""

    def __init__(self, client: Client, deliver: Deliver) -> None:
        self._client, self._deliver = client, deliver

    async def of(self, told: Told, handed: Handed, name: str) -> Receipt:
        """Return the receipt that the answer to a hand-over leads to.

        Raises:
            DeliveryError: the feed refused the whole batch, or it is not clear what became of it.
        """
        papers = [("receipt", told.content)]
        if told.code in self._deliver.refused:
            reason = told.message or told.code
            return Receipt(name, (), dict.fromkeys(handed.records, reason), tuple(papers))
        if told.meaning != "success":
            raise self.refused(told)
        number = self._number(told, name)
        if self._deliver.result:
            return await self.polled(number, handed, papers)
        return self._receipt(number, told, handed, papers)

    def _number(self, told: Told, name: str) -> str:
        if not self._deliver.batch:
            return name
        number = as_text(dig(told.data, self._deliver.batch))
        if not number:
            raise self.failed(_("The answer names no batch number."), told.url)
        return number

    async def polled(self, number: str, handed: Handed, papers: list[tuple[str, bytes]]) -> Receipt:
        """Ask for the result of a batch until there is one.

        Raises:
            DeliveryError: the feed refused the whole batch, or has no result within ten time limits.
        """
        result, pause = self._deliver.result, _FIRST_PAUSE
        assert result is not None, "only such a feed is asked"
        end = time.monotonic() + self._client.declared.timeout * _PATIENCE
        while time.monotonic() < end:
            told = await self._client.ask(result.request, {"batch": number})
            state = as_text(dig(told.data, result.state))
            if state in result.done:
                return self._receipt(number, told, handed, [*papers, ("receipt", told.content)])
            if state in result.failed:
                raise self.failed(as_text(dig(told.data, result.message)) or state, told.url)
            if not state:  # it does not know the batch, and will not
                break
            await asyncio.sleep(pause)
            pause = min(pause * math.sqrt(2), _LONGEST_PAUSE)
        raise self.failed(_("The receipt of batch {batch} never came.").format(batch=number), result.request.url)

    async def found(self, name: str, handed: Handed) -> Receipt | None:
        """Return the receipt of a batch by the name that it was sent with; None if the feed does not know it.

        Raises:
            DeliveryError: it has it, and does not tell what became of its records.
        """
        lookup = self._deliver.lookup
        if lookup is None:
            return None
        told = await self._client.answer(lookup.request, {"name": name, "page": 1, "size": _LISTED, "offset": 0})
        if told.meaning == "nothing" or told.code in lookup.unknown:
            return None
        if told.meaning == "refused":
            raise self._client.refused(told)
        number = self._listed(told, name) if lookup.rows else name
        if lookup.batch and not lookup.rows:
            number = as_text(dig(told.data, lookup.batch))
        if not number:
            return None
        if self._deliver.result:
            return await self.polled(number, handed, [("receipt", told.content)])
        if lookup.rows and self._deliver.outcome:
            sentence = _("The feed has batch {batch} and does not tell which records it took.").format(batch=number)
            raise self.failed(sentence, told.url)
        return self._receipt(number, told, handed, [("receipt", told.content)])

    def _listed(self, told: Told, name: str) -> str | None:
        lookup = self._deliver.lookup
        assert lookup is not None, "only such a feed is asked"
        rows = listed(told.data, lookup.rows, xml=told.xml) or []
        mine = [row for row in rows if as_text(dig(row, lookup.name)) == name]
        return (as_text(dig(mine[0], lookup.batch)) or name) if mine else None

    def _receipt(self, number: str, told: Told, handed: Handed, papers: Sequence[tuple[str, bytes]]) -> Receipt:
        outcome = self._deliver.outcome
        if outcome is None:
            return Receipt(number, tuple(handed.records), {}, tuple(papers))
        refused = self._refused(outcome, told, handed)
        accepted = tuple(record for record in handed.records if record not in refused)
        self._counted(outcome, told, (len(accepted), len(refused)), number)
        return Receipt(number, accepted, refused, tuple(papers))

    def _refused(self, outcome: Outcome, told: Told, handed: Handed) -> dict[str, str]:
        """Return record → reason, after making sure that every entry belongs to a record and every record has one."""
        entries = listed(told.data, outcome.rows, xml=told.xml)
        if entries is None:
            raise self.failed(_("The answer has nothing at “{path}”.").format(path=outcome.rows), told.url)
        told_of = [self._record(outcome, entry, place, handed) for place, entry in enumerate(entries)]
        missing = outcome.code and len(told_of) < len(handed.records)
        if None in told_of or len(set(told_of)) < len(told_of) or missing:
            raise self.failed(_("The entries of the receipt are not those of the records that were sent."), told.url)
        reasons = {}
        for record, entry in zip(told_of, entries, strict=True):
            code = as_text(dig(entry, outcome.code)) if outcome.code else ""
            if record is not None and code not in outcome.accepted:
                reasons[record] = (as_text(dig(entry, outcome.reason)) if outcome.reason else "") or code
        return reasons

    def _record(self, outcome: Outcome, entry: Any, place: int, handed: Handed) -> str | None:  # noqa: ANN401 - JSON
        """Return the record that an entry is about; None if it is about none."""
        if outcome.key:
            if handed.values is None:
                raise self.failed(_("The receipt tells records apart by a column that is not at hand any more."), "")
            key = as_text(dig(entry, outcome.key))
            mine = [record for record, value in zip(handed.records, handed.values, strict=True) if value == key]
            return mine[0] if len(mine) == 1 else None
        if outcome.position:
            told = as_text(dig(entry, outcome.position))
            place = int(told) - outcome.first if told.lstrip("-").isdecimal() else -1
        return handed.records[place] if 0 <= place < len(handed.records) else None

    def _counted(self, outcome: Outcome, told: Told, found: tuple[int, int], number: str) -> None:
        for path, count in zip((outcome.accepted_count, outcome.refused_count), found, strict=True):
            if path and as_text(dig(told.data, path)) != str(count):
                counts = (
                    as_text(dig(told.data, outcome.accepted_count)),
                    as_text(dig(told.data, outcome.refused_count)),
                )
                raise self.failed(
                    _("Batch {batch}: the receipt counts {told} taken and refused, its rows are {found}.").format(
                        batch=number, told=counts, found=found
                    ),
                    told.url,
                )

    def refused(self, told: Told) -> DeliveryError:
        """Return the error for a feed that refused a whole batch."""
        said = masked(f"{told.code} {told.message}".strip())
        return self.failed(_("The system refuses the request. It says: {message}").format(message=said), told.url)

    def failed(self, sentence: str, url: str) -> DeliveryError:
        """Return the error for a batch whose fate is not clear."""
        return DeliveryError(
            "delivery-failed",
            sentence,
            todo=_("Run “yinxin resume”: it asks the feed's own lists before it sends anything again."),
            place=self._client.place(url or self._client.declared.url),
        )


def values_of(outcome: Outcome | None, rows: Sequence[Mapping[str, str]], records: Sequence[str]) -> Sequence[str]:
    """Return what each record has in the column that the receipt's entries answer to."""
    if outcome is None or not outcome.key or outcome.column == "record_id":
        return records
    return [row.get(outcome.column, "") for row in rows]
