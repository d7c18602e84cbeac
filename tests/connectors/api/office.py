"""An interface of our own: what it answers is said in the test, and what it was asked is kept as it came."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from connectors.api.client import Client
from connectors.api.declared import ApiDeclared
from connectors.api.source import ApiSource
from connectors.base import Row, Window
from connectors.secrets import Secrets
from mappings.mapping import Mapping
from tests.end_to_end.town import served
from words.declared import parse
from words.masking import conceal

SECRETS = {
    "key": "s3cret-App-Key",
    "password": "pass-字-word",
    "sm4": "0123456789abcdef",
    "sm2": "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",
}
#: The public key to ``sm2`` (GM/T 0003.5-2012, A.2).
PUBLIC = (
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
WINDOW = Window(date(2024, 8, 1), date(2024, 8, 9))


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The JSON body."""
        return json.loads(self.content)

    @property
    def form(self) -> dict[str, str]:
        """The form."""
        return dict(parse_qsl(self.content.decode(), keep_blank_values=True))


Answers = Callable[[Asked], Awaitable[Response]]


async def nothing(_asked: Asked) -> Response:
    """Answer with an empty list."""
    return JSONResponse({"code": 200, "data": {"total": 0, "rows": []}})


@dataclass
class Office:
    """A server that answers as the test of the hour says."""

    url: str = ""
    answer: Answers = nothing
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        content = await request.body()
        asked = Asked(request.method, request.url.path, dict(request.query_params), dict(request.headers), content)
        self.asked.append(asked)
        response = await self.answer(asked)
        await response(scope, receive, send)

    def paths(self) -> list[str]:
        """The paths that were asked for, in their order."""
        return [each.path for each in self.asked]


@contextmanager
def open_office() -> Iterator[Office]:
    """Serve an office."""
    office = Office()
    with served(office) as url:
        office.url = url
        yield office


class Pocket(Secrets):
    """Secrets that lie in no file."""

    def value(self, name: str) -> str:
        """Return one, which from then on no log shows."""
        conceal(SECRETS[name])
        return SECRETS[name]


LIST = """
list:
  request: {url: /list, query: {page: "{page}", size: "{size}"}}
  size: 10
  rows: data.rows
  total: data.total
  key: id
"""


def declared(url: str, text: str = LIST) -> ApiDeclared:
    """An interface's declaration around the part under test; the list of ``LIST`` unless it has its own."""
    own = yaml.safe_load(text)
    whole = {"kind": "api", "title": "替身", "url": url, "timeout": 10, **yaml.safe_load(LIST), **own}
    return parse(ApiDeclared, yaml.safe_dump(whole, allow_unicode=True), "connectors/double.yaml")


def client_of(form: ApiDeclared) -> Client:
    """A client for it."""
    return Client("double", form, Pocket(Path("nowhere")))


async def rows_of(form: ApiDeclared) -> list[Row]:
    """All rows of the window, or the error that stopped the reading."""
    source = ApiSource(client_of(form), no_mapping())
    try:
        return [row async for page in source.collect(WINDOW, {}) for row in page.rows]
    finally:
        await source.close()


def no_mapping() -> Mapping:
    """A mapping that nobody asks: rows are looked at as they came."""
    return Mapping.__new__(Mapping)


def pages_of(count: int, size: int, number: int) -> list[dict[str, int]]:
    """One page of so many rows."""
    return [{"id": each} for each in range((number - 1) * size + 1, min(number * size, count) + 1)]


COUNT = 23
ENVELOPE = """
envelope: {code: code, message: msg, success: [200], expired: [40101], again: [503], nothing: [204, 今日无数据]}
"""
PAGE = 'page: "{page}", size: "{size}"'


def listing(paging: str, query: str, more: str = "") -> str:
    """A list of interface declared in few words."""
    return f"""
list:
  request: {{url: /list, query: {{{query}}}}}
  paging: {paging}
  size: 10
  rows: rows
  key: id
  {more}
"""


async def keys(office: Office, text: str) -> list[int]:
    """The keys of all rows in the order in which they came."""
    return [int(row.key) for row in await rows_of(declared(office.url, text))]
