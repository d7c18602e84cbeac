"""The commitment (信用承诺) as the credit platform takes it, and the case (告知承诺办件) that it comes from.

The commitment's fields are those of the credit platforms' commitment and performance records. The case has besides what
the construction-approval system's exchange tables tell of it (工程建设项目审批数据共享: 告知承诺制办件监管, 施工许可,
施工图审查).
"""

from __future__ import annotations

from dataclasses import replace

from mappings.standards.fields import Field, Kind, Need, Standard
from mappings.standards.licence import COUNTERPART_TYPES

M, C, O = Need.MANDATORY, Need.CONDITIONAL, Need.OPTIONAL  # noqa: E741 - the letters of the standard's own column
K = Kind

COMMITMENT_TYPES = (
    *("审批替代型", "容缺受理型", "证明事项型", "信用修复型", "行业自律型", "主动型"),
    *("其他", "其他-"),
)
OPENNESS = ("可向社会公开", "特定范围", "不可公开")
#: How far a commitment was kept.
FULLY, PARTLY, NOT_AT_ALL = "全部履行", "部分履行", "全部未履行"
_PERFORMANCE, _CASE = "信用承诺及履约信息", "工程建设项目审批数据共享"


def _stated(source: str, *fields: Field) -> tuple[Field, ...]:
    return tuple(replace(field, source=source) for field in fields)


_PROMISE = _stated(
    _PERFORMANCE,
    Field("document_number", "承诺编码", "Commitment code", "CN_BM", K.CODE, 20, M, identifying=True),
    Field("name", "承诺人名称", "Promisor", "CN_CNR_MC", K.NAME, 200, M, identifying=True),
    Field("counterpart_type", "承诺人类别", "Promisor type", "CN_CNR_LB", K.CHOICE, 16, M, choices=COUNTERPART_TYPES),
    Field("promisor_code", "承诺人代码", "Promisor's code", "CN_CNR_DM", K.SUBJECT_CODE, 18, M, personal=True),
    Field("commitment_type", "承诺类型", "Commitment type", "CN_LX", K.CHOICE, 64, M, choices=COMMITMENT_TYPES),
    Field("reason", "承诺事由", "Reason", "CN_SY", K.TEXT, 512, M),
    Field("content", "承诺内容", "What is promised", "CN_NR", K.TEXT, 4000, M),
    Field("liability", "违诺责任", "Liability if not kept", "CN_WNZR", K.TEXT, 4000, M),
    Field("commitment_date", "承诺作出日期", "Made on", "CN_ZCRQ", K.DATE, 10, M),
    Field("due_date", "承诺有效期", "Deadline", "CN_YXQ", K.DATE, 10, O),
    Field("authority_name", "承诺受理单位", "Accepting unit", "CN_SLDW", K.NAME, 200, M),
    Field(
        "authority_code",
        "承诺受理单位代码",
        "Accepting unit's credit code",
        "CN_SLDWDM",
        K.USCC,
        18,
        M,
        identifying=True,
    ),
    Field("openness", "公开类型", "Openness", "CN_GKLX", K.CHOICE, 16, M, choices=OPENNESS),
)

_IDENTITY = ("authority_code", "document_number", "name")

COMMITMENT = Standard(
    name="commitment",
    label="信用承诺",
    english="Commitment",
    edition="2023",
    identity=_IDENTITY,
    fields=(
        *_PROMISE,
        *_stated(
            _PERFORMANCE,
            Field(
                "performance",
                "承诺履行状态",
                "Performance",
                "CN_LXZT",
                K.CHOICE,
                16,
                C,
                choices=(FULLY, PARTLY, NOT_AT_ALL),
            ),
            Field("unperformed", "未履行的承诺内容", "What was not kept", "CN_WLXNR", K.TEXT, 4000, C),
            Field("accountability", "违诺责任追究内容", "What follows", "CN_ZRZJ", K.TEXT, 4000, C),
            Field("determined_on", "认定日期", "Determined on", "CN_RDRQ", K.DATE, 10, O),
            Field("determiner_name", "认定单位", "Determined by", "CN_RDDW", K.NAME, 200, O),
            Field("determiner_code", "认定单位代码", "Determining unit's credit code", "CN_RDDWDM", K.USCC, 18, O),
            Field("remarks", "备注", "Remarks", "BZ", K.TEXT, 512, O),
        ),
    ),
)


def _case(name: str, label: str, english: str, code: str, kind: Kind, length: int) -> Field:
    return Field(name, label, english, code, kind, length, O, source=_CASE)


#: A case is judged, not sent: what it lacks is told to a person as the state of this one commitment.
COMMITMENT_CASE = Standard(
    name="commitment_case",
    label="告知承诺办件",
    english="Commitment case",
    edition="v3",
    identity=_IDENTITY,
    fields=(
        *(replace(field, source=f"{_CASE}、{field.source}") for field in _PROMISE),
        _case("project_code", "工程代码", "Project code", "GCDM", K.CODE, 64),
        _case("project_name", "项目名称", "Project", "XMMC", K.TEXT, 512),
        _case("item_instance_code", "审批事项实例编码", "Item instance", "SPSXSLBM", K.CODE, 128),
        _case("permit_number", "施工许可证编号", "Construction permit", "SGXKZBH", K.DOCUMENT_NUMBER, 128),
        _case("permit_date", "施工许可发证日期", "Permit issued on", "FZRQ", K.DATE, 10),
        _case("material", "承诺材料", "Promised material", "CNCL", K.TEXT, 512),
        _case("source_state", "系统状态", "State in the system", "ZT", K.TEXT, 64),
        _case("told_at", "数据时间", "As of", "SJSJ", K.MOMENT, 19),
        _case("supplies", "材料上传", "Material supplied", "CLSC", K.EVENTS, 4000),
        _case("confirmations", "部门确认", "Confirmations", "BMQR", K.EVENTS, 4000),
        _case("inspections", "勘验检查", "Inspections", "KYJC", K.EVENTS, 4000),
        _case("extensions", "承诺延期", "Extensions", "CNYQ", K.EVENTS, 4000),
        _case("disputes", "承诺异议", "Disputes", "CNYY", K.EVENTS, 4000),
        _case("cancellations", "承诺撤销", "Cancellations", "CNCX", K.EVENTS, 4000),
    ),
)
#: The fields that a case shares with the record that is made of it.
PROMISE = tuple(field.name for field in _PROMISE)
