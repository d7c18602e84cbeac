"""A portal as a source: the list by its reader, the details of what is new, its first page seen by a browser too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from loguru import logger
from selectolax.lexbor import LexborHTMLParser

from connectors.base import Evidence, Known, Page, Row, Window
from connectors.portal import replay
from connectors.portal.account import Portal
from connectors.portal.filling import dig, flat
from connectors.portal.pairs import pairs_of
from connectors.rows import moving
from connectors.workers import side_by_side
from mappings.mapping import Mapping as FieldMapping
from words.errors import DriftError, LoginNeeded, Place, UsageError
from words.languages import gettext as _


class PortalSource:
    """A bureau system whose approval results are read from its own pages."""

    def __init__(self, portal: Portal, mapping: FieldMapping) -> None:
        self.name = portal.name
        self.title = portal.declared.title
        self.mapping = mapping
        self._portal = portal
        self._fills: dict[str, str] = {}

    async def collect(self, window: Window, known: Known) -> AsyncIterator[Page]:
        """Yield the rows of a window; a row whose list entry is known is not opened again."""
        self._fills = {"since": window.since.isoformat(), "until": window.until.isoformat()}
        detail = self._portal.declared.detail
        workers = 1 if detail and detail.press else self._portal.declared.connections
        async for page in self._pages(known):
            rows = await side_by_side(lambda row: self._opened(row, known), page.rows, workers)
            yield Page(rows, page.total)

    async def _pages(self, known: Known) -> AsyncIterator[Page]:
        """Yield the list's pages; from the screen, where that is declared and the first page reads differently there.

        The comparison is made at once only if there is something new, because it needs the browser.
        """
        begun = self._portal.screen is not None or self._portal.declared.list_.on_screen() is None
        try:
            async for page in self._portal.pages(self._fills):
                if not begun and any(known.get(row.key, ("",))[0] != row.digest for row in page.rows):
                    await self._portal.look()
                begun = True
                yield page
        except DriftError as error:
            if begun or not self._portal.take_the_screen():
                raise
            told = logger.bind(action="screen", system=self.title, reason=error.code)
            told.warning("{}", _("{system} is read from the screen: {reason}").format(system=self.title, reason=error))
        else:
            return
        async for page in self._portal.pages(self._fills):
            yield page

    async def _opened(self, row: Row, known: Known) -> Row:
        digest, payload = known.get(row.key, ("", {}))
        if digest == row.digest:
            return replace(row, payload=payload, known=True)
        detail = self._portal.declared.detail
        if detail is None:
            return row
        more = await self._pressed(row) if detail.press else await self.again(row.key)
        return replace(row, gone=True) if more is None else replace(row, payload={**row.payload, **more})

    async def _pressed(self, row: Row) -> Mapping[str, str]:
        """Open a row where the list shows it; a session that ends there takes the place in the list along."""
        try:
            return await self._portal.opener.opened(row)
        except LoginNeeded as error:
            await self._portal.session.renew()
            raise moving(self.title) from error

    async def again(self, key: str) -> Mapping[str, str] | None:
        """Return the details of one row as they are now; None if the system shows none."""
        detail, session = self._portal.declared.detail, self._portal.session
        if detail is None:
            raise self._no_detail()
        if detail.request is None:
            return await self._found_again(key)
        answer = await session.fetch(detail.request, {"key": key})
        if detail.record is None:
            return pairs_of(LexborHTMLParser(session.text(answer))) or None
        found = dig(replay.json_of(self._portal.declared, answer.content, answer.url), detail.record)
        return flat(found) if isinstance(found, dict) and found else None

    async def _found_again(self, key: str) -> Mapping[str, str] | None:
        """Turn the list until it shows the row, and open it there."""
        async for page in self._portal.pages(self._fills):
            if row := next((row for row in page.rows if row.key == key), None):
                return await self._portal.opener.opened(row)
        return None

    def _no_detail(self) -> UsageError:
        return UsageError(
            "missing-key",
            _("The connector “{name}” is used as if it had “{key}”.").format(name=self.name, key="detail"),
            todo=_("Add “{key}” to the connector, or name another connector in the bot.").format(key="detail"),
            place=Place(file=f"connectors/{self.name}.yaml", field="detail"),
        )

    async def evidence(self) -> Sequence[Evidence]:
        """Return pictures of the list; it is compared with the replayed answer before anything is believed."""
        await self._portal.look()
        return self._portal.album.take()

    async def close(self) -> None:
        """Keep the session and let go of everything else."""
        await self._portal.close()
