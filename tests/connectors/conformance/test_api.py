"""Interfaces keep what every connector has to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
import pytest
from starlette.responses import JSONResponse, Response

from connectors.api.source import ApiSource
from connectors.base import Feed, Source
from connectors.conformance import FeedConformance, FeedTrouble, SourceConformance, SourceTrouble
from connectors.conformance.hostile import CONTENT, KEY, NUMBER
from mappings.identity import with_identity
from mappings.standards import LICENCE
from tests.connectors.api.conftest import _open, office
from tests.connectors.api.office import SECRETS, Asked, Office, client_of, declared
from tests.connectors.api.platform import NUMBER as DOCUMENT
from tests.connectors.api.platform import Platform, Way, feed_at
from tests.connectors.conformance.portals import MAPPING
from tests.mappings.rows import canonical, record

__all__ = ["_open", "office"]

_SIZE = 15
_READ = """
timeout: 4
auth:
  kind: token
  request: {url: /token, method: POST, body: {key: "{account}", secret: "{secret}"}}
  account: app
  secret: key
  at: data.token
  name: x-token
  into: header
envelope: {code: code, message: msg, success: [200], expired: [401], nothing: [404]}
list:
  request: {url: /list, query: {page: "{page}", size: "{size}"}}
  size: 15
  rows: data.rows
  total: data.total
  key: 编号
detail: {request: {url: "/rows/{key}"}, record: data, absent: [404]}
"""
_WAYS: dict[FeedTrouble, Way] = {
    "refuses-first": "refuse",
    "takes-and-says-nothing": "mute",
    "takes-nothing-and-breaks-off": "deaf",
}


@dataclass
class ListSystem:
    """A list behind tokens."""

    office: Office
    secret: str = SECRETS["key"]
    rows: list[dict[str, str]] = field(default_factory=list)
    pending: list[SourceTrouble] = field(default_factory=list)
    token: int = 0

    def show(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Show these rows."""
        self.rows = [dict(row) for row in rows]
        self.pending.clear()
        self.office.answer = self._answer

    def connect(self) -> Source:
        """Open it."""
        return ApiSource(client_of(declared(self.office.url, _READ)), MAPPING)

    def trouble(self, what: SourceTrouble) -> bool:
        """All of it happens to interfaces."""
        self.pending.append(what)
        return True

    def _struck(self, what: SourceTrouble) -> bool:
        if what in self.pending:
            self.pending.remove(what)
            return True
        return False

    async def _answer(self, asked: Asked) -> Response:
        if asked.path == "/token":
            self.token += 1
            return JSONResponse({"code": 200, "data": {"token": str(self.token)}})
        number = int(asked.query.get("page", "0"))
        if number == 2 and self._struck("session-ends"):
            self.token += 1
        if asked.headers.get("x-token") != str(self.token):
            return JSONResponse({"code": 401, "msg": "token失效"})
        if number == 2 and self._struck("breaks-off"):
            return Response("oops", 500)
        return self._page(number) if asked.path == "/list" else self._detail(asked.path.rpartition("/")[2])

    def _page(self, number: int) -> Response:
        if number == 2 and self._struck("row-inserted"):
            self.rows.insert(0, {**self.rows[0], KEY: "999999"})
        page = self.rows[(number - 1) * _SIZE : number * _SIZE]
        page = page[:-1] if self._struck("half-page") else page
        heading = "决定书号" if self._struck("renamed-heading") else NUMBER
        rows = [{(heading if name == NUMBER else name): text for name, text in row.items()} for row in page]
        return JSONResponse({"code": 200, "data": {"total": len(self.rows), "rows": rows}})

    def _detail(self, key: str) -> Response:
        found = next((row for row in self.rows if row[KEY] == key), None)
        if found is None:
            return JSONResponse({"code": 404, "msg": "无此记录"})
        return JSONResponse({"code": 200, "data": {CONTENT: found[CONTENT]}})


class TestList(SourceConformance):
    """As a source."""

    @pytest.fixture
    def system(self, office: Office) -> ListSystem:
        """Return a list."""
        return ListSystem(office)


@dataclass
class PushSystem:
    """A receiver that takes a few records at a time."""

    office: Office
    platform: Platform
    secret: str = ""

    def empty(self) -> None:
        """Forget everything."""
        self.platform = Platform()
        self.office.answer = self.platform.answer

    def stored(self) -> Sequence[str]:
        """Return what it took."""
        return [str(row[DOCUMENT]) for row in self.platform.stored]

    def connect(self) -> Feed:
        """Open it."""
        return feed_at(self.office.url)

    def records(self, count: int) -> pl.DataFrame:
        """Return records that it takes."""
        rows = [record(document_number=f"呼审批许〔2024〕{number}号") for number in range(1, count + 1)]
        return with_identity(canonical(*rows), LICENCE)

    def trouble(self, what: FeedTrouble) -> bool:
        """All of it happens to receivers."""
        self.platform.ways = [_WAYS[what]]
        return True


class TestPush(FeedConformance):
    """As a feed."""

    @pytest.fixture
    def system(self, office: Office) -> PushSystem:
        """Return a receiver."""
        return PushSystem(office, Platform())
