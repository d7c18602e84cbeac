"""The approval platform: a single-page application whose script fetches JSON with a token."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import newstyle
from sandbox.application import Application, tokened
from sandbox.doors import Door
from sandbox.faults import Faults
from sandbox.model import City, Decision
from sandbox.portal import Register
from sandbox.web import answer, day, dumps, refused, whole


class Approval(Application):
    """The approval platform of one city."""

    home = "/approval/"
    title = "行政审批服务平台"

    def __init__(self, city: City, door: Door, faults: Faults) -> None:
        super().__init__(door, faults)
        mine = [each for each in city.decisions if each.department.system == "approval"]
        self._register = Register(mine)
        self._by_id = {newstyle.key(each): each for each in mine}
        self._rows: dict[int, bytes] = {}
        self._details: dict[str, bytes] = {}

    def routes(self) -> list[Route]:
        """The addresses of this portal, the busiest first."""
        return [Route("/api/results/{id}", self.result), Route("/api/results", self.results), *super().routes()]

    @tokened
    async def result(self, request: Request) -> Response:
        """One decision with all its values."""
        key = request.path_params["id"]
        if key not in self._by_id:
            return refused(404, "办件不存在")
        if key not in self._details:
            self._details[key] = dumps({"code": 0, "message": "ok", "data": newstyle.detail(self._by_id[key])})
        return answer(self._details[key])

    @tokened
    async def results(self, request: Request) -> Response:
        """One page of the list."""
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
