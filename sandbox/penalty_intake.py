"""The credit platform's interface for penalties: batches as JSON, results that come later, a list, withdrawals."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.credit_batch import Batch
from sandbox.credit_files import ROWS_AT_MOST, UnusableError
from sandbox.credit_import import Mishaps, Purpose
from sandbox.credit_intake import Intake, Parcel
from sandbox.credit_penalties import AMOUNTS, PENALTIES
from sandbox.credit_store import Store, Stored
from sandbox.credit_withdrawal import RefusedError, Wish, Withdrawals
from sandbox.faults import Faults
from sandbox.penalty_gate import APP, Gate
from sandbox.web import ok, refused, whole
from sandbox.wire import Cut, Silence

SYSTEM = "penalties"
NO_TOKEN, NOT_SIGNED, NOT_READABLE, KNOWN, NOT_TAKEN = 40101, 40103, 40001, 40901, 42201
_STATES = {"未开始": "0", "正在执行": "1", "完成": "2", "失败": "3"}

T = TypeVar("T")
Handler = Callable[["PenaltyIntake", Request], Awaitable[Response]]


class _JsonIntake(Intake):
    """Batches that come as JSON."""

    def _rows(self, parcel: Parcel) -> list[tuple[int, dict[str, str]]]:
        records = json.loads(parcel.content)["records"]
        if not records or len(records) > ROWS_AT_MOST:
            raise UnusableError(f"每批须有1至{ROWS_AT_MOST}条数据")
        codes = self._store.kind.codes
        return [(row, {code: str(each.get(code) or "") for code in codes}) for row, each in enumerate(records, 1)]


def signed(handler: Handler) -> Handler:
    """Let only requests through that are signed and bear a living token, and let ordered faults strike here."""

    async def guarded(self: PenaltyIntake, request: Request) -> Response:
        return await self.turned_away(request) or await handler(self, request)

    return guarded


class PenaltyIntake:
    """The interface; a token lives for ``lasts`` seconds, a record can be withdrawn for ``days`` after its receipt."""

    def __init__(self, store: Store, faults: Faults, *, lasts: float = 1800, days: float = 365) -> None:
        self.store = store
        self.intake = _JsonIntake(store)
        self._faults = faults
        self._withdrawals = Withdrawals(store, days)
        self._gate = Gate(lasts)

    def routes(self) -> list[Route]:
        """The addresses of the interface."""
        return [
            Route("/token", self.token, methods=["POST"]),
            Route("/records", self.records),
            Route("/batches", self.batches),
            Route("/batches", self.publish, methods=["POST"]),
            Route("/batches/{number}", self.result),
            Route("/corrections", self.correct, methods=["POST"]),
            Route("/withdrawals", self.withdraw, methods=["POST"]),
        ]

    async def close(self) -> None:
        """End what is under way and close the log."""
        await self.intake.close()
        self.store.close()

    async def token(self, request: Request) -> Response:
        """Hand out a token."""
        asked = await _json(request) or {}
        token = self._gate.enter(asked.get("appKey"), asked.get("appSecret"))
        if not token:
            return refused(NO_TOKEN, "appKey或appSecret错误")
        return ok({"accessToken": token, "expiresIn": int(self._gate.lasts)})

    async def turned_away(self, request: Request) -> Response | None:
        """What a request gets that is not let through."""
        if self._struck("error_500"):
            return PlainTextResponse("Internal Server Error", 500)
        if self._struck("too_many_requests"):
            return PlainTextResponse("请求过于频繁，请稍后再试", 429, headers={"retry-after": "1"})
        if self._struck("expire_token"):
            self._gate.forget()
        if not self._gate.is_signed(request, await request.body()):
            return refused(NOT_SIGNED, "签名错误")
        return None if self._gate.lives(request) else refused(NO_TOKEN, "令牌无效或已过期")

    @signed
    async def publish(self, request: Request) -> Response:
        """Take a batch of new penalties."""
        return await self._take(request, "stored")

    @signed
    async def correct(self, request: Request) -> Response:
        """Take a batch of other forms of penalties that are shown."""
        return await self._take(request, "corrected")

    async def _take(self, request: Request, purpose: Purpose) -> Response:
        asked = await _json(request)
        name = str(asked.get("batchName") or "") if asked else ""
        if not asked or not name or not _is_list(asked.get("records")):
            return refused(NOT_READABLE, "请求体须为包含batchName和records的JSON")
        if any(each.file_name == name for each in self.intake.newest_first()):
            return refused(KNOWN, "批次名称已存在")
        parcel = Parcel(name, await request.body(), ())
        mishaps = Mishaps(slow=self._faults.seconds(SYSTEM, "slow_import"))
        return self._commit(lambda: ok({"batchNo": self.intake.accept(parcel, purpose, mishaps).number}))

    def _commit(self, work: Callable[[], Response]) -> Response:
        """Do what is asked for, unless an ordered fault comes before it, and answer, unless one comes after."""
        if self._struck("drop_before_commit"):
            return Cut()
        if self._struck("hang_before_commit"):
            return Silence()
        answer = work()
        if self._struck("commit_then_500"):
            return PlainTextResponse("Internal Server Error", 500)
        if self._struck("drop_after_commit"):
            return Cut()
        return Silence() if self._struck("hang_after_commit") else answer

    def _struck(self, fault: str) -> bool:
        return self._faults.take(SYSTEM, fault)

    @signed
    async def batches(self, request: Request) -> Response:
        """One page of all batches, newest first."""
        found = self.intake.newest_first()
        rows = [{"batchName": each.file_name, "batchNo": each.number} for each in _cut(found, request)]
        return ok({"total": len(found), "list": rows})

    @signed
    async def result(self, request: Request) -> Response:
        """How far a batch is, and what became of its rows once it is done."""
        batch = self.intake.batch(request.path_params["number"])
        return ok(_told(batch)) if batch else refused(NOT_READABLE, "批次不存在")

    @signed
    async def records(self, request: Request) -> Response:
        """One page of what is shown, newest first."""
        found = self.store.find("")
        return ok({"total": len(found), "list": [_shown(each) for each in _cut(found, request)]})

    @signed
    async def withdraw(self, request: Request) -> Response:
        """Take a penalty back."""
        asked = await _json(request) or {}
        number, name, reason = (
            str(asked.get(each) or "").strip() for each in (PENALTIES.number, PENALTIES.name, "reason")
        )

        def work() -> Response:
            try:
                return ok({"withdrawalNo": self._withdrawals.withdraw(Wish(number, name, reason, APP))})
            except RefusedError as refusal:
                return refused(NOT_TAKEN, str(refusal))

        return self._commit(work)


def _is_list(records: object) -> bool:
    return isinstance(records, list) and all(isinstance(each, dict) for each in records)


def _told(batch: Batch) -> dict[str, object]:
    reasons = {row: reason for row, _kind, _field, reason, _name, _number in batch.errors}
    rows = [
        {"row": row, "code": "1" if row in reasons else "0", "reason": reasons.get(row, "")}
        for row in range(1, batch.total + 1)
    ]
    done = batch.status in {"完成", "失败"}
    return {"batchNo": batch.number, "state": _STATES[batch.status], "message": batch.message, "rows": rows * done}


def _shown(record: Stored) -> dict[str, object]:
    version = record.shown()
    amounts = {code: f"{float(text):.6f}" for code in AMOUNTS if (text := version.values.get(code))}
    return {"id": record.number, "receivedAt": version.received, **version.values, **amounts}


async def _json(request: Request) -> dict[str, Any] | None:
    try:
        asked = json.loads(await request.body())
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None


def _cut(found: Sequence[T], request: Request) -> Sequence[T]:
    asked = request.query_params
    number, size = whole(asked.get("page"), 1), whole(asked.get("size"), 20, 500)
    return found[(number - 1) * size : number * size]
