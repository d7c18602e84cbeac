"""What a clerk hands to the credit platform: new rows, corrected rows, and records to be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.credit_files import headers
from sandbox.credit_import import Mishaps, Purpose
from sandbox.credit_intake import Intake, Parcel
from sandbox.credit_store import Store
from sandbox.credit_withdrawal import RefusedError, Wish, Withdrawals
from sandbox.doors import Door, Session
from sandbox.faults import Faults
from sandbox.model import City
from sandbox.portal import Portal, data, page
from sandbox.web import html
from sandbox.wire import Cut, Silence

_STALE = "页面已过期，请刷新后重试"
_INPUTS = ("document_number", "name", "reason")
#: The page with the file input, and what becomes of the rows.
_PURPOSES: Mapping[str, Purpose] = {"upload": "stored", "corrections": "corrected"}


class Reception(Portal):
    """The half of the credit platform that takes something."""

    home = "/credit/upload"

    def __init__(self, city: City, door: Door, faults: Faults, state: Path, revocable_days: float = 365) -> None:
        super().__init__(door, faults)
        self.store = Store(city, state)
        self.intake = Intake(self.store)
        self._withdrawals = Withdrawals(self.store, revocable_days)

    def routes(self) -> list[Route]:
        """The addresses of the forms."""
        return [
            *(Route(f"/{where}", self.upload_page, name=where) for where in _PURPOSES),
            *(Route(f"/{where}", self.upload, methods=["POST"], name=where) for where in _PURPOSES),
            Route("/withdraw", self.withdraw_page),
            Route("/withdraw", self.withdraw, methods=["POST"]),
        ]

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
        expected = headers(self.struck("renamed_template_column"))
        parcel = Parcel(file.filename, await file.read(), expected)
        return self._commit(lambda: self._accept(parcel, _PURPOSES[where]))

    def _accept(self, parcel: Parcel, purpose: Purpose) -> Response:
        batch = self.intake.accept(parcel, purpose, self._mishaps(purpose))
        return RedirectResponse(f"/credit/batches/{batch.number}", 302)

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
        return html("credit_upload.html", user=session.user, here=where, csrf=csrf, message=message)

    @page
    async def withdraw_page(self, _request: Request, session: Session) -> Response:
        """The page with the form that takes a record back."""
        return self._withdraw_form(session, {})

    @data
    async def withdraw(self, request: Request, session: Session) -> Response:
        """Take a record back and say under which number, or why not."""
        async with request.form() as fields:
            texts = {name: str(fields.get(name) or "").strip() for name in _INPUTS}
            if not self._sealed(fields, session):
                return self._withdraw_form(session, texts, message=_STALE)
        return self._commit(lambda: self._take_back(texts, session))

    def _take_back(self, texts: Mapping[str, str], session: Session) -> Response:
        document, name, reason = (texts[each] for each in _INPUTS)
        try:
            number = self._withdrawals.withdraw(Wish(document, name, reason, session.user))
        except RefusedError as refusal:
            return self._withdraw_form(session, texts, message=str(refusal))
        return self._withdraw_form(session, {}, done=number)

    def _withdraw_form(self, session: Session, texts: Mapping[str, str], **said: str) -> Response:
        csrf = self.door.seal(session.key)
        return html("credit_withdraw.html", user=session.user, here="withdraw", csrf=csrf, form=texts, **said)

    def _sealed(self, fields: FormData, session: Session) -> bool:
        return fields.get("csrf") == self.door.seal(session.key)


def _where(request: Request) -> str:
    return request.url.path.rpartition("/")[2]
