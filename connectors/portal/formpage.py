"""A form as a person sees it: filled by its words, read back, and saved only if it shows exactly what was meant."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.portal.entering import Meant
from connectors.portal.looking import Looking
from words.errors import DeliveryError, DriftError, Place, YinxinError
from words.languages import gettext as _

if TYPE_CHECKING:
    from playwright.async_api import Frame

_PARTS = [
    (Path(__file__).parent / f"form_{part}.js").read_text(encoding="utf-8") for part in ("words", "values", "asked")
]
_FORM = "\n".join(["(() => {", *_PARTS, "})()"])
#: A page is told once what it will be asked.
_ABSENT = "absent"
_ASKED = (
    f"([question, argument]) => window.yinxinForm ? window.yinxinForm[question](JSON.parse(argument)) : '{_ABSENT}'"
)
#: What the browser says of a frame that is between two documents, or gone.
_BETWEEN = ("context was destroyed", "navigat", "detached", "closed")
_MOMENT = 2.0  # seconds in which nothing more of a form has appeared
_PATIENCE = 60  # seconds for one question to one frame: a long form of slow pickers is one question


class FormPage:
    """The form in the page that is open, in whichever frame it stands."""

    def __init__(self, looking: Looking) -> None:
        self.looking = looking
        self._went = False

    async def ask(self, question: str, argument: Any = None) -> list[Any]:  # noqa: ANN401 - what a page answers
        """Return what each frame answers; one that is between two documents answers nothing."""
        answers = [await self._of(frame, question, argument) for frame in self.looking.page.frames]
        return [answer for answer in answers if answer is not None]

    async def _of(self, frame: Frame, question: str, argument: Any) -> Any:  # noqa: ANN401 - what a page answers
        from playwright.async_api import Error

        try:
            async with asyncio.timeout(_PATIENCE):
                asked = [question, json.dumps(argument)]  # one text goes over much faster than its parts do
                answer = await frame.evaluate(_ASKED, asked)
                if answer == _ABSENT:
                    await frame.evaluate(f"() => {{ window.yinxinForm = {_FORM}; }}")
                    answer = await frame.evaluate(_ASKED, asked)
                return answer
        except TimeoutError:
            return None
        except Error as error:
            if any(words in error.message for words in _BETWEEN):
                self._went = True
                return None
            raise

    async def fill(self, fields: Sequence[Meant]) -> None:
        """Put everything in that does not show yet, whatever order and kind the inputs are of.

        What is filled may bring forth the inputs that are missing: they are waited for.

        Raises:
            DriftError: an input has not appeared, or several answer to the same words.
        """
        await self._locating("fill", fields)

    async def located(self, fields: Sequence[Meant]) -> None:
        """See to it that every input is there; nothing is put in.

        Raises:
            DriftError: one has not appeared, or several answer to the same words.
        """
        await self._locating("look", fields)

    async def _locating(self, question: str, fields: Sequence[Meant]) -> None:
        asked: dict[str, Any] = {"fields": [each.asked() for each in fields], "partly": False}
        since, before, told = time.monotonic(), None, None
        for _turn in self.looking.turns():
            told = await self._best(question, asked)
            if told and not told["missing"] and not told["twice"]:
                return
            if told != before:
                since, before = time.monotonic(), told
            quiet = time.monotonic() - since
            if told and told["seen"] and quiet > _MOMENT:
                break
            asked["partly"] = quiet > _MOMENT / 4
            await self.looking.pause()
        raise self._unlike(told or {"missing": [fields[0].label], "twice": [], "seen": []})

    async def _best(self, question: str, asked: dict[str, Any]) -> Any:  # noqa: ANN401 - what a page answers
        """Return the answer of the frame that has the form."""
        best = None
        for frame in self.looking.page.frames:
            told = await self._of(frame, question, asked)
            if told and not told.get("missing") and not told.get("twice"):
                return told
            if told and (best is None or len(told["missing"]) < len(best["missing"])):
                best = told
        return best

    def _unlike(self, told: dict[str, Any]) -> DriftError:
        seen, place = ", ".join(told["seen"]), self._place("form.fields")
        todo = _("Compare the page with “form.fields” in the connector's file and correct it there; nothing was sent.")
        if told["twice"]:
            sentence = _("Several inputs of the form have the words “{words}”. It shows: {seen}.")
            return DriftError(
                "words-twice", sentence.format(words="”, “".join(told["twice"]), seen=seen), todo=todo, place=place
            )
        sentence = _("The form has no input with the words “{words}”. It shows: {seen}.")
        return DriftError(
            "words-changed", sentence.format(words="”, “".join(told["missing"]), seen=seen), todo=todo, place=place
        )

    async def save(self, fields: Sequence[Meant], caption: str) -> str:
        """Press the button, if every input shows what was meant.

        Returns:
            Why the form itself refuses what was put in, and nothing was sent; empty once the button is pressed.

        Raises:
            DeliveryError: an input shows something else; nothing was sent.
            DriftError: there is no such button, or it stays out of use.
        """
        asked = {"fields": [each.asked() for each in fields], "caption": caption}
        for _turn in self.looking.turns():
            self._went = False
            told = await self._best("save", asked) or {"button": "none"}
            if told.get("pressed") or self._went:  # gone before it could answer: what became of it will be heard
                return ""
            if told.get("missing") or told.get("twice"):
                raise self._unlike(told)
            if told.get("unlike"):
                raise self._differs(fields, *told["unlike"][0])
            if told.get("invalid"):
                return "; ".join(told["invalid"])
            if told["button"] == "none":
                break
            await self.looking.pause()
        raise self.no_button(caption)

    def _differs(self, fields: Sequence[Meant], label: str, value: str, shown: str) -> DeliveryError:
        personal = any(each.personal for each in fields if each.label == label)
        meant, now = ("…", "…") if personal else (value, shown)
        return DeliveryError(
            "form-differs",
            _("The form shows “{shown}” at “{label}” where “{meant}” was put in; nothing was sent.").format(
                shown=now, label=label, meant=meant
            ),
            todo=_("Try this value in the form by hand; the profile says how values are written for this receiver."),
            place=self._place(label),
        )

    async def press(self, caption: str) -> None:
        """Press a button once it is there.

        Raises:
            DriftError: it has not come.
        """
        end = time.monotonic() + min(self.looking.declared.timeout, 5 * _MOMENT)
        while time.monotonic() < end:
            for frame in self.looking.page.frames:
                if await self._of(frame, "click", {"caption": caption, "layer": False}):
                    return
            await self.looking.pause()
        raise self.no_button(caption)

    def no_button(self, caption: str) -> YinxinError:
        """Return the error for a button that is not there."""
        return DriftError(
            "words-changed",
            _("The page has no button with the words “{words}”.").format(words=caption),
            todo=_("Compare the page with the connector's file and correct it there; nothing was sent."),
            place=self._place("form"),
        )

    def _place(self, field: str) -> Place:
        return Place(system=self.looking.declared.title, url=self.looking.page.url, field=field)
