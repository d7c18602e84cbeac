"""A receiver that misbehaves in every way it can, and remembers what it really stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import polars as pl

from connectors.base import Action, Batch, Evidence, Receipt
from mappings.apply import ORIGIN, ROW_KEY
from mappings.profiles import Profile
from tests.mappings.rows import FOLDER
from words.errors import DeliveryError

Row = dict[str, str]
#: How it can treat one file.
Way = Literal["well", "deaf", "mute", "half", "refuse", "cut", "lost"]
WAYS: tuple[Way, ...] = ("well", "deaf", "mute", "half", "refuse", "cut", "lost")
NUMBER = "行政许可决定文书号"
CONTENT = "许可内容"


@cache
def credit_profile() -> Profile:
    """The shipped profile of the credit platform."""
    text = (FOLDER / "credit.profile.yaml").read_text(encoding="utf-8")
    return Profile.parse(text, "credit.profile.yaml", "credit")


@dataclass
class HostileFeed:
    """A feed whose next files are treated as ``ways`` says, and every later one well.

    Attributes:
        ways: deaf fails before it takes anything, mute after it took all; half takes half and fails; refuse sends the
            first row back; cut shortens a field of the first row; lost takes all and forgets the file.
        doubles: whether it stores a record that it has a second time, or refuses it.
        hides: looks that pass before it shows what it took.
        stored: what it really has, in the order of storing.
    """

    ways: list[Way] = field(default_factory=list)
    doubles: bool = True
    hides: int = 0
    listing: bool = True
    corrects: Literal["replace", "reissue", ""] = "replace"
    settles: float = 0.0
    name: str = "credit"
    title: str = "替身"
    profile: Profile = field(default_factory=credit_profile)
    stored: list[Row] = field(default_factory=list)
    received: list[Row] = field(default_factory=list)
    interrupt: Callable[[str], None] = lambda _where: None
    _files: dict[str, Receipt | None] = field(default_factory=dict)
    _hidden: dict[int, int] = field(default_factory=dict)

    async def disclosed(self) -> pl.DataFrame:
        """Return what it shows, as its list does."""
        rows = []
        for number, row in enumerate(self.stored):
            if self._hidden.get(number, 0):
                self._hidden[number] -= 1
            else:
                rows.append({**row, ORIGIN: f"替身 › {number}", ROW_KEY: str(number), "received": "2024-08-13"})
        return pl.DataFrame(rows, schema=dict.fromkeys([*self.profile.headers, ORIGIN, ROW_KEY, "received"], pl.String))

    async def check(self) -> None:
        """Its form never changes."""

    def withdrawal(self, record: pl.DataFrame, _reason: str) -> tuple[dict[str, str], str] | None:
        """It takes a record back by its number and shows nothing then."""
        return {NUMBER: record["document_number"].item()}, ""

    async def fill(self, payloads: pl.DataFrame, action: Action, name: str) -> Sequence[Batch]:
        """Put the rows down as they are; a batch is its rows."""
        text = payloads.write_json().encode()
        return [Batch(text, f"{name}-1.xlsx", dict(enumerate(payloads["record_id"], 1)), action)]

    async def send(self, batch: Batch) -> Receipt:
        """Treat the file as the next way says."""
        self.interrupt("before the first byte")
        way = self.ways.pop(0) if self.ways else "well"
        if way == "deaf":
            raise _silence("deaf")
        rows = pl.read_json(batch.content).with_columns(pl.all().cast(pl.String)).to_dicts()
        taken = rows[: (len(rows) + 1) // 2] if way == "half" else rows
        refused = self._import(taken, batch.action, way)
        reasons = {batch.rows[number]: why for number, why in refused.items()}
        accepted = tuple(record for record in batch.rows.values() if record not in reasons)
        receipt = Receipt(batch.file_name, accepted, reasons)
        if way != "lost":
            self._files[batch.file_name] = None if way == "half" else receipt
        self.interrupt("after it was stored")
        if way in {"mute", "half", "lost"}:
            raise _silence(way)
        return receipt

    def _import(self, rows: Iterable[Row], action: Action, way: Way) -> dict[int, str]:
        refused: dict[int, str] = {}
        for number, row in enumerate(rows, 1):
            values = {name: text or "" for name, text in row.items() if name != "record_id"}
            self.received.append(values)
            there = [each for each in self.stored if each[NUMBER] == values[NUMBER]]
            if action == "withdraw":
                self.stored = [each for each in self.stored if each[NUMBER] != values[NUMBER]]
            elif way == "refuse" and number == 1:
                refused[number] = "许可内容不合规"
            elif action == "correct" and len(there) == 1:
                there[0].update(values)
            elif there and not self.doubles:
                refused[number] = "数据已存在，无需重复报送"
            else:
                kept = values | ({CONTENT: values[CONTENT][:3]} if way == "cut" and number == 1 else {})
                self._hidden[len(self.stored)] = self.hides
                self.stored.append(kept)
        return refused

    async def look_up(self, file_name: str, _records: Sequence[str]) -> Receipt | None:
        """Return the receipt of a file it knows; one that failed half-way has none."""
        if not self.listing or file_name not in self._files:
            return None
        receipt = self._files[file_name]
        if receipt is None:
            raise _silence("half")
        return receipt

    async def evidence(self) -> Sequence[Evidence]:
        """It has no face."""
        return []

    async def close(self) -> None:
        """Nothing is open."""


def _silence(way: str) -> DeliveryError:
    return DeliveryError("delivery-failed", f"{way}", todo="-")
