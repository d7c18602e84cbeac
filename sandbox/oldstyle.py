"""How the old bureau system writes things: dates in three shapes, full-width digits, codes for words."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.model import Decision

_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_KINDS = {"普通": "01", "特许": "02", "认可": "03", "核准": "04", "登记": "05", "其他": "06"}
_STATES = {"有效": "10", "无效": "50"}
_LABELS: tuple[tuple[str, str], ...] = (
    ("被许可人", "XK_XDR_MC"),
    ("相对人类别", "XK_XDR_LB"),
    ("统一社会信用代码", "XK_XDR_SHXYM"),
    ("工商注册号", "XK_XDR_GSZC"),
    ("组织机构代码", "XK_XDR_ZZJG"),
    ("税务登记号", "XK_XDR_SWDJ"),
    ("事业单位证书号", "XK_XDR_SYDW"),
    ("社会组织登记证号", "XK_XDR_SHZZ"),
    ("法定代表人（负责人）", "XK_FRDB"),
    ("法人证件类型", "XK_FR_ZJLX"),
    ("法人证件号码", "XK_FR_ZJHM"),
    ("证件类型", "XK_XDR_ZJLX"),
    ("证件号码", "XK_XDR_ZJHM"),
    ("许可文书名称", "XK_XKWS"),
    ("许可文书号", "XK_WSH"),
    ("许可种类", "XK_XKLB"),
    ("证书名称", "XK_XKZS"),
    ("证书编号", "XK_XKBH"),
    ("许可内容", "XK_NR"),
    ("批准日期", "XK_JDRQ"),
    ("有效期起", "XK_YXQZ"),
    ("有效期止", "XK_YXQZI"),
    ("发证机关", "XK_XKJG"),
    ("发证机关代码", "XK_XKJGDM"),
    ("证书状态", "XK_ZT"),
    ("数据来源单位", "XK_LYDW"),
    ("数据来源单位代码", "XK_LYDWDM"),
    ("备注", "BZ"),
)


def wide(text: str) -> str:
    """Write digits and capitals full-width."""
    return text.translate(_WIDE)


def day(text: str, shape: int) -> str:
    """Write a date in one of the three shapes; a date no calendar has is written all the same."""
    match = _ISO.fullmatch(text)
    if match is None:
        return text
    year, month, dom = match.groups()
    return (f"{year}年{int(month)}月{int(dom)}日", f"{year}.{month}.{dom}", f"{year}{month}{dom}")[shape % 3]


def kind(text: str) -> str:
    """Write a licence kind as its code, a note after it left in words."""
    word, dash, note = text.partition("-")
    return _KINDS.get(word, word) + dash + note


def document_number(decision: Decision) -> str:
    """The document number as the list shows it: half of the clerks type full-width digits."""
    number = decision.values["XK_WSH"]
    return wide(number) if decision.serial % 2 else number


def _end(text: str, serial: int) -> str:
    return "长期" if text == "2099-12-31" else day(text, serial)


_CELLS: dict[str, Callable[[str, int], str]] = {
    "XK_XDR_SHXYM": lambda text, serial: wide(text) if serial % 5 == 0 else text,
    "XK_XDR_ZZJG": lambda text, _serial: f"{text[:8]}-{text[8:]}" if len(text) == 9 else text,
    "XK_XKLB": lambda text, _serial: kind(text),
    "XK_ZT": lambda text, _serial: _STATES.get(text, text),
    "XK_JDRQ": day,
    "XK_YXQZ": day,
    "XK_YXQZI": _end,
}


def _as_typed(text: str, _serial: int) -> str:
    return text


def pairs(decision: Decision) -> list[tuple[str, str]]:
    """Label and text of every cell of the detail page."""
    written = [_CELLS.get(code, _as_typed)(decision.values[code], decision.serial) for _, code in _LABELS]
    labels = [label for label, _ in _LABELS]
    return [*zip(labels, written, strict=True), ("受理编号", decision.case_no)]
