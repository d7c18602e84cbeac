"""The records that the credit platform holds: what is stored, corrected and withdrawn, and what of it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from math import inf
from pathlib import Path
from time import monotonic

from sandbox.credit_log import Line, Log
from sandbox.model import COLUMNS, City
from sandbox.web import dumps

_DATES = {"XK_JDRQ", "XK_YXQZ", "XK_YXQZI"}
_STATES = {"有效": "1", "无效": "2"}


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
        entity = {code.lower(): version.values.get(code, "") for _, code in COLUMNS}
        return dumps({"id": self.number, "batchNo": version.batch, "receivedAt": version.received, "entity": entity})


class Store:
    """The records, newest last, found by document number; the log makes them survive a restart."""

    def __init__(self, city: City, state: Path) -> None:
        self.today = city.today
        self._records: dict[int, Stored] = {}
        self._by_document: dict[str, list[Stored]] = {}
        self._last = 0
        for each in sorted(city.published, key=lambda published: published.received):
            self._add(Version(each.batch, _morning(each.received), _as_stored(each.values)))
        self._log = Log(state)
        self.past = self._log.past
        for line in self.past:
            self._apply(line)

    def now(self) -> str:
        """The moment as the platform writes it: the story's day at the real clock's time."""
        return f"{self.today:%Y-%m-%d} {datetime.now():%H:%M:%S}"

    def matching(self, document: str, name: str) -> list[Stored]:
        """The records with this document number and name, those that do not show included."""
        same = self._by_document.get(document, ())
        return [each for each in same if each.version.values["XK_XDR_MC"] == name]

    def keep(self, line: Line) -> Stored | None:
        """Write a line to the log and do what it says; returns the record it is about, if there is one."""
        self._log.write(line)
        return self._apply(line)

    def find(self, keyword: str) -> Sequence[Stored]:
        """Records of a document number, or whose name has a part, as far as they show; newest first."""
        now = monotonic()
        return [each for each in self._named(keyword) if each.since <= now]

    def _named(self, keyword: str) -> Iterable[Stored]:
        newest = reversed(self._records.values())
        if not keyword:
            return newest
        exact = self._by_document.get(keyword)
        return exact[::-1] if exact else [each for each in newest if keyword in each.version.values["XK_XDR_MC"]]

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def _apply(self, line: Line) -> Stored | None:
        version = Version(line["batch"], line["at"], line.get("kept", line["values"]))
        if line["result"] == "stored":
            return self._add(version, inf if line.get("hidden") else 0)
        if line["result"] not in {"corrected", "withdrawn"}:
            return None
        found = self.matching(version.values["XK_WSH"], version.values["XK_XDR_MC"])
        if len(found) != 1:
            return None
        if line["result"] == "withdrawn":
            self._remove(found[0])
        else:
            self._renew(found[0], version)
        return found[0]

    def _add(self, version: Version, since: float = 0) -> Stored:
        self._last += 1
        record = self._records[self._last] = Stored(self._last, version, since=since)
        self._by_document.setdefault(version.values.get("XK_WSH", ""), []).append(record)
        return record

    def _renew(self, record: Stored, version: Version) -> None:
        record.correct(version)
        self._records[record.number] = self._records.pop(record.number)

    def _remove(self, record: Stored) -> None:
        del self._records[record.number]
        same = self._by_document[record.version.values["XK_WSH"]]
        same.remove(record)
        if not same:
            del self._by_document[record.version.values["XK_WSH"]]


def _morning(day: date) -> str:
    return f"{datetime.combine(day, time(10)):%Y-%m-%d %H:%M:%S}"


def _as_stored(values: dict[str, str]) -> dict[str, str]:
    """Canonical values in the platform's own spelling."""
    shown = {code: text.replace("-", "/") if code in _DATES else text for code, text in values.items()}
    return {**shown, "XK_ZT": _STATES.get(values["XK_ZT"], values["XK_ZT"])}
