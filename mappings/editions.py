"""What the numbers for 当前状态 mean in each edition: 1 means revoked in one of them and valid in another.

The canonical states are those of 2018, so that all that is not in force reads as 无效: 撤销, 异议 and 其他 of 2016, and
what certificate systems tell besides.
"""

from __future__ import annotations

from mappings.standards.licence import STATUSES

VALID, VOID = STATUSES
STATUS_CODES: dict[str, dict[str, str]] = {
    "2016": {"0": VALID, "1": VOID, "2": VOID, "3": VOID},  # 正常, 撤销, 异议, 其他
    "2018": {"1": VALID, "2": VOID},
    # Certificates of Hubei: 有效; 注销, 过期, 吊销, 撤销, 作废.
    "hubei": {"10": VALID, **dict.fromkeys(("50", "60", "70", "80", "99"), VOID)},
}
