"""How a record is taken back: asked for by its number and name, with a reason, while it is young enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.credit_log import Line
from sandbox.credit_store import Store, Stored


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form says, and whose form it is."""

    number: str
    name: str
    reason: str
    who: str


class RefusedError(Exception):
    """A withdrawal is refused; the text is what the clerk reads."""


class Withdrawals:
    """The records that were taken back; a record may be until ``days`` after it was received."""

    def __init__(self, store: Store, days: float) -> None:
        self._store = store
        self._days = days
        self._count = sum(line["result"] == "withdrawn" for line in store.past)

    def withdraw(self, wish: Wish) -> str:
        """Take a record back and return the number of its withdrawal.

        Raises:
            RefusedError: there is no reason, not exactly one such record, or it has been there for too long.
        """
        if not wish.reason:
            raise RefusedError("撤回原因不能为空")
        record = self._record(wish)
        self._count += 1
        number = f"{self._store.kind.withdrawal}{self._store.today:%Y%m%d}{self._count:04d}"
        self._store.keep(self._line(number, record, wish))
        return number

    def _record(self, wish: Wish) -> Stored:
        found = self._store.matching(wish.number, wish.name)
        if len(found) != 1:
            raise RefusedError("存在多条相同数据，不能撤回" if found else "未找到对应的公示数据")
        age = self._store.today - date.fromisoformat(found[0].version.received[:10])
        if age.days > self._days:
            raise RefusedError("已超过可撤回期限，不能撤回")
        return found[0]

    def _line(self, number: str, record: Stored, wish: Wish) -> Line:
        return {
            "at": self._store.now(),
            "batch": number,
            "row": 0,
            "file_sha256": "",
            "values": record.version.values,
            "result": "withdrawn",
            "reason": wish.reason,
            "kind": "",
            "field": "",
            "who": wish.who,
        }
