"""Files as a source: every table a page, every row with a key, the files themselves as evidence."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

from connectors.base import Album, Evidence, Known, Page, Row, Table, Window
from connectors.files.declared import FilesDeclared, Rows
from connectors.files.folders import Found
from connectors.files.places import Places
from connectors.files.reading import File, Reader
from connectors.rows import complete, digest_of
from mappings.apply import ORIGIN, ROW_KEY
from mappings.headers import find_columns
from mappings.mapping import Mapping as FieldMapping
from mappings.normalise import Unfit, blank, calendar_date
from words.errors import BusinessError, DriftError, Place
from words.languages import gettext as _

_KEY_SEPARATOR = " | "


class FilesSource:
    """A bureau system whose approval results come as files."""

    def __init__(self, name: str, declared: FilesDeclared, rows: Rows, mapping: FieldMapping, places: Places) -> None:
        self.name = name
        self.title = declared.title
        self.mapping = mapping
        self._rows, self._places = rows, places
        self._reader = Reader.of(declared, places.folder(declared.folder), mapping)
        self._album = Album()
        self._file_of: dict[str, str] = {}

    async def collect(self, window: Window, known: Known) -> AsyncIterator[Page]:
        """Yield the rows of a window, one table a page; all files are read before the first page.

        Raises:
            BusinessError: a file cannot be read, or two rows that differ have the same key.
            SystemFailure: somebody else is still at work with a file.
        """
        files = await self._reader.whole(lambda found: self._concerns(found, window))
        pages = list(self._pages(files, window, known))
        total = sum(map(len, pages))

        async def each() -> AsyncIterator[Page]:
            for rows in pages:
                yield Page(rows, total)

        if pages:
            async for page in complete(each(), self.title):
                yield page
        else:
            yield Page([], 0)

    def _concerns(self, found: Found, window: Window) -> bool:
        """A file says what was decided up to its day: only one from before the window says nothing of it."""
        pattern = self._rows.file_date
        named = re.search(pattern, found.name) if pattern else None
        if named is None:
            return True
        try:
            return calendar_date(named[1]) >= window.since.isoformat()
        except Unfit:
            return True

    def _pages(self, files: Sequence[File], window: Window, known: Known) -> Iterator[list[Row]]:
        seen: dict[str, Row] = {}
        for file in files:
            fresh = False
            for table in file.tables:
                rows = [self._known(row, known) for row in self._once(self._rows_of(table, window), seen, file.name)]
                fresh = fresh or not all(row.known for row in rows)
                yield rows
            if fresh:
                self._album.add("payload", file.name, file.content, PurePosixPath(file.name).suffix or ".bin")

    def _once(self, rows: Iterator[Row], seen: dict[str, Row], file: str) -> Iterator[Row]:
        """Pass rows on; what several files hand in as it is comes once."""
        for row in rows:
            before = seen.get(row.key)
            if before is None:
                seen[row.key] = row
                self._file_of[row.key] = file
                yield row
            elif before.digest != row.digest:
                raise BusinessError(
                    "key-twice",
                    _("Two rows that differ have the same key “{key}”: {first}, and {second}.").format(
                        key=row.key, first=before.label, second=row.label
                    ),
                    todo=_("Take the one that no longer holds out of its file, or declare more columns as the key."),
                    place=Place(system=self.title, file=file),
                )

    def _known(self, row: Row, known: Known) -> Row:
        digest, payload = known.get(row.key, ("", {}))
        return replace(row, payload=payload, known=True) if digest == row.digest else row

    def _rows_of(self, table: Table, window: Window | None) -> Iterator[Row]:
        keys = [self._column(table, word) for word in self._rows.key]
        dated = self._column(table, self._rows.date) if self._rows.date else ""
        for values in table.rows.iter_rows(named=True):
            payload = {name: text for name, text in values.items() if name not in {ORIGIN, ROW_KEY}}
            if window and dated and not _within(payload[dated], window):
                continue
            told = _KEY_SEPARATOR.join(payload[each].strip() for each in keys)
            key = told if told.strip(_KEY_SEPARATOR) else values[ROW_KEY]
            yield Row(key, digest_of(payload, self._rows.ignore), payload, label=values[ORIGIN])

    def _column(self, table: Table, word: str) -> str:
        found = find_columns(table.rows.columns, (word,))
        if len(found) != 1:
            raise DriftError(
                "column-missing",
                _("There is no column “{word}”, by which the connector “{name}” reads rows.").format(
                    word=word, name=self.name
                ),
                todo=_("Compare the file's headings with “rows” in the connector."),
                place=replace(table.place, field=word),
            )
        return found[0]

    async def again(self, key: str) -> Mapping[str, str] | None:
        """Return a row as its file has it now; None if no file has it any more."""
        last = self._file_of.get(key)
        found = await self._behind(key, lambda file: file.name == last) if last else None
        return found or await self._behind(key, lambda _file: True)

    async def _behind(self, key: str, wanted: Callable[[Found], bool]) -> Mapping[str, str] | None:
        tables = [table for file in await self._reader.whole(wanted) for table in file.tables]
        rows = (row for table in tables for row in self._rows_of(table, None))
        return next((row.payload for row in rows if row.key == key), None)

    async def evidence(self) -> Sequence[Evidence]:
        """Return the files with rows that are new, as they were read."""
        return self._album.take()

    async def close(self) -> None:
        """Let go of the folder."""
        await self._places.close()


def _within(text: str, window: Window) -> bool:
    """A day that cannot be read is no reason to leave a row out: it has to be told."""
    if blank(text):
        return True
    try:
        day = date.fromisoformat(calendar_date(text))
    except Unfit:
        return True
    return window.since <= day <= window.until
