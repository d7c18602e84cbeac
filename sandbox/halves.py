"""Two systems that each know one half of a licence: the service hall took the case, the archive holds the result.

Their decisions are those of another seed, so that nothing of the city's own is told twice. Planted: cases without a
result yet, results whose case number was forgotten or typed in another way, and two results under one case number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.decisions import make_decisions
from sandbox.doors import Door, Session
from sandbox.faults import Faults
from sandbox.model import Decision
from sandbox.portal import Portal, data
from sandbox.web import day, html, whole

_ANOTHER = 7919
_KINDS = ("open", "forgotten", "typed", "twice")
#: Columns of each half: heading → code of the record, or what else it shows.
HALL = {
    "办件编号": "case",
    "事项名称": "item",
    "申请单位": "XK_XDR_MC",
    "申请人类别": "XK_XDR_LB",
    "统一社会信用代码": "XK_XDR_SHXYM",
    "工商注册号": "XK_XDR_GSZC",
    "法定代表人": "XK_FRDB",
    "法人证件类型": "XK_FR_ZJLX",
    "法人证件号码": "XK_FR_ZJHM",
    "证件类型": "XK_XDR_ZJLX",
    "证件号码": "XK_XDR_ZJHM",
    "受理日期": "accepted",
}
ARCHIVE = {
    "档案号": "file",
    "办件号": "case",
    "持证单位": "XK_XDR_MC",
    "许可事项": "item",
    "决定文书名称": "XK_XKWS",
    "决定文书号": "XK_WSH",
    "许可类别": "XK_XKLB",
    "证书名称": "XK_XKZS",
    "证书编号": "XK_XKBH",
    "许可内容": "XK_NR",
    "决定日期": "XK_JDRQ",
    "有效期自": "XK_YXQZ",
    "有效期至": "XK_YXQZI",
    "许可机关": "XK_XKJG",
    "许可机关代码": "XK_XKJGDM",
    "状态": "XK_ZT",
    "数据来源单位": "XK_LYDW",
    "数据来源单位代码": "XK_LYDWDM",
}


@dataclass(frozen=True, slots=True)
class Split:
    """One decision as both systems show it; ``kind`` is what was planted, ``cases`` what the archive calls its case."""

    decision: Decision
    kind: str
    cases: tuple[str, ...]


def split(seed: int, count: int, today: date) -> list[Split]:
    """Return decisions in halves, the newest first; the newest have one planted story each."""
    made = make_decisions(seed + _ANOTHER, count, today)
    numbered = [_numbered(each, at) for at, each in enumerate(made, 1)]
    return [_as_planted(each, _KINDS[at] if at < len(_KINDS) else "") for at, each in enumerate(reversed(numbered))]


def _numbered(decision: Decision, at: int) -> Decision:
    """Give a decision its case number, and a document number of a series that no department of the city uses."""
    number = f"呼政服许〔{decision.decided.year}〕{at:04d}号"
    values = decision.values | {"XK_WSH": number}
    return replace(decision, serial=at, case_no=f"DT{decision.decided:%Y%m%d}{at:04d}", values=values)


def _as_planted(decision: Decision, kind: str) -> Split:
    case = decision.case_no
    cases = {
        "open": (),
        "forgotten": ("",),
        "typed": (f" {case[:2]} {case[2:].translate(str.maketrans('0123456789', '０１２３４５６７８９'))}",),
        "twice": (case, case),
    }
    return Split(decision, kind, cases.get(kind, (case,)))


def truth(halves: list[Split]) -> dict[str, str]:
    """Return of every document number what has to become of it: due, waiting (no number yet), or unclear."""
    ends = {"open": "waiting", "twice": "unclear"}
    return {each.decision.values["XK_WSH"]: ends.get(each.kind, "due") for each in halves}


class Halves(Portal):
    """One of the two systems: a plain list with a link to the next page."""

    def __init__(self, door: Door, faults: Faults, halves: list[Split]) -> None:
        super().__init__(door, faults)
        self.home = f"/{door.system}/list"
        self._title = "政务服务大厅" if door.system == "hall" else "证照档案系统"
        self._columns = HALL if door.system == "hall" else ARCHIVE
        shown = [(each, case) for each in halves for case in self._cases(each)]
        self._rows = [(self._day(each), self._cells(each, case, at)) for at, (each, case) in enumerate(shown, 1)]

    def _cases(self, half: Split) -> tuple[str, ...]:
        return (half.decision.case_no,) if self.door.system == "hall" else half.cases

    def _day(self, half: Split) -> date:
        decided = half.decision.decided
        return decided - timedelta(days=5) if self.door.system == "hall" else decided

    def _cells(self, half: Split, case: str, at: int) -> list[str]:
        own = {
            "case": case,
            "item": half.decision.item,
            "file": f"DA-{at:05d}",
            "accepted": self._day(half).isoformat(),
        }
        return [own.get(code) or half.decision.values.get(code, "") for code in self._columns.values()]

    def routes(self) -> list[Route]:
        """The addresses of this portal."""
        return [
            Route("/list", self.list),
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/logout", self.logout),
        ]

    def login_answer(self, message: str = "") -> Response:
        """The login page."""
        system, csrf = self.door.system, self.door.ticket()
        return html("application_login.html", system=system, title=self._title, message=message, csrf=csrf)

    @data
    async def list(self, request: Request, session: Session) -> Response:
        """The page that people open, and that turns its own pages."""
        return self._shown(request, session)

    def _shown(self, request: Request, session: Session) -> Response:
        asked = request.query_params
        number, size = whole(asked.get("page"), 1), whole(asked.get("size"), 20, 100)
        begin, end = day(asked.get("from")), day(asked.get("to"))
        chosen = [cells for on, cells in self._rows if (begin is None or begin <= on) and (end is None or on <= end)]
        return html(
            "halves.html",
            title=self._title,
            user=session.user,
            columns=list(self._columns),
            rows=chosen[(number - 1) * size : number * size],
            total=len(chosen),
        )
