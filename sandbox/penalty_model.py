"""What the pretend city punishes: penalties as they were decided, as the exchange table shows them, and the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sandbox.model import Department

#: The 30 columns of the 2018 penalty record in order: label, code (发改办财金〔2018〕424号).
COLUMNS: tuple[tuple[str, str], ...] = (
    ("行政相对人名称", "CF_XDR_MC"),
    ("行政相对人类别", "CF_XDR_LB"),
    ("行政相对人代码_1(统一社会信用代码)", "CF_XDR_SHXYM"),
    ("行政相对人代码_2(工商注册号)", "CF_XDR_GSZC"),
    ("行政相对人代码_3(组织机构代码)", "CF_XDR_ZZJG"),
    ("行政相对人代码_4(税务登记号)", "CF_XDR_SWDJ"),
    ("行政相对人代码_5(事业单位证书号)", "CF_XDR_SYDW"),
    ("行政相对人代码_6(社会组织登记证号)", "CF_XDR_SHZZ"),
    ("法定代表人", "CF_FRDB"),
    ("法定代表人证件类型", "CF_FR_ZJLX"),
    ("法定代表人证件号码", "CF_FR_ZJHM"),
    ("证件类型", "CF_XDR_ZJLX"),
    ("证件号码", "CF_XDR_ZJHM"),
    ("行政处罚决定书文号", "CF_WSH"),
    ("违法行为类型", "CF_WFXW"),
    ("违法事实", "CF_SY"),
    ("处罚依据", "CF_YJ"),
    ("处罚类别", "CF_CFLB"),
    ("处罚内容", "CF_NR"),
    ("罚款金额（万元）", "CF_NR_FK"),
    ("没收违法所得、没收非法财物的金额（万元）", "CF_NR_WFFF"),
    ("暂扣或吊销证照名称及编号", "CF_NR_ZKDX"),
    ("处罚决定日期", "CF_JDRQ"),
    ("处罚有效期", "CF_YXQ"),
    ("公示截止期", "CF_GSJZQ"),
    ("处罚机关", "CF_CFJG"),
    ("处罚机关统一社会信用代码", "CF_CFJGDM"),
    ("数据来源单位", "CF_SJLY"),
    ("数据来源单位统一社会信用代码", "CF_SJLYDM"),
    ("备注", "BZ"),
)

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Penalty:
    """One decision against one party.

    ``values`` maps each code of ``COLUMNS`` to canonical text: dates ``YYYY-MM-DD``, amounts in 万元, several kinds
    with ``、`` between them in the order of the table.
    """

    department: Department
    decided: date
    values: Values

    @property
    def number(self) -> str:
        """The document number; parties to one decision share it."""
        return self.values["CF_WSH"]

    @property
    def key(self) -> tuple[str, str]:
        """What the platform tells penalties apart by."""
        return self.number, self.values["CF_XDR_MC"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One penalty that the credit platform shows when the story begins."""

    values: Values
    received: date


@dataclass(frozen=True, slots=True)
class Penalties:
    """Everything about penalties that is made from one seed.

    Attributes:
        rows: what the exchange table holds, with any mistake that was planted there; ``ROW_ID`` is the place, from 1.
        ledgers: by department key what its clerks wrote down, in columns of the ledger.
        published: what the platform shows when the story begins.
        truth: what a perfect reconciliation comes to.
    """

    seed: int
    today: date
    rows: tuple[Penalty, ...]
    ledgers: dict[str, list[Values]]
    published: tuple[Shown, ...]
    truth: dict[str, object] = field(default_factory=dict)
