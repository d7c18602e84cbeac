"""The penalty record (行政处罚), 2018 edition: 发改办财金〔2018〕424号, annex of 2018-07-25.

The record has no status: a penalty is withdrawn by taking it back, not by saying that it is void.
"""

from __future__ import annotations

from mappings.standards.fields import Field, Kind, Need, Standard
from mappings.standards.licence import COUNTERPART_TYPES, IDENTITY_DOCUMENTS

M, C, O = Need.MANDATORY, Need.CONDITIONAL, Need.OPTIONAL  # noqa: E741 - the letters of the standard's own column
_424 = "发改办财金〔2018〕424号"

FINE = "罚款"
#: The table's seven entries; two of them name two penalties, each of which is one here.
PENALTY_KINDS = (
    *("警告", FINE, "没收违法所得", "没收非法财物", "责令停产停业", "暂扣或者吊销许可证", "暂扣或者吊销执照"),
    *("行政拘留", "其他", "其他-"),
)
#: What 行政处罚法 (2021) art. 9 names otherwise than the edition's table does.
SINCE_2021 = (
    ("通报批评", "其他-通报批评"),
    ("暂扣许可证件", "暂扣或者吊销许可证"),
    ("吊销许可证件", "暂扣或者吊销许可证"),
    ("降低资质等级", "其他-降低资质等级"),
    ("限制开展生产经营活动", "其他-限制开展生产经营活动"),
    ("责令关闭", "其他-责令关闭"),
    ("限制从业", "其他-限制从业"),
)
#: The longest publication, of the gravest penalties (信用修复管理办法).
PUBLIC_YEARS = 3


def _field(  # noqa: PLR0913, PLR0917 - the columns of the standard's table
    number: int,
    name: str,
    label: str,
    english: str,
    code: str,
    kind: Kind,
    length: int,
    need: Need,
    *,
    choices: tuple[str, ...] = (),
    synonyms: tuple[tuple[str, str], ...] = (),
    identifying: bool = False,
    personal: bool = False,
) -> Field:
    source = f"{_424} 行政处罚第{number}项"
    return Field(name, label, english, code, kind, length, need, choices, identifying, personal, source, synonyms)


