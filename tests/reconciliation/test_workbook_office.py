"""The workbook as LibreOffice opens it and saves it again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import openpyxl
import polars as pl
import pytest

from mappings.standards import LICENCE
from reconciliation.report import Report
from reconciliation.workbook import write_workbook
from tests.reconciliation.builders import report
from words.languages import choose

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")

HOSTILE = (
    *("=1+1", "+1", "-1", "@SUM(1,2)", "\t=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://example.org","x")'),
    *("110101199003074514", "000100000236", "1e5", "2026-03-01", "TRUE", "_x0041_", " 两端空格 ", "甲\n乙"),
)


@pytest.fixture(autouse=True, scope="module")
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


def hostile() -> Report:
    """Return a report in whose records a free text states what a spreadsheet might take for something else."""
    made = report(20)
    made.records = made.records.head(len(HOSTILE)).with_columns(content=pl.Series(HOSTILE))
    return made


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The workbook as it was written, and as LibreOffice saved it after opening it."""
    choose("en")
    folder = tmp_path_factory.mktemp("office")
    path = write_workbook(hostile(), folder / "run.xlsx", LICENCE)
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    saved = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "saved"), str(path)]
    done = subprocess.run([str(OFFICE), own, "--headless", *saved], capture_output=True, timeout=240, check=True)
    assert (folder / "saved" / "run.xlsx").exists(), done.stderr
    return openpyxl.load_workbook(path), openpyxl.load_workbook(folder / "saved" / "run.xlsx")


def cells(sheet: Any) -> list[list[Any]]:
    """Return the values of a sheet, nothing and the empty text alike; what reads them leaves escaped underscores."""
    return [[_read(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def _read(value: Any) -> Any:
    return value.replace("_x005F_", "_") if isinstance(value, str) else "" if value is None else value


def test_every_value_survives(both: tuple[Any, Any]) -> None:
    """Every sheet is there with the same values, numbers as numbers and texts as texts."""
    written, saved = both
    assert saved.sheetnames == written.sheetnames
    for name in written.sheetnames[1:]:
        width = len(cells(written[name])[0])
        assert [row[:width] for row in cells(saved[name])][: written[name].max_row] == cells(written[name]), name


def test_nothing_became_a_formula_or_a_number(both: tuple[Any, Any]) -> None:
    """What looks like a formula, a call to another program, a long code, a date or an escape is the text it was."""
    sheet = both[1]["Full list"]
    column = [cell.value for cell in sheet[1]].index("Licence content") + 1
    found = [sheet.cell(row, column) for row in range(2, 2 + len(HOSTILE))]
    assert [(cell.data_type, cell.value) for cell in found] == [("s", text) for text in HOSTILE]
    assert not [cell for sheet in both[1] for row in sheet for cell in row if cell.data_type == "f"]


def test_what_guards_the_evidence_survives(both: tuple[Any, Any]) -> None:
    """Lists stay locked but for the answers, with their choices, filter and links."""
    sheet = both[1]["Differs"]
    assert sheet.protection.sheet
    assert not sheet.protection.autoFilter, "filtering stays allowed"
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, 1).protection.locked
    assert not sheet.cell(2, heads.index("Disposition") + 1).protection.locked
    (choices,) = sheet.data_validations.dataValidation
    assert choices.formula1 == '"Deliver,Hold,Correct the source,Correct the ledger,Exempt,No action"'
    assert sheet.auto_filter.ref
    # It was saved one folder further down, and the link still leads to the same file.
    assert both[1]["Evidence"]["C2"].hyperlink.target.startswith("../../.yinxin/evidence/00/")
