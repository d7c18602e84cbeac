"""The credit platform: upload by template, batches to wait for, own submissions, and the public's search."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.credit_files import report, template
from sandbox.credit_forms import Reception
from sandbox.credit_rules import LABELS
from sandbox.doors import Session
from sandbox.portal import data, page
from sandbox.web import answer, html, ok, refused, whole

T = TypeVar("T")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What the public sees: never the number of anybody's identity paper.
_HIDDEN = {"XK_FR_ZJLX", "XK_FR_ZJHM", "XK_XDR_ZJLX", "XK_XDR_ZJHM", "BZ"}
_CARD = [(label, code) for code, label in LABELS.items() if code not in _HIDDEN]
_STATES = {"1": "有效", "2": "无效"}
_PUBLIC_SIZE = 10


class Credit(Reception):
    """The credit platform of one city."""

    def routes(self) -> list[Route]:
        """The addresses of this portal, the busiest first."""
        return [
            Route("/api/submissions", self.submissions),
            Route("/api/batches", self.batch_list),
            Route("/api/batches/{number}", self.batch_state),
            Route("/", self.start),
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/logout", self.logout),
            Route("/template.xlsx", self.template),
            *super().routes(),
            Route("/batches", self.batches),
            Route("/batches/{number}", self.batch),
            Route("/batches/{number}/errors.xlsx", self.errors),
            Route("/submissions", self.submissions_page),
            Route("/public", self.public),
        ]

    def login_answer(self, message: str = "") -> Response:
        """The login page."""
        return html("credit_login.html", message=message, csrf=self.door.ticket())

    async def start(self, _request: Request) -> Response:
        """Lead to the first page."""
        return RedirectResponse(self.home, 302)

    @page
    async def template(self, _request: Request, _session: Session) -> Response:
        """The template workbook."""
        return _download(template(self.struck("renamed_template_column")), "行政许可信息填报模板.xlsx")

    @page
    async def batches(self, _request: Request, session: Session) -> Response:
        """All uploads."""
        return html("credit_batches.html", user=session.user, here="batches", rows=self.intake.newest_first())

    @page
    async def batch(self, request: Request, session: Session) -> Response:
        """One upload; its script asks how far it is."""
        batch = self.intake.landing(request.path_params["number"])
        if batch is None:
            return Response("批次不存在", 404, media_type="text/plain")
        return html("credit_batch.html", user=session.user, here="batches", batch=batch)

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
        return _download(await asyncio.to_thread(report, list(batch.errors)), f"错误报告_{batch.number}.xlsx")

    @page
    async def submissions_page(self, _request: Request, session: Session) -> Response:
        """The page of own submissions."""
        return html("credit_submissions.html", user=session.user, here="submissions")

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
        found = self.store.find(keyword)
        pages = max(1, -(-len(found) // _PUBLIC_SIZE))
        number = whole(request.query_params.get("page"), 1, pages)
        cards = [_public(each.shown().values) for each in found[(number - 1) * _PUBLIC_SIZE : number * _PUBLIC_SIZE]]
        return html("credit_public.html", keyword=keyword, cards=cards, total=len(found), number=number, pages=pages)


def _cut(found: Sequence[T], request: Request) -> Sequence[T]:
    """The page of a list that was asked for."""
    asked = request.query_params
    number, size = whole(asked.get("page"), 1), whole(asked.get("size"), 20, 500)
    return found[(number - 1) * size : number * size]


def _public(values: dict[str, str]) -> list[tuple[str, str]]:
    shown = {**values, "XK_ZT": _STATES.get(values["XK_ZT"], values["XK_ZT"])}
    return [(label, shown[code]) for label, code in _CARD if shown.get(code)]


def _download(content: bytes, name: str) -> Response:
    disposition = f"attachment; filename*=utf-8''{quote(name)}"
    return Response(content, media_type=_XLSX, headers={"content-disposition": disposition})
