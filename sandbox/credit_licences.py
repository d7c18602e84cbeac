"""Licences at the credit platform: the 2018 template, its checks, and what is published before the story begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time

from sandbox import credit_kinds as check
from sandbox.credit_kinds import HOLDERS, Complaints, Kind, Values
from sandbox.credit_store import Version
from sandbox.model import COLUMNS, Published

_MANDATORY = (
    "XK_XDR_MC", "XK_XDR_LB", "XK_XKWS", "XK_WSH", "XK_XKLB", "XK_NR", "XK_JDRQ", "XK_YXQZ", "XK_YXQZI", "XK_XKJG",
    "XK_XKJGDM", "XK_ZT", "XK_LYDW", "XK_LYDWDM",
)  # fmt: skip
_LIMITS = {
    "XK_XDR_MC": 200, "XK_FRDB": 50, "XK_XKWS": 64, "XK_WSH": 64, "XK_XKLB": 256, "XK_XKZS": 64, "XK_XKBH": 64,
    "XK_NR": 4000, "BZ": 512,
}  # fmt: skip
_ENUMERATIONS = {"XK_XDR_LB": HOLDERS, "XK_ZT": ("1", "2")}
_NAMES = ("XK_XDR_MC", "XK_FRDB")
_CODES = ("XK_XDR_SHXYM", "XK_XKJGDM", "XK_LYDWDM")
_DATES = ("XK_JDRQ", "XK_YXQZ", "XK_YXQZI")
_SORT = re.compile(r"普通|特许|认可|核准|登记|其他-.+")
_STATES = {"有效": "1", "无效": "2"}
#: The number of nobody's identity paper is public.
_HIDDEN = {"XK_FR_ZJLX", "XK_FR_ZJHM", "XK_XDR_ZJLX", "XK_XDR_ZJHM", "BZ"}
_NOTES = (
    "1. 表头不得修改，数据从第3行开始填写，带*的为必填项。",
    "2. 日期格式为YYYY/MM/DD，长期有效填写2099/12/31。",
    "3. 许可类别：普通、特许、认可、核准、登记、其他-具体类别（如：其他-补办）。",
    "4. 行政相对人类别：法人及非法人组织、自然人、个体工商户。",
    "5. 当前状态：1 有效，2 无效。",
)


def _complaints(values: Values, today: date) -> Complaints:
    yield from check.filled(values, _MANDATORY)
    yield from check.short(values, _LIMITS)
    yield from ((code, check.name(values[code])) for code in _NAMES)
    yield from check.listed(values, _ENUMERATIONS)
    yield "XK_XKLB", "" if _SORT.fullmatch(values["XK_XKLB"]) else "不在取值范围内，选择其他时须注明具体类别"
    if values["XK_XDR_LB"] != "自然人":
        yield "XK_XDR_SHXYM", "" if values["XK_XDR_SHXYM"] else "不能为空（自然人除外）"
    yield from ((code, check.credit_code(values[code])) for code in _CODES)
    yield from check.dated(values, _DATES)
    yield from _order(values, today)


def _order(values: Values, today: date) -> Complaints:
    decided, begin, end = (check.day(values[code]) for code in _DATES)
    if decided and decided > today:
        yield "XK_JDRQ", "不能晚于当前日期"
    if begin and end and end < begin:
        yield "XK_YXQZI", "不能早于有效期自"


def _public(values: Values) -> Values:
    states = {code: state for state, code in _STATES.items()}
    shown = {**values, "XK_ZT": states.get(values["XK_ZT"], values["XK_ZT"])}
    return {code: text for code, text in shown.items() if code not in _HIDDEN}


LICENCES = Kind(
    title="行政许可",
    template="行政许可信息填报模板（2018版）",
    path="",
    log="received.jsonl",
    batch="SB",
    withdrawal="CH",
    columns=COLUMNS,
    mandatory=_MANDATORY,
    number="XK_WSH",
    name="XK_XDR_MC",
    ask="document_number",
    content="XK_NR",
    listed=(
        ("行政相对人名称", "XK_XDR_MC"), ("文书号", "XK_WSH"), ("决定日期", "XK_JDRQ"), ("许可机关", "XK_XKJG"),
    ),
    notes=_NOTES,
    complaints=_complaints,
    public=_public,
)  # fmt: skip


def versions(published: Iterable[Published]) -> list[Version]:
    """What the platform has received before the story begins, oldest first."""
    oldest = sorted(published, key=lambda each: each.received)
    return [Version(each.batch, _morning(each.received), _as_stored(each.values)) for each in oldest]


def _morning(received: date) -> str:
    return f"{datetime.combine(received, time(10)):%Y-%m-%d %H:%M:%S}"


def _as_stored(values: Values) -> Values:
    """Canonical values in the platform's own spelling."""
    shown = {code: text.replace("-", "/") if code in _DATES else text for code, text in values.items()}
    return {**shown, "XK_ZT": _STATES.get(values["XK_ZT"], values["XK_ZT"])}
