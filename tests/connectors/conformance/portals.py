"""Two small portals that the conformance suite fills: one whose page asks for JSON, one rendered in GBK."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.base import Source
from connectors.browser import Browsers
from connectors.conformance import SourceTrouble
from connectors.conformance.hostile import COLUMNS, CONTENT, DAY, KEY, NAME, NUMBER
from connectors.courtesy import UNLIMITED
from connectors.kinds import Given
from connectors.portal.declared import PortalDeclared
from connectors.portal.kind import KIND
from connectors.secrets import Secrets
from mappings.mapping import Mapping as FieldMapping
from words.declared import parse

SECRET = "geheim-密-42"
SIZE = 15
LIST = (KEY, NUMBER, NAME, DAY)
MAPPING = FieldMapping.parse(
    (Path(__file__).parents[3] / "mappings" / "ledger.yaml").read_text("utf-8"), "mappings/ledger.yaml", "ledger"
)
_LOGIN = """<html><meta charset="{charset}"><body><form method="post" action="/login">
用户名 <input name="u"> 密码 <input type="password" name="p"> <button>登录</button></form></body></html>"""
_SCRIPT = """<html><meta charset="utf-8"><body>张三 <a>退出</a><table id="t"></table><script>
fetch("/api/rows?page=1&size=15").then(r => r.json()).then(answer => {
  const heads = ["编号", "文书号", "名称", "日期"];
  const cell = (tag, text) => { const c = document.createElement(tag); c.textContent = text; return c };
  const row = (tag, texts) => { const r = document.createElement("tr"); r.append(...texts.map(t => cell(tag, t)));
    return r };
  document.getElementById("t").append(row("th", heads), ...answer.rows.map(r => row("td", heads.map(h => r[h]))));
}).catch(() => location.assign("/login"))</script></body></html>"""
_JSON = """
kind: portal
title: 替身
url: {url}
timeout: 4
login: {{page: /login, account: a, secret: s, signed_in: 退出}}
list:
  page: /results
  reader: replay
  request: {{url: /api/rows, query: {{page: "{{page}}", size: "{{size}}"}}}}
  size: 15
  rows: rows
  total: total
  key: 编号
  shown: {{编号: 编号, 文书号: 文书号, 名称: 名称, 日期: 日期}}
detail: {{request: {{url: "/api/rows/{{key}}"}}, record: data}}
"""
_HTML = r"""
kind: portal
title: 替身
url: {url}
timeout: 4
encoding: gbk
login: {{page: /login, account: a, secret: s, signed_in: 退出}}
list:
  page: /list
  reader: html
  request: {{url: "/list?page={{page}}"}}
  size: 15
  headers: [编号, 文书号, 名称, 日期]
  total: 共\s*(\d+)\s*条
  key: 编号
