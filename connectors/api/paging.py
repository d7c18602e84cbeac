"""Turning the pages of a list: by number, by offset, by a cursor, by links; with or without a known total."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.api.answers import Told, listed
from connectors.api.client import Client
from connectors.api.templates import Fills, plain
from connectors.base import Evidence, Page, Row
from connectors.portal.filling import dig, flat
from connectors.rows import complete, digest_of
from words.errors import DriftError
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Turned:
    """One page as it came.

    Attributes:
        total: how many rows the system says there are; None if it does not say.
        following: the cursor or the address of the next page; empty if there is none.
    """

    rows: Sequence[Row]
    total: int | None
    following: str


class Pages:
    """The pages of one interface's list."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._listing = client.declared.list_
        self._first: Evidence | None = None

    def evidence(self) -> list[Evidence]:
        """Return the first answer of the latest reading as it came."""
        return [self._first] if self._first else []

    def read(self, fills: Fills) -> AsyncIterator[Page]:
        """Yield all pages, every row once, or an error."""
        pages = self._known(fills) if self._listing.total else self._unknown(fills)
        return complete(pages, self._client.declared.title)

    async def _known(self, fills: Fills) -> AsyncIterator[Page]:
        """Yield the pages of a list that says how many rows it has; those that can be counted, side by side."""
        first = await self._turn(fills, 1, 0)
        yield Page(first.rows, first.total or 0)
        counted = self._listing.paging in {"page", "offset"}
        turned = self._side_by_side(fills, first) if counted else self._one_by_one(fills, first)
        before = _first_of(first)
        async for page in turned:
            if page.rows and _first_of(page) == before:
                raise self._stands_still()
            before = _first_of(page)
            yield Page(page.rows, page.total or 0)

    async def _unknown(self, fills: Fills) -> AsyncIterator[Page]:
        """Yield the pages of a list that does not say how many rows it has, once that is known."""
        pages = [await self._turn(fills, 1, 0)]
        async for page in self._one_by_one(fills, pages[0]):
            if page.rows and _first_of(page) in {_first_of(each) for each in pages}:
                raise self._stands_still()
            pages.append(page)
        total = sum(len(page.rows) for page in pages)
        for page in pages:
            yield Page(page.rows, total)

    async def _side_by_side(self, fills: Fills, first: Turned) -> AsyncIterator[Turned]:
        """Yield the pages after the first, in pages of as many rows as the first has."""
        size, total = len(first.rows), first.total or 0
        if not size:
            return
        own = {"size": size} if size < min(self._listing.size, total) else {}
        numbers = range(2, math.ceil(total / size) + 1)
        asked = [asyncio.ensure_future(self._turn({**fills, **own}, each, (each - 1) * size)) for each in numbers]
        try:
            for page in asked:
                yield await page
        finally:
            for page in asked:
                page.cancel()

    async def _one_by_one(self, fills: Fills, first: Turned) -> AsyncIterator[Turned]:
        """Yield the pages after the first until there is none; a counted one that is shorter than the first ends it."""
        counted = self._listing.paging in {"page", "offset"}
        page, number, seen = first, 1, len(first.rows)
        while self._goes_on(page, first, counted=counted):
            number += 1
            page = await self._turn(fills, number, seen, page.following)
            seen += len(page.rows)
            yield page

    def _goes_on(self, page: Turned, first: Turned, *, counted: bool) -> bool:
        if self._listing.paging == "none" or not page.rows:
            return False
        return len(page.rows) >= len(first.rows) if counted else bool(page.following)

    async def _turn(self, fills: Fills, number: int, offset: int, following: str = "") -> Turned:
        listing = self._listing
        counted = {"page": number - 1 + listing.first, "size": listing.size, "offset": offset}
        link = following if listing.paging == "link" else ""
        cursor = following if listing.paging == "cursor" else ""
        told = await self._client.ask(listing.request, {**counted, "cursor": cursor, **fills}, url=link)
        if number == 1:
            about = listing.request.operation or listing.request.url
            self._first = Evidence("page", about, told.content, told.suffix)
        if told.meaning == "nothing":
            return Turned((), 0 if listing.total else None, "")
        return Turned(self._rows(told), self._total(told), self._following(told))

    def _rows(self, told: Told) -> list[Row]:
        listing, found = self._listing, []
        rows = listed(told.data, listing.rows, xml=told.xml)
        if rows is None:
            raise self._moved(told, listing.rows)
        for row in rows:
            payload = flat(row) if isinstance(row, Mapping) else {}
            if not payload.get(listing.key):
                raise self._moved(told, listing.key)
            label = payload.get(listing.label, "")
            found.append(Row(payload[listing.key], digest_of(payload, listing.ignore), payload, label=label))
        return found

    def _total(self, told: Told) -> int | None:
        if not self._listing.total:
            return None
        total = plain(dig(told.data, self._listing.total))
        if not total.isdecimal():
            raise self._moved(told, self._listing.total)
        return int(total)

    def _following(self, told: Told) -> str:
        listing = self._listing
        if listing.paging == "link" and not listing.next:
            return told.following
        return plain(dig(told.data, listing.next)) if listing.paging in {"cursor", "link"} else ""

    def _moved(self, told: Told, path: str) -> DriftError:
        place = self._client.place(told.url)
        return DriftError(
            "answer-changed",
            _("The list's answer has nothing at “{path}” any more.").format(path=path),
            todo=_("Compare the answer with the connector's file and correct it there; nothing was sent."),
            place=place,
        )

    def _stands_still(self) -> DriftError:
        return DriftError(
            "page-repeated",
            _("A page begins with the same row as one before it: the system does not turn the pages."),
            todo=_("Compare “paging” and the request's blanks in the connector's file; nothing was sent."),
            place=self._client.place(self._listing.request.url),
        )


def _first_of(page: Turned) -> str:
    return page.rows[0].key if page.rows else ""
