"""A receiver of our own with a form: its page is said in the test, and what it was sent is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import polars as pl
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from connectors.base import Action, Batch, Receipt
from connectors.browser import Browsers
from connectors.courtesy import UNLIMITED, Turns
from connectors.kinds import Given
from connectors.portal.declared import PortalDeclared
from connectors.portal.feed import PortalFeed
from connectors.portal.kept import Kept, SessionStore
from connectors.portal.kind import KIND
from connectors.secrets import Secrets
from mappings.profiles import Profile
from tests.end_to_end.town import served
from words.declared import parse

PROFILE = Profile.parse(
    """
standard: licence
edition: "2018"
title: 大厅
date_format: "%Y/%m/%d"
columns:
  - {field: name, header: 名称}
  - {field: document_number, header: 文书号}
  - {field: licence_kind, header: 类别}
  - {field: decision_date, header: 决定日期}
  - {field: content, header: 内容}
  - {field: status, header: 状态, codes: {有效: "1", 无效: "2"}}
""",
    "office.profile.yaml",
    "office",
)
RECORD = {
    "名称": "青城建设有限公司",
    "文书号": "呼住建许〔2024〕12号",
    "类别": "普通",
    "决定日期": "2024/05/01",
    "内容": "准予施工\n自领证之日起",
    "状态": "1",
}
#: The fields of the record by the words of the forms in these tests.
FIELDS = {
    "行政相对人名称": "name",
    "文书号": "document_number",
    "许可类别": "licence_kind",
    "许可决定日期": "decision_date",
    "许可内容": "content",
    "当前状态": "status",
}
FORM: dict[str, Any] = {
    "page": "/form",
    "fields": FIELDS,
    "save": "保存",
    "done": "保存成功",
    "refused": ["已存在", "保存失败"],
    "settles": 0,
}
Answer = Callable[["Office", dict[str, Any]], Awaitable[Response] | Response]


def saved(office: Office, values: dict[str, Any]) -> Response:
    """Keep the record and say so."""
    office.stored.append(values)
    return HTMLResponse(page("<p>保存成功</p>"))


def page(body: str, head: str = "") -> str:
    """A page that a signed-in person sees."""
    return f'<!doctype html><meta charset="utf-8"><title>大厅</title>{head}<body><a href="#">退出</a>{body}'


class Office:
    """One receiver: the pages by address, what it answers, and what came.

    Attributes:
        pages: address → page.
        answer: what becomes of a record that is sent.
        sent: every record that came, whatever became of it.
        stored: those that it kept, in which the list is read.
    """

    def __init__(self, form: str, answer: Answer = saved) -> None:
        self.pages = {"/form": form, "/records": page("<table></table>")}
        self.answer = answer
        self.sent: list[dict[str, Any]] = []
        self.stored: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.queried: list[str] = []

    def app(self, static: Path | None = None) -> Starlette:
        """Return it as an application."""
        routes: list[Route | Mount] = [
            Route("/save", self._take, methods=["POST"]),
            Route("/api/records", self._list),
            Route("/{path:path}", self._show),
        ]
        if static:
            routes.insert(0, Mount("/static", StaticFiles(directory=static)))
        return Starlette(routes=routes)

    async def _show(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        found = self.pages.get(request.url.path)
        return HTMLResponse(found) if found else Response(status_code=404)

    async def _take(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "")
        values = await request.json() if kind.startswith("application/json") else _flat(await request.form())
        self.sent.append(values)
        answer = self.answer(self, values)
        return answer if isinstance(answer, Response) else await answer

    async def _list(self, request: Request) -> Response:
        number = request.query_params.get("number", "")
        self.queried.append(number)
        rows = [{"id": str(place), **each} for place, each in enumerate(self.stored, 1)]
        found = [row for row in rows if not number or row.get("文书号") == number]
        return JSONResponse({"rows": found, "total": len(found)})


def _flat(form: Any) -> dict[str, Any]:
    return {key: "、".join(form.getlist(key)) for key in form}


#: A template page beside the form; without a page for corrections.
UPLOAD: dict[str, Any] = {
    "page": "/upload",
    "template": "/template.xlsx",
    "sheet": "许可",
    "file_label": "文件",
    "button": "上传",
    "batch": "批次",
    "result": {
        "request": {"url": "/api/batches/{batch}"},
        "state": "state",
        "done": ["完成"],
        "failed": ["失败"],
        "accepted": "taken",
        "refused": "refused",
        "message": "message",
        "errors": "errors",
    },
    "errors": {"row": "行号", "reason": "原因"},
}


def declared(url: str, form: Mapping[str, Any], seconds: float = 15, **more: Any) -> PortalDeclared:
    """The declaration of a receiver with a form."""
    query = {"page": "{page}", "number": "{key}"}
    told = {
        "kind": "portal",
        "title": "大厅",
        "url": url,
        "profile": "office",
        "timeout": seconds,
        "login": {"page": "/login", "account": "a", "secret": "s", "signed_in": "退出"},
        "list": {
            "page": "/records",
            "reader": "replay",
            "request": {"url": "/api/records", "query": query},
            "rows": "rows",
            "total": "total",
            "key": "id",
        },
        "form": {**FORM, **form},
        **more,
    }
    return parse(PortalDeclared, yaml.safe_dump(told, allow_unicode=True), "connectors/office.yaml")


class Counting:
    """Turns that are counted."""

    def __init__(self) -> None:
        self.given = 0

    async def turn(self) -> None:
        """Give one."""
        self.given += 1

    def close(self) -> None:
        """Nothing is held."""


def feed_of(declared: PortalDeclared, browsers: Browsers, folder: Path, turns: Turns = UNLIMITED) -> PortalFeed:
    """Return a declared receiver as a feed, signed in already."""
    SessionStore(folder / ".yinxin" / "sessions").save("office", Kept(headers={"x-kept": "1"}))
    given = Given("office", declared, None, PROFILE, folder, Secrets(folder / "none"), browsers, turns)
    return cast("PortalFeed", KIND.feed(given))


@asynccontextmanager
async def feed_at(
    office: Office,
    browsers: Browsers,
    folder: Path,
    static: Path | None = None,
    *,
    seconds: float = 15,
    turns: Turns = UNLIMITED,
    **form: Any,
) -> AsyncIterator[PortalFeed]:
    """Serve a receiver and yield it as a feed, signed in already."""
    with served(office.app(static)) as url:
        feed = feed_of(declared(url, form, seconds), browsers, folder, turns)
        try:
            yield feed
        finally:
            await feed.close()


async def batch_of(feed: PortalFeed, action: Action = "publish", **changed: str) -> Batch:
    """One record as a batch."""
    rows = pl.DataFrame([{**RECORD, **changed, "record_id": "r1"}])
    (batch,) = await feed.fill(rows, action, "office-run-1")
    return batch


async def deliver(feed: PortalFeed, action: Action = "publish", **changed: str) -> Receipt:
    """Hand one record over."""
    return await feed.send(await batch_of(feed, action, **changed))


def native(*rows: str, script: str = "", button: str = "<button>保 存</button>") -> str:
    """A plain form with these inputs."""
    script = f"<script>{script}</script>" if script else ""
    return page(f'<form method="post" action="/save">{"".join(rows)}{button}</form>{script}')


#: The inputs of a plain form, by column.
ROWS = {
    "名称": '<p><label for="a1">行政相对人名称<b>*</b>：</label><input id="a1" name="名称"></p>',
    "文书号": '<div><span>文书号</span> <input name="文书号" type="text"></div>',
    "类别": '<p><label>许可类别 <select name="类别"><option value="">请选择</option><option value="01">普通</option>'
    '<option value="02">特许</option></select></label></p>',
    "决定日期": '<table><tr><td>许可决定日期（必填）</td><td><input type="date" name="决定日期"></td></tr></table>',
    "内容": '<p><textarea name="内容" placeholder="请输入许可内容"></textarea></p>',
    "状态": "<fieldset><legend>当前状态</legend><label><input type=radio name=状态 value=1> 有效</label>"
    "<label><input type=radio name=状态 value=2> 无效</label></fieldset>",
}
#: What a plain form sends of the record.
SENT = {**RECORD, "类别": "01", "决定日期": "2024-05-01", "内容": "准予施工\r\n自领证之日起"}


def json_answer(code: int, message: str) -> Response:
    """What a newer system answers."""
    return Response(json.dumps({"code": code, "msg": message}), media_type="application/json")
