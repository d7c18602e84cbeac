"""What the credit platform has received: the records it shows, and every row that an upload ever brought."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from sandbox.credit_rules import Fault
from sandbox.model import COLUMNS, City
from sandbox.web import dumps

_DATES = {"XK_JDRQ", "XK_YXQZ", "XK_YXQZI"}
_STATES = {"有效": "1", "无效": "2"}


@dataclass(slots=True)
class Stored:
    """One record the platform shows; ``body`` is its JSON once somebody asked for it."""

    number: int
    batch: str
    received: str
    values: dict[str, str]
    body: bytes = b""

    def json(self) -> bytes:
        """The record as the submissions list gives it."""
        if not self.body:
            entity = {code.lower(): self.values.get(code, "") for _, code in COLUMNS}
            head = {"id": self.number, "batchNo": self.batch, "receivedAt": self.received}
            self.body = dumps({**head, "entity": entity})
        return self.body


@dataclass(frozen=True, slots=True)
class Arrival:
    """One row of an upload: where it stood and when it was looked at."""

    at: str
    batch: str
    row: int
    file_sha256: str
    values: dict[str, str]


class Store:
    """The records, newest last, found by document number; the log makes them survive a restart."""

    def __init__(self, city: City, state: Path) -> None:
        self.today = city.today
        self.records: list[Stored] = []
        self.past: list[dict[str, object]] = []
        self._by_document: dict[str, list[Stored]] = {}
        for each in sorted(city.published, key=lambda published: published.received):
            self._add(each.batch, _morning(each.received), _as_stored(each.values))
        state.mkdir(parents=True, exist_ok=True)
        path = state / "received.jsonl"
        self._replay(path)
        self._log = path.open("a", encoding="utf-8", buffering=1)

    def now(self) -> str:
        """The moment as the platform writes it: the story's day at the real clock's time."""
        return f"{self.today:%Y-%m-%d} {datetime.now():%H:%M:%S}"

    def knows(self, values: dict[str, str]) -> bool:
        """Tell whether a record with this document number and name is already stored."""
        same = self._by_document.get(values["XK_WSH"], ())
        return any(each.values["XK_XDR_MC"] == values["XK_XDR_MC"] for each in same)

    def keep(self, arrival: Arrival, fault: Fault | None) -> None:
        """Write a row to the log, and store it if nothing is wrong with it."""
        line = {
            "at": arrival.at,
            "batch": arrival.batch,
            "row": arrival.row,
            "file_sha256": arrival.file_sha256,
            "values": arrival.values,
            "result": "refused" if fault else "stored",
            "reason": fault.reason if fault else "",
            "kind": fault.kind if fault else "",
            "field": fault.field if fault else "",
        }
        self._log.write(json.dumps(line, ensure_ascii=False) + "\n")
        if fault is None:
            self._add(arrival.batch, arrival.at, arrival.values)

    def find(self, keyword: str) -> Sequence[Stored]:
        """Records of a document number, or whose name has a part; newest first."""
        if not keyword:
            return self.records[::-1]
        exact = self._by_document.get(keyword)
        return exact[::-1] if exact else [each for each in self.records[::-1] if keyword in each.values["XK_XDR_MC"]]

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def _replay(self, path: Path) -> None:
        if not path.exists():
            return
        self.past = _whole_lines(path)
        for line in self.past:
            values = line["values"]
            if line["result"] == "stored" and isinstance(values, dict):
                self._add(str(line["batch"]), str(line["at"]), values)

    def _add(self, batch: str, received: str, values: dict[str, str]) -> None:
        record = Stored(len(self.records) + 1, batch, received, values)
        self.records.append(record)
        self._by_document.setdefault(values.get("XK_WSH", ""), []).append(record)


def _whole_lines(path: Path) -> list[dict[str, object]]:
    """Read the log; a last line that a kill cut off is cut off for good, since its row was never stored."""
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.split("\n") if line]


def _morning(day: date) -> str:
    return f"{datetime.combine(day, time(10)):%Y-%m-%d %H:%M:%S}"


def _as_stored(values: dict[str, str]) -> dict[str, str]:
    """Canonical values in the platform's own spelling."""
    shown = {code: text.replace("-", "/") if code in _DATES else text for code, text in values.items()}
    return {**shown, "XK_ZT": _STATES.get(values["XK_ZT"], values["XK_ZT"])}
