"""The workbooks of the credit platform: the template it hands out, what comes back, and the error report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO

import fastexcel
import xlsxwriter

from sandbox.credit_kinds import Kind

ROWS_AT_MOST = 5000
FIRST_ROW = 3
_REPORT = ("行号", "错误类型", "错误字段", "错误原因")


class UnusableError(Exception):
    """A file is refused as a whole; the text is what the clerk reads."""


def headers(kind: Kind, renamed: bool = False) -> list[str]:
    """The header row of the template, mandatory columns starred."""
    labels = {**kind.labels, kind.content: f"{kind.labels[kind.content]}说明"} if renamed else kind.labels
    return [label + ("*" if code in kind.mandatory else "") for code, label in labels.items()]


@cache
def template(kind: Kind, renamed: bool = False) -> bytes:
    """The empty template."""
    buffer, last = BytesIO(), len(kind.columns) - 1
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "align": "center", "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        sheet = book.add_worksheet(kind.title)
        sheet.set_column(0, last, 20, text)
        sheet.merge_range(0, 0, 0, last, kind.template, book.add_format({"bold": True, "align": "center"}))
        sheet.write_row(1, 0, headers(kind, renamed), bold)
        sheet.freeze_panes(2, 0)
        book.add_worksheet("填报说明").write_column(0, 0, _notes(kind))
    return buffer.getvalue()


def _notes(kind: Kind) -> list[str]:
    return [*kind.notes, f"{len(kind.notes) + 1}. 每个文件不超过{ROWS_AT_MOST}条，同一文件不得重复导入。"]


def report(kind: Kind, lines: Iterable[Sequence[str | int]]) -> bytes:
    """The error workbook."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("错误报告")
        sheet.set_column(0, 2, 16)
        sheet.set_column(3, 5, 40)
        head = *_REPORT, kind.labels[kind.name], kind.labels[kind.number]
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        for number, line in enumerate(lines, 1):
            sheet.write_row(number, 0, line)
    return buffer.getvalue()


def read(content: bytes, kind: Kind, expected: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Sheet row number and values of every row that is not blank.

    Raises:
        UnusableError: the file is not a workbook, not the template, or too long.
    """
    rows = _cells(content)
    _compare(rows[1] if len(rows) > 1 else [], expected)
    found = [(at, dict(zip(kind.codes, row, strict=False))) for at, row in enumerate(rows[2:], FIRST_ROW) if any(row)]
    if len(found) > ROWS_AT_MOST:
        raise UnusableError(f"单次导入不能超过{ROWS_AT_MOST}条，实际{len(found)}条")
    if not found:
        raise UnusableError("文件中没有数据")
    return found


def _cells(content: bytes) -> list[list[str]]:
    if not content.startswith(b"PK\x03\x04"):
        raise UnusableError("文件格式不正确，请上传xlsx文件")
    try:
        sheet = fastexcel.read_excel(content).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.FastExcelError as problem:
        raise UnusableError("文件格式不正确，请上传xlsx文件") from problem
    return [[(cell or "").strip() for cell in row] for row in sheet.to_polars().iter_rows()]


def _compare(found: Sequence[str], expected: Sequence[str]) -> None:
    width = max(len(expected), len(found))
    for number in range(width):
        should = expected[number] if number < len(expected) else ""
        actual = found[number] if number < len(found) else ""
        if should != actual:
            raise UnusableError(f'不是标准模板：第{number + 1}列应为"{should}"，实际为"{actual}"')
