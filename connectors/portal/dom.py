"""The dom reader: the list as the browser shows it, read by its headings, one evaluate per page."""

from __future__ import annotations

from collections.abc import AsyncIterator

from connectors.base import Page, Row
from connectors.portal.declared import Listing
from connectors.portal.filling import Fills
from connectors.portal.filtering import query
from connectors.portal.glass import Glass
from connectors.portal.looking import visiting
from connectors.portal.paging import shots
from connectors.portal.session import Session
from connectors.portal.visit import Visit
from connectors.rows import moving
from words.errors import LoginNeeded


async def read_dom(visit: Visit, session: Session, listing: Listing, fills: Fills) -> AsyncIterator[Page]:
    """Yield the list's rows look by look; a session that ends on the way is renewed once, and the list begun anew.

    Raises:
        DriftError: headings, total, keys or the way to the next rows are not as declared.
        SystemFailure: the list changed while it was read.
        LoginNeeded: the portal asks for a login even right after one.
    """
    given: list[list[str]] = []
    for last in (False, True):
        number = 0
        try:
            async for page in _read(visit, session, listing, fills):
                keys = [row.key for row in page.rows]
                if number < len(given) and keys != given[number]:
                    raise moving(visit.declared.title)
                if number == len(given):
                    given.append(keys)
                    yield page
                number += 1
        except LoginNeeded:
            if last:
                raise
            await session.renew()
        else:
            return


async def _read(visit: Visit, session: Session, listing: Listing, fills: Fills) -> AsyncIterator[Page]:
    """Read the list; one that states no total is read twice, so that a row that went on the way is missed."""
    if listing.total:
        async for rows, total in _looks(visit, session, listing, fills):
            yield Page(rows, total or 0)
        return
    first = [rows async for rows, _total in _looks(visit, session, listing, fills)]
    keys = [row.key for rows in first for row in rows]
    if len(first) == 1:
        yield Page(first[0], len(keys))
        return
    again: list[str] = []
    async for rows, _total in _looks(visit, session, listing, fills):
        again += [row.key for row in rows]
        if again != keys[: len(again)]:
            raise moving(visit.declared.title)
        yield Page(rows, len(keys))


async def _looks(
    visit: Visit, session: Session, listing: Listing, fills: Fills
) -> AsyncIterator[tuple[list[Row], int | None]]:
    """Open the list, fill the form above it, and yield what each look shows for the first time, and the total."""
    await session.ready()
    looking = await visit.show_list(session.kept)
    glass = Glass(looking, listing, visit.traffic)
    visit.glass = glass
    async with visiting(looking, listing.page):
        if listing.filter is not None:
            await query(glass, listing.filter, fills, visit.turn)
    seen: set[str] = set()
    adds = listing.paging is not None and listing.paging.by in {"more", "scroll"}
    steps = shots(glass, visit.turn)
    while True:
        async with visiting(looking, listing.page):
            shot = await anext(steps, None)
        if shot is None:
            return
        rows = glass.rows(shot)
        if len({row.key for row in rows}) < len(rows):
            raise moving(visit.declared.title)
        new = [row for row in rows if row.key not in seen] if adds else rows
        seen.update(row.key for row in rows)
        total = glass.total(shot)
        if new or not shot.rows:
            yield new, total
        if adds and total is not None and len(seen) >= total:
            return
