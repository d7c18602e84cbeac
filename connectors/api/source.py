"""An interface as a source: the list, the details of what is new, the first answer kept as it came."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from connectors.api.client import Client
from connectors.api.paging import Pages
from connectors.base import Evidence, Known, Page, Row, Window
from connectors.kinds import lacks
from connectors.portal.filling import dig, flat
from connectors.workers import side_by_side
from mappings.mapping import Mapping as FieldMapping


class ApiSource:
    """A bureau system whose approval results are asked for."""

    def __init__(self, client: Client, mapping: FieldMapping) -> None:
        self.name = client.name
        self.title = client.declared.title
        self.mapping = mapping
        self._client = client
        self._pages = Pages(client)

    async def collect(self, window: Window, known: Known) -> AsyncIterator[Page]:
        """Yield the rows of a window; a row whose list entry is known is not opened again."""
        form = self._client.declared.list_.dates
        fills = {"since": window.since.strftime(form), "until": window.until.strftime(form)}
        workers = self._client.declared.connections
        async for page in self._pages.read(fills):
            rows = await side_by_side(lambda row: self._opened(row, known), page.rows, workers)
            yield Page(rows, page.total)

    async def _opened(self, row: Row, known: Known) -> Row:
        digest, payload = known.get(row.key, ("", {}))
        if digest == row.digest:
            return replace(row, payload=payload, known=True)
        if self._client.declared.detail is None:
            return row
        more = await self.again(row.key)
        return replace(row, gone=True) if more is None else replace(row, payload={**row.payload, **more})

    async def again(self, key: str) -> Mapping[str, str] | None:
        """Return the details of one row as they are now; None if the system shows none.

        Raises:
            UsageError: the connector declares no details.
        """
        detail = self._client.declared.detail
        if detail is None:
            raise lacks(self.name, "detail")
        told = await self._client.answer(detail.request, {"key": key})
        if told.code in detail.absent:
            return None
        if told.meaning == "refused":
            raise self._client.refused(told)
        found = dig(told.data, detail.record)
        return flat(found) if isinstance(found, Mapping) and found else None

    async def evidence(self) -> Sequence[Evidence]:
        """Return the list's first answer as it came."""
        return self._pages.evidence()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
