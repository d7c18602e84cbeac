"""The header is found wherever titles stand, over however many rows, and again on every printed page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files.headings import find_header
from connectors.files.sheets import Sheet, framed
from connectors.files.tables import TITLE, Tables
from mappings.apply import ROW_KEY, apply
from tests.connectors.files.drawers import FIRST, HEADER, LEDGER, SECOND, ledgers

TABLES = Tables.of_mapping(LEDGER, ("小计", "合计", "总计", "累计", "本页", "表格说明", "说明:", "注:", "填表人"))
Rows = Sequence[Sequence[str | None]]
#: Groups over groups over columns: what two and three merged rows look like without what was merged.
HIGH: Rows = [
    ["序号", "单位名称", "许可信息", None, None, None, "备注"],
    [None, None, "文书", None, "有效期", None, None],
    [None, None, "文书编号", "签发日期", "起", "止", None],
]
RECORD = ["1", "甲公司", "审1号", "2024-03-05", "2024-03-05", "2025-03-05", "无"]


def table(rows: Rows) -> pl.DataFrame:
    """Return the one table of a sheet."""
    (found,) = TABLES.of("a", [Sheet("a", "台账", framed(rows))])
    return found.rows


def numbers(rows: pl.DataFrame) -> list[int]:
    """Return the numbers of the rows as a person sees them."""
    return [int(key.rsplit("/", 1)[1]) for key in rows[ROW_KEY]]


def test_a_header_over_three_rows_is_one_header() -> None:
    """Columns merged downwards keep their word, groups merged sideways stand before that of their columns."""
    found = table([["水务局行政许可台账"], *HIGH, RECORD])
    made = apply(LEDGER, found).records
    wanted = ("name", "document_number", "decision_date", "valid_from", "valid_until", "authority_name")
    assert made.select(wanted).row(0) == ("甲公司", "审1号", "2024-03-05", "2024-03-05", "2025-03-05", "水务局")
    assert numbers(found) == [5]


def test_a_header_over_three_rows_in_a_workbook(tmp_path: Path) -> None:
    """The merged cells themselves are what they look like here."""
    (tmp_path / "in").mkdir()
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for line in [["台账"], *HIGH, RECORD]:
        page.append(list(line))
    for cells in ("A1:G1", "A2:A4", "B2:B4", "G2:G4", "C2:F2", "C3:D3", "E3:F3"):
        page.merge_cells(cells)
    book.save(tmp_path / "in/a.xlsx")
    (found,) = ledgers(tmp_path).tables()
    assert apply(LEDGER, found.rows).records.select("name", "valid_until").row(0) == ("甲公司", "2025-03-05")


@pytest.mark.parametrize("header", [[HEADER], HIGH])
def test_a_header_printed_on_every_page_is_no_record(header: Rows) -> None:
    """With its title above, its sub-total below, and blank rows in between, whatever the widths of its letters."""
    title = ["水务局行政许可台账", "2024年3月"]
    record = FIRST if header == [HEADER] else RECORD
    wide = [[cell.replace("号", "号 ").replace("(", "（") if cell else None for cell in row] for row in header]
    found = table(
        [title, *header, record, ["本页小计", "１"], [], title, *wide, [None, "　"], record, ["合计", "２件"]]
    )
    high = len(header)
    assert numbers(found) == [2 + high, 7 + 2 * high]


def test_blank_rows_in_the_middle_end_nothing() -> None:
    """A clerk who leaves rows empty goes on below them."""
    assert numbers(table([HEADER, FIRST, [], [None], ["", " "], [], SECOND])) == [2, 7]


def test_a_block_of_explanations_below_is_no_record() -> None:
    """What the template explains at its end is dropped, line by line."""
    block: Rows = [
        ["表格说明"],
        ["说明：1.逐项填写", "2.不得空项"],
        ["注：日期填到日"],
        ["填表人：张三", None, "2024年"],
    ]
    assert numbers(table([HEADER, FIRST, *block])) == [2]


@pytest.mark.parametrize("heading", ["４．文书编号", "文书编号　", "（必填）文书编号", "文\n书编号＊"])
def test_full_width_letters_in_headings_are_read(heading: str) -> None:
    """A heading is what it says, not how wide it was typed."""
    found = table([["单位名称", heading, "签发日期"], ["甲公司", "审1号", "2024-03-05"]])
    assert apply(LEDGER, found).records["document_number"].to_list() == ["审1号"]


def test_full_width_digits_in_cells_are_left_for_the_mapping() -> None:
    """Cells are handed on as they stand; what they mean is the mapping's business."""
    found = table([HEADER, ["１", "甲公司", "", "审〔２０２４〕１号", "２０２４．３．５", ""]])
    assert found["文书编号"].to_list() == ["审〔２０２４〕１号"]
    assert apply(LEDGER, found).records["decision_date"].to_list() == ["2024-03-05"]


WORD = st.text(st.sampled_from("水务局行政许可台账年月度统计表 0123456789"), max_size=8)
TITLES = st.lists(st.lists(st.one_of(st.none(), WORD), max_size=3), max_size=15)


@given(titles=TITLES, right=st.integers(0, 4), columns=st.permutations(HEADER), records=st.integers(0, 5))
@settings(deadline=None, max_examples=60)
def test_the_header_is_found_wherever_titles_stand(
    titles: list[list[str | None]], right: int, columns: list[str], records: int
) -> None:
    """Any title rows above, columns in any order, anything beside: the header is that row and no other."""
    aside: list[str | None] = [None] * right
    body = [[*aside, *(f"{HEADER.index(column)}值{number}" for column in columns)] for number in range(records)]
    cells = [tuple(row) for row in [*titles, [*aside, *columns], *body]]
    header = find_header(cells, TABLES.words, TABLES.fewest)
    assert header is not None
    assert (header.first, header.last) == (len(titles), len(titles))
    assert list(header.names.values()) == columns


@given(
    st.lists(st.lists(st.sampled_from([None, "", *HEADER, *FIRST, "合计", "说明：", "12"]), max_size=6), max_size=12)
)
@settings(deadline=None, max_examples=60)
def test_no_row_that_looks_like_a_record_is_lost(rows: list[list[str | None]]) -> None:
    """Whatever stands in a sheet, a row with a number, a name and three more cells that are no headings stays."""
    full = ["7", "丙公司", "91150100MA0N12340B", "审7号", "2024-04-01", "空"]
    found = table([HEADER, *rows, full])
    assert "丙公司" in found["单位名称"].to_list()
    assert TITLE in found.columns
