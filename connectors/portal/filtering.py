"""The form above a list, filled as a person fills it, and its query pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING

from connectors.portal.filling import Fills, filled
from connectors.portal.glass import Glass
from connectors.portal.screen import Filter
from words.errors import DriftError, Place
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle

_CALM = 0.5  # seconds
_MOMENT = 0.3  # seconds until an input has thought over what it was given
_KEY = 15  # milliseconds between two keys
Values = dict["ElementHandle", str]
_PICKS = "(input) => !!input.closest('[class*=picker], [class*=date-editor], [class*=calendar], [class*=datebox]')"
_HOLD = """(input) => {
  const keep = (event) => event.preventDefault();
  input.form?.addEventListener("submit", keep);
  setTimeout(() => input.form?.removeEventListener("submit", keep), 500);
}"""
_SET = """(input, value) => {
  const kind = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(input, value);
  for (const name of ["input", "change", "blur"]) input.dispatchEvent(new Event(name, { bubbles: true }));
}"""


async def query(glass: Glass, form: Filter, fills: Fills, turn: Callable[[], Awaitable[None]]) -> None:
    """Fill the window and the other fields in, and press the query's button.

    Raises:
        DriftError: the page has no such input or button, or an input does not keep what is typed.
    """
    await glass.settle()
    await glass.uncover()
    days = {name: _day(str(value), form.date) for name, value in fills.items() if name in {"since", "until"}}
    if form.range and days:
        await _between(glass, form.range, days["since"], days["until"])
    for words, value in form.fields.items():
        await _type(glass, words, str(filled(value, {**fills, **days})))
    button = await glass.looking.locate("button", form.button)
    await turn()
    glass.traffic.mark()
    await glass.press(button)
    await glass.settle(calm=_CALM)


def _day(text: str, form: str) -> str:
    return date.fromisoformat(text).strftime(form)


async def _between(glass: Glass, words: str, since: str, until: str) -> None:
    """Fill two inputs, or the one that takes both days."""
    first = await _input(glass, words)
    second = await glass.looking.element("nth", [words, 1])
    if second is None:
        await _keep(glass, words, {first: f"{since} - {until}"})
    else:
        await _keep(glass, words, {first: since, second: until})


async def _type(glass: Glass, words: str, value: str) -> None:
    found = await _input(glass, words)
    if await found.evaluate("(input) => input.tagName === 'SELECT'"):
        await found.select_option(label=value)
    else:
        await _keep(glass, words, {found: value})


async def _input(glass: Glass, words: str) -> ElementHandle:
    if (found := await glass.looking.element("nth", [words, 0])) is not None:
        return found
    await glass.looking.locate("field", words)
    raise glass.changed(words)


async def _keep(glass: Glass, words: str, values: Values) -> None:
    """Fill inputs that belong together, one way after the other, until they keep their values."""
    for way in (_fill, _enter, _choose, _set):
        if await way(glass, values):
            await asyncio.sleep(_MOMENT)
            if [await _value(found) for found in values] == list(values.values()):
                return
            if way is _choose:  # what a calendar holds is not what is shown
                break
    raise DriftError(
        "not-kept",
        _("The input “{words}” does not keep “{value}”.").format(words=words, value=" - ".join(values.values())),
        todo=_("Fill it by hand and see how it wants its value; correct “filter” in the connector's file."),
        place=Place(system=glass.declared.title, url=glass.looking.page.url, field="list.filter"),
    )


async def _fill(_glass: Glass, values: Values) -> bool:
    """Put each value into its input and confirm it; whether the inputs can be filled."""
    for found, value in values.items():
        if not await found.is_editable():
            return False
        await found.fill(value)
        await _confirm(found)
    return True


async def _confirm(found: ElementHandle) -> None:
    """Leave an input; a calendar takes what was typed at Enter, by which the form around it must not be sent."""
    picks = await found.evaluate(_PICKS)
    if picks:
        await found.evaluate(_HOLD)
    await found.press("Enter" if picks else "Tab")


async def _enter(glass: Glass, values: Values) -> bool:
    """Type them key by key, confirmed only when all are there; whether the inputs can be typed into."""
    keyboard = glass.looking.page.keyboard
    for found, value in values.items():
        if not await found.is_editable():
            return False
        await glass.press(found)
        await found.select_text()
        await keyboard.type(value, delay=_KEY)
        await asyncio.sleep(_MOMENT)
    await _confirm(found)
    return True


async def _choose(glass: Glass, values: Values) -> bool:
    """Type them into the calendar that opens at inputs that cannot be typed into; whether there is such a one."""
    first = next(iter(values))
    if await first.is_editable() or not await first.evaluate(_PICKS):
        return False
    await glass.press(first)
    for number, (shown, value) in enumerate(values.items()):
        await asyncio.sleep(_MOMENT)
        found = await glass.looking.element("inCalendar", number)
        if found is None:
            return False
        await found.fill(value)
        if await _value(shown) != value:  # some take it without, and something else with it
            await found.press("Enter")
    return True


async def _set(_glass: Glass, values: Values) -> bool:
    """Set them by script, where only a calendar may fill an input."""
    for found, value in values.items():
        await found.evaluate(_SET, value)
    return True


async def _value(found: ElementHandle) -> str:
    return str(await found.input_value())
