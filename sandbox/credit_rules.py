"""What the credit platform checks in every uploaded row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from stdnum.cn import uscc

from sandbox.model import COLUMNS

LABELS = {code: label for label, code in COLUMNS}
MANDATORY = (
    "XK_XDR_MC", "XK_XDR_LB", "XK_XKWS", "XK_WSH", "XK_XKLB", "XK_NR", "XK_JDRQ", "XK_YXQZ", "XK_YXQZI", "XK_XKJG",
    "XK_XKJGDM", "XK_ZT", "XK_LYDW", "XK_LYDWDM",
)  # fmt: skip
#: Bytes in GBK, where a Chinese character takes two.
LIMITS = {
    "XK_XDR_MC": 200, "XK_FRDB": 50, "XK_XKWS": 64, "XK_WSH": 64, "XK_XKLB": 256, "XK_XKZS": 64, "XK_XKBH": 64,
    "XK_NR": 4000, "BZ": 512,
}  # fmt: skip
_ENUMERATIONS = {"XK_XDR_LB": ("法人及非法人组织", "自然人", "个体工商户"), "XK_ZT": ("1", "2")}
_NAMES = ("XK_XDR_MC", "XK_FRDB")
_CODES = ("XK_XDR_SHXYM", "XK_XKJGDM", "XK_LYDWDM")
_DATES = ("XK_JDRQ", "XK_YXQZ", "XK_YXQZI")
_NAME = re.compile(r"[a-zA-Z()\d\u4e00-\u9fa5]+")
_FORBIDDEN = re.compile(r"\*|null|/|test", re.IGNORECASE)
_KIND = re.compile(r"普通|特许|认可|核准|登记|其他-.+")
_DATE = re.compile(r"(\d{4})/(\d{2})/(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused: the class of error, the field's code, and a sentence."""

    kind: str
    field: str
    reason: str


def first_fault(values: dict[str, str], today: date) -> Fault | None:
    """The first thing wrong with a row, in the order of the platform's checks."""
    return next(_faults(values, today), None)


def _faults(values: dict[str, str], today: date) -> Iterator[Fault]:
    for code, complaint in _complaints(values, today):
        if complaint:
            yield Fault("FORMAT_ERROR", code, LABELS[code] + complaint)


def _complaints(values: dict[str, str], today: date) -> Iterator[tuple[str, str]]:
    yield from ((code, "不能为空" if not values[code] else "") for code in MANDATORY)
    yield from ((code, _length(values[code], limit)) for code, limit in LIMITS.items())
    yield from ((code, _name(values[code])) for code in _NAMES)
    yield from ((code, "不在取值范围内" if values[code] not in known else "") for code, known in _ENUMERATIONS.items())
    yield "XK_XKLB", "" if _KIND.fullmatch(values["XK_XKLB"]) else "不在取值范围内，选择其他时须注明具体类别"
    if values["XK_XDR_LB"] != "自然人":
        yield "XK_XDR_SHXYM", "" if values["XK_XDR_SHXYM"] else "不能为空（自然人除外）"
    yield from ((code, _code(values[code])) for code in _CODES)
    yield from ((code, "" if _day(values[code]) else "格式错误，应为YYYY/MM/DD") for code in _DATES)
    yield from _order(values, today)


def _length(text: str, limit: int) -> str:
    size = len(text.encode("gbk", "replace"))
    return f"长度超过限制（最多{limit}字节，实际{size}字节）" if size > limit else ""


def _name(text: str) -> str:
    if not text:
        return ""
    if text in {"空", "无"} or _FORBIDDEN.search(text):
        return "不能为空、无，不能包含*、null、/、test"
    return "" if _NAME.fullmatch(text) else "包含非法字符"


def _code(text: str) -> str:
    if not text:
        return ""
    if len(text) != 18:
        return "长度应为18位"
    return "" if uscc.is_valid(text) else "校验位错误"


def _day(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _order(values: dict[str, str], today: date) -> Iterator[tuple[str, str]]:
    decided, begin, end = (_day(values[code]) for code in _DATES)
    if decided and decided > today:
        yield "XK_JDRQ", "不能晚于当前日期"
    if begin and end and end < begin:
        yield "XK_YXQZI", "不能早于有效期自"
