"""A portal as a source: the list by its reader, the details of what is new, its first page seen by a browser too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser

from connectors.base import Evidence, Known, Page, Row, Window
from connectors.portal import html, replay
from connectors.portal.account import Portal
from connectors.portal.filling import dig, flat
from connectors.workers import side_by_side
from mappings.mapping import Mapping


class PortalSource:
    """A bureau system whose approval results are read from its own pages."""

    def __init__(self, portal: Portal, mapping: Mapping) -> None:
        self.name = portal.name
        self.title = portal.declared.title
        self.mapping = mapping
        self._portal = portal

    async def collect(self, window: Window, known: Known) -> AsyncIterator[Page]:
        """Yield the rows of a window; a row whose list entry is known is not opened again."""
        fills = {"since": window.since.isoformat(), "until": window.until.isoformat()}
        workers = self._portal.declared.connections
        async for page in self._portal.pages(fills):
            rows = await side_by_side(lambda row: self._opened(row, known), page.rows, workers)
            yield Page(rows, page.total)

    async def _opened(self, row: Row, known: Known) -> Row:
        digest, payload = known.get(row.key, ("", {}))
        if digest == row.digest:
            return replace(row, payload=payload, known=True)
        detail = self._portal.declared.detail
        if detail is None:
            return row
        session = self._portal.session
        answer = await session.fetch(detail.request, {"key": row.key})
        if detail.record is None:
            more = html.pairs_of(LexborHTMLParser(session.text(answer)))
        else:
            found = replay.json_of(self._portal.declared, answer.content, answer.url)
            more = flat(dig(found, detail.record) or {})
        return replace(row, payload={**row.payload, **more})

    async def evidence(self) -> Sequence[Evidence]:
        """Return pictures of the list; it is compared with the replayed answer before anything is believed."""
        await self._portal.look()
        return self._portal.album.take()

    async def close(self) -> None:
        """Keep the session and let go of everything else."""
        await self._portal.close()
