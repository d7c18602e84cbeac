"""How the approval platform writes a decision: its own keys, instants, numeric types and flags."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sandbox.model import Decision

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_HOLDER_TYPES = {"法人及非法人组织": "1", "自然人": "2", "个体工商户": "4"}
_LONG_TERM = "2099-12-31"
#: The detail's keys whose value is the record's own text.
_PLAIN = {
    "xkholder": "XK_XDR_MC",
    "xk_usc": "XK_XDR_SHXYM",
    "xkdept_gszc": "XK_XDR_GSZC",
    "xkdept_zzjg": "XK_XDR_ZZJG",
    "xkdept_swdjh": "XK_XDR_SWDJ",
    "xkdept_sydwzsh": "XK_XDR_SYDW",
    "xkdept_shzz": "XK_XDR_SHZZ",
    "xk_frdb": "XK_FRDB",
    "xk_fr_zjlx": "XK_FR_ZJLX",
    "xk_fr_zjhm": "XK_FR_ZJHM",
    "xk_zjlx": "XK_XDR_ZJLX",
    "xk_zjhm": "XK_XDR_ZJHM",
    "xkfile_name": "XK_XKWS",
    "xkfile_num": "XK_WSH",
    "xk_type": "XK_XKLB",
    "xkdocument_name": "XK_XKZS",
    "xkdocument_num": "XK_XKBH",
    "xkcontent": "XK_NR",
    "xkdept_name": "XK_XKJG",
    "xkdept_usc": "XK_XKJGDM",
    "xk_state": "XK_ZT",
    "xkdept_sjlydw": "XK_LYDW",
    "xkdept_sjlydw_usc": "XK_LYDWDM",
    "remark": "BZ",
}


def key(decision: Decision) -> str:
    """The opaque id of a decision."""
    return sha256(f"approval {decision.serial} {decision.case_no}".encode()).hexdigest()[:24]


def _instant(moment: date) -> int:
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=_SHANGHAI).timestamp() * 1000)


def summary(decision: Decision) -> dict[str, object]:
    """The keys of the list."""
    closed = timedelta(hours=9, seconds=decision.serial * 7919 % 30_000)
    return {
        "id": key(decision),
        "caseNo": decision.case_no,
        "itemName": decision.item,
        "holder": decision.values["XK_XDR_MC"],
        "usc": decision.values["XK_XDR_SHXYM"],
        "documentNum": decision.values["XK_WSH"],
        "decideTime": _decided(decision),
        "deptName": decision.department.name,
        "state": "办结",
        "updatedAt": _instant(decision.decided) + int(closed.total_seconds() * 1000),
    }


def _decided(decision: Decision) -> int | str:
    """The day of decision as an instant; a text that is no day cannot be one and is shown as it was typed."""
    text = decision.values["XK_JDRQ"]
    try:
        return _instant(date.fromisoformat(text))
    except ValueError:
        return _stamp(text)


def _stamp(text: str) -> str:
    return f"{text} 00:00:00" if text else ""


def detail(decision: Decision) -> dict[str, object]:
    """The keys of the detail."""
    values = decision.values
    end = values["XK_YXQZI"]
    return {
        **{key: values[code] for key, code in _PLAIN.items()},
        "xkholder_type": _HOLDER_TYPES.get(values["XK_XDR_LB"], values["XK_XDR_LB"]),
        "xkdecide_time": _decided(decision),
        "effect_time": _stamp(values["XK_YXQZ"]),
        "close_time": "" if end == _LONG_TERM else _stamp(end),
        "islong_term": "1" if end == _LONG_TERM else "0",
        "caseNo": decision.case_no,
        "item": decision.item,
        "subItem": decision.sub_item,
    }
