"""How an uploaded workbook becomes records: in the background, a few rows at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sandbox.credit_batch import Batch
from sandbox.credit_files import UnusableError, read
from sandbox.credit_import import Import, Mishaps, Purpose
from sandbox.credit_kinds import Fault
from sandbox.credit_log import Line
from sandbox.credit_store import Store

#: Rows between two breaths, so that other requests are answered during an import.
_STEP = 200


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it was handed over, and the headers that it should have."""

    name: str
    content: bytes
    expected: Sequence[str]


class Intake:
    """All uploads, this process's and those the log remembers."""

    def __init__(self, store: Store) -> None:
        self._batches: dict[str, Batch] = {}
        self._store = store
        self._imported: dict[tuple[str, str], str] = {}
        self._farewells: dict[str, Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for line in store.past:
            self._recall(line)

    def batch(self, number: str) -> Batch | None:
        """The batch of a number."""
        batch = self._batches.get(number)
        return None if batch is None or batch.lost else batch

    def landing(self, number: str) -> Batch | None:
        """The batch for its page; one that gets lost is seen once, by whoever uploaded it."""
        return self._farewells.pop(number, None) or self.batch(number)

    def newest_first(self) -> list[Batch]:
        """All batches."""
        return [each for each in reversed(self._batches.values()) if not each.lost]

    def accept(self, parcel: Parcel, purpose: Purpose, mishaps: Mishaps) -> Batch:
        """Take a file and start its import."""
        kind, number = self._store.kind, self._next_number()
        batch = Batch(
            kind, number, parcel.name, sha256(parcel.content).hexdigest(), self._store.now(), lost=mishaps.lost
        )
        self._batches[number] = batch
        if mishaps.lost:
            self._farewells[number] = replace(batch)
        task = asyncio.create_task(self._import(parcel, Import(self._store, batch, purpose, mishaps)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return batch

    async def close(self) -> None:
        """End the imports that are still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _next_number(self) -> str:
        last = max((int(number[-4:]) for number in self._batches), default=0)
        return f"{self._store.kind.batch}{self._store.today:%Y%m%d}{last + 1:04d}"

    async def _import(self, parcel: Parcel, job: Import) -> None:
        batch = job.batch
        await asyncio.sleep(job.mishaps.slow)
        batch.status = "正在执行"
        try:
            rows = await asyncio.to_thread(self._rows, parcel)
            self._claim(job)
        except UnusableError as problem:
            batch.fail(str(problem))
            return
        batch.total = len(rows)
        await _take(job, rows[: (len(rows) + 1) // 2] if job.mishaps.half else rows)
        if not batch.stored:
            self._release(job)
        if job.mishaps.half:
            job.stop()
        else:
            batch.status = "完成"

    def _rows(self, parcel: Parcel) -> list[tuple[int, dict[str, str]]]:
        """The rows of a file with their numbers, read in a thread."""
        return read(parcel.content, self._store.kind, parcel.expected)

    def _claim(self, job: Import) -> None:
        """Let a file that stored something be imported once."""
        if job.mishaps.duplicates:
            return
        earlier = self._imported.setdefault((job.purpose, job.batch.file_sha256), job.batch.number)
        if earlier != job.batch.number:
            raise UnusableError(f"该文件已导入，批次号 {earlier}")

    def _release(self, job: Import) -> None:
        """Let a file that stored nothing come again."""
        key = job.purpose, job.batch.file_sha256
        if self._imported.get(key) == job.batch.number:
            del self._imported[key]

    def _recall(self, line: Line) -> None:
        """Count a row that an earlier process took."""
        if line["result"] == "withdrawn":
            return
        number, digest, result = line["batch"], line["file_sha256"], line["result"]
        fresh = Batch(self._store.kind, number, line.get("file_name", ""), digest, line["at"], "完成")
        batch = self._batches.setdefault(number, fresh)
        batch.lost = line.get("lost", False)
        if result == "stopped":
            batch.total = line["row"]
            batch.fail(line["reason"])
            return
        batch.total += 1
        if result == "refused":
            batch.count(line["row"], line["values"], Fault(line["kind"], line["field"], line["reason"]))
        else:
            self._imported.setdefault((result, digest), number)
            batch.count(line["row"], line["values"], None)


async def _take(job: Import, rows: Sequence[tuple[int, dict[str, str]]]) -> None:
    for start in range(0, len(rows), _STEP):
        for row, values in rows[start : start + _STEP]:
            job.take(row, values)
        await asyncio.sleep(0)
