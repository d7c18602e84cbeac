"""Files as a feed: written under a name of ours, made to last, then given the name that the receiver looks for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from loguru import logger

from connectors.base import Action, Batch, Evidence, Receipt
from connectors.files.answers import Receipts
from connectors.files.declared import Drop, FilesDeclared
from connectors.files.folders import fails
from connectors.files.numbers import Numbers, Slip, reached
from connectors.files.places import Places
from connectors.files.published import Shelf, nothing
from connectors.files.writing import written
from connectors.kinds import lacks
from mappings.identity import with_identity
from mappings.profiles import Profile
from words.errors import BusinessError, DeliveryError, Place, SystemFailure
from words.languages import gettext as _

_RECORD = "record_id"
_TRIES = 100


class FilesFeed:
    """A receiver that takes files out of a folder."""

    def __init__(
        self, name: str, declared: FilesDeclared, drop: Drop, profile: Profile, places: Places, numbers: Path
    ) -> None:
        self.name = name
        self.title = declared.title
        self.profile = profile
        self.settles = drop.settles
        self._declared, self._drop, self._places = declared, drop, places
        self._numbers = Numbers(numbers, drop.count)
        self._folder = places.folder(drop.folder)
        self._receipts = _receipts(name, declared, drop, places)
        self._shelf = _shelf(declared, drop, profile, places)
        self._keys: dict[str, list[tuple[str, ...]]] = {}

    @property
    def corrects(self) -> Literal["replace", "reissue", ""]:
        """The receiver's own way of correcting."""
        if self._drop.corrections:
            return "replace"
        return "reissue" if self._declared.invalidate else ""

    async def disclosed(self) -> pl.DataFrame:
        """Return what the receiver publishes back; nothing, if it publishes nothing.

        Raises:
            YinxinError: not all of it can be read, or the folder for our files is not there.
        """
        await self._folder.listed()  # nothing is asked about files while nobody can look for them
        return await self._shelf.rows() if self._shelf else nothing(self.profile)

    async def check(self) -> None:
        """Make sure that the folder is there and that the form can hold the profile's columns; nothing is sent.

        Raises:
            UsageError: the folder is not there, or a heading cannot be the name of an element.
        """
        await self._folder.listed()
        if self._drop.answers:
            await self._places.folder(self._drop.answers.folder).listed()
        self._written(pl.DataFrame(schema=dict.fromkeys(self.profile.headers, pl.String)))

    def withdrawal(self, record: pl.DataFrame, reason: str) -> tuple[dict[str, str], str] | None:
        """Return the payload that takes one canonical record back, and the fingerprint of what is shown then."""
        copy = self._declared.invalidate
        if copy is None:
            return None
        changed = {**copy.set, copy.reason: reason}
        invalid = record.with_columns(**{field: pl.lit(value) for field, value in changed.items()})
        told = with_identity(invalid.select(self.profile.standard.names), self.profile.standard)
        return self.profile.encode(told).row(0, named=True), told["fingerprint"].item()

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Write payloads (and ``record_id``) into as many files as the receiver's limit asks for; nothing is sent.

        Raises:
            BusinessError: the form has no place for a text.
            UsageError: the connector names no file for this action.
        """
        copies = self._declared.invalidate
        if action == "withdraw" and copies:  # a copy goes the way of the rows it is like
            action = "correct" if copies.through == "corrections" else "publish"
        self._pattern(action)
        parts = [part for part in payloads.iter_slices(self._drop.rows) if part.height]
        return [self._batch(part, action, f"{name}-{number}.{self._drop.form}") for number, part in enumerate(parts, 1)]

    def _batch(self, payloads: pl.DataFrame, action: Action, name: str) -> Batch:
        rows = payloads.select(pl.col(self.profile.headers).fill_null(""))
        if answers := self._drop.answers:
            self._keys[name] = self._in_key(rows, answers.key)
        return Batch(self._written(rows), name, dict(enumerate(payloads[_RECORD], 1)), action)

    def _in_key(self, rows: pl.DataFrame, words: Sequence[str]) -> list[tuple[str, ...]]:
        named = self._named(rows)
        missing = next((word for word in words if word not in named.columns), None)
        if missing is not None:
            raise lacks(self.name, f"drop.answers.key: {missing}")
        return [tuple(text.strip() for text in row) for row in named.select(words).iter_rows()] if words else []

    def _written(self, rows: pl.DataFrame) -> bytes:
        encoding = self._drop.encoding or self.profile.declared.encoding
        return written(self._named(rows), self._drop, encoding, self.title)

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        if self._drop.named == "headings":
            return rows
        return rows.rename(dict(zip(self.profile.headers, self.profile.codes, strict=True)))

    def _pattern(self, action: Action) -> str:
        if action == "publish":
            return self._drop.name
        if action == "withdraw":
            raise lacks(self.name, "invalidate")
        if self._drop.corrections is None:
            raise lacks(self.name, "drop.corrections")
        return self._drop.corrections

    async def send(self, batch: Batch) -> Receipt:
        """Put one file where the receiver takes it from, and wait for its receipt if there are any.

        Raises:
            DeliveryError: it is not clear whether the file is there, or its receipt did not come.
        """
        try:
            slip = await self._placed(batch)
        except (OSError, SystemFailure) as error:
            raise self._failed(_("The file could not be put there: {reason}").format(reason=error)) from error
        records = [batch.rows[row] for row in sorted(batch.rows)]
        if self._receipts is None:
            return Receipt(slip.file, tuple(records), {})
        receipt = await self._receipts.of(slip, records, slip.at + self.settles)
        if receipt is None:
            raise self._failed(_("The receipt of “{file}” did not come.").format(file=slip.file))
        return receipt

    async def _placed(self, batch: Batch) -> Slip:
        """Put a file there; a name that somebody else has used already is left to them."""
        for _try in range(_TRIES):
            slip = await asyncio.to_thread(self._claimed, batch)
            await self._folder.write(_unfinished(slip), batch.content)
            slip = await self._kept(slip, "written")
            try:
                await self._folder.rename(_unfinished(slip), slip.file)
            except FileExistsError:
                await self._folder.remove(_unfinished(slip))
                continue
            return await self._kept(slip, "placed")
        raise FileExistsError(slip.file)

    def _claimed(self, batch: Batch) -> Slip:
        day, pattern = date.today(), self._pattern(batch.action)  # noqa: DTZ011 - the receiver's own day
        named: Callable[[int], str] = lambda number: pattern.format(day=day, number=number, action=batch.action)  # noqa: E731
        return self._numbers.claim(day, batch.file_name, named, self._keys.get(batch.file_name, ()))

    async def _kept(self, slip: Slip, stage: Literal["written", "placed"]) -> Slip:
        further = reached(slip, stage, time.time())
        await asyncio.to_thread(self._numbers.keep, further)
        return further

    async def look_up(self, file_name: str, records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a file handed over earlier, or None if it never got the name the receiver looks for.

        A file that did counts as taken, whatever is amiss with its receipt: it must never be put there again. That its
        records do not show is told by those who wait for them.

        Raises:
            SystemFailure: nobody can tell now.
        """
        slip = await asyncio.to_thread(self._numbers.find, file_name)
        if slip is None:
            return None
        if not await self._is_placed(slip):
            return None
        records = tuple(records)
        try:
            found = await self._receipts.of(slip, records, slip.at + self.settles) if self._receipts else None
        except (BusinessError, DeliveryError) as error:
            told = logger.bind(action="no-receipt", system=self.title, file=slip.file)
            told.warning("{}", error)
            found = None
        return found or Receipt(slip.file, records, {})

    async def _is_placed(self, slip: Slip) -> bool:
        """Tell whether the last step was done: before it a file has our name, after it the other, or is taken away."""
        if slip.stage == "placed":
            return True
        try:
            ours = await self._folder.look(_unfinished(slip))
            if slip.stage == "written" and ours is None:
                return True
            if ours is not None:
                await self._folder.remove(_unfinished(slip))
        except OSError as error:
            raise fails(self.title, self._folder.where, error) from error
        return False

    def _failed(self, sentence: str) -> DeliveryError:
        return DeliveryError(
            "delivery-failed",
            sentence,
            todo=_("Run “yinxin resume”: it asks the feed's own lists before it sends anything again."),
            place=Place(system=self.title, file=self._folder.where),
        )

    async def evidence(self) -> Sequence[Evidence]:
        """Return the files that the receiver published, as they were read last."""
        if self._shelf is None:
            return []
        taken, self._shelf.last = self._shelf.last, []
        return taken

    async def close(self) -> None:
        """Let go of the folders."""
        await self._places.close()


def _unfinished(slip: Slip) -> str:
    return f".{slip.file}.tmp"


def _receipts(name: str, declared: FilesDeclared, drop: Drop, places: Places) -> Receipts | None:
    return Receipts(name, declared, drop.answers, places.folder(drop.answers.folder)) if drop.answers else None


def _shelf(declared: FilesDeclared, drop: Drop, profile: Profile, places: Places) -> Shelf | None:
    return Shelf(declared, drop.published, profile, places.folder(drop.published.folder)) if drop.published else None
