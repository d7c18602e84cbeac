"""What a clerk hands to the credit platform: new rows, corrected rows, and records to be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.credit_files import headers
from sandbox.credit_import import Mishaps, Purpose
from sandbox.credit_intake import Intake, Parcel
from sandbox.credit_kinds import Kind
from sandbox.credit_store import Store, Version
from sandbox.credit_withdrawal import RefusedError, Wish, Withdrawals
from sandbox.doors import Door, Session
from sandbox.faults import Faults
from sandbox.portal import Portal, data, page
from sandbox.web import html
from sandbox.wire import Cut, Silence

_STALE = "页面已过期，请刷新后重试"
#: The page with the file input, and what becomes of the rows.
_PURPOSES: Mapping[str, Purpose] = {"upload": "stored", "corrections": "corrected"}


@dataclass(frozen=True, slots=True)
class Platform:
    """What the counters of the platform share; a record can be withdrawn until some days after its receipt."""

    door: Door
    faults: Faults
    clock: Clock
    state: Path
    revocable_days: float = 365


class Reception(Portal):
    """The half of a counter that takes something."""

    home = "/credit/upload"

    def __init__(self, platform: Platform, kind: Kind, before: Iterable[Version] = ()) -> None:
        super().__init__(platform.door, platform.faults)
        self.kind = kind
        self.base = f"/credit{kind.path}"
        self.store = Store(kind, platform.state, platform.clock, before)
        self.intake = Intake(self.store)
        self._withdrawals = Withdrawals(self.store, platform.revocable_days)
        self._inputs = kind.ask, "name", "reason"

    def routes(self) -> list[Route]:
        """The addresses of the forms."""
        path = self.kind.path
        return [
            *(Route(f"{path}/{where}", self.upload_page, name=where) for where in _PURPOSES),
            *(Route(f"{path}/{where}", self.upload, methods=["POST"], name=where) for where in _PURPOSES),
            Route(f"{path}/withdraw", self.withdraw_page),
            Route(f"{path}/withdraw", self.withdraw, methods=["POST"]),
        ]

    def show(self, template: str, here: str, session: Session | None = None, **values: object) -> Response:
        """Fill the template of a page of this counter."""
        user = session.user if session else ""
        return html(template, kind=self.kind, base=self.base, user=user, here=here, **values)

    async def close(self) -> None:
        """End what is under way and close the log."""
        await self.intake.close()
        self.store.close()

    @page
    async def upload_page(self, request: Request, session: Session) -> Response:
        """The page with the form for a file."""
        return self._upload_form(_where(request), session)

    @data
    async def upload(self, request: Request, session: Session) -> Response:
        """Take a workbook and lead to the page of its batch."""
        async with request.form() as fields:
            return await self._take_file(_where(request), fields, session)

    async def _take_file(self, where: str, fields: FormData, session: Session) -> Response:
        file = fields.get("file")
        if not self._sealed(fields, session):
            return self._upload_form(where, session, _STALE)
        if not isinstance(file, UploadFile) or not file.filename:
            return self._upload_form(where, session, "请选择文件")
        expected = headers(self.kind, self.struck("renamed_template_column"))
        parcel = Parcel(file.filename, await file.read(), expected)
        return self._commit(lambda: self._accept(parcel, _PURPOSES[where]))

    def _accept(self, parcel: Parcel, purpose: Purpose) -> Response:
        batch = self.intake.accept(parcel, purpose, self._mishaps(purpose))
        return RedirectResponse(f"{self.base}/batches/{batch.number}", 302)

    def _mishaps(self, purpose: Purpose) -> Mishaps:
        """What was ordered for the next import."""
        corrects = purpose == "corrected"
        return Mishaps(
            half=self.struck("half_batch"),
            lost=self.struck("lost_receipt"),
            truncated=self.struck("truncate_field"),
            slow=self.lasting("slow_import"),
            duplicates=not corrects and self.struck("accept_duplicates"),
            hidden=not corrects and self.struck("hidden_record"),
            late=0 if corrects else self.lasting("late_record"),
            older=self.lasting("older_value") if corrects else 0,
        )

    def _commit(self, work: Callable[[], Response]) -> Response:
        """Do what a form asks for, unless an ordered fault comes before it, and answer, unless one comes after."""
        if self.struck("drop_before_commit"):
            return Cut()
        if self.struck("hang_before_commit"):
            return Silence()
        answer = work()
        if self.struck("commit_then_500"):
            return PlainTextResponse("Internal Server Error", 500)
        if self.struck("drop_after_commit"):
            return Cut()
        return Silence() if self.struck("hang_after_commit") else answer

    def _upload_form(self, where: str, session: Session, message: str = "") -> Response:
        csrf = self.door.seal(session.key)
        return self.show("credit_upload.html", where, session, csrf=csrf, message=message)

    @page
    async def withdraw_page(self, _request: Request, session: Session) -> Response:
        """The page with the form that takes a record back."""
        return self._withdraw_form(session, {})

    @data
    async def withdraw(self, request: Request, session: Session) -> Response:
        """Take a record back and say under which number, or why not."""
        async with request.form() as fields:
            texts = {name: str(fields.get(name) or "").strip() for name in self._inputs}
            if not self._sealed(fields, session):
                return self._withdraw_form(session, texts, message=_STALE)
        return self._commit(lambda: self._take_back(texts, session))

    def _take_back(self, texts: Mapping[str, str], session: Session) -> Response:
        asked, name, reason = (texts[each] for each in self._inputs)
        try:
            number = self._withdrawals.withdraw(Wish(asked, name, reason, session.user))
        except RefusedError as refusal:
            return self._withdraw_form(session, texts, message=str(refusal))
        return self._withdraw_form(session, {}, done=number)

    def _withdraw_form(self, session: Session, texts: Mapping[str, str], **said: str) -> Response:
        csrf = self.door.seal(session.key)
        return self.show("credit_withdraw.html", "withdraw", session, csrf=csrf, form=texts, **said)

    def _sealed(self, fields: FormData, session: Session) -> bool:
        return fields.get("csrf") == self.door.seal(session.key)


def _where(request: Request) -> str:
    return request.url.path.rpartition("/")[2]
