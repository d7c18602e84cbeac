"""How each department keeps its ledger: headings, columns, header words, shapes of dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["real", "serial", "chinese", "dotted", "slashed", "compact", "iso"]

#: Columns that are no column of the licence record.
SEQUENCE = "序号"
ITEM = "事项名称"
#: One column for both ends of the licence.
PERIOD = "XK_YXQZ+XK_YXQZI"


@dataclass(frozen=True, slots=True)
class Style:
    """One department's habits; ``columns`` pairs what a column holds with the word above it."""

    title: str
    columns: tuple[tuple[str, str], ...]
    shapes: tuple[Shape, ...]
    subtitle: str = ""
    closing: str = ""
    month_sheets: bool = False
    empty_sheet: str = ""
    subtotals: bool = True
    text_sequence: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the licence record that the ledger holds, in its order."""
        held = (code for column, _ in self.columns for code in column.split("+"))
        return tuple(code for code in held if code not in {SEQUENCE, ITEM})


_COLUMNS = {
    "序": SEQUENCE,
    "项": ITEM,
    "名": "XK_XDR_MC",
    "码": "XK_XDR_SHXYM",
    "文": "XK_WSH",
    "证": "XK_XKBH",
    "日": "XK_JDRQ",
    "自": "XK_YXQZ",
    "至": "XK_YXQZI",
    "期": PERIOD,
    "法": "XK_FRDB",
    "容": "XK_NR",
    "类": "XK_XKLB",
}


def _columns(letters: str, *words: str) -> tuple[tuple[str, str], ...]:
    return tuple((_COLUMNS[letter], word) for letter, word in zip(letters, words, strict=True))


STYLES: dict[str, Style] = {
    "spj": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序项名码文证日自至法",
            *("序号", "事项名称", "*行政相对人名称", "统一社会\n信用代码", "行政许可决定文书号（必填）", "许可编号"),
            *("许可决定日期（必填）", "有效期自", "有效期至", "法定代表人"),
        ),
        ("real", "real", "iso", "slashed"),
        subtitle="填报单位：{name}    填报人：云某",
    ),
    "zjj": Style(
        "{name}行政许可台账（{year}年）",
        _columns(
            "序名码文证日自至法项",
            *("序号", "建设单位名称", "建设单位统一社会信用代码", "许可决定文书号", "许可证书编号", "发证日期"),
            *("有效期起", "有效期止", "法定代表人姓名", "许可事项"),
        ),
        ("serial", "real", "chinese"),
        text_sequence=True,
    ),
    "wjw": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序名码项文日期法",
            *(
                "序号",
                "单位（个人）名称",
                "信用代码",
                "许可事项名称",
                "许可文号",
                "批准日期",
                "有效期（起止）",
                "主要负责人",
            ),
        ),
        ("dotted", "chinese", "iso"),
        subtitle="填报单位：{name}  填报人：额某  联系电话：（略）",
        closing="表格说明：有效期填写起止日期，长期有效的填写“长期”。",
    ),
    "scj": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序名码文证类日至法",
            *("序号", "主体名称", "社会信用代码", "决定书文号", "许可证号", "许可类别", "发证时间", "有 效 期 至"),
            "法定代表人（负责人）",
        ),
        ("real", "slashed", "compact"),
        month_sheets=True,
    ),
    "jyj": Style(
        "{name}行政许可台账（{year}年）",
        _columns(
            "序名码文日至法",
            *("序号", "机构名称", "机构信用代码", "许可决定书文号", "决定日期", "许可截止期", "法定代表人(经营者)"),
        ),
        ("chinese", "iso"),
        empty_sheet="说明",
        subtotals=False,
    ),
    "yjj": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序名码证文日自至法",
            *("序号", "企业名称*", "统一代码", "经营许可证编号", "许可决定书文号", "颁发日期", "起始日期", "到期日期"),
            "法人代表姓名",
        ),
        ("slashed", "real", "serial"),
        closing="表格说明：本表按月更新，由危险化学品监督管理科负责填报。",
    ),
    "jtj": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序项名码证文日自至法",
            *("序号", "办理事项", "持证人", "统一信用代码", "证照编号", "决定书文号", "核发日期"),
            *("有效起始日期", "有效截止日期", "经营者姓名"),
        ),
        ("compact", "serial", "iso"),
        subtitle="填报单位：{name}    填报人：白某",
    ),
    "wlj": Style(
        "{name}行政许可台账（{year}年）",
        _columns(
            "文名码容日自至法",
            *(
                "批准文号",
                "申请单位",
                "统一社会信用代码/注册号",
                "许可内容",
                "批准时间",
                "许可开始日期",
                "许可截止日期",
            ),
            "法定代表人/负责人",
        ),
        ("dotted", "real"),
    ),
    "swj": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序名码文证日期法",
            *(
                "序号",
                "许可主体",
                "统一社会信用代码(18位)",
                "发文字号",
                "证书编号",
                "许可日期",
                "有效期(起止)",
                "法人姓名",
            ),
        ),
        ("chinese", "slashed", "real"),
        closing="表格说明：取水许可与水土保持方案审批合并填报。",
        text_sequence=True,
    ),
    "lcj": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序项名码文日自至",
            *("序号", "审批事项", "被许可人", "社会统一信用代码", "审批文号", "审批日期", "开始日期", "终止日期"),
        ),
        ("iso", "chinese", "dotted"),
    ),
    "hbj": Style(
        "{name}行政许可台账（{year}年）",
        _columns(
            "序名码文证日自至法",
            *("序号", "单位名称", "单位统一社会\n信用代码", "文书编号", "许可证证号", "签发日期", "有效期开始"),
            *("有效期截止", "法人代表"),
        ),
        ("real", "iso"),
        subtitle="填报单位：{name}    填报人：乌某",
        subtotals=False,
    ),
    "nmj": Style(
        "{name}{year}年行政许可台账",
        _columns(
            "序项名码文证日自至法",
            *("序号", "许可事项", "申请人名称", "统一社会信用代码/组织机构代码", "行政许可决定书文号", "登记证号"),
            *("作出决定日期", "有效期起", "有效期至", "法定代表人"),
        ),
        ("serial", "slashed", "chinese"),
    ),
}