detail: {{request: {{url: "/detail?id={{key}}"}}}}
"""


@dataclass
class PortalSystem:
    """A portal that shows what it is told to; ``reader`` says how it is read."""

    folder: Path
    reader: str
    url: str = ""
    secret: str = SECRET
    rows: list[dict[str, str]] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    pending: list[SourceTrouble] = field(default_factory=list)
    signed: int = 0

    @property
    def charset(self) -> str:
        """The encoding of its pages."""
        return "gb18030" if self.reader == "html" else "utf-8"

    def app(self) -> Starlette:
        """Return what is served."""
        return Starlette(
            routes=[
                Route("/login", self._login, methods=["GET", "POST"]),
                Route("/results", self._results),
                Route("/api/rows", self._page),
                Route("/api/rows/{key}", self._detail),
                Route("/list", self._list),
                Route("/detail", self._opened),
            ]
        )

    def show(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Show these rows."""
        self.rows = [dict(row) for row in rows]
        self.pending.clear()

    def trouble(self, what: SourceTrouble) -> bool:
        """All of it happens to portals."""
        self.pending.append(what)
        return True

    def connect(self) -> Source:
        """Open it."""
        text = (_HTML if self.reader == "html" else _JSON).format(url=self.url)
        declared = parse(PortalDeclared, text, "connectors/double.yaml")
        secrets = self.folder / "secrets.toml"
        if not secrets.exists():
            secrets.write_text(f's = "{SECRET}"\n', encoding="utf-8")
            secrets.chmod(0o600)
        given = Given("double", declared, MAPPING, None, self.folder, Secrets(secrets), Browsers(), UNLIMITED)
        return KIND.source(given)

    def _struck(self, what: SourceTrouble) -> bool:
        if what in self.pending:
            self.pending.remove(what)
            return True
        return False

    def _signed_in(self, request: Request) -> bool:
        return request.cookies.get("sid") in self.sessions

    async def _login(self, request: Request) -> Response:
        if request.method == "GET":
            page = _LOGIN.format(charset=self.charset).encode(self.charset)
            return Response(page, media_type=f"text/html; charset={self.charset}")
        await request.body()
        self.signed += 1
        self.sessions.add(str(self.signed))
        answer = RedirectResponse("/list" if self.reader == "html" else "/results", 302)
        answer.set_cookie("sid", str(self.signed))
        return answer

    async def _results(self, request: Request) -> Response:
        if not self._signed_in(request):
            return RedirectResponse("/login", 302)
        return Response(_SCRIPT, media_type="text/html")

    def _asked(self, number: int) -> tuple[list[dict[str, str]], int, bool]:
        """Return the rows of a page, the total, and whether the heading of the number has another name."""
        rows, total = self.rows, len(self.rows)
        if number == 2 and self._struck("row-inserted"):
            self.rows = [{**rows[0], KEY: "999999"}, *rows]
            rows, total = self.rows, len(self.rows)
        page = rows[(number - 1) * SIZE : number * SIZE]
        if self._struck("half-page"):
            page = page[:-1]
        return page, total, self._struck("renamed-heading")

    def _refused(self, request: Request, number: int) -> Response | None:
        if number == 2 and self._struck("session-ends"):
            self.sessions.clear()
        if number == 2 and self._struck("breaks-off"):
            return Response("oops", 500)
        return None if self._signed_in(request) else RedirectResponse("/login", 302)

    async def _page(self, request: Request) -> Response:
        number = int(request.query_params["page"])
        if refused := self._refused(request, number):
            return refused
        rows, total, renamed = self._asked(number)
        shown = [{name: row[name] for name in LIST} for row in rows]
        if renamed:
            shown = [{("决定书号" if name == NUMBER else name): text for name, text in row.items()} for row in shown]
        return JSONResponse({"rows": shown, "total": total})

    async def _detail(self, request: Request) -> Response:
        if not self._signed_in(request):
            return RedirectResponse("/login", 302)
        found = next((row for row in self.rows if row[KEY] == request.path_params["key"]), None)
        return JSONResponse({"data": {CONTENT: found[CONTENT]} if found else None})

    async def _list(self, request: Request) -> Response:
        number = int(request.query_params.get("page", "1"))
        if refused := self._refused(request, number):
            return refused
        rows, total, renamed = self._asked(number)
        heads = ["决定书号" if renamed and name == NUMBER else name for name in LIST]
        lines = [_line("th", heads), *(_line("td", [row[name] for name in LIST]) for row in rows)]
        return self._rendered(f"退出 共 {total} 条<table>{''.join(lines)}</table>")

    async def _opened(self, request: Request) -> Response:
        if not self._signed_in(request):
            return RedirectResponse("/login", 302)
        found = next((row for row in self.rows if row[KEY] == request.query_params["id"]), None)
        lines = [_line("td", [CONTENT, found[CONTENT]])] if found else []
        return self._rendered(f"退出<table>{''.join(lines)}</table>")

    def _rendered(self, body: str) -> Response:
        page = f'<html><meta charset="gbk"><body>{body}</body></html>'
        return Response(page.encode(self.charset), media_type="text/html; charset=gbk")


def _line(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"


assert (*LIST, CONTENT) == COLUMNS
