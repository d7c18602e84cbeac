"""Doubles of both systems: the construction system of a sandbox city, and a platform that never fails by itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import polars as pl

from connectors.base import Action, Batch, Evidence, Known, Page, Receipt, Row, Window
from connectors.portal.filling import flat
from connectors.rows import digest_of
from connectors.workers import side_by_side
from mappings.apply import ORIGIN, ROW_KEY
from mappings.mapping import Mapping as FieldMapping
from mappings.profiles import Profile
from sandbox import spgl
from sandbox.model import City
from words.errors import Place, SystemFailure

ROOT = Path(__file__).parents[2]
EVER = datetime(9999, 1, 1)  # noqa: DTZ001 - the city's own time
Values = dict[str, str]
#: What may happen while a double is at work: the name of what it is about to do.
Meanwhile = Callable[[str], Awaitable[None]]


def _text(name: str) -> str:
    return (ROOT / "mappings" / f"{name}.yaml").read_text("utf-8")


async def _nothing(_doing: str) -> None:
    """Nothing happens meanwhile."""


@dataclass
class PretendSystem:
    """The construction system at a moment: a list as of midnight, and details as of now.

    Attributes:
        down: it does not answer at all.
        deaf: it lists, and does not answer behind a row.
        lag: how far behind the detail is.
        unlisted: the codes that its list has dropped.
        lacks: the keys that its details have lost.
        empties: the keys of its details that are empty, whatever happened.
    """

    city: City
    now: datetime = datetime(2024, 1, 1)  # noqa: DTZ001 - the city's own time
    down: bool = False
    deaf: bool = False
    lag: timedelta = timedelta()
    unlisted: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    empties: frozenset[str] = frozenset()
    meanwhile: Meanwhile = _nothing
    name: str = "construction"
    title: str = "工改系统"
    mapping: FieldMapping = field(default_factory=lambda: FieldMapping.parse(_text("construction"), "", "construction"))

    def __post_init__(self) -> None:
        """Find every commitment by its key."""
        self._promises = {
            spgl.key(pair[1]): (project, *pair) for project in self.city.projects for pair in project.promises(EVER)
        }
        self._listed: dict[tuple[str, int, str], Row] = {}

    async def collect(self, _window: Window, known: Known) -> AsyncIterator[Page]:
        """Yield the list as it was at midnight, with the details of what is new in it."""
        await self.meanwhile("collect")
        if self.down:
            raise _silent()
        shown = [row for row in self.rows(self.now.date()) if row.label not in self.unlisted]
        yield Page(await side_by_side(lambda row: self._opened(row, known), shown, 4), len(shown))

    def rows(self, day: date) -> list[Row]:
        """Return the whole list as it was when a day began."""
        midnight = datetime.combine(day, time())
        return [self._row(key, midnight) for key, (_, _, each) in self._promises.items() if each.made <= midnight]

    def _row(self, key: str, midnight: datetime) -> Row:
        """Return a row of the list, which only an event and the passing of the deadline change."""
        commitment = self._promises[key][2]
        state = (key, len(commitment.past(midnight)), commitment.state_at(midnight))
        if state not in self._listed:
            payload = flat(spgl.commitment_row(*self._promises[key], midnight))
            self._listed[state] = Row(key, digest_of(payload, ()), payload, label=commitment.code)
        return self._listed[state]

    async def _opened(self, row: Row, known: Known) -> Row:
        digest, payload = known.get(row.key, ("", {}))
        if digest == row.digest:
            return replace(row, payload=payload, known=True)
        more = self._detail(row.key)
        return replace(row, gone=True) if more is None else replace(row, payload={**row.payload, **more})

    def _detail(self, key: str) -> Mapping[str, str] | None:
        if self.deaf:
            raise _silent()
        project, permit, commitment = self._promises[key]
        moment = self.now - self.lag
        if project.is_gone(moment):
            return None
        told = flat(spgl.commitment_detail(project, permit, commitment, moment))
        return {name: "" if name in self.empties else text for name, text in told.items() if name not in self.lacks}

    async def again(self, key: str) -> Mapping[str, str] | None:
        """Return one detail as it is now."""
        await self.meanwhile("again")
        return self._detail(key)

    async def evidence(self) -> Sequence[Evidence]:
        """It has no face."""
        return []

    async def close(self) -> None:
        """Nothing is open."""


def _silent() -> SystemFailure:
    return SystemFailure("no-answer", "The system did not answer.", todo="-", place=Place(system="工改系统"))


@dataclass
class PretendPlatform:
    """A credit platform that stores, corrects and withdraws at once.

    Attributes:
        shown: what it shows by commitment code, with the day on which it first got it.
        pushes: every record it was ever brought, with the day: (day, action, code, performance).
    """

    today: date = date.min
    corrects: Literal["replace", "reissue", ""] = "replace"
    settles: float = 0.0
    name: str = "commitments"
    title: str = "信用平台"
    profile: Profile = field(default_factory=lambda: Profile.parse(_text("commitments.profile"), "", "commitments"))
    shown: dict[str, tuple[Values, str]] = field(default_factory=dict)
    pushes: list[tuple[date, str, str, str]] = field(default_factory=list)
    meanwhile: Meanwhile = _nothing

    async def disclosed(self) -> pl.DataFrame:
        """Return its list."""
        rows = [
            {**values, ORIGIN: f"信用平台 › {code}", ROW_KEY: code, "received": day}
            for code, (values, day) in self.shown.items()
        ]
        return pl.DataFrame(rows, schema=dict.fromkeys([*self.profile.headers, ORIGIN, ROW_KEY, "received"], pl.String))

    async def check(self) -> None:
        """Its form never changes."""
        await self.meanwhile("check")

    def withdrawal(self, record: pl.DataFrame, _reason: str) -> tuple[Values, str] | None:
        """It takes a record back by its code."""
        return {"承诺编码": record["document_number"].item()}, ""

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Put the rows down as they are."""
        await self.meanwhile("fill")
        content = payloads.write_json().encode()
        return [Batch(content, f"{name}-1.json", dict(enumerate(payloads["record_id"], 1)), action)]

    async def send(self, batch: Batch) -> Receipt:
        """Store what comes."""
        await self.meanwhile("send")
        for row in json.loads(batch.content):
            code = row["承诺编码"]
            self.pushes.append((self.today, batch.action, code, row.get("承诺履行状态", "")))
            if batch.action == "withdraw":
                del self.shown[code]
            else:
                values = {name: text for name, text in row.items() if name != "record_id"}
                self.shown[code] = (values, self.shown.get(code, ({}, self.today.isoformat()))[1])
        await self.meanwhile("answer")
        return Receipt(batch.file_name, tuple(batch.rows.values()), {})

    async def look_up(self, _file_name: str, _records: Sequence[str]) -> Receipt | None:
        """It keeps no list of files."""
        return None

    async def evidence(self) -> Sequence[Evidence]:
        """It has no face."""
        return []

    async def close(self) -> None:
        """Nothing is open."""
