"""The way of forms: records entered one by one at the portal's own page, each a batch of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote, unquote

import polars as pl

from connectors.base import Action, Batch, Receipt
from connectors.portal import handover
from connectors.portal.account import Portal
from connectors.portal.entering import Meant, meant_by, text_at
from connectors.portal.form_declared import Form
from connectors.portal.formpage import FormPage
from connectors.portal.hearing import Hearing, Outcome, Words
from connectors.portal.listed import loaded, press_in_row, search
from connectors.portal.openpage import OpenPage
from mappings.apply import apply
from mappings.profiles import Profile
from words.errors import DeliveryError

SUFFIX = ".json"
_NUMBER, _NAME = "document_number", "name"
_DIFFERS = "form-differs"
_RECORD = "record_id"
_UNSAFE = re.compile(r"[%/\\:*?\"<>|\s-]")
_NAMED = re.compile(r".*-\d+-(publish|correct|withdraw)-([^-]*)\.json")
_PICTURED = 50  # of so many entries that are taken, one has its picture taken; of those that are not, each
Listed = Callable[[str], Awaitable[pl.DataFrame]]


class Entries:
    """The form of one portal, in one page that stays open."""

    def __init__(self, portal: Portal, profile: Profile, form: Form) -> None:
        self._portal, self._profile, self._form = portal, profile, form
        self._open = OpenPage(portal, form.answer.url if form.answer else "")
        self._checked = False

    async def check(self) -> None:
        """Open the form, once a run, and look for every declared input; nothing is entered.

        Raises:
            DriftError: one is not there, or the words stand at several.
        """
        if not self._checked:
            nothing = dict.fromkeys(self._profile.headers, "")
            async with self._open.at(self._form.page) as page:
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
            DeliveryError: that is not clear.
            DriftError: the form is not as it was declared; nothing was sent.
        """
        payload = json.loads(batch.content)
        listed = batch.action != "publish"
        async with self._open.at(self._portal.declared.list_.page if listed else self._form.page) as page:
            outcome = await self._tried(page, payload, batch.action)
            source = ("answer", outcome.paper) if outcome.paper else ("page", await page.looking.source())
        if outcome.refused or self._open.loads % _PICTURED == 1:
            await handover.picture(self._portal, batch.file_name)
        records = tuple(batch.rows.values())
        reasons = dict.fromkeys(records, outcome.refused) if outcome.refused else {}
        return Receipt(batch.file_name, () if outcome.refused else records, reasons, (source,))

    async def _tried(self, page: FormPage, payload: dict[str, str], action: Action) -> Outcome:
        """A record that the form does not take as it is counts as refused: the others can go on."""
        try:
            return await self._steps(page, payload, action)
        except DeliveryError as error:
            if error.code != _DIFFERS:
                raise
            return Outcome(error.sentence)

    async def _steps(self, page: FormPage, payload: dict[str, str], action: Action) -> Outcome:
        if action == "withdraw":
            return await self._remove(page, payload)
        if action == "correct":
            await search(page, self._form.find, payload[self._header(_NUMBER)])
            await self._press(page, payload, self._form.edit)
            await loaded(page, self._named(payload))
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
        hearing = Hearing(page, self._open.sending, words)
        await hearing.begin()
        await self._portal.turn()
        if refused := await page.save(fields, caption):
            return Outcome(refused)
        return await hearing.outcome()

    async def _remove(self, page: FormPage, payload: dict[str, str]) -> Outcome:
        remove = self._form.remove
        assert remove is not None, "only a form with it makes such a batch"
        words = Words(remove.done, remove.refused, "" if remove.reason else remove.confirm, self._form.errors)
        await search(page, self._form.find, payload[self._header(_NUMBER)])
        if not remove.reason:
            hearing = Hearing(page, self._open.sending, words)
            await hearing.begin()
            await self._press(page, payload, remove.button)
            return await hearing.outcome()
        await self._press(page, payload, remove.button)
        reason = text_at(remove.reason, payload[_reason(self._form)])
        return await self._enter(page, [reason], remove.confirm, words)

    def _named(self, payload: dict[str, str]) -> Meant | None:
        """Return the input that shows which record it is, if the form has one."""
        number = {words for words, field in self._form.fields.items() if field == _NUMBER}
        meant = meant_by(self._form, self._profile, payload)
        return next((each for each in meant if number & set(each.label.split(" / "))), None)

    async def _press(self, page: FormPage, payload: dict[str, str], caption: str) -> None:
        texts = [payload.get(self._header(field), "") for field in (_NUMBER, _NAME)]
        await self._portal.turn()
        await press_in_row(page, self._open.sending, [text for text in texts if text], caption)

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
