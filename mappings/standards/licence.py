"""The licence record (行政许可), 2018 edition: 发改办财金〔2018〕424号, annex of 2018-07-25."""

from __future__ import annotations

from mappings.standards.fields import Field, Kind, Need, Standard

M, C, O = Need.MANDATORY, Need.CONDITIONAL, Need.OPTIONAL  # noqa: E741 - the letters of the standard's own column
_424 = "发改办财金〔2018〕424号"

ORGANIZATION, PERSON, SOLE_TRADER = "法人及非法人组织", "自然人", "个体工商户"
COUNTERPART_TYPES = (ORGANIZATION, PERSON, SOLE_TRADER)
LICENCE_KINDS = ("普通", "特许", "认可", "核准", "登记", "其他", "其他-")
CITIZEN_CARD = "身份证"
IDENTITY_DOCUMENTS = (
    CITIZEN_CARD,
    "护照号",
    "港澳居民来往内地通行证",
    "台湾居民来往大陆通行证",
    "外国人永久居留身份证",
    "其他-",
)
STATUSES = ("有效", "无效")


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
    identifying: bool = False,
    personal: bool = False,
) -> Field:
    source = f"{_424} 行政许可第{number}项"
    return Field(name, label, english, code, kind, length, need, choices, identifying, personal, source)


K = Kind
LICENCE = Standard(
    name="licence",
    label="行政许可",
    english="Administrative licence",
    edition="2018",
    identity=("authority_code", "document_number", "name", "certificate_number"),
    item=("certificate_name", "document_name"),  # the edition has no column for 事项; the certificate is nearest to it
    fields=(
        _field(1, "name", "行政相对人名称", "Licensee", "XK_XDR_MC", K.NAME, 200, M, identifying=True),
        _field(
            2,
            "counterpart_type",
            "行政相对人类别",
            "Licensee type",
            "XK_XDR_LB",
            K.CHOICE,
            16,
            M,
            choices=COUNTERPART_TYPES,
        ),
        _field(
            3,
            "uscc",
            "行政相对人代码_1(统一社会信用代码)",
            "Unified social credit code",
            "XK_XDR_SHXYM",
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
            "XK_XDR_GSZC",
            K.REGISTRATION_NUMBER,
            50,
            O,
        ),
        _field(
            5,
            "organization_code",
            "行政相对人代码_3(组织机构代码)",
            "Organization code",
            "XK_XDR_ZZJG",
            K.ORGANIZATION_CODE,
            9,
            O,
        ),
        _field(6, "tax_number", "行政相对人代码_4(税务登记号)", "Tax number", "XK_XDR_SWDJ", K.CODE, 32, O),
        _field(
            7,
            "institution_number",
            "行政相对人代码_5(事业单位证书号)",
            "Public institution number",
            "XK_XDR_SYDW",
            K.CODE,
            12,
            O,
        ),
        _field(
            8,
            "social_organization_number",
            "行政相对人代码_6(社会组织登记证号)",
            "Social organization number",
            "XK_XDR_SHZZ",
            K.CODE,
            50,
            O,
        ),
        _field(9, "legal_representative", "法定代表人", "Legal representative", "XK_FRDB", K.NAME, 50, C),
        _field(
            10,
            "representative_id_type",
            "法定代表人证件类型",
            "Representative's document type",
            "XK_FR_ZJLX",
            K.CHOICE,
            64,
            C,
            choices=IDENTITY_DOCUMENTS,
        ),
        _field(
            11,
            "representative_id_number",
            "法定代表人证件号码",
            "Representative's document number",
            "XK_FR_ZJHM",
            K.IDENTITY_NUMBER,
            64,
            C,
            personal=True,
        ),
        _field(
            12,
            "id_type",
            "证件类型",
            "Person's document type",
            "XK_XDR_ZJLX",
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
            "XK_XDR_ZJHM",
            K.IDENTITY_NUMBER,
            64,
            C,
            personal=True,
        ),
        _field(14, "document_name", "行政许可决定文书名称", "Decision document", "XK_XKWS", K.TEXT, 64, M),
        _field(
            15,
            "document_number",
            "行政许可决定文书号",
            "Document number",
            "XK_WSH",
            K.DOCUMENT_NUMBER,
            64,
            M,
            identifying=True,
        ),
        _field(16, "licence_kind", "许可类别", "Licence kind", "XK_XKLB", K.CHOICE, 256, M, choices=LICENCE_KINDS),
        _field(17, "certificate_name", "许可证书名称", "Certificate", "XK_XKZS", K.TEXT, 64, O),
        _field(
            18,
            "certificate_number",
            "许可编号",
            "Certificate number",
            "XK_XKBH",
            K.DOCUMENT_NUMBER,
            64,
            O,
            identifying=True,
        ),
        _field(19, "content", "许可内容", "Licence content", "XK_NR", K.TEXT, 4000, M),
        _field(20, "decision_date", "许可决定日期", "Decision date", "XK_JDRQ", K.DATE, 10, M),
        _field(21, "valid_from", "有效期自", "Valid from", "XK_YXQZ", K.DATE, 10, M),
        _field(22, "valid_until", "有效期至", "Valid until", "XK_YXQZI", K.DATE, 10, M),
        _field(23, "authority_name", "许可机关", "Authority", "XK_XKJG", K.NAME, 200, M),
        _field(
            24,
            "authority_code",
            "许可机关统一社会信用代码",
            "Authority's credit code",
            "XK_XKJGDM",
            K.USCC,
            18,
            M,
            identifying=True,
        ),
        _field(25, "status", "当前状态", "Status", "XK_ZT", K.CHOICE, 4, M, choices=STATUSES),
        _field(26, "source_unit_name", "数据来源单位", "Data source unit", "XK_LYDW", K.NAME, 200, M),
        _field(
            27,
            "source_unit_code",
            "数据来源单位统一社会信用代码",
            "Data source unit's credit code",
            "XK_LYDWDM",
            K.USCC,
            18,
            M,
        ),
        _field(28, "remarks", "备注", "Remarks", "BZ", K.TEXT, 512, O),
    ),
)
