"""Commitment cases made by hand, and cases to which anything may have happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random

from hypothesis import strategies as st

from mappings.normalise import events
from mappings.standards import COMMITMENT_CASE
from mappings.standards.commitment import FULLY, NOT_AT_ALL, PARTLY
from reconciliation.commitments.cases import KINDS, Case, EventKind
from sandbox import numbers
from sandbox.commitment_planting import OTHER_UNIT, UNIT

MADE = date(2024, 1, 8)
#: Its seventh working day lies behind a National Day.
DUE, PUSH = date(2024, 9, 30), date(2024, 10, 15)
Told = dict[str, str]
Happened = Mapping[str, list[Told]]


def case(
    due: date | None = DUE,
    *,
    sort: str = "容缺受理型",
    told_at: str = "",
    happened: Happened | None = None,
    **more: list[Told],
) -> Case:
    """Return a case; ``happened`` lists its events by their kind, in any order, and so does ``more``."""
    values = {
        "document_number": "15010220240108000001",
        "name": "呼和浩特市金桥置业有限公司",
        "counterpart_type": "法人及非法人组织",
        "promisor_code": numbers.random_credit_code(Random(1), "91", "150102"),
        "commitment_type": sort,
        "reason": "办理建筑工程施工许可",
        "content": "承诺在承诺期限内取得并提交施工图审查合格书",
        "liability": "依法撤销施工许可决定",
        "commitment_date": MADE.isoformat(),
        "due_date": due.isoformat() if due else "",
        "authority_name": UNIT.name,
        "authority_code": UNIT.code,
        "openness": "可向社会公开",
        "permit_number": "150102202401080001",
        "project_name": "金桥路物流仓储中心建设项目",
        "told_at": told_at,
    }
    told = {kind: events(json.dumps(each)) for kind, each in {**(happened or {}), **more}.items()}
    return Case(dict.fromkeys(COMMITMENT_CASE.names, "") | values | told)


def on(day: date | str, result: str = "", *, by: str = UNIT.code, until: date | None = None, text: str = "") -> Told:
    """Return something that happened on a day (at two in the afternoon) or at a moment."""
    at = day if isinstance(day, str) else f"{day} 14:00:00"
    return {"at": at, "result": result, "by": by, "until": until.isoformat() if until else "", "text": text}


#: What each kind of event may come to, in the systems' words and in one that nobody knows.
RESULTS: dict[EventKind, tuple[str, ...]] = {
    "supplies": ("",),
    "confirmations": ("", FULLY, PARTLY, NOT_AT_ALL, "未履行", "待补正"),
    "inspections": ("", "通过", "合格", FULLY, PARTLY, NOT_AT_ALL, "不通过"),
    "extensions": ("",),
    "disputes": ("", "异议成立", "异议不成立", "部分成立"),
    "cancellations": ("",),
}
#: Days on which something happens, the last of them with its push day well inside the calendar.
_days = st.dates(MADE, date(2025, 6, 30))
_moments = st.builds(datetime.combine, _days, st.times(time(8), time(18)).map(lambda at: at.replace(microsecond=0)))


@st.composite
def happenings(draw: st.DrawFn, kinds: tuple[EventKind, ...] = KINDS) -> Happened:
    """Draw events of some kinds, each at a moment of its own."""
    drawn: dict[str, list[Told]] = {}
    for at in draw(st.lists(_moments, max_size=6, unique=True)):
        kind = draw(st.sampled_from(kinds))
        by = draw(st.sampled_from([UNIT.code, OTHER_UNIT.code])) if kind == "confirmations" else ""
        until = draw(st.none() | _days) if kind == "extensions" else None
        told = on(str(at), draw(st.sampled_from(RESULTS[kind])), by=by, until=until, text=draw(st.sampled_from("甲乙")))
        drawn.setdefault(kind, []).append(told)
    return drawn


#: Deadlines, on rest days too; and the days on which somebody looks.
deadlines = st.dates(date(2024, 2, 1), date(2026, 10, 31))
todays = st.dates(MADE, date(2026, 12, 31))
a_little = st.integers(-12, 25).map(lambda days: timedelta(days=days))
