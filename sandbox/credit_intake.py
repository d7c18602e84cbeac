"""How an uploaded workbook becomes records: in the background, a few rows at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sandbox.credit_files import UnusableError, read
from sandbox.credit_rules import LABELS, Fault, first_fault
from sandbox.credit_store import Arrival, Store

#: Rows between two breaths, so that other requests are answered during an import.
_STEP = 200
_DUPLICATE = Fault("DATA_DUPLICATION", "XK_WSH", "数据已存在，无需重复报送")


@dataclass(slots=True)
class Batch:
    """One upload and how far it has come."""

    number: str
    file_name: str
    file_sha256: str
    received: str
    status: str = "未开始"
    total: int = 0
    stored: int = 0
    message: str = ""
    errors: list[tuple[int, str, str, str, str, str]] = field(default_factory=list)

    def shown(self) -> dict[str, object]:
        """The batch as its API gives it."""
        return {
            "batchNo": self.number,
            "fileName": self.file_name,
            "status": self.status,
            "total": self.total,
            "successNum": self.stored,
            "failNum": len(self.errors),
            "errorFile": f"/credit/batches/{self.number}/errors.xlsx" if self.errors else None,
            "message": self.message,
        }

    def count(self, row: int, values: dict[str, str], fault: Fault | None) -> None:
        """Count one row that was looked at."""
        if fault is None:
            self.stored += 1
        else:
            where = LABELS.get(fault.field, "")
            self.errors.append((row, fault.kind, where, fault.reason, values["XK_XDR_MC"], values["XK_WSH"]))


class Intake:
    """All uploads, this process's and those the log remembers."""

    def __init__(self, store: Store) -> None:
        self.batches: dict[str, Batch] = {}
        self._store = store
        self._imported: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for line in store.past:
            self._recall(line)

    def accept(self, name: str, content: bytes, expected: Sequence[str]) -> Batch:
        """Take a file and start its import."""
        number = self._next_number()
        batch = Batch(number, name, sha256(content).hexdigest(), self._store.now())
        self.batches[number] = batch
        task = asyncio.create_task(self._import(batch, content, expected))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return batch

    def _next_number(self) -> str:
        last = max((int(number[-4:]) for number in self.batches), default=0)
        return f"SB{self._store.today:%Y%m%d}{last + 1:04d}"

    async def _import(self, batch: Batch, content: bytes, expected: Sequence[str]) -> None:
        batch.status = "正在执行"
        try:
            rows = await asyncio.to_thread(read, content, expected)
            self._claim(batch)
        except UnusableError as problem:
            batch.status, batch.message = "失败", str(problem)
            return
        batch.total = len(rows)
        for start in range(0, len(rows), _STEP):
            for row, values in rows[start : start + _STEP]:
                self._take(batch, row, values)
            await asyncio.sleep(0)
        batch.status = "完成"

    def _claim(self, batch: Batch) -> None:
        earlier = self._imported.setdefault(batch.file_sha256, batch.number)
        if earlier != batch.number:
            raise UnusableError(f"该文件已导入，批次号 {earlier}")

    def _take(self, batch: Batch, row: int, values: dict[str, str]) -> None:
        fault = first_fault(values, self._store.today)
        if fault is None and self._store.knows(values):
            fault = _DUPLICATE
        self._store.keep(Arrival(self._store.now(), batch.number, row, batch.file_sha256, values), fault)
        batch.count(row, values, fault)

    def _recall(self, line: dict[str, object]) -> None:
        """Count a row that an earlier process took."""
        number, digest, values = str(line["batch"]), str(line["file_sha256"]), line["values"]
        fresh = Batch(number, "", digest, str(line["at"]), "完成")
        batch = self.batches.setdefault(number, fresh)
        self._imported[digest] = number
        refused = line["result"] == "refused"
        fault = Fault(str(line["kind"]), str(line["field"]), str(line["reason"])) if refused else None
        batch.total += 1
        if isinstance(values, dict) and isinstance(line["row"], int):
            batch.count(line["row"], values, fault)
