"""Getting to the rows that are not there yet: pager, more, scrolling; never the old rows taken for new ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

from connectors.portal.declared import Listing
from connectors.portal.glass import Glass, Shot
from connectors.portal.screen import Paging
from words.errors import DriftError

_CALM = 0.5  # seconds in which nothing is asked after something was chosen that may leave the rows as they are
_SCROLLED = 0.4  # the same after scrolling
_TRIES = 30
Turn = Callable[[], Awaitable[None]]


def paging_of(listing: Listing) -> Paging:
    """Return how a list is turned; without a word about it, by its pager."""
    return listing.paging or Paging()


async def shots(glass: Glass, turn: Turn) -> AsyncIterator[Shot]:
    """Yield the list's looks one after another, until its last row was seen; rows may stand in several of them.

    Args:
        glass: the list, at its beginning.
        turn: awaited before anything is asked of the system.

    Raises:
        DriftError: there is no way to the next rows, or turning changes nothing.
    """
    shot = await glass.settle()
    paging = paging_of(glass.listing)
    if paging.by == "scroll":
        async for each in _scrolled(glass, shot, turn):
            yield each
        return
    if paging.by == "pager" and paging.largest:
        shot = await _largest(glass, shot, turn)
    first = whole = await _whole(glass, shot)
    number, count = 1, len(whole.rows)
    yield whole
    while paging.by != "none" and await _goes_on(glass, shot, number, paging):
        control = await glass.find("turnControl", by=paging.by, words=paging.words, number=number)
        if control is None:
            raise glass.changed(paging.words or paging.by)
        await turn()
        glass.traffic.mark()
        await glass.press(control)
        complete = paging.by == "pager" and glass.total(shot) == count
        try:
            shot, number = await glass.settle(shot), number + 1
        except DriftError as error:
            if complete and error.code == "page-repeated":
                return
            raise
        whole = await _whole(glass, shot)
        if complete and whole.same(first):
            return  # some pagers begin again behind their last page
        count += len(whole.rows)
        yield whole


async def _whole(glass: Glass, shot: Shot) -> Shot:
    """Return a page with all of its rows, where it draws only those in sight."""
    if not await glass.ask("virtual"):
        return shot
    found = dict(zip(shot.keys, shot.rows, strict=True))
    async for look in scrolled_past(glass):
        found |= dict(zip(look.keys, look.rows, strict=True))
    await _scroll(glass, top=True)
    return replace(shot, keys=tuple(found), rows=tuple(found.values()))


async def scrolled_past(glass: Glass) -> AsyncIterator[Shot]:
    """Yield the looks at rows that are all there, from the top to the end of what scrolls them."""
    told = await _scroll(glass, top=True)
    yield await glass.settle()
    while not told["end"]:
        told = await _scroll(glass)
        yield await glass.settle()


async def _scroll(glass: Glass, **how: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Scroll on, or to the top; return ``at`` and whether that is the ``end``.

    Raises:
        DriftError: nothing scrolls there.
    """
    told: dict[str, Any] | None = await glass.ask("scroll", **how)
    if told is None:
        raise await glass.headings_changed()
    return told


async def _goes_on(glass: Glass, shot: Shot, number: int, paging: Paging) -> bool:
    """Whether there are more rows; a list that does not tell has to show the end of its pager.

    Raises:
        DriftError: neither a total nor a pager tells.
    """
    if not shot.rows:
        return False
    state = await glass.ask("turnState", by=paging.by, words=paging.words, number=number)
    if state == "ready":
        return True
    total = glass.total(shot)
    short = "size" in glass.listing.model_fields_set and len(shot.rows) < glass.listing.size
    alone = number == 1 and short  # some pagers hide themselves where there is one page only
    if state != "last" and total is None and not alone and paging.by != "more":
        raise glass.changed(paging.words or paging.by)
    return False


async def _largest(glass: Glass, shot: Shot, turn: Turn) -> Shot:
    """Choose the largest page size that the page offers, if it offers any."""
    if glass.total(shot) == len(shot.rows):
        return shot
    chosen = await glass.ask("sizeLargest")
    if chosen:
        select = await glass.find("sizeSelect")
        if select is None or chosen["chosen"]:
            return shot
        await turn()
        glass.traffic.mark()
        await select.select_option(value=chosen["value"])
    elif not await _dropped_down(glass, turn):
        return shot
    return await glass.settle(calm=_CALM)


async def _dropped_down(glass: Glass, turn: Turn) -> bool:
    """Choose the largest size from a list that drops down."""
    box = await glass.find("sizeBox")
    if box is None:
        return False
    await glass.press(box)
    for _try in range(_TRIES):
        if (option := await glass.find("sizeOption")) is not None:
            await turn()
            glass.traffic.mark()
            await glass.press(option)
            return True
        await glass.looking.pause()
    await glass.looking.page.keyboard.press("Escape")
    return False


async def _scrolled(glass: Glass, shot: Shot, turn: Turn) -> AsyncIterator[Shot]:
    """Scroll until the end stays the end, each time from where the last look was: rows are opened in between."""
    told = await _scroll(glass, top=True)
    shot = await glass.settle(calm=_SCROLLED)
    yield shot
    while True:
        await turn()
        glass.traffic.mark()
        told = await _scroll(glass, **{"from": told["at"]})
        after = await glass.settle(calm=_SCROLLED)
        if told["end"] and after.same(shot):
            return
        shot = after
        yield shot
