"""The receipts that a receiver puts down for the files it took: waited for, and read row by row."""

from __future__ import annotations

import asyncio
import fnmatch
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import polars as pl

from connectors.base import Receipt
from connectors.files.declared import Answers, FilesDeclared
from connectors.files.folders import Folder
from connectors.files.numbers import Slip
from connectors.files.reading import File, Reader
from connectors.files.tables import Tables
from mappings.headers import find_columns, plain_header
from words.errors import BusinessError, DeliveryError, DriftError, Place
from words.languages import gettext as _

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0


class Receipts:
    """The receipts of one drop folder."""

    def __init__(self, name: str, declared: FilesDeclared, answers: Answers, folder: Folder) -> None:
        self._title, self._answers, self._folder = declared.title, answers, folder
        words = [each for each in (answers.row, *answers.key, answers.outcome, answers.reason) if each]
        tables = Tables(frozenset(map(plain_header, words)), len(set(words)), (), name)
        self._reader = Reader(folder, tables, ("*",), False, answers.reading, declared.limits, declared.still)

    async def of(self, slip: Slip, records: Sequence[str], until: float) -> Receipt | None:
        """Return the receipt of a file, whose rows are ``records`` in this order; None if it does not come in time.

        Args:
            slip: the file.
            records: the record in each of its rows.
            until: when waiting ends (seconds, as the clock on the wall has them).

        Raises:
            DeliveryError: the receipt does not answer for the rows that are in the file.
            BusinessError: it cannot be read.
        """
        pause = _FIRST_PAUSE
        while (file := await self._read(slip)) is None:
            if time.time() + pause > until:
                return None
            await asyncio.sleep(pause)
            pause = min(pause * math.sqrt(2), _LONGEST_PAUSE)
        return self._told(slip, records, file)

    async def _read(self, slip: Slip) -> File | None:
        stem = PurePosixPath(slip.file).stem
        pattern = self._answers.name.format(file=_literal(slip.file), stem=_literal(stem))
        try:
            read = await self._reader.read(lambda found: fnmatch.fnmatchcase(found.name, pattern))
        except DriftError as error:
            raise self._unreadable(error.sentence, pattern) from error
        if read.refused:
            raise self._unreadable(read.refused[0].sentence, str(read.refused[0].place.file))
        return read.files[-1] if read.files and not read.left else None

    def _told(self, slip: Slip, records: Sequence[str], file: File) -> Receipt:
        accepted: dict[str, None] = {}
        refused: dict[str, str] = {}
        for table in file.tables:
            for row in self._rows(table.rows, file.name):
                record = self._record(row, slip, records, file.name)
                if self._answers.outcome and row["outcome"] in self._answers.accepted:
                    accepted[record] = None
                else:
                    refused[record] = row["reason"] or row["outcome"] or _("no reason given")
        if not self._answers.outcome:
            accepted = dict.fromkeys(record for record in records if record not in refused)
        if len(accepted) + len(refused) != len(set(records)):
            raise self._amiss(
                file.name,
                _("it answers for {count} of {all} rows").format(count=len({*accepted, *refused}), all=len(records)),
            )
        return Receipt(slip.file, tuple(accepted), refused, (("receipt", file.content),))

    def _rows(self, table: pl.DataFrame, file: str) -> list[dict[str, str]]:
        """Return the receipt's rows by what stands in them: outcome, reason, row, and the key's headings."""
        answers = self._answers
        wanted = {"outcome": answers.outcome, "reason": answers.reason, "row": answers.row}
        wanted |= {f"key {place}": word for place, word in enumerate(answers.key)}
        columns = {name: find_columns(table.columns, (word,)) for name, word in wanted.items() if word}
        if missing := [wanted[name] for name, found in columns.items() if len(found) != 1]:
            raise self._unreadable(_("no column “{word}”").format(word=missing[0]), file)
        return [
            {name: row[columns[name][0]].strip() if name in columns else "" for name in wanted}
            for row in table.iter_rows(named=True)
        ]

    def _record(self, row: Mapping[str, str], slip: Slip, records: Sequence[str], file: str) -> str:
        try:
            if self._answers.key:
                told = [row[f"key {place}"] for place in range(len(self._answers.key))]
                return records[[list(each) for each in slip.keys].index(told)]
            return dict(enumerate(records, self._answers.first))[int(float(row["row"]))]
        except (ValueError, LookupError):
            raise self._amiss(file, _("it answers for a row that is not in the file")) from None

    def _amiss(self, file: str, why: str) -> DeliveryError:
        return DeliveryError(
            "delivery-failed",
            _("The receipt “{file}” does not fit: {why}.").format(file=file, why=why),
            todo=_("Compare receipt and file; “answers” in the connector says how the one tells of the other."),
            place=Place(system=self._title, file=file),
        )

    def _unreadable(self, reason: str, file: str) -> BusinessError:
        return BusinessError(
            "error-report-unreadable",
            _("The receiver's error report cannot be read: {reason}").format(reason=reason),
            todo=_("Open the report by hand; the refused records are kept as unknown until they are looked up."),
            place=Place(system=self._title, file=file),
        )


def _literal(name: str) -> str:
    """Return a name in which nothing is a wildcard."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
