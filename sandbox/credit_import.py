"""How one row of an upload is judged: as a new record, or as another form of one that is stored."""

from __future__ import annotations

from typing import Literal

from sandbox.credit_batch import Batch
from sandbox.credit_log import Line
from sandbox.credit_rules import Fault, first_fault
from sandbox.credit_store import Store
from sandbox.model import COLUMNS

#: What a file asks for: that its rows are stored, or that they replace rows that are.
Purpose = Literal["stored", "corrected"]

_DUPLICATE = Fault("DATA_DUPLICATION", "XK_WSH", "数据已存在，无需重复报送")
_UNKNOWN = Fault("DATA_NOT_FOUND", "XK_WSH", "未找到对应的公示数据")
_SEVERAL = Fault("DATA_DUPLICATION", "XK_WSH", "存在多条相同数据，不能更正")
_SAME = Fault("DATA_UNCHANGED", "XK_WSH", "数据未发生变化，无需更正")


class Import:
    """The rows of one file on their way into the store."""

    def __init__(self, store: Store, batch: Batch, purpose: Purpose) -> None:
        self.batch = batch
        self.purpose = purpose
        self._store = store

    def take(self, row: int, values: dict[str, str]) -> None:
        """Judge one row, store it or not, and count it."""
        fault = first_fault(values, self._store.today) or self._objection(values)
        self._store.keep(self._line(row, values, fault))
        self.batch.count(row, values, fault)

    def _objection(self, values: dict[str, str]) -> Fault | None:
        """What the stored records have against a row that has no fault of its own."""
        found = self._store.matching(values["XK_WSH"], values["XK_XDR_MC"])
        if self.purpose == "stored":
            return _DUPLICATE if found else None
        if len(found) != 1:
            return _SEVERAL if found else _UNKNOWN
        known = found[0].version.values
        return _SAME if all(known.get(code, "") == values[code] for _, code in COLUMNS) else None

    def _line(self, row: int, values: dict[str, str], fault: Fault | None) -> Line:
        return {
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
