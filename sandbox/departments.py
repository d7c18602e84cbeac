"""The twelve departments, the share of decisions each makes, and how each numbers its documents."""

from __future__ import annotations

from typing import TypeAlias

from sandbox.model import Department, System
from sandbox.numbers import credit_code

CITY = "呼和浩特市"

_Row: TypeAlias = tuple[str, str, str, System, int, str]

# Key, name, document prefix, system, share in percent, shape of a document number.
_ROWS: tuple[_Row, ...] = (
    ("spj", "行政审批和政务服务局", "呼审批许", "approval", 13, "{prefix}〔{year}〕{n}号"),
    ("zjj", "住房和城乡建设局", "呼建许字", "approval", 13, "{prefix}〔{year}〕第{n:04d}号"),
    ("wjw", "卫生健康委员会", "(呼)卫医许准字", "approval", 12, "{prefix}〔{year}〕{n:04d}号"),
    ("scj", "市场监督管理局", "呼市监许准", "approval", 13, "{prefix}〔{year}〕第{n}号"),
    ("jyj", "教育局", "呼教许", "approval", 5, "{prefix}〔{year}〕{n}号"),
    ("yjj", "应急管理局", "(呼)应急许可", "approval", 4, "{prefix}〔{year}〕第{n:03d}号"),
    ("jtj", "交通运输局", "呼交许", "bureau", 14, "{prefix}{year}{n:06d}"),
    ("wlj", "文化旅游广电局", "呼文旅广许字", "bureau", 9, "{prefix}〔{year}〕{n}号"),
    ("swj", "水务局", "呼水许决", "bureau", 5, "{prefix}〔{year}〕{n}号"),
    ("lcj", "林业和草原局", "呼林草审", "bureau", 4, "{prefix}〔{year}〕{n}号"),
    ("hbj", "生态环境局", "HJX", "bureau", 5, "{prefix}{year}-{n:05d}"),
    ("nmj", "农牧局", "呼农牧许", "bureau", 3, "{prefix}〔{year}〕第{n}号"),
)

DEPARTMENTS: tuple[Department, ...] = tuple(
    Department(key, CITY + name, credit_code("11150100", f"MB9{10007 + 137 * place}"), prefix, system)
    for place, (key, name, prefix, system, _, _) in enumerate(_ROWS)
)

SHARES: dict[str, int] = {row[0]: row[4] for row in _ROWS}

_SHAPES: dict[str, str] = {row[0]: row[5] for row in _ROWS}


def document_number(department: Department, year: int, n: int) -> str:
    """Write the ``n``-th document number of a department's year."""
    return _SHAPES[department.key].format(prefix=department.prefix, year=year, n=n)
