"""The way of forms: records entered one by one at the portal's own page, each a batch of its own."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote, unquote, urlsplit

import polars as pl

from connectors.base import Action, Batch, Receipt
from connectors.portal import handover
from connectors.portal.account import Portal
from connectors.portal.entering import Meant, meant_by, text_at
from connectors.portal.form_declared import Form
from connectors.portal.formpage import FormPage
from connectors.portal.hearing import Hearing, Outcome, Words
from connectors.portal.looking import Looking, address, visiting
from connectors.portal.sending import Sending
from mappings.apply import apply
from mappings.profiles import Profile
from words.errors import DeliveryError, Place
from words.languages import gettext as _

SUFFIX = ".json"
_NUMBER, _NAME = "document_number", "name"
_RECORD = "record_id"
_UNSAFE = re.compile(r"[%/\\:*?\"<>|\s-]")
_NAMED = re.compile(r".*-\d+-(publish|correct|withdraw)-([^-]*)\.json")
_ENTRIES = 100  # entries after which the browser's context is made anew, before it grows
_PICTURED = 50  # of so many entries that are taken, one has its picture taken; of those that are not, each
Listed = Callable[[str], Awaitable[pl.DataFrame]]


class Entries:
    """The form of one portal, in one page that stays open."""

    def __init__(self, portal: Portal, profile: Profile, form: Form) -> None:
        self._portal, self._profile, self._form = portal, profile, form
        self._looking: Looking | None = None
        only = form.answer.url if form.answer else ""
        self._sending = Sending(urlsplit(portal.declared.url).netloc, portal.declared.timeout, only)
        self._entered = 0
        self._checked = False

    async def check(self) -> None:
        """Open the form, once a run, and look for every declared input; nothing is entered.

        Raises:
            DriftError: one is not there, or the words stand at several.
        """
        if not self._checked:
            nothing = dict.fromkeys(self._profile.headers, "")
            async with self._page(self._form.page) as page:
                await self._opened(page)
                await page.located(meant_by(self._form, self._profile, nothing))
            self._checked = True

    def withdrawal(self, record: pl.DataFrame, reason: str) -> dict[str, str]:
        """Return the payload by which one canonical record is taken back."""
        assert self._form.remove is not None, "only a form with it takes back"
        told = self._profile.encode(record).row(0, named=True)
        named = [header for field in (_NUMBER, _NAME) if (header := self._header(field))]
        return {header: told[header] for header in named} | {_reason(self._form): reason}

    def _header(self, field: str) -> str:
        named = zip(self._profile.columns, self._profile.headers, strict=True)
        return next((header for column, header in named if column.field == field), "")

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Return a batch for each payload; its name tells what is done with which document, to look it up by."""
        return [
            Batch(
                json.dumps({key: text for key, text in row.items() if key != _RECORD}, ensure_ascii=False).encode(),
                f"{name}-{number}-{action}-{_safe(row[self._header(_NUMBER)])}{SUFFIX}",
                {1: row[_RECORD]},
                action,
            )
            for number, row in enumerate(payloads.to_dicts(), 1)
        ]

    async def send(self, batch: Batch) -> Receipt:
        """Enter one record, or take it back, and hear what became of it.

        Raises:
            DeliveryError: that is not clear; or the form does not show what was put in, and nothing was sent.
            DriftError: the form is not as it was declared; nothing was sent.
        """
        payload = json.loads(batch.content)
        listed = batch.action != "publish"
        async with self._page(self._portal.declared.list_.page if listed else self._form.page) as page:
            try:
                outcome = await self._steps(page, payload, batch.action)
            finally:
                self._sending.end()
            source = ("answer", outcome.paper) if outcome.paper else ("page", await page.looking.source())
        if outcome.refused or self._entered % _PICTURED == 1:
            await handover.picture(self._portal, batch.file_name)
        records = tuple(batch.rows.values())
        reasons = dict.fromkeys(records, outcome.refused) if outcome.refused else {}
        return Receipt(batch.file_name, () if outcome.refused else records, reasons, (source,))

    async def _steps(self, page: FormPage, payload: dict[str, str], action: Action) -> Outcome:
        if action == "withdraw":
            return await self._remove(page, payload)
        if action == "correct":
            await self._find(page, payload, self._form.edit)
            await self._loaded(page, payload)
        else:
            await self._opened(page)
        return await self._enter(page, meant_by(self._form, self._profile, payload), self._form.save, self._words())

    def _words(self) -> Words:
        form = self._form
        return Words(form.done, form.refused, form.confirm, form.errors, form.answer)

    async def _opened(self, page: FormPage) -> None:
        if self._form.open:
            await page.press(self._form.open)

    async def _enter(self, page: FormPage, fields: Sequence[Meant], caption: str, words: Words) -> Outcome:
        """Fill, read back, save once, and hear."""
        await page.fill(fields)
        hearing = Hearing(page, self._sending, words)
        await hearing.begin()
        await self._portal.turn()
        if refused := await page.save(fields, caption):
            return Outcome(refused)
        return await hearing.outcome()

    async def _remove(self, page: FormPage, payload: dict[str, str]) -> Outcome:
        remove = self._form.remove
        assert remove is not None, "only a form with it makes such a batch"
        words = Words(remove.done, remove.refused, "" if remove.reason else remove.confirm, self._form.errors)
        if not remove.reason:
            hearing = Hearing(page, self._sending, words)
            await hearing.begin()
            await self._find(page, payload, remove.button)
            return await hearing.outcome()
        await self._find(page, payload, remove.button)
        reason = text_at(remove.reason, payload[_reason(self._form)])
        return await self._enter(page, [reason], remove.confirm, words)

    async def _find(self, page: FormPage, payload: dict[str, str], caption: str) -> None:
        """Press the button in the row of a record.

        Raises:
            DeliveryError: the list shows no such row, or several.
        """
        number = payload[self._header(_NUMBER)]
        if self._form.find:
            await page.fill([text_at(self._form.find.field, number)])
            await page.press(self._form.find.button)
        name = payload.get(self._header(_NAME), "")
        asked = {"texts": [text for text in (number, name) if text], "caption": caption}
        end, told = time.monotonic() + self._portal.declared.timeout / 2, ["0"]
        while time.monotonic() < end:
            told = [str(each) for each in await page.ask("pressInRow", asked)]
            if "pressed" in told:
                return
            await page.looking.pause()
        if "none" in told:
            raise page.no_button(caption)
        raise DeliveryError(
            "row-not-found",
            _("The list shows {count} rows of {number}, and one was looked for; nothing was sent.").format(
                count=max(told, default="0"), number=number
            ),
            todo=_("Look for it in the list by hand; “form.find” in the connector's file says how a row is found."),
            place=Place(system=self._portal.declared.title, url=page.looking.page.url),
        )

    async def _loaded(self, page: FormPage, payload: dict[str, str]) -> None:
        """Wait until the form shows the record it was opened for: what is put in before would be overwritten.

        Raises:
            DeliveryError: it shows another one, or none.
        """
        meant = meant_by(self._form, self._profile, payload)
        named = [each for each in meant if each.value and each.value == payload[self._header(_NUMBER)]]
        for _turn in page.looking.turns():
            if not named or any(await page.ask("shows", {"fields": [each.asked() for each in named]})):
                return
            await page.looking.pause()
        raise DeliveryError(
            "row-not-found",
            _("The form that opened does not show {number}; nothing was sent.").format(number=named[0].value),
            todo=_("Open the row by hand and see which record the form shows."),
            place=Place(system=self._portal.declared.title, url=page.looking.page.url),
        )

    @asynccontextmanager
    async def _page(self, path: str) -> AsyncIterator[FormPage]:
        """Load a page in the one that is open, with the account signed in."""
        await self._portal.session.ready()
        looking = await self._enter_page()
        async with visiting(looking, path):
            target = address(self._portal.declared, path)
            await looking.page.goto(target, wait_until="domcontentloaded")
            if await looking.settled() == "login":
                await self._portal.session.renew()
                self._entered = 0
                looking = await self._enter_page()
                await looking.page.goto(target, wait_until="domcontentloaded")
            yield FormPage(looking)

    async def _enter_page(self) -> Looking:
        kept, visit = self._portal.session.kept, self._portal.visit
        fresh = self._looking is None or self._entered % _ENTRIES == 0
        looking = await visit.enter(kept, sending=fresh)
        if looking is not self._looking and not fresh:  # somebody else has opened it meanwhile
            looking = await visit.enter(kept, sending=True)
        if looking is not self._looking:
            await self._sending.watch(looking.page)
        self._looking = looking
        self._entered += 1
        return looking

    async def look_up(self, file_name: str, records: Sequence[str], listed: Listed) -> Receipt | None:
        """Return what the own list tells of a record entered earlier: it is there, or gone, as was meant; else None.

        A correction is not told from what was there before; whoever compares the values can.
        """
        named = _NAMED.fullmatch(file_name)
        if named is None or named[1] == "correct":
            return None
        shown = apply(self._profile.reading(), await listed(unquote(named[2]))).records
        there = set(shown["record_id"]) & set(records)
        if bool(there) != (named[1] == "publish"):
            return None
        return Receipt(file_name, tuple(records), {})


def _safe(number: str) -> str:
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}" if ord(found[0]) < 128 else quote(found[0]), number)


def _reason(form: Form) -> str:
    return form.remove.reason if form.remove and form.remove.reason else "reason"
