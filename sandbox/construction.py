"""The construction-approval system: lists that are refreshed once a night, and details that are live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import spgl
from sandbox.application import Application, tokened
from sandbox.clock import Clock
from sandbox.commitments import STATES, Commitment, Permit, Project
from sandbox.doors import Door
from sandbox.faults import Faults
from sandbox.model import City
from sandbox.web import day, ok, refused, whole

T = TypeVar("T")
Promise: TypeAlias = tuple[Project, Permit, Commitment]


class Construction(Application):
    """The construction-approval system of one city."""

    home = "/construction/"
    title = "工程建设项目审批管理系统"

    def __init__(self, city: City, door: Door, faults: Faults, clock: Clock) -> None:
        super().__init__(door, faults)
        self._clock = clock
        self._projects = {project.code: project for project in city.projects}
        promises = [(project, *pair) for project in city.projects for pair in project.promises(datetime.max)]
        self._promises = {spgl.key(promise[2]): promise for promise in promises}
        self._newest = sorted(promises, key=lambda each: each[2].made, reverse=True)

    def routes(self) -> list[Route]:
        """The addresses of this portal, the busiest first."""
        return [
            Route("/api/commitments/{id}", self.commitment),
            Route("/api/commitments", self.commitments),
            Route("/api/projects/{gcdm}", self.project),
            Route("/api/projects", self.projects),
            Route("/api/states", self.states),
            *super().routes(),
        ]

    @tokened
    async def states(self, _request: Request) -> Response:
        """The states one can filter by."""
        return ok(STATES)

    @tokened
    async def projects(self, request: Request) -> Response:
        """One page of the projects, newest first, as they were at midnight."""
        moment = self._clock.midnight
        found = [each for each in reversed(self._projects.values()) if next(each.promises(moment), None)]
        return self._page(request, found, lambda project: spgl.project_row(project, moment))

    @tokened
    async def commitments(self, request: Request) -> Response:
        """One page of the commitments of all projects, newest first, as they were at midnight."""
        moment = self._clock.midnight
        try:
            found = list(self._found(request, moment))
        except ValueError:
            return refused(400, "日期格式错误")
        renamed = self.struck("renamed_header")
        return self._page(request, found, lambda promise: _row(promise, moment, renamed))

    def _found(self, request: Request, moment: datetime) -> Iterator[Promise]:
        asked = request.query_params
        state, begin, end = asked.get("status"), day(asked.get("from")), day(asked.get("to"))
        for promise in self._newest:
            commitment = promise[2]
            deadline = commitment.deadline_at(moment)
            if commitment.made > moment or (state and commitment.state_at(moment) != state):
                continue
            if (begin and not (deadline and deadline >= begin)) or (end and not (deadline and deadline <= end)):
                continue
            yield promise

    def _page(self, request: Request, found: Sequence[T], row: Callable[[T], spgl.Json]) -> Response:
        number, size = whole(request.query_params.get("page"), 1), whole(request.query_params.get("size"), 20, 200)
        shown = found[(number - 1) * size : number * size]
        if self.struck("short_page"):
            shown = shown[:-1]
        rows = [row(each) for each in shown]
        stamp = spgl.stamp(self._clock.midnight)
        return ok({"sjsj": stamp, "total": len(found), "page": number, "size": size, "rows": rows})

    @tokened
    async def project(self, request: Request) -> Response:
        """One project as it is now."""
        moment = self._seen()
        project = self._projects.get(request.path_params["gcdm"])
        if project is None or project.is_gone(moment) or not next(project.promises(moment), None):
            return refused(404, "项目不存在")
        return ok(spgl.project_detail(project, moment))

    @tokened
    async def commitment(self, request: Request) -> Response:
        """One commitment as it is now."""
        moment = self._seen()
        promise = self._promises.get(request.path_params["id"])
        if promise is None or promise[0].is_gone(moment) or promise[2].made > moment:
            return refused(404, "项目不存在")
        return ok(spgl.commitment_detail(*promise, moment))

    def _seen(self) -> datetime:
        """The moment a detail tells of: now, unless a replica that lags answers."""
        return self._clock.now - timedelta(seconds=self.lasting("older_state"))


def _row(promise: Promise, moment: datetime, renamed: bool) -> spgl.Json:
    row = spgl.commitment_row(*promise, moment)
    if renamed:
        row["lxqx"] = row.pop("cnqx")
    return row
