"""An office of numbered cases behind the front-ends of the tests: who signs in, what its rows are, what goes wrong."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tools.frontends import FOLDER

HERE = Path(__file__).parent
ACCOUNT, PASSWORD = "科员01", "Passw0rd!"
COLUMNS = {"serial": "受理编号", "name": "申请人", "matter": "许可事项", "day": "决定日期", "state": "办理状态"}
LOGIN_PAGE = '<html><body><form>密码 <input type="password"></form></body></html>'
FIRST = date(2026, 1, 1)

Case = dict[str, str]


def cases(count: int) -> list[Case]:
    """So many cases, one a day at most, newest last."""
    chosen = random.Random(count)
    return [
        {
            "id": str(1000 + number),
            "serial": f"受理〔2026〕{number:04d}号",
            "name": f"{chosen.choice('张王李赵')}{chosen.choice('一二三四五')}{number}有限公司",
            "matter": chosen.choice(["食品经营许可", "公共场所卫生许可", "道路运输经营许可"]),
            "day": (FIRST + timedelta(days=number // 3)).isoformat(),
            "state": "办结",
            "note": f"第{number}件，见附件",
        }
        for number in range(1, count + 1)
    ]


@dataclass
class Office:
    """What the front-ends show, and how it misbehaves.

    Attributes:
        cap: the most rows that one answer holds, whatever is asked.
        before: called with the page's number before its rows are cut out.
        answer: what is answered in the place of a page of rows, if anything.
    """

    cases: list[Case]
    columns: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    cap: int = 1000
    delay: float = 0.02
    before: Callable[[int], None] = lambda _number: None
    answer: Callable[[int], Response | None] = lambda _number: None
    shell: str = "element.html"
    token: str = "t1"
    logins: int = 0
    opened: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def detail(self, case: Case) -> Case:
        """What is shown behind a case."""
        return {"受理编号": case["serial"], "统一社会信用代码": f"91150100MA{case['id']}", "备注": case["note"]}

    def page(self, number: int, size: int, since: str = "", until: str = "") -> dict[str, Any]:
        """One page of rows."""
        self.before(number)
        size = min(size, self.cap)
        found = [
            case for case in self.cases if (not since or case["day"] >= since) and (not until or case["day"] <= until)
        ]
        return {"list": found[(number - 1) * size : number * size], "total": len(found)}

    @property
    def app(self) -> Starlette:
        """The office's web server."""
        return Starlette(
            routes=[
                Route("/", self._shell),
                Route("/api/login", self._login, methods=["POST"]),
                Route("/api/columns", self._columns),
                Route("/api/rows", self._rows),
                Route("/api/rows/{id}", self._one),
                Route("/login", self._form, methods=["GET", "POST"]),
                Route("/main", self._framed),
                Route("/detail/{id}", self._paper),
                Route("/report", self._report),
                Route("/report/file", self._file),
                Mount("/lib", StaticFiles(directory=FOLDER)),
                Mount("/libraries", StaticFiles(directory=HERE / "libraries")),
                Route("/{shell}", self._shell),
            ]
        )

    async def _shell(self, _request: Request) -> Response:
        return FileResponse(HERE / self.shell)

    async def _form(self, request: Request) -> Response:
        """The sign-in form of a server that draws its pages itself."""
        if request.method == "POST":
            told = parse_qs((await request.body()).decode())
            self.logins += 1
            if (told["u"], told["p"]) == ([ACCOUNT], [PASSWORD]):
                answer = RedirectResponse("/main", 303)
                answer.set_cookie("token", self.token)
                return answer
        inputs = '用户名 <input name="u"> 密码 <input type="password" name="p">'
        return HTMLResponse(f'<form method="post">{inputs}<button>登 录</button></form>')

    async def _framed(self, request: Request) -> Response:
        if not self._known(request):
            return RedirectResponse("/login", 303)
        return HTMLResponse('<body>安全退出<br><iframe src="/inner" width="900" height="600"></iframe></body>')

    async def _paper(self, request: Request) -> Response:
        """What is behind a case, as a page of its own."""
        case = next(case for case in self.cases if case["id"] == request.path_params["id"])
        self.opened.append(case["id"])
        pairs = "".join(f"<tr><td>{label}：</td><td>{text}</td></tr>" for label, text in self.detail(case).items())
        return HTMLResponse(f"<table>{pairs}</table>")

    async def _report(self, request: Request) -> Response:
        """A list of one page with a button that gives all of it."""
        if not self._known(request):
            return RedirectResponse("/login", 303)
        asked = request.query_params
        data = self.page(1, 3, asked.get("from", ""), asked.get("to", ""))
        heads = "".join(f"<th>{label}</th>" for label in self.columns.values())
        rows = "".join(
            f"<tr>{''.join(f'<td>{case[name]}</td>' for name in self.columns)}</tr>" for case in data["list"]
        )
        query = request.url.query
        return HTMLResponse(
            "<body>安全退出<form><label>从<input name=from></label><label>到<input name=to></label>"
            "<button>查询</button></form>"
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>共 {data['total']} 条"
            f"<button onclick=\"document.querySelector('dialog').show()\">导 出</button>"
            f"<dialog>导出全部？<button onclick=\"location.href='/report/file?{query}'\">确定</button></dialog></body>"
        )

    async def _file(self, request: Request) -> Response:
        asked = request.query_params
        found = self.page(1, 1000, asked.get("from", ""), asked.get("to", ""))["list"]
        content = self.settings["file"]([[case[name] for name in self.columns] for case in found])
        disposition = {"content-disposition": f"attachment; filename={self.settings['name']}"}
        return Response(content, media_type="application/octet-stream", headers=disposition)

    async def _login(self, request: Request) -> Response:
        told = await request.json()
        self.logins += 1
        if (told["u"], told["p"]) != (ACCOUNT, PASSWORD):
            return JSONResponse({"code": 1, "message": "账号或密码错误"})
        return JSONResponse({"code": 0, "data": {"token": self.token}})

    def _known(self, request: Request) -> bool:
        return request.headers.get("x-token", request.cookies.get("token")) == self.token

    async def _columns(self, request: Request) -> Response:
        if not self._known(request):
            return JSONResponse({"code": 401})
        columns = [{"prop": prop, "label": label} for prop, label in self.columns.items()]
        return JSONResponse({"code": 0, "data": {"columns": columns, **self.settings}})

    async def _rows(self, request: Request) -> Response:
        await asyncio.sleep(self.delay)
        if not self._known(request):
            return JSONResponse({"code": 401})
        asked = request.query_params
        self.asked.append(dict(asked))
        number = int(asked["page"])
        if (answer := self.answer(number)) is not None:
            return answer
        data = self.page(number, int(asked.get("size") or asked["limit"]), asked.get("from", ""), asked.get("to", ""))
        return JSONResponse({"code": 0, "data": data})

    async def _one(self, request: Request) -> Response:
        await asyncio.sleep(self.delay)
        if not self._known(request):
            return JSONResponse({"code": 401})
        case = next(case for case in self.cases if case["id"] == request.path_params["id"])
        self.opened.append(case["id"])
        return JSONResponse({"code": 0, "data": self.detail(case)})


def login_page(_number: int) -> Response:
    """A login page where rows were due."""
    return HTMLResponse(LOGIN_PAGE)
