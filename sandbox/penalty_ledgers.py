"""The ledgers of penalties as workbooks, one for each department."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from sandbox.departments import DEPARTMENTS
from sandbox.penalties import LEDGER
from sandbox.penalty_model import Penalties, Values

_HEADINGS = (
    "处罚决定书文号",
    "被处罚当事人",
    "统一社会信用代码",
    "违法行为类型",
    "处罚种类",
    "罚款金额(元)",
    "处罚决定日期",
)


def write_penalty_ledgers(penalties: Penalties, folder: Path) -> list[Path]:
    """Write one workbook for each department that punished somebody into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {each.key: each.name for each in DEPARTMENTS}
    return [_write(names[key], rows, folder) for key, rows in penalties.ledgers.items()]


def _write(department: str, rows: Iterable[Values], folder: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "台账"
    sheet.append([f"{department}行政处罚台账"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(_HEADINGS) + 1)
    sheet.append(["序号", *_HEADINGS])
    for number, row in enumerate(rows, 1):
        sheet.append([number, *(_cell(code, row[code]) for code in LEDGER)])
    path = folder / f"{department}行政处罚台账.xlsx"
    book.save(path)
    return path


def _cell(code: str, text: str) -> str | int | None:
    if code == "CF_NR_FK":
        return int(text) if text else None
    if code == "CF_JDRQ":
        day = date.fromisoformat(text)
        return f"{day.year}年{day.month}月{day.day}日"
    return text
