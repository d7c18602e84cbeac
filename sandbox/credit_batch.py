"""One upload to the credit platform and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.credit_kinds import Fault, Kind


@dataclass(slots=True)
class Batch:
    """One upload; ``errors`` are the lines of its error workbook, a ``lost`` one is told to nobody."""

    kind: Kind
    number: str
    file_name: str
    file_sha256: str
    received: str
    status: str = "未开始"
    total: int = 0
    stored: int = 0
    message: str = ""
    errors: list[tuple[int, str, str, str, str, str]] = field(default_factory=list)
    lost: bool = False

    def shown(self) -> dict[str, object]:
        """The batch as its API gives it."""
        return {
            "batchNo": self.number,
            "fileName": self.file_name,
            "status": self.status,
            "total": self.total,
            "successNum": self.stored,
            "failNum": len(self.errors),
            "errorFile": f"/credit{self.kind.path}/batches/{self.number}/errors.xlsx" if self.errors else None,
            "message": self.message,
        }

    def count(self, row: int, values: dict[str, str], fault: Fault | None) -> None:
        """Count one row that was looked at."""
        if fault is None:
            self.stored += 1
        else:
            where, name, number = (
                self.kind.labels.get(fault.field, ""),
                values[self.kind.name],
                values[self.kind.number],
            )
            self.errors.append((row, fault.kind, where, fault.reason, name, number))

    def fail(self, message: str) -> None:
        """End the import with a message and no error workbook."""
        self.status, self.message = "失败", message
        self.errors.clear()
