"""Rows as bad as real ones: what a department typed, what a system pads, what a spreadsheet would turn into numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

#: The columns of every row; ``编号`` is what the system tells its rows apart by.
KEY, NUMBER, NAME, DAY, CONTENT = COLUMNS = ("编号", "文书号", "名称", "日期", "内容")
FIRST = date(2024, 7, 1)
_CONTENTS = (
    "准予许可",
    "１２３４５６７８９０１２３４５６７８",  # full-width digits
    "911500000000000015",  # eighteen digits that no number type holds
    "007",
    "1e5",
    "2024/7/1",
    "=1+1",
    "@SUM(A1)",
    "-5",
    "第一行 第二行",
    "含“引号”、'单引号'、\"双引号\"",
    "<b>标签</b> & &amp; 实体",
    "逗号,分号;竖线|",
    "㎡ Ⅲ ℃ 〔2024〕",
    "生僻字䶮𠮷",
    "",
    "长" * 600,
)


def rows(count: int = 40) -> list[dict[str, str]]:
    """Return rows with keys of their own, document numbers that come twice, and hostile texts in turn."""
    return list(_rows(count))


def _rows(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        yield {
            KEY: f"{number:06d}",
            NUMBER: f"呼审批〔2024〕{number // 2}号",  # each of them twice
            NAME: ("内蒙古某某建设有限公司", "某某（呼和浩特）商贸有限公司", "张三")[number % 3],
            DAY: (FIRST + timedelta(days=number % 28)).isoformat(),
            CONTENT: _CONTENTS[number % len(_CONTENTS)],
        }


def same(shown: Mapping[str, str], told: Mapping[str, str]) -> bool:
    """Tell whether a payload tells what a system shows; white space at the ends of a text is nobody's."""
    return all(told.get(name, "").strip() == text.strip() for name, text in shown.items())
