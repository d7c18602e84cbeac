"""What the pretend city is made of: decisions as the departments made them, and how each system shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sandbox.commitments import Project
    from sandbox.penalty_model import Penalties

#: The 28 columns of the 2018 licence record in template order: label, code (发改办财金〔2018〕424号).
COLUMNS: tuple[tuple[str, str], ...] = (
    ("行政相对人名称", "XK_XDR_MC"),
    ("行政相对人类别", "XK_XDR_LB"),
    ("行政相对人代码_1(统一社会信用代码)", "XK_XDR_SHXYM"),
    ("行政相对人代码_2(工商注册号)", "XK_XDR_GSZC"),
    ("行政相对人代码_3(组织机构代码)", "XK_XDR_ZZJG"),
    ("行政相对人代码_4(税务登记号)", "XK_XDR_SWDJ"),
    ("行政相对人代码_5(事业单位证书号)", "XK_XDR_SYDW"),
    ("行政相对人代码_6(社会组织登记证号)", "XK_XDR_SHZZ"),
    ("法定代表人", "XK_FRDB"),
    ("法定代表人证件类型", "XK_FR_ZJLX"),
    ("法定代表人证件号码", "XK_FR_ZJHM"),
    ("证件类型", "XK_XDR_ZJLX"),
    ("证件号码", "XK_XDR_ZJHM"),
    ("行政许可决定文书名称", "XK_XKWS"),
    ("行政许可决定文书号", "XK_WSH"),
    ("许可类别", "XK_XKLB"),
    ("许可证书名称", "XK_XKZS"),
    ("许可编号", "XK_XKBH"),
    ("许可内容", "XK_NR"),
    ("许可决定日期", "XK_JDRQ"),
    ("有效期自", "XK_YXQZ"),
    ("有效期至", "XK_YXQZI"),
    ("许可机关", "XK_XKJG"),
    ("许可机关统一社会信用代码", "XK_XKJGDM"),
    ("当前状态", "XK_ZT"),
    ("数据来源单位", "XK_LYDW"),
    ("数据来源单位统一社会信用代码", "XK_LYDWDM"),
    ("备注", "BZ"),
)

System = Literal["approval", "bureau"]


@dataclass(frozen=True, slots=True)
class Department:
    """One department: its seal (name and code), its document number prefix, and which system it works in."""

    key: str
    name: str
    code: str
    prefix: str
    system: System


@dataclass(frozen=True, slots=True)
class Decision:
    """One licence decision.

    ``values`` maps each code of ``COLUMNS`` to canonical text: dates ``YYYY-MM-DD``, long-term ``2099-12-31``, status
    ``有效`` or ``无效``, half-width characters, empty text where there is nothing. ``values`` is what the
    department's system shows (with any mistake that was planted at the source).
    """

    serial: int
    case_no: str
    department: Department
    item: str
    sub_item: str
    decided: date
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """One record that the credit platform already shows when the story begins."""

    values: dict[str, str]
    received: date
    batch: str


@dataclass(frozen=True, slots=True)
class City:
    """Everything that was generated from one seed."""

    seed: int
    scale: float
    today: date
    departments: tuple[Department, ...]
    decisions: tuple[Decision, ...]
    published: tuple[Published, ...]
    ledgers: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    truth: dict[str, object] = field(default_factory=dict)
    projects: tuple[Project, ...] = ()
    penalties: Penalties | None = None
