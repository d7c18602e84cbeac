"""An old system: pages in GB2312 that send themselves back with ``__VIEWSTATE``, a grid with numbers for a pager."""

from __future__ import annotations

import base64
import json
import math
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.connectors.portal.office import ACCOUNT, PASSWORD, Office

_SIZE = 4
_SCRIPT = """<script>function __doPostBack(target, argument) { var form = document.forms[0];
form.__EVENTTARGET.value = target; form.__EVENTARGUMENT.value = argument; form.submit(); }
function show(id) { window.open('/Detail.aspx?id=' + id, '_blank', 'width=500,height=400'); return false; }</script>"""


class OldOffice:
    """The same office behind an old front-end."""

    def __init__(self, office: Office, *, total: bool = True) -> None:
        self.office = office
        self._total = total
        self.app = Starlette(
            routes=[
                Route("/Login.aspx", self._login, methods=["GET", "POST"]),
                Route("/List.aspx", self._list, methods=["GET", "POST"]),
                Route("/Detail.aspx", self._detail),
            ]
        )

    async def _login(self, request: Request) -> Response:
        if request.method == "POST":
            told = parse_qs((await request.body()).decode("ascii"), encoding="gb18030")
            self.office.logins += 1
            if (told["u"], told["p"]) == ([ACCOUNT], [PASSWORD]):
                answer = RedirectResponse("/List.aspx", 302)
                answer.set_cookie("ASP.NET_SessionId", self.office.token)
                return answer
        return _page(
            "<form method='post'><table><tr><td>用户名</td><td><input name='u'></td></tr><tr><td>密　码</td>"
            "<td><input type='password' name='p'></td></tr></table><input type='submit' value='登　录'></form>"
        )

    def _known(self, request: Request) -> bool:
        return request.cookies.get("ASP.NET_SessionId") == self.office.token

    async def _list(self, request: Request) -> Response:
        if not self._known(request):
            return RedirectResponse("/Login.aspx?ReturnUrl=%2fList.aspx", 302)
        state: dict[str, Any] = {"page": 1, "since": "", "until": ""}
        if request.method == "POST":
            told = {
                name: values[0]
                for name, values in parse_qs(
                    (await request.body()).decode("ascii"), keep_blank_values=True, encoding="gb18030"
                ).items()
            }
            state = json.loads(base64.b64decode(told["__VIEWSTATE"]))
            if told["__EVENTTARGET"] == "GridView1":
                state["page"] = int(told["__EVENTARGUMENT"].removeprefix("Page$"))
            else:
                state = {"page": 1, "since": told["txtBegin"], "until": told["txtEnd"]}
        return self._drawn(state)

    def _drawn(self, state: dict[str, Any]) -> Response:
        if (answer := self.office.answer(state["page"])) is not None:
            return answer
        data = self.office.page(state["page"], _SIZE, state["since"], state["until"])
        heads = "".join(f"<td><b>{label}</b></td>" for label in [*self.office.columns.values(), "操作"])
        rows = "".join(
            f"<tr>{''.join(f'<td>{case[name]}&nbsp;</td>' for name in self.office.columns)}"
            f"""<td><a href="#" onclick="return show('{case["id"]}')">查看</a></td></tr>"""
            for case in data["list"]
        )
        pages = math.ceil(data["total"] / _SIZE)
        numbers = "".join(
            f"<td>{number}</td>"
            if number == state["page"]
            else f"""<td><a href="javascript:__doPostBack('GridView1','Page${number}')">{number}</a></td>"""
            for number in range(1, pages + 1)
        )
        pager = f"<tr><td colspan='9'><table><tr>{numbers}</tr></table></td></tr>" if pages > 1 else ""
        hidden = base64.b64encode(json.dumps(state).encode()).decode()
        total = f"共{data['total']}条" if self._total else ""
        return _page(
            f"""{_SCRIPT}科员01 注销登录<form method="post" action="/List.aspx">
<input type="hidden" name="__EVENTTARGET"><input type="hidden" name="__EVENTARGUMENT">
<input type="hidden" name="__VIEWSTATE" value="{hidden}">
<table><tr><td>决定日期</td><td><input name="txtBegin" value="{state["since"]}" readonly> 至
<input name="txtEnd" value="{state["until"]}" readonly></td>
<td><input type="button" value="查 询" onclick="__doPostBack('btnQuery','')"></td></tr></table>
<table border="1"><tr>{heads}</tr>{rows}{pager}</table>{total}</form>"""
        )

    async def _detail(self, request: Request) -> Response:
        if not self._known(request):
            return RedirectResponse("/Login.aspx", 302)
        case = next(case for case in self.office.cases if case["id"] == request.query_params["id"])
        self.office.opened.append(case["id"])
        cells = "".join(
            f"<tr><td>{label}：</td><td>{text}</td></tr>" for label, text in self.office.detail(case).items()
        )
        return _page(f"<table>{cells}</table><a href='javascript:window.close()'>关闭</a>")


def _page(body: str) -> Response:
    head = "<head><meta http-equiv='Content-Type' content='text/html; charset=gb2312'></head>"
    text = f"<html>{head}<body>{body}</body></html>"
    return Response(text.encode("gb18030"), media_type="text/html; charset=gb2312")
