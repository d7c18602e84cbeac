"""How one row of an upload is judged: as a new record, or as another form of one that is stored."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Literal

from sandbox.credit_batch import Batch
from sandbox.credit_kinds import Fault
from sandbox.credit_log import Line
from sandbox.credit_store import Store, Stored

#: What a file asks for: that its rows are stored, or that they replace rows that are.
Purpose = Literal["stored", "corrected"]

_DUPLICATE = "DATA_DUPLICATION", "数据已存在，无需重复报送"
_UNKNOWN = "DATA_NOT_FOUND", "未找到对应的公示数据"
_SEVERAL = "DATA_DUPLICATION", "存在多条相同数据，不能更正"
_SAME = "DATA_UNCHANGED", "数据未发生变化，无需更正"


@dataclass(frozen=True, slots=True)
class Mishaps:
    """What goes wrong with one import on order; a delay is in seconds, 0 is none."""

    half: bool = False
    lost: bool = False
    duplicates: bool = False
    truncated: bool = False
    hidden: bool = False
    slow: float = 0
    late: float = 0
    older: float = 0


class Import:
    """The rows of one file on their way into the store."""

    def __init__(self, store: Store, batch: Batch, purpose: Purpose, mishaps: Mishaps) -> None:
        self.batch = batch
        self.purpose = purpose
        self.mishaps = mishaps
        self._store = store
        self._kind = store.kind

    def take(self, row: int, values: dict[str, str]) -> None:
        """Judge one row, store it or not, and count it."""
        fault = self._kind.first_fault(values, self._store.today) or self._refusal(values)
        record = self._store.keep(self._line(row, values, fault))
        if record:
            self._veil(record)
        self.batch.count(row, values, fault)

    def stop(self) -> None:
        """Break off after the rows that were taken, and write it down."""
        self.batch.fail(f"导入中断，已导入 {self.batch.stored} 条")
        line = self._line(self.batch.total, {}, Fault("", "", self.batch.message))
        self._store.keep({**line, "result": "stopped"})

    def _veil(self, record: Stored) -> None:
        now = monotonic()
        if self.mishaps.late:
            record.since = max(record.since, now + self.mishaps.late)
        if self.mishaps.older:
            record.older_until = now + self.mishaps.older

    def _refusal(self, values: dict[str, str]) -> Fault | None:
        """What the stored records have against a row that has no fault of its own."""
        objection = self._objection(values)
        return Fault(objection[0], self._kind.number, objection[1]) if objection else None

    def _objection(self, values: dict[str, str]) -> tuple[str, str] | None:
        found = self._store.matching(values[self._kind.number], values[self._kind.name])
        if self.purpose == "stored":
            return _DUPLICATE if found and not self.mishaps.duplicates else None
        if len(found) != 1:
            return _SEVERAL if found else _UNKNOWN
        known = found[0].version.values
        return _SAME if all(known.get(code, "") == values[code] for code in self._kind.codes) else None

    def _line(self, row: int, values: dict[str, str], fault: Fault | None) -> Line:
        line: Line = {
            "at": self._store.now(),
            "batch": self.batch.number,
            "row": row,
            "file_sha256": self.batch.file_sha256,
            "values": values,
            "result": "refused" if fault else self.purpose,
            "reason": fault.reason if fault else "",
            "kind": fault.kind if fault else "",
            "field": fault.field if fault else "",
            "file_name": self.batch.file_name,
        }
        if self.mishaps.lost:
            line["lost"] = True
        if fault is None and not self.batch.stored:
            self._spoil(line)
        return line

    def _spoil(self, line: Line) -> None:
        """Let happen what happens to the first row that is stored."""
        if self.mishaps.truncated:
            content = line["values"][self._kind.content]
            line["kept"] = {**line["values"], self._kind.content: content[: (len(content) + 1) // 2]}
        if self.mishaps.hidden:
            line["hidden"] = True
