"""What a receiver publishes back as files: all of it, or an error; a list with a gap would make us send twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import polars as pl

from connectors.base import Evidence
from connectors.files.declared import FilesDeclared, Published
from connectors.files.folders import Folder
from connectors.files.reading import File, Reader
from connectors.files.tables import TITLE, Tables
from connectors.portal.feed import RECEIVED
from mappings.apply import ORIGIN, ROW_KEY
from mappings.headers import find_columns
from mappings.profiles import Profile


class Shelf:
    """The published files of one receiver."""

    def __init__(self, declared: FilesDeclared, published: Published, profile: Profile, folder: Folder) -> None:
        self._title, self._published, self._profile = declared.title, published, profile
        tables = Tables.of_mapping(profile.reading(), declared.totals)
        limits, still = declared.limits, declared.still
        self._reader = Reader(folder, tables, published.pattern, False, published.reading, limits, still)
        self.last: list[Evidence] = []

    async def rows(self) -> pl.DataFrame:
        """Return the rows of all published files, each row that says the same only once.

        Raises:
            BusinessError: a file cannot be read.
            SystemFailure: a file is still being written.
            DriftError: a file without a recognisable header.
        """
        files = await self._whole()
        self.last = [Evidence("payload", file.name, file.content, PurePosixPath(file.name).suffix) for file in files]
        frames = [self._with_day(table.rows) for file in files for table in file.tables]
        if not frames:
            return nothing(self._profile)
        rows = pl.concat(frames, how="diagonal").with_columns(pl.all().fill_null(""))
        own = [name for name in rows.columns if name not in {ORIGIN, ROW_KEY, RECEIVED}]
        origin = pl.format("{} › {}", pl.lit(self._title), pl.col(ORIGIN))
        return rows.unique(own, keep="first", maintain_order=True).with_columns(origin.alias(ORIGIN))

    async def _whole(self) -> Sequence[File]:
        files = await self._reader.listed()
        names = {each.name for each in (files[-1:] if self._published.which == "newest" else files)}
        return await self._reader.whole(lambda found: found.name in names)

    def _with_day(self, rows: pl.DataFrame) -> pl.DataFrame:
        word = self._published.received
        found = find_columns(rows.columns, (word,)) if word else []
        day = pl.col(found[0]).str.slice(0, 10).str.replace_all("/", "-") if found else pl.lit("")
        return rows.drop(TITLE, strict=False).with_columns(day.alias(RECEIVED))


def nothing(profile: Profile) -> pl.DataFrame:
    """Return the list of a receiver that shows nothing."""
    return pl.DataFrame(schema=dict.fromkeys([*profile.headers, ORIGIN, ROW_KEY, RECEIVED], pl.String))
