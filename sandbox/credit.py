"""The credit platform: upload by template, batches to wait for, own submissions, and the public's search."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.credit_files import report, template
from sandbox.credit_forms import Reception
from sandbox.doors import Session
from sandbox.portal import data, page
from sandbox.web import answer, ok, refused, whole

T = TypeVar("T")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PUBLIC_SIZE = 10


class Credit(Reception):
    """The platform's counter for one kind of record."""

    def routes(self) -> list[Route]:
        """The addresses of this portal, the busiest first."""
        path = self.kind.path
        return [
            Route(f"/api{path}/submissions", self.submissions),
            Route(f"/api{path}/batches", self.batch_list),
            Route(f"/api{path}/batches/{{number}}", self.batch_state),
            Route(f"{path}/template.xlsx", self.template),
            *super().routes(),
            Route(f"{path}/batches", self.batches),
            Route(f"{path}/batches/{{number}}", self.batch),
            Route(f"{path}/batches/{{number}}/errors.xlsx", self.errors),
            Route(f"{path}/submissions", self.submissions_page),
            Route(f"{path}/public", self.public),
        ]

    def entrance(self) -> list[Route]:
        """The addresses by which one gets into the platform."""
        return [
            Route("/", self.start),
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/logout", self.logout),
        ]

    def login_answer(self, message: str = "") -> Response:
        """The login page."""
        return self.show("credit_login.html", "", message=message, csrf=self.door.ticket())

    async def start(self, _request: Request) -> Response:
        """Lead to the first page."""
        return RedirectResponse(self.home, 302)

    @page
    async def template(self, _request: Request, _session: Session) -> Response:
        """The template workbook."""
        content = template(self.kind, self.struck("renamed_template_column"))
        return _download(content, f"{self.kind.title}信息填报模板.xlsx")

    @page
    async def batches(self, _request: Request, session: Session) -> Response:
        """All uploads."""
        return self.show("credit_batches.html", "batches", session, rows=self.intake.newest_first())

    @page
    async def batch(self, request: Request, session: Session) -> Response:
        """One upload; its script asks how far it is."""
        batch = self.intake.landing(request.path_params["number"])
        if batch is None:
            return Response("批次不存在", 404, media_type="text/plain")
        return self.show("credit_batch.html", "batches", session, batch=batch)

    @data
    async def batch_list(self, request: Request, _session: Session) -> Response:
        """One page of all uploads, newest first."""
        found = self.intake.newest_first()
        rows = [{**each.shown(), "receivedAt": each.received} for each in _cut(found, request)]
        return ok({"total": len(found), "list": rows})

    @data
    async def batch_state(self, request: Request, _session: Session) -> Response:
        """How far one upload is."""
        batch = self.intake.batch(request.path_params["number"])
        return ok(batch.shown()) if batch else refused(404, "批次不存在")

    @page
    async def errors(self, request: Request, _session: Session) -> Response:
        """The error workbook of one upload."""
        batch = self.intake.batch(request.path_params["number"])
        if batch is None or not batch.errors:
            return Response("该批次没有错误报告", 404, media_type="text/plain")
        return _download(
            await asyncio.to_thread(report, self.kind, list(batch.errors)), f"错误报告_{batch.number}.xlsx"
        )

    @page
    async def submissions_page(self, _request: Request, session: Session) -> Response:
        """The page of own submissions."""
        return self.show("credit_submissions.html", "submissions", session)

    @data
    async def submissions(self, request: Request, _session: Session) -> Response:
        """One page of own submissions, newest first."""
        found = self.store.find(request.query_params.get("keyword", "").strip())
        shown = _cut(found, request)
        if self.struck("short_page"):
            shown = shown[:-1]
        rows = b",".join([each.json() for each in shown])
        return answer(f'{{"code":0,"data":{{"total":{len(found)},"list":['.encode() + rows + b"]}}")

    async def public(self, request: Request) -> Response:
        """The public's search."""
        keyword = request.query_params.get("keyword", "").strip()
        shown = (self.kind.public(each.shown().values) for each in self.store.find(keyword))
        found = [values for values in shown if values]
        pages = max(1, -(-len(found) // _PUBLIC_SIZE))
        number = whole(request.query_params.get("page"), 1, pages)
        cards = [self._card(values) for values in found[(number - 1) * _PUBLIC_SIZE : number * _PUBLIC_SIZE]]
        turned = {"total": len(found), "number": number, "pages": pages}
        return self.show("credit_public.html", "public", None, keyword=keyword, cards=cards, **turned)

    def _card(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        return [(label, values[code]) for label, code in self.kind.columns if values.get(code)]


def _cut(found: Sequence[T], request: Request) -> Sequence[T]:
    """The page of a list that was asked for."""
    asked = request.query_params
    number, size = whole(asked.get("page"), 1), whole(asked.get("size"), 20, 500)
    return found[(number - 1) * size : number * size]


def _download(content: bytes, name: str) -> Response:
    disposition = f"attachment; filename*=utf-8''{quote(name)}"
    return Response(content, media_type=_XLSX, headers={"content-disposition": disposition})
