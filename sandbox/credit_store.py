"""The records that the credit platform holds: what is stored, corrected and withdrawn, and what of it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import inf
from pathlib import Path
from time import monotonic

from sandbox.clock import Clock
from sandbox.credit_kinds import Kind
from sandbox.credit_log import Line, Log
from sandbox.web import dumps


@dataclass(frozen=True, slots=True)
class Version:
    """What a record said from one moment on."""

    batch: str
    received: str
    values: dict[str, str]


@dataclass(slots=True, eq=False)
class Stored:
    """One record, with its earlier versions.

    Attributes:
        since: The moment (of the monotonic clock) from which it shows.
        older_until: The moment until which its earlier version shows.
        body: Its JSON, once somebody asked for it.
    """

    kind: Kind
    number: int
    version: Version
    earlier: list[Version] = field(default_factory=list)
    since: float = 0
    older_until: float = 0
    body: bytes = b""

    def shown(self) -> Version:
        """What the lists say of the record."""
        return self.earlier[-1] if self._is_behind() else self.version

    def json(self) -> bytes:
        """The record as the submissions list gives it."""
        if self._is_behind():
            return self._written(self.earlier[-1])
        if not self.body:
            self.body = self._written(self.version)
        return self.body

    def correct(self, version: Version) -> None:
        """Put a new version in the place of the present one, which is kept."""
        self.earlier.append(self.version)
        self.version, self.body = version, b""

    def _is_behind(self) -> bool:
        return bool(self.older_until and self.older_until > monotonic())

    def _written(self, version: Version) -> bytes:
        entity = {code.lower(): version.values.get(code, "") for code in self.kind.codes}
        return dumps({"id": self.number, "batchNo": version.batch, "receivedAt": version.received, "entity": entity})


class Store:
    """The records of one kind, newest last, found by their numbers; the log makes them survive a restart."""

    def __init__(self, kind: Kind, state: Path, clock: Clock, before: Iterable[Version] = ()) -> None:
        self.kind = kind
        self._clock = clock
        self._records: dict[int, Stored] = {}
        self._by_number: dict[str, list[Stored]] = {}
        self._last = 0
        for version in before:
            self._add(version)
        self._log = Log(state / kind.log)
        self.past = self._log.past
        for line in self.past:
            self._apply(line)

    @property
    def today(self) -> date:
        """The city's day."""
        return self._clock.today

    def now(self) -> str:
        """The moment as the platform writes it."""
        return self._clock.stamp()

    def matching(self, number: str, name: str) -> list[Stored]:
        """The records with this number and name, those that do not show included."""
        same = self._by_number.get(number, ())
        return [each for each in same if each.version.values[self.kind.name] == name]

    def keep(self, line: Line) -> Stored | None:
        """Write a line to the log and do what it says; returns the record it is about, if there is one."""
        self._log.write(line)
        return self._apply(line)

    def find(self, keyword: str) -> Sequence[Stored]:
        """Records of a number, or whose name has a part, as far as they show; newest first."""
        now = monotonic()
        return [each for each in self._named(keyword) if each.since <= now]

    def _named(self, keyword: str) -> Iterable[Stored]:
        newest = reversed(self._records.values())
        if not keyword:
            return newest
        exact = self._by_number.get(keyword)
        return exact[::-1] if exact else [each for each in newest if keyword in each.version.values[self.kind.name]]

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def _apply(self, line: Line) -> Stored | None:
        version = Version(line["batch"], line["at"], line.get("kept", line["values"]))
        if line["result"] == "stored":
            return self._add(version, inf if line.get("hidden") else 0)
        if line["result"] not in {"corrected", "withdrawn"}:
            return None
        found = self.matching(version.values[self.kind.number], version.values[self.kind.name])
        if len(found) != 1:
            return None
        if line["result"] == "withdrawn":
            self._remove(found[0])
        else:
            self._renew(found[0], version)
        return found[0]

    def _add(self, version: Version, since: float = 0) -> Stored:
        self._last += 1
        record = self._records[self._last] = Stored(self.kind, self._last, version, since=since)
        self._by_number.setdefault(version.values.get(self.kind.number, ""), []).append(record)
        return record

    def _renew(self, record: Stored, version: Version) -> None:
        record.correct(version)
        self._records[record.number] = self._records.pop(record.number)

    def _remove(self, record: Stored) -> None:
        del self._records[record.number]
        number = record.version.values[self.kind.number]
        same = self._by_number[number]
        same.remove(record)
        if not same:
            del self._by_number[number]
