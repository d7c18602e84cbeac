"""The approval platform: a single-page application whose script fetches JSON with a token."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import newstyle
from sandbox.doors import Door, Session
from sandbox.faults import Faults
from sandbox.model import City, Decision
from sandbox.portal import Portal, Register, data, page
from sandbox.web import answer, day, dumps, html, ok, refused, whole


class Approval(Portal):
    """The approval platform of one city."""

    home = "/approval/"

    def __init__(self, city: City, door: Door, faults: Faults) -> None:
        super().__init__(door, faults)
        mine = [each for each in city.decisions if each.department.system == "approval"]
        self._register = Register(mine)
        self._by_id = {newstyle.key(each): each for each in mine}
        self._rows: dict[int, bytes] = {}
        self._details: dict[str, bytes] = {}

    def routes(self) -> list[Route]:
        """The addresses of this portal, the busiest first."""
        return [
            Route("/api/results/{id}", self.result),
            Route("/api/results", self.results),
            Route("/api/token", self.token, methods=["POST"]),
            Route("/", self.application),
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/logout", self.logout),
        ]

    def login_answer(self, message: str = "") -> Response:
        """The login page."""
        return html("approval_login.html", message=message, csrf=self.door.ticket())

    @page
    async def application(self, _request: Request, session: Session) -> Response:
        """The page; everything in it comes by script."""
        return html("approval.html", user=session.user)

    async def token(self, request: Request) -> Response:
        """Hand out a token, which is good as long as the session that fetched it."""
        session = self.door.session(request)
        return ok({"token": session.issue(secrets.token_urlsafe(24))}) if session else self.login_answer()

    @data
    async def result(self, request: Request, session: Session) -> Response:
        """One decision with all its values."""
        if not _has_token(request, session):
            return refused(401, "登录已过期")
        key = request.path_params["id"]
        if key not in self._by_id:
            return refused(404, "办件不存在")
        if key not in self._details:
            self._details[key] = dumps({"code": 0, "message": "ok", "data": newstyle.detail(self._by_id[key])})
        return answer(self._details[key])

    @data
    async def results(self, request: Request, session: Session) -> Response:
        """One page of the list."""
        if not _has_token(request, session):
            return refused(401, "登录已过期")
        asked = request.query_params
        number, size = whole(asked.get("page"), 1), whole(asked.get("size"), 20, 200)
        try:
            chosen = self._register.window(day(asked.get("from")), day(asked.get("to")))
        except ValueError:
            return refused(400, "日期格式错误")
        return answer(self._page(chosen[(number - 1) * size : number * size], len(chosen), number, size))

    def _page(self, shown: list[Decision], total: int, number: int, size: int) -> bytes:
        if self.struck("short_page"):
            shown = shown[:-1]
        rows = b",".join([self._row(each) for each in shown])
        if self.struck("renamed_header"):
            rows = rows.replace(b'"documentNum":', b'"docNo":')
        head = f'{{"code":0,"message":"ok","data":{{"total":{total},"page":{number},"size":{size},"rows":['
        return head.encode() + rows + b"]}}"

    def _row(self, decision: Decision) -> bytes:
        if decision.serial not in self._rows:
            self._rows[decision.serial] = dumps(newstyle.summary(decision))
        return self._rows[decision.serial]


def _has_token(request: Request, session: Session) -> bool:
    return request.headers.get("x-access-token") in session.issued
