"""The old bureau system: frames, forms that post back to themselves, pop-up windows, and everything in GBK."""

from __future__ import annotations

import base64
import secrets
from hashlib import sha256

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import oldstyle
from sandbox.doors import Door, Session
from sandbox.faults import Faults
from sandbox.model import City, Decision
from sandbox.portal import Portal, Register, data, page
from sandbox.web import day, form, gbk, render, whole

SIZES = (15, 30, 50)
_STALE = "页面已过期，请刷新后重试"


class Bureau(Portal):
    """The old bureau system of one city."""

    home = "/bureau/main.asp"

    def __init__(self, city: City, door: Door, faults: Faults) -> None:
        super().__init__(door, faults)
        mine = [each for each in city.decisions if each.department.system == "bureau"]
        self._register = Register(mine)
        self._by_key = {_key(each): each for each in mine}
        self._rows: dict[int, Markup] = {}
        self._details: dict[str, Response] = {}

    def routes(self) -> list[Route]:
        """The addresses of this portal, the busiest first."""
        return [
            Route("/detail.asp", self.detail),
            Route("/list.asp", self.listing, methods=["GET", "POST"]),
            Route("/main.asp", self.frames),
            Route("/top.asp", self.top),
            Route("/menu.asp", self.menu),
            Route("/", self.start),
            Route("/default.asp", self.start),
            Route("/login.asp", self.login, methods=["POST"]),
            Route("/logout.asp", self.logout),
        ]

    def login_answer(self, message: str = "") -> Response:
        """The login page; without a message it stands for a session that is gone."""
        return gbk(render("bureau_login.html", message=message)) if message else self.turned_away()

    def turned_away(self) -> Response:
        """A small page whose script leads the whole window back to the login."""
        return gbk(render("bureau_expired.html"))

    async def start(self, _request: Request) -> Response:
        """The login form."""
        return gbk(render("bureau_login.html", message=""))

    async def login(self, request: Request) -> Response:
        """Take the login form, which comes in the page's own charset."""
        fields = await form(request, "gb18030")
        return self.let_in(fields.get("username", ""), fields.get("password", ""))

    async def logout(self, request: Request) -> Response:
        """End the session and show the login form."""
        self.door.end(self.door.session(request))
        return await self.start(request)

    @page
    async def frames(self, _request: Request, _session: Session) -> Response:
        """The frameset."""
        return gbk(render("bureau_main.html"))

    @page
    async def top(self, _request: Request, session: Session) -> Response:
        """The upper frame."""
        return gbk(render("bureau_top.html", user=session.user))

    @page
    async def menu(self, _request: Request, _session: Session) -> Response:
        """The left frame."""
        return gbk(render("bureau_menu.html"))

    @data
    async def listing(self, request: Request, session: Session) -> Response:
        """One page of the list; a POST must carry the view state of the answer before it."""
        fields = await form(request, "gb18030") if request.method == "POST" else {}
        if request.method == "POST" and not _carried(fields, session):
            return gbk(render("bureau_stale.html", message=_STALE))
        try:
            chosen = self._register.window(day(fields.get("txtBegin")), day(fields.get("txtEnd")))
        except ValueError:
            return gbk(render("bureau_stale.html", message="日期格式不正确"))
        return gbk(self._list_page(chosen, fields, session))

    def _list_page(self, chosen: list[Decision], fields: dict[str, str], session: Session) -> str:
        size = whole(fields.get("ddlSize"), SIZES[0])
        size = size if size in SIZES else SIZES[0]
        pages = max(1, -(-len(chosen) // size))
        turned = fields.get("__EVENTTARGET") == "pager"
        number = whole(fields.get("__EVENTARGUMENT"), 1, pages) if turned else 1
        first = (number - 1) * size
        rows = list(enumerate(map(self._row, chosen[first : first + size]), first + 1))
        return render(
            "bureau_list.html",
            rows=rows[:-1] if self.struck("short_page") else rows,
            number_header="文书编号" if self.struck("renamed_header") else "许可文书号",
            state=session.issue(base64.b64encode(b"\xff\x01\x0f" + secrets.token_bytes(60)).decode()),
            fields=fields,
            sizes=SIZES,
            size=size,
            total=len(chosen),
            number=number,
            pages=pages,
        )

    def _row(self, decision: Decision) -> Markup:
        if decision.serial not in self._rows:
            self._rows[decision.serial] = Markup(render("bureau_row.html", row=_shown(decision)))  # noqa: S704
        return self._rows[decision.serial]

    @data
    async def detail(self, request: Request, _session: Session) -> Response:
        """The pop-up page of one decision."""
        key = request.query_params.get("id", "")
        if key not in self._by_key:
            return gbk(render("bureau_stale.html", message="记录不存在"))
        if key not in self._details:
            cells = oldstyle.pairs(self._by_key[key])
            self._details[key] = gbk(render("bureau_detail.html", lines=_two_by_two(cells)))
        return self._details[key]


def _carried(fields: dict[str, str], session: Session) -> bool:
    """Tell whether the form carries a view state that was handed out; each is good for one POST."""
    state = fields.get("__VIEWSTATE", "")
    if state not in session.issued:
        return False
    session.issued.remove(state)
    return True


def _key(decision: Decision) -> str:
    return sha256(f"bureau {decision.serial} {decision.case_no}".encode()).hexdigest()[:16].upper()


def _shown(decision: Decision) -> dict[str, str]:
    return {
        "key": _key(decision),
        "case": decision.case_no,
        "number": oldstyle.document_number(decision),
        "holder": decision.values["XK_XDR_MC"],
        "item": decision.item,
        "day": oldstyle.day(decision.values["XK_JDRQ"], decision.serial),
    }


def _two_by_two(cells: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    padded = [*cells, ("", "")] if len(cells) % 2 else cells
    return [padded[at : at + 2] for at in range(0, len(padded), 2)]
