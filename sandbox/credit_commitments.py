"""Commitments at the credit platform: their template and its checks."""

from __future__ import annotations

import re
from datetime import date

from sandbox import credit_kinds as check
from sandbox.commitments import NOT_AT_ALL, PARTLY, WHOLLY
from sandbox.credit_kinds import HOLDERS, Complaints, Kind, Values

COLUMNS: tuple[tuple[str, str], ...] = (
    ("承诺编码", "CN_BM"),
    ("承诺人名称", "CN_CNR_MC"),
    ("承诺人类别", "CN_CNR_LB"),
    ("承诺人代码", "CN_CNR_DM"),
    ("承诺类型", "CN_LX"),
    ("承诺事由", "CN_SY"),
    ("承诺内容", "CN_NR"),
    ("违诺责任", "CN_WNZR"),
    ("承诺作出日期", "CN_ZCRQ"),
    ("承诺有效期", "CN_YXQ"),
    ("承诺受理单位", "CN_SLDW"),
    ("承诺受理单位代码", "CN_SLDWDM"),
    ("公开类型", "CN_GKLX"),
    ("承诺履行状态", "CN_LXZT"),
    ("未履行的承诺内容", "CN_WLXNR"),
    ("违诺责任追究内容", "CN_ZRZJ"),
    ("认定日期", "CN_RDRQ"),
    ("认定单位", "CN_RDDW"),
    ("认定单位代码", "CN_RDDWDM"),
    ("备注", "BZ"),
)

_MANDATORY = (
    "CN_BM", "CN_CNR_MC", "CN_CNR_LB", "CN_CNR_DM", "CN_LX", "CN_SY", "CN_NR", "CN_WNZR", "CN_ZCRQ", "CN_SLDW",
    "CN_SLDWDM", "CN_GKLX", "CN_LXZT",
)  # fmt: skip
_LIMITS = {
    "CN_CNR_MC": 200, "CN_LX": 64, "CN_SY": 512, "CN_NR": 4000, "CN_WNZR": 4000, "CN_SLDW": 200, "CN_WLXNR": 4000,
    "CN_ZRZJ": 4000, "CN_RDDW": 200, "BZ": 512,
}  # fmt: skip
_ENUMERATIONS = {"CN_CNR_LB": HOLDERS, "CN_GKLX": ("1", "2", "3"), "CN_LXZT": (WHOLLY, PARTLY, NOT_AT_ALL)}
_DATES = ("CN_ZCRQ", "CN_YXQ", "CN_RDRQ")
_NUMBER = re.compile(r"\d{20}", re.ASCII)
_SORT = re.compile(r"审批替代型|容缺受理型|证明事项型|信用修复型|行业自律型|主动型|其他-.+")
_SOCIETY = "1"
_NOTES = (
    "1. 表头不得修改，数据从第3行开始填写，带*的为必填项。",
    "2. 承诺编码为20位：6位行政区划、8位承诺作出日期、6位流水号；日期格式为YYYY/MM/DD。",
    "3. 承诺类型：审批替代型、容缺受理型、证明事项型、信用修复型、行业自律型、主动型、其他-具体类型。",
    "4. 承诺人类别：法人及非法人组织、自然人、个体工商户；自然人的承诺人代码为身份证号码。",
    "5. 公开类型：1 可向社会公开，2 特定范围，3 不可公开。",
    "6. 承诺履行状态：全部履行、部分履行、全部未履行；未履行的承诺内容和违诺责任追究内容在全部履行时为空，否则必填。",
)


def _complaints(values: Values, today: date) -> Complaints:
    yield from check.filled(values, _MANDATORY)
    yield from check.short(values, _LIMITS)
    yield from ((code, "不能包含*" if "*" in values[code] else "") for _, code in COLUMNS)
    yield "CN_CNR_MC", check.name(values["CN_CNR_MC"])
    yield from check.listed(values, _ENUMERATIONS)
    yield "CN_LX", "" if _SORT.fullmatch(values["CN_LX"]) else "不在取值范围内，选择其他时须注明具体类型"
    yield "CN_BM", "" if _NUMBER.fullmatch(values["CN_BM"]) else "应为20位数字"
    yield from _codes(values)
    yield from check.dated(values, [code for code in _DATES if values[code]])
    yield from _order(values, today)
    yield from _performance(values)


def _codes(values: Values) -> Complaints:
    whose = check.identity_number if values["CN_CNR_LB"] == "自然人" else check.credit_code
    yield "CN_CNR_DM", whose(values["CN_CNR_DM"])
    yield from ((code, check.credit_code(values[code])) for code in ("CN_SLDWDM", "CN_RDDWDM"))


def _order(values: Values, today: date) -> Complaints:
    made, end, judged = (check.day(values[code]) for code in _DATES)
    if made and values["CN_BM"][6:14] != f"{made:%Y%m%d}":
        yield "CN_BM", "与承诺作出日期不一致"
    for code, day in (("CN_ZCRQ", made), ("CN_RDRQ", judged)):
        yield code, "不能晚于当前日期" if day and day > today else ""
    if made and end and end < made:
        yield "CN_YXQ", "不能早于承诺作出日期"


def _performance(values: Values) -> Complaints:
    whole = values["CN_LXZT"] == WHOLLY
    for code in ("CN_WLXNR", "CN_ZRZJ"):
        if whole:
            yield code, "应为空（承诺已全部履行）" if values[code] else ""
        else:
            yield code, "" if values[code] else "不能为空（承诺未全部履行）"


def _public(values: Values) -> Values:
    """What is for the public: of natural persons no identity number, of commitments for fewer people nothing."""
    if values["CN_GKLX"] != _SOCIETY:
        return {}
    hidden = {"CN_GKLX", "BZ"} | ({"CN_CNR_DM"} if values["CN_CNR_LB"] == "自然人" else set())
    return {code: text for code, text in values.items() if code not in hidden}


COMMITMENTS = Kind(
    title="信用承诺",
    template="信用承诺信息填报模板",
    path="/commitments",
    log="received_commitments.jsonl",
    batch="CNSB",
    withdrawal="CNCH",
    columns=COLUMNS,
    mandatory=_MANDATORY,
    number="CN_BM",
    name="CN_CNR_MC",
    ask="commitment_code",
    content="CN_NR",
    listed=(
        ("承诺人名称", "CN_CNR_MC"), ("承诺编码", "CN_BM"), ("承诺履行状态", "CN_LXZT"), ("承诺有效期", "CN_YXQ"),
        ("承诺受理单位", "CN_SLDW"),
    ),
    notes=_NOTES,
    complaints=_complaints,
    public=_public,
)  # fmt: skip
