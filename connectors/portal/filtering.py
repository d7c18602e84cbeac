"""The form above a list, filled as a person fills it, and its query pressed."""

from __future__ import annotations

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
_PICKS = "(input) => !!input.closest('[class*=picker], [class*=date-editor], [class*=calendar]')"
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
    days = {name: _day(str(value), form.date) for name, value in fills.items() if name in {"since", "until"}}
    if form.range and days:
        await _between(glass, form.range, days["since"], days["until"])
    for words, value in form.fields.items():
        await _type(glass, words, 0, str(filled(value, {**fills, **days})))
    button = await glass.looking.locate("button", form.button)
    await turn()
    glass.traffic.mark()
    await glass.press(button)
    await glass.settle(calm=_CALM)


def _day(text: str, form: str) -> str:
    return date.fromisoformat(text).strftime(form)


async def _between(glass: Glass, words: str, since: str, until: str) -> None:
    """Fill two inputs, or the one that takes both days."""
    if await glass.looking.element("nth", [words, 1]) is None:
        await _type(glass, words, 0, f"{since} - {until}")
        return
    await _type(glass, words, 0, since)
    await _type(glass, words, 1, until)


async def _type(glass: Glass, words: str, number: int, value: str) -> None:
    """Type into an input; one that only its calendar may fill is set by script."""
    found = await glass.looking.element("nth", [words, number])
    if found is None:
        await glass.looking.locate("field", words)
        raise glass.changed(words)
    if await found.evaluate("(input) => input.tagName === 'SELECT'"):
        await found.select_option(label=value)
        return
    if await found.is_editable():
        await found.fill(value)
        # A calendar takes what was typed at Enter; a plain form would be sent by it.
        await found.press("Enter" if await found.evaluate(_PICKS) else "Tab")
    if await _value(found) != value:
        await found.evaluate(_SET, value)
    if await _value(found) != value:
        raise DriftError(
            "not-kept",
            _("The input “{words}” does not keep “{value}”.").format(words=words, value=value),
            todo=_("Fill it by hand and see how it wants its value; correct “filter” in the connector's file."),
            place=Place(system=glass.declared.title, url=glass.looking.page.url, field="list.filter"),
        )


async def _value(found: ElementHandle) -> str:
    return str(await found.input_value())
