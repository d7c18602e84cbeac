"""What became of a record, from the page's own words or from the answer to its own request; nothing is guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from connectors.portal.form_declared import Answer
from connectors.portal.formpage import FormPage
from connectors.portal.receipts import unclear
from connectors.portal.sending import Came, Sending
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Words:
    """By what an outcome is known; see ``Form`` and ``Remove``, which declare it."""

    done: str
    refused: tuple[str, ...]
    confirm: str = ""
    errors: str = ""
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a record.

    Attributes:
        refused: why it was refused, as the system wrote it; empty if it was taken.
        paper: the answer as it came; nothing if it is the page.
    """

    refused: str
    paper: bytes = b""


class Hearing:
    """Listens to one page from the moment before a button is pressed."""

    def __init__(self, page: FormPage, sending: Sending, words: Words) -> None:
        self._page, self._sending, self._words = page, sending, words
        self._before: Counter[str] = Counter()
        self._confirmed = False

    async def begin(self) -> None:
        """Note what the page says already."""
        self._before = Counter(_texts(await self._page.ask("listen", self._words.errors)))
        self._sending.begin()

    async def outcome(self) -> Outcome:
        """Wait until it is clear what became of the record.

        Raises:
            DeliveryError: it is not.
        """
        looking = self._page.looking
        for _turn in looking.turns():
            if self._sending.lost:
                raise unclear(looking.declared.title, self._sending.lost, looking.page.url)
            if (outcome := self._answered() or await self._said()) is not None:
                return outcome
            if await looking.state() == "login":
                break
            await self._confirm()
            await looking.pause()
        raise unclear(looking.declared.title, _("The page does not say whether it was done."), looking.page.url)

    async def _confirm(self) -> None:
        if self._words.confirm and not self._confirmed:
            asked = {"caption": self._words.confirm, "layer": True}
            self._confirmed = any(await self._page.ask("click", asked))

    def _answered(self) -> Outcome | None:
        answer = self._words.answer
        if answer is None or not self._sending.came:
            return None
        came = self._sending.came[-1]
        if re.search(answer.done, came.text):
            return Outcome("", came.content)
        if found := re.search(answer.refused, came.text):
            return Outcome(found[1] if found.re.groups and found[1] else found[0], came.content)
        told = _("The answer says neither that it was done nor that it was refused.")
        raise unclear(self._page.looking.declared.title, told, came.url)

    async def _said(self) -> Outcome | None:
        """Judge by what the page says now and has not said before, once nothing is on its way any more."""
        judged = self._words.answer is not None
        if self._sending.busy or (judged and self._sending.begun):
            return None
        told = await self._page.ask("heard", self._words.errors)
        fresh = Counter(_texts(told)) - self._before
        wrong = dict.fromkeys(line for each in told for line in each["errors"] if line in fresh)
        if judged:  # nothing has left: the form itself may have refused
            return Outcome("; ".join(wrong)) if wrong else None
        return self._judged([*self._sending.said, *fresh, *(line for each in told for line in each["added"])], wrong)

    def _judged(self, lines: list[str], wrong: Collection[str]) -> Outcome | None:
        refused = [line for line in lines if _holds(line, self._words.refused)]
        done = any(_holds(line, [self._words.done]) for line in lines if line not in refused)
        why = "; ".join(wrong) or next(iter(refused), "")
        if done and why:
            looking = self._page.looking
            sentence = _("The page says both that it was done and that it was refused: {said}").format(said=why)
            raise unclear(looking.declared.title, sentence, looking.page.url)
        return Outcome(why, self._paper()) if done or why else None

    def _paper(self) -> bytes:
        came: Came | None = self._sending.came[-1] if self._sending.came else None
        return came.content if came and "html" not in came.kind else b""


def _texts(told: list[dict[str, list[str]]]) -> Iterator[str]:
    for each in told:
        yield from each["lines"]
        yield from each["errors"]


def _holds(line: str, words: Sequence[str]) -> bool:
    return any(_plain(each) in _plain(line) for each in words)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)