K = Kind
PENALTY = Standard(
    name="penalty",
    label="行政处罚",
    english="Administrative penalty",
    edition="2018",
    identity=("authority_code", "document_number", "name"),
    item=("penalty_kind",),
    fields=(
        _field(1, "name", "行政相对人名称", "Penalised party", "CF_XDR_MC", K.NAME, 200, M, identifying=True),
        _field(
            2,
            "counterpart_type",
            "行政相对人类别",
            "Party type",
            "CF_XDR_LB",
            K.CHOICE,
            100,
            M,
            choices=COUNTERPART_TYPES,
        ),
        _field(
            3,
            "uscc",
            "行政相对人代码_1(统一社会信用代码)",
            "Unified social credit code",
            "CF_XDR_SHXYM",
            K.USCC,
            18,
            C,
            identifying=True,
        ),
        _field(
            4,
            "registration_number",
            "行政相对人代码_2(工商注册号)",
            "Business registration number",
            "CF_XDR_GSZC",
            K.REGISTRATION_NUMBER,
            50,
            O,
        ),
        _field(
            5,
            "organization_code",
            "行政相对人代码_3(组织机构代码)",
            "Organization code",
            "CF_XDR_ZZJG",
            K.ORGANIZATION_CODE,
            9,
            O,
        ),
        _field(6, "tax_number", "行政相对人代码_4(税务登记号)", "Tax number", "CF_XDR_SWDJ", K.CODE, 15, O),
        _field(
            7,
            "institution_number",
            "行政相对人代码_5(事业单位证书号)",
            "Public institution number",
            "CF_XDR_SYDW",
            K.CODE,
            12,
            O,
        ),
        _field(
            8,
            "social_organization_number",
            "行政相对人代码_6(社会组织登记证号)",
            "Social organization number",
            "CF_XDR_SHZZ",
            K.CODE,
            50,
            O,
        ),
        _field(9, "legal_representative", "法定代表人", "Legal representative", "CF_FRDB", K.NAME, 50, C),
        _field(
            10,
            "representative_id_type",
            "法定代表人证件类型",
            "Representative's document type",
            "CF_FR_ZJLX",
            K.CHOICE,
            64,
            O,
            choices=IDENTITY_DOCUMENTS,
        ),
        _field(
            11,
            "representative_id_number",
            "法定代表人证件号码",
            "Representative's document number",
            "CF_FR_ZJHM",
            K.IDENTITY_NUMBER,
            64,
            O,
            personal=True,
        ),
        _field(
            12,
            "id_type",
            "证件类型",
            "Person's document type",
            "CF_XDR_ZJLX",
            K.CHOICE,
            64,
            C,
            choices=IDENTITY_DOCUMENTS,
        ),
        _field(
            13,
            "id_number",
            "证件号码",
            "Person's document number",
            "CF_XDR_ZJHM",
            K.IDENTITY_NUMBER,
            64,
            C,
            personal=True,
        ),
        _field(
            14,
            "document_number",
            "行政处罚决定书文号",
            "Document number",
            "CF_WSH",
            K.DOCUMENT_NUMBER,
            128,
            M,
            identifying=True,
        ),
        _field(15, "offence", "违法行为类型", "Offence", "CF_WFXW", K.TEXT, 2000, M),
        _field(16, "facts", "违法事实", "Facts", "CF_SY", K.TEXT, 2000, M),
        _field(17, "basis", "处罚依据", "Legal basis", "CF_YJ", K.TEXT, 2048, M),
        _field(
            18,
            "penalty_kind",
            "处罚类别",
            "Penalty kind",
            "CF_CFLB",
            K.CHOICES,
            255,
            M,
            choices=PENALTY_KINDS,
            synonyms=SINCE_2021,
        ),
        _field(19, "content", "处罚内容", "Penalty", "CF_NR", K.TEXT, 4000, M),
        _field(20, "fine", "罚款金额（万元）", "Fine (10,000 yuan)", "CF_NR_FK", K.AMOUNT, 19, C),
        _field(
            21,
            "confiscated",
            "没收违法所得、没收非法财物的金额（万元）",
            "Confiscated (10,000 yuan)",
            "CF_NR_WFFF",
            K.AMOUNT,
            19,
            C,
        ),
        _field(
            22,
            "revoked_certificate",
            "暂扣或吊销证照名称及编号",
            "Certificate suspended or revoked",
            "CF_NR_ZKDX",
            K.TEXT,
            200,
            C,
        ),
        _field(23, "decision_date", "处罚决定日期", "Decision date", "CF_JDRQ", K.DATE, 10, M),
        _field(24, "effective_until", "处罚有效期", "Effective until", "CF_YXQ", K.DATE, 10, M),
        _field(25, "public_until", "公示截止期", "Public until", "CF_GSJZQ", K.DATE, 10, O),
        _field(26, "authority_name", "处罚机关", "Authority", "CF_CFJG", K.NAME, 255, M),
        _field(
            27,
            "authority_code",
            "处罚机关统一社会信用代码",
            "Authority's credit code",
            "CF_CFJGDM",
            K.USCC,
            18,
            M,
            identifying=True,
        ),
        _field(28, "source_unit_name", "数据来源单位", "Data source unit", "CF_SJLY", K.NAME, 200, M),
        _field(
            29,
            "source_unit_code",
            "数据来源单位统一社会信用代码",
            "Data source unit's credit code",
            "CF_SJLYDM",
            K.USCC,
            18,
            M,
        ),
        _field(30, "remarks", "备注", "Remarks", "BZ", K.TEXT, 512, O),
    ),
)
