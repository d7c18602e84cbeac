"""A record's row in the portal's list: found by its words, and opened by the button in it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from connectors.portal.entering import Meant, text_at
from connectors.portal.form_declared import Find
from connectors.portal.formpage import FormPage
from connectors.portal.sending import Sending
from words.errors import DeliveryError, Place
from words.languages import gettext as _


async def search(page: FormPage, find: Find | None, number: str) -> None:
    """Let the list show a document number, where that has to be asked for."""
    if find:
        await page.fill([text_at(find.field, number)])
        await page.press(find.button)


async def press_in_row(page: FormPage, sending: Sending, texts: Sequence[str], caption: str) -> None:
    """Press the button in the one row that has each of the texts, the document number first, as a cell of its own.

    It is pressed once: a page that has gone the moment something was sent has been pressed.

    Raises:
        DeliveryError: the list shows no such row, or several.
        DriftError: the row has no such button.
    """
    asked = {"texts": list(texts), "caption": caption}
    end, told = time.monotonic() + page.looking.declared.timeout / 2, ["0"]
    while time.monotonic() < end:
        told = [str(each) for each in await page.ask("pressInRow", asked)]
        if "pressed" in told or sending.begun:
            return
        await page.looking.pause()
    if "none" in told:
        raise page.no_button(caption)
    raise _not_found(
        page,
        _("The list shows {count} rows of {number}, and one was looked for; nothing was sent.").format(
            count=max(told, default="0"), number=texts[0]
        ),
    )


async def loaded(page: FormPage, named: Meant | None) -> None:
    """Wait until a form shows the record it was opened for: what is put in before would be overwritten.

    Raises:
        DeliveryError: it shows another one, or none.
    """
    if named is None:
        return
    for _turn in page.looking.turns():
        if any(await page.ask("shows", {"fields": [named.asked()]})):
            return
        await page.looking.pause()
    sentence = _("The form that opened does not show {number}; nothing was sent.")
    raise _not_found(page, sentence.format(number=named.value))


def _not_found(page: FormPage, sentence: str) -> DeliveryError:
    return DeliveryError(
        "row-not-found",
        sentence,
        todo=_("Look for it in the list by hand; “form.find” in the connector's file says how a row is found."),
        place=Place(system=page.looking.declared.title, url=page.looking.page.url),
    )
