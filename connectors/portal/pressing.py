"""What opens a row: found by the row's key, brought into sight and pressed, however often the page draws it anew."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from connectors.portal.glass import Glass, Shot
from connectors.portal.paging import paging_of, scrolled_past
from connectors.rows import moving

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle

Wanted = dict[str, Any]


async def scrolls(glass: Glass) -> bool:
    """Whether the list draws only the rows in sight."""
    return paging_of(glass.listing).by == "scroll" or bool(await glass.ask("virtual"))


async def found(glass: Glass, words: str, key: str) -> Wanted:
    """Return how the script finds the row of a key: by its place and its cells, scrolled to where that is needed.

    Raises:
        DriftError: nothing scrolls any more.
        SystemFailure: the list does not show it any more.
    """
    shot = await glass.look()
    if shot is not None and key in shot.keys:
        return _place(shot, words, key)
    if await scrolls(glass):
        async for shot in scrolled_past(glass):
            if key in shot.keys:
                return _place(shot, words, key)
    raise moving(glass.declared.title)


def _place(shot: Shot, words: str, key: str) -> Wanted:
    number = shot.keys.index(key)
    return {"number": number, "cells": shot.rows[number], "press": words}


async def press(glass: Glass, words: str, key: str) -> None:
    """Press what opens a row; again, where the page had taken it away before it was pressed.

    Raises:
        DriftError: the row has nothing with these words.
        SystemFailure: the row is not shown any more, or never stands still.
    """
    from playwright.async_api import Error

    for _turn in glass.looking.turns():
        control = await _in_sight(glass, words, key)
        try:
            return await glass.press(control)
        except Error:
            if await control.evaluate("(element) => element.isConnected"):
                raise
    raise moving(glass.declared.title)


async def _in_sight(glass: Glass, words: str, key: str) -> ElementHandle:
    """Return what opens a row, once bringing it into sight leaves it what it was."""
    from playwright.async_api import Error

    last: ElementHandle | None = None
    for _turn in glass.looking.turns():
        control = await glass.find("rowControl", **await found(glass, words, key))
        if control is None:
            await glass.looking.pause()  # fixed columns may be drawn a moment after the others
        elif last is not None and await control.evaluate("(one, other) => one === other", last):
            return control
        else:
            with suppress(Error):  # it may be drawn anew just then
                await glass.reach(control)
        last = control
    raise moving(glass.declared.title) if last else glass.changed(words)
