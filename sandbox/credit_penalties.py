"""Penalties at the credit platform: its checks, and what is published before the story begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time

from sandbox import credit_kinds as check
from sandbox.credit_kinds import HOLDERS, Complaints, Kind, Values
from sandbox.credit_store import Version
from sandbox.penalty_model import COLUMNS, Shown

AMOUNTS = ("CF_NR_FK", "CF_NR_WFFF")
_MANDATORY = (
    "CF_XDR_MC", "CF_XDR_LB", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR", "CF_JDRQ", "CF_YXQ", "CF_CFJG",
    "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM",
)  # fmt: skip
_LIMITS = {
    "CF_XDR_MC": 200, "CF_FRDB": 50, "CF_WSH": 128, "CF_WFXW": 2000, "CF_SY": 2000, "CF_YJ": 800, "CF_CFLB": 255,
    "CF_NR": 4000, "CF_NR_ZKDX": 200, "CF_CFJG": 255, "BZ": 512,
}  # fmt: skip
_NAMES = ("CF_XDR_MC", "CF_FRDB")
_CODES = ("CF_XDR_SHXYM", "CF_CFJGDM", "CF_SJLYDM")
_DATES = ("CF_JDRQ", "CF_YXQ")
_KIND = re.compile(
    r"警告|罚款|没收违法所得|没收非法财物|责令停产停业|暂扣或者吊销许可证|暂扣或者吊销执照|行政拘留|其他-.+"
)
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_HIDDEN = {"CF_FR_ZJLX", "CF_FR_ZJHM", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "BZ"}


def _complaints(values: Values, today: date) -> Complaints:
    yield from check.filled(values, _MANDATORY)
    yield from check.short(values, _LIMITS)
    yield from ((code, "不能包含*" if "*" in values[code] else "") for _, code in COLUMNS)
    yield from ((code, check.name(values[code])) for code in _NAMES)
    yield from check.listed(values, {"CF_XDR_LB": HOLDERS})
    kinds = values["CF_CFLB"].split(";")
    yield "CF_CFLB", "" if all(map(_KIND.fullmatch, kinds)) else "不在取值范围内，选择其他时须注明具体类别"
    if values["CF_XDR_LB"] != "自然人":
        yield "CF_XDR_SHXYM", "" if values["CF_XDR_SHXYM"] else "不能为空（自然人除外）"
    yield from ((code, check.credit_code(values[code])) for code in _CODES)
    yield from check.dated(values, [*_DATES, *(code for code in ("CF_GSJZQ",) if values[code])])
    yield from _amounts(values, kinds)
    decided = check.day(values["CF_JDRQ"])
    yield "CF_JDRQ", "不能晚于当前日期" if decided and decided > today else ""


def _amounts(values: Values, kinds: list[str]) -> Complaints:
    for code in AMOUNTS:
        yield code, "" if not values[code] or _AMOUNT.fullmatch(values[code]) else "格式错误，单位为万元，最多6位小数"
    if "罚款" in kinds:
        yield "CF_NR_FK", "" if values["CF_NR_FK"] else "不能为空（处罚类别包含罚款）"


def _public(values: Values) -> Values:
    return {code: text for code, text in values.items() if code not in _HIDDEN}


PENALTIES = Kind(
    title="行政处罚",
    template="行政处罚信息填报模板（2018版）",
    path="/penalties",
    log="received_penalties.jsonl",
    batch="CFSB",
    withdrawal="CFCH",
    columns=COLUMNS,
    mandatory=_MANDATORY,
    number="CF_WSH",
    name="CF_XDR_MC",
    ask="document_number",
    content="CF_NR",
    listed=(
        ("行政相对人名称", "CF_XDR_MC"), ("文书号", "CF_WSH"), ("决定日期", "CF_JDRQ"), ("处罚机关", "CF_CFJG"),
    ),
    notes=(),
    complaints=_complaints,
    public=_public,
)  # fmt: skip


def versions(published: Iterable[Shown]) -> list[Version]:
    """What the platform has received before the story begins, oldest first."""
    return [
        Version(f"CFPL{each.received:%Y%m%d}", _morning(each.received), as_stored(each.values))
        for each in sorted(published, key=lambda each: each.received)
    ]


def _morning(received: date) -> str:
    return f"{datetime.combine(received, time(10)):%Y-%m-%d %H:%M:%S}"


def as_stored(values: Values) -> Values:
    """Canonical values in the platform's own spelling."""
    dates = {code: values[code].replace("-", "/") for code in (*_DATES, "CF_GSJZQ")}
    return {**values, **dates, "CF_CFLB": values["CF_CFLB"].replace("、", ";")}
