"""A database as a source: the rows of a window by their key, as of one moment, from where the last run left off."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from connectors.base import Evidence, Known, Page, Row, Window
from connectors.database.marks import Mark
from connectors.database.opened import Database
from connectors.database.reading import Found, Reader
from connectors.rows import digest_of
from mappings.mapping import Mapping as FieldMapping
from words.errors import DriftError, Place
from words.languages import gettext as _


class DatabaseSource:
    """A bureau system whose approval results stand in a table."""

    def __init__(self, name: str, database: Database, mapping: FieldMapping) -> None:
        self.name = name
        self.title = database.title
        self.mapping = mapping
        self._database = database
        self._reading = database.declared.read
        self._mark = Mark(self._reading, self.title)
        self._reached = ""
        self._window: Window | None = None
        self._fresh: list[Mapping[str, str]] = []

    def go_on(self, mark: str) -> None:
        """Read from this mark on what has changed, and take over the rest from what is known."""
        self._mark.go_on(mark)

    @property
    def reached(self) -> str:
        """The mark that the last whole collection reached."""
        return self._reached

    async def collect(self, window: Window, known: Known) -> AsyncIterator[Page]:
        """Yield the rows of a window in the order of their key, all as of the moment at which it began.

        Raises:
            SystemFailure: the database cannot be reached or breaks off.
            DriftError: it gives another number of rows than it counts, or lacks a column.
        """
        self._window, self._fresh = window, []
        database, reader = self._database, self._reader
        connection = await database.of_one_moment()
        try:
            total = await database.on(connection, lambda held: reader.total(held, window))
            found, last, more = 0, (), True
            while more:
                after = last
                page, more = await self._page(connection, window, after, known)
                if page:
                    found, last = found + len(page), page[-1].position
                    yield Page([self._row(each, known) for each in page], total)
            self._whole(total, found)
            self._reached = self._mark.reached
        finally:
            await database.let_go(connection)

    async def _page(
        self, connection: Connection, window: Window, after: tuple[Any, ...], known: Known
    ) -> tuple[list[Found], bool]:
        """Return the rows behind a position, and whether there are more.

        A row that is known and was not changed since the mark comes without its payload.
        """
        size, floor = self._reading.size, self._mark.floor()
        brief = floor is not None
        found = await self._database.on(connection, lambda held: self._reader.page(held, window, after, brief=brief))
        page, more = found[:size], len(found) > size
        for each in page:
            self._mark.see(each.changed)
        if brief:
            page = await self._filled(connection, window, page, known)
        return page, more

    async def _filled(self, connection: Connection, window: Window, page: list[Found], known: Known) -> list[Found]:
        """Read of a page what is not known, or was changed since the mark."""
        floor = self._mark.floor()
        new = any(not _kept(known, each.key) for each in page)
        if not new and all(_older(each.changed, floor) for each in page):
            return page
        ends, since = (page[0].position, page[-1].position), None if new else floor
        read = await self._database.on(connection, lambda held: self._reader.between(held, window, ends, since))
        told = {each.key: each for each in read}
        return [told.get(each.key, each) for each in page]

    def _row(self, found: Found, known: Known) -> Row:
        digest, payload = known.get(found.key, ("", {}))
        told = digest if found.payload is None else digest_of(found.payload, self._reading.ignore)
        taken_over = told == digest and bool(payload)
        if not taken_over:
            payload = found.payload or {}
            self._fresh.append(payload)
        return Row(found.key, told, payload, known=taken_over, label=payload.get(self._reading.label, ""))

    def _whole(self, total: int, found: int) -> None:
        if total != found:
            raise DriftError(
                "rows-missing",
                _("The list says that it has {total} rows, and {found} came.").format(total=total, found=found),
                todo=_("Name as “key” what is unique and never empty in this table; nothing was sent."),
                place=Place(system=self.title, field="read.key"),
            )

    @property
    def _reader(self) -> Reader:
        return Reader(self._reading, self._database.engine.dialect, self.title)

    async def again(self, key: str) -> Mapping[str, str] | None:
        """Return one row as it is now; None if there is none."""
        found = await self._database.ask(lambda connection: self._reader.one(connection, key))
        return found.payload if found else None

    async def evidence(self) -> Sequence[Evidence]:
        """Return the text of the question, and the rows that came and were not known, as JSON lines."""
        lines = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in self._fresh)
        self._fresh = []
        return [
            Evidence("payload", "sql", self._reader.sql(self._window).encode(), ".sql"),
            Evidence("payload", "rows", lines.encode(), ".jsonl"),
        ]

    async def close(self) -> None:
        """Let go of the database."""
        await self._database.close()


def _kept(known: Known, key: str) -> bool:
    return bool(known.get(key, ("", {}))[1])


def _older(changed: Any, floor: Any) -> bool:  # noqa: ANN401 - whatever the column holds
    return changed is not None and bool(changed < floor)
