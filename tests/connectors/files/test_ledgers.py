"""Ledgers as clerks keep them: titles, merged cells, sub-totals, notes, and every kind of file that is none."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.chart import LineChart

from connectors.base import Table
from connectors.files import TITLE, FilesDeclared, LedgerFiles
from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.mapping import Mapping
from words.errors import BusinessError, DriftError, UsageError, YinxinError
from words.languages import choose

ROOT = Path(__file__).parents[3]
MAPPING = Mapping.parse((ROOT / "mappings/ledger.yaml").read_text(encoding="utf-8"), "mappings/ledger.yaml", "ledger")
HEADER = ["序号", "单位名称", "统一社会信用代码", "文书编号", "签发日期", "备注"]
FIRST = ["1", "甲公司", "91150100MA0N12340B", "审〔2024〕1号", "2024-03-05", "无"]
SECOND = ["2", "乙公司", "92150102MA0P56783P", "审〔2024〕2号", "2024-03-06", ""]
Cell = str | int | float | bool | date | None
Rows = Sequence[Sequence[Cell]]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of the ledgers."""
    made = tmp_path / "ledgers"
    made.mkdir()
    return made


def ledgers(folder: Path, **declared: str) -> LedgerFiles:
    """Return the connector of a folder."""
    made = FilesDeclared(kind="files", title="部门台账", folder=folder.name, mapping="ledger", still=0, **declared)
    return LedgerFiles("ledgers", made, MAPPING, folder.parent)


def put(
    folder: Path, rows: Rows, name: str = "台账.xlsx", *, sheet: str = "台账", others: dict[str, Rows] | None = None
) -> Path:
    """Write a workbook with one sheet, or more, each from its first row on."""
    book = openpyxl.Workbook()
    for title, lines in {sheet: rows, **(others or {})}.items():
        page = book.create_sheet(title)
        for number, line in enumerate(lines, start=1):
            for place, value in enumerate(line, start=1):
                if value is not None:
                    page.cell(number, place, value)
    book.remove(book.worksheets[0])
    book.save(folder / name)
    return folder / name


def only(folder: Path) -> Table:
    """Return the one table of a folder."""
    (table,) = ledgers(folder).tables()
    return table


def read(folder: Path, heading: str) -> list[str]:
    """Return one column of the one table of a folder."""
    return only(folder).rows[heading].to_list()


def rows_of(table: Table) -> list[int]:
    """Return the numbers of the rows as a person sees them."""
    return [int(key.rsplit("/", 1)[1]) for key in table.rows[ROW_KEY]]


def refused(folder: Path, family: type[YinxinError]) -> YinxinError:
    """Return why the ledgers of a folder are refused."""
    with pytest.raises(family) as error:
        ledgers(folder).tables()
    return error.value


def test_a_plain_ledger_is_read_as_it_stands(folder: Path) -> None:
    """Headings, cells as text, and where each row stands."""
    put(folder, [HEADER, FIRST, SECOND])
    table = only(folder)
    assert (table.place.file, table.place.sheet, table.place.row) == ("台账.xlsx", "台账", 1)
    assert table.rows.columns == [*HEADER, TITLE, ORIGIN, ROW_KEY]
    assert set(table.rows.dtypes) == {pl.String}
    assert table.rows.select(HEADER).rows() == [tuple(FIRST), tuple(SECOND)]
    assert table.rows[ORIGIN].to_list() == ["台账.xlsx › 台账 › row 2", "台账.xlsx › 台账 › row 3"]
    assert table.rows[ROW_KEY].to_list() == ["台账.xlsx/台账/2", "台账.xlsx/台账/3"]


def test_the_header_is_found_under_merged_titles(folder: Path) -> None:
    """Title rows belong to the title, wherever the header is."""
    file = put(folder, [["青城市水务局行政许可台账"], ["填报单位：水务局", None, None, "2024年"], [], HEADER, FIRST])
    book = openpyxl.load_workbook(file)
    book.worksheets[0].merge_cells("A1:F1")
    book.save(file)
    table = only(folder)
    assert table.place.row == 4
    assert table.rows[TITLE].to_list() == ["青城市水务局行政许可台账 填报单位：水务局 2024年"]
    assert rows_of(table) == [5]
    assert apply(MAPPING, table.rows).records["authority_name"].to_list() == ["青城市水务局"]


@pytest.mark.parametrize("down", [0, 1, 3])
@pytest.mark.parametrize("right", [0, 1, 4])
def test_row_numbers_are_those_a_person_sees(folder: Path, down: int, right: int) -> None:
    """Empty rows above and columns beside never shift a row."""
    aside: list[Cell] = [None] * right
    put(folder, [*([[]] * down), *([*aside, *line] for line in (HEADER, FIRST, [], SECOND))])
    table = only(folder)
    assert table.place.row == down + 1
    assert rows_of(table) == [down + 2, down + 4]
    assert table.rows["单位名称"].to_list() == ["甲公司", "乙公司"]


@pytest.mark.parametrize(
    "line",
    [
        ["小计", None, 12],
        ["3月小计", None, 12],
        ["合计", 36],
        ["合　计", None, None, "36"],
        [None, "总计：", "36件"],
        ["合计：共36件", None, "其中普通36件"],
        ["累计办理", "360件"],
        ["本页小计", "12"],
        ["说明：本表一式两份", "盖章有效"],
        ["说明:本表一式两份", "盖章有效"],
        ["注：1.按月填报", "2.不得漏报"],
        ["表格说明", "日期填到日"],
        ["填表人：张三", None, None, "审核人：李四"],
        ["制表人：张三", "审核人：李四", "单位负责人：王五", "填表日期：2024年3月31日"],
        ["审核人：", "李四"],
        ["以上为全部内容"],
        [None, None, "（盖章）"],
        ["", " ", "　"],
        HEADER,
        ["青城市水务局行政许可台账"],
    ],
)
def test_what_is_no_record_is_dropped(folder: Path, line: list[Cell]) -> None:
    """Sub-totals, notes, signatures, blank lines, and the header of the next printed page."""
    put(folder, [HEADER, FIRST, line, SECOND, line])
    table = only(folder)
    assert table.rows["单位名称"].to_list() == ["甲公司", "乙公司"]
    assert rows_of(table) == [2, 4]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "合计科技有限公司",
            "青城合计商贸有限公司",
            "小计便利店",
            "某某合计",
            "说明书印刷厂",
            "总计划设计院",
            "累计网络公司",
        ),
        *("本页书店", "注释文化公司", "审核人才公司", "制表人力资源公司", "备注科技有限公司"),
    ],
)
@pytest.mark.parametrize("numbered", [True, False])
def test_a_company_named_like_a_total_is_kept(folder: Path, name: str, numbered: bool) -> None:
    """A row with a record's values is a record, whatever the company is called."""
    put(folder, [line if numbered else line[1:] for line in (HEADER, FIRST, ["2", name, *SECOND[2:]])])
    assert read(folder, "单位名称") == ["甲公司", name]


@pytest.mark.parametrize(
    "line", [["合计", "2"], ["3月小计", None, "2"], ["制表人：张三", "审核人：李四", "2024-03-31"]]
)
def test_a_total_is_dropped_from_a_narrow_ledger_too(folder: Path, line: list[Cell]) -> None:
    """Three columns leave little room to be mostly empty."""
    put(folder, [["单位名称", "文书编号", "签发日期"], ["甲公司", "审1号", "2024-03-05"], line])
    assert read(folder, "单位名称") == ["甲公司"]


def test_a_department_may_have_its_own_words_for_totals(folder: Path) -> None:
    """The words are declared."""
    put(folder, [HEADER, FIRST, ["月结", None, "12"]])
    (table,) = ledgers(folder).tables()
    assert table.rows.height == 2
    made = FilesDeclared(kind="files", title="t", folder=folder.name, mapping="ledger", still=0, totals=("月结",))
    (table,) = LedgerFiles("l", made, MAPPING, folder.parent).tables()
    assert table.rows.height == 1


def test_digits_typed_as_text_are_kept_exactly(folder: Path) -> None:
    """Leading noughts and eighteen digits are codes, not numbers."""
    put(folder, [HEADER, ["01", "甲公司", "111501000115123436", "000100000236", "20240305", "1.0"]])
    assert only(folder).rows.select(HEADER).row(0) == (
        *("01", "甲公司", "111501000115123436", "000100000236", "20240305", "1.0"),
    )


@given(cells=st.lists(st.text("0123456789", min_size=1, max_size=40), min_size=6, max_size=6))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_digits_typed_as_text_are_kept_exactly(tmp_path: Path, cells: list[str]) -> None:
    """However long, and with however many noughts."""
    (folder := tmp_path / "ledgers").mkdir(exist_ok=True)
    put(folder, [HEADER, cells])
    assert only(folder).rows.select(HEADER).row(0) == tuple(cells)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2024, 3, 5), "2024-03-05"),
        (datetime(2024, 3, 5, 9, 30), "2024-03-05"),  # noqa: DTZ001 - a cell has no zone
        (45366, "2024-03-15"),
        (45366.0, "2024-03-15"),
        (45366.395833, "2024-03-15"),
        (20240305, "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
        ("２０２４．３．５", "2024-03-05"),
        ("长期", "2099-12-31"),
        (date(9999, 12, 31), "2099-12-31"),
    ],
)
def test_days_of_every_cell_type_are_days(folder: Path, cell: Cell, day: str) -> None:
    """Real dates, serials, numbers and texts stand in one column."""
    put(folder, [HEADER, [*FIRST[:4], cell]])
    assert apply(MAPPING, only(folder).rows).records["decision_date"].to_list() == [day]


def test_numbers_are_written_without_a_point(folder: Path) -> None:
    """A document number that Excel made a number is still its digits."""
    put(folder, [HEADER, [1, "甲公司", True, 12, 45366, 0.5], [2, "乙公司", None, 1234567890123, 45366, None]])
    table = only(folder)
    assert table.rows["文书编号"].to_list() == ["12", "1234567890123"]
    assert table.rows["序号"].to_list() == ["1", "2"]
    assert table.rows["备注"].to_list() == ["0.5", ""]


def test_every_sheet_with_records_is_a_table(folder: Path) -> None:
    """One sheet a month, an empty one, a note, a list for drop-downs, a chart, one that somebody hid."""
    notes = [["本表每月填报", "见通知"], ["谢谢"]]
    others: dict[str, Rows] = {"4月": [HEADER, SECOND], "Sheet3": [], "说明": notes, "字典": [["普通"], ["特许"]]}
    file = put(folder, [HEADER, FIRST], sheet="3月", others=others)
    book = openpyxl.load_workbook(file)
    book["字典"].sheet_state = "veryHidden"
    book["4月"].sheet_state = "hidden"
    book.create_chartsheet("图").add_chart(LineChart())
    book.save(file)
    tables = ledgers(folder).tables()
    assert [(table.place.sheet, table.rows["单位名称"].to_list()) for table in tables] == [
        ("3月", ["甲公司"]),
        ("4月", ["乙公司"]),
    ]


def test_hidden_rows_and_columns_are_read(folder: Path) -> None:
    """A filter that somebody left on hides nothing from an audit."""
    file = put(folder, [HEADER, FIRST, SECOND])
    book = openpyxl.load_workbook(file)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.worksheets[0].column_dimensions["D"].hidden = True
    book.save(file)
    assert read(folder, "文书编号") == [FIRST[3], SECOND[3]]


def test_a_header_over_two_rows_is_one_header(folder: Path) -> None:
    """Groups above, their columns below, single columns merged downwards."""
    file = put(
        folder,
        [
            ["台账"],
            ["序号", "单位名称", "统一社会信用代码", "文书编号", "签发日期", "有效期", None, "许可机关"],
            [None, None, None, None, None, "有效期自", "有效期至", None],
            ["1", "甲公司", "91150100MA0N12340B", "审1号", "2024-03-05", "2024-03-05", "长期", "水务局"],
        ],
    )
    book = openpyxl.load_workbook(file)
    for cells in ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:G2", "H2:H3"):
        book.worksheets[0].merge_cells(cells)
    book.save(file)
    table = only(folder)
    assert (table.place.row, rows_of(table), table.rows[TITLE].to_list()) == (3, [4], ["台账"])
    made = apply(MAPPING, table.rows).records
    wanted = ("name", "valid_from", "valid_until", "authority_name")
    assert made.select(wanted).row(0) == ("甲公司", "2024-03-05", "2099-12-31", "水务局")


def test_the_words_of_a_group_and_its_columns_are_read_together(folder: Path) -> None:
    """有效期 over 起 and 止."""
    head = ["单位名称", "文书编号", "签发日期", "有效期", None]
    put(folder, [head, [None, None, None, "起", "止"], ["甲公司", "审1号", "2024-03-05", "2024-03-05", "2025-03-05"]])
    made = apply(MAPPING, only(folder).rows).records
    assert made.select("valid_from", "valid_until").row(0) == ("2024-03-05", "2025-03-05")


def test_columns_merged_beside_groups_keep_their_heading(folder: Path) -> None:
    """Most headings stand in the lower row, some only in the upper one."""
    put(
        folder,
        [
            ["水务局行政许可台账"],
            ["序号", "申请人", None, "许可文件", None, "签发日期", "备注"],
            [None, "单位名称", "统一社会信用代码", "文书编号", "证书编号", None, None],
            ["1", "甲公司", "91150100MA0N12340B", "审1号", "证1号", "2024-03-05", "无"],
        ],
    )
    table = only(folder)
    assert (table.place.row, rows_of(table)) == (3, [4])
    assert table.rows[TITLE].to_list() == ["水务局行政许可台账"]
    assert apply(MAPPING, table.rows).records["decision_date"].to_list() == ["2024-03-05"]


def test_a_first_record_is_never_taken_for_a_second_header_row(folder: Path) -> None:
    """A value that happens to be a heading's word is a value."""
    put(folder, [HEADER, ["1", "甲公司", "", "审1号", "2024-03-05", "负责人"], SECOND])
    assert rows_of(only(folder)) == [2, 3]


def test_columns_without_a_heading_are_left_alone(folder: Path) -> None:
    """Scribbled remarks beside the table are nobody's field."""
    put(folder, [[*HEADER, None, None], [*FIRST, None, "已电话核实"], SECOND])
    table = only(folder)
    assert table.rows.columns == [*HEADER, TITLE, ORIGIN, ROW_KEY]
    assert table.rows.height == 2


@pytest.mark.parametrize("heading", ["文书编号 *", "4.文书编号（必填）：", "文书\n编号", "文 书 编 号", "＊文书编号"])
def test_dressed_headings_are_found(folder: Path, heading: str) -> None:
    """Whatever a department typed around a heading, its column is read."""
    put(folder, [["单位名称*", heading, "签发日期："], ["甲公司", "审1号", "2024-03-05"]])
    made = apply(MAPPING, only(folder).rows).records
    assert made.select("name", "document_number", "decision_date").row(0) == ("甲公司", "审1号", "2024-03-05")


def test_two_headings_for_one_field_stop_the_reading(folder: Path) -> None:
    """Two names of one thing in one sheet are for a person to sort out."""
    put(folder, [[*HEADER, "企业名称"], [*FIRST, "丙公司"]])
    table = only(folder)
    with pytest.raises(DriftError) as error:
        apply(MAPPING, table.rows, place=table.place)
    place = error.value.place
    assert (error.value.code, place.file, place.sheet, place.row) == ("two-columns", "台账.xlsx", "台账", 1)


def test_a_heading_that_stands_twice_is_named(folder: Path) -> None:
    """File, sheet, row and heading."""
    put(folder, [["标题"], [*HEADER, "备注"], [*FIRST, "再"]])
    error = refused(folder, DriftError)
    place = error.place
    assert (error.code, place.file, place.sheet, place.row, place.field) == (
        *("heading-twice", "台账.xlsx", "台账", 2, "备注"),
    )


def test_a_ledger_without_a_known_header_is_named(folder: Path) -> None:
    """A department that renamed everything is noticed, not skipped."""
    put(folder, [["甲", "乙", "丙"], ["1", "2", "3"]], others={"丁": [["x", "y"], ["1", "2"]]})
    error = refused(folder, DriftError)
    assert (error.code, error.place.file, error.place.sheet) == ("no-header", "台账.xlsx", "台账, 丁")
    assert "ledger" in error.todo


@pytest.mark.parametrize("rows", [[], [["台账"]]])
def test_an_unused_workbook_has_no_rows(folder: Path, rows: Rows) -> None:
    """A department without decisions hands in an empty form."""
    put(folder, rows)
    assert ledgers(folder).tables() == []


def test_a_header_alone_is_a_table_without_rows(folder: Path) -> None:
    """Nothing decided this month, and the columns are still checked."""
    put(folder, [["台账"], HEADER])
    table = only(folder)
    assert table.rows.height == 0
    assert table.rows.columns == [*HEADER, TITLE, ORIGIN, ROW_KEY]


def test_an_empty_folder_has_no_rows(folder: Path) -> None:
    """Nobody has handed in anything yet."""
    assert ledgers(folder).tables() == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A mistyped folder is not an empty one."""
    error = refused(tmp_path / "ledgers", UsageError)
    assert (error.code, error.place.system) == ("no-ledger-folder", "部门台账")
    assert str(error.place.file).endswith("ledgers")


@pytest.mark.parametrize("lock", ["~$台账.xlsx", ".~lock.台账.xlsx#", ".~台账.xlsx", "._台账.xlsx"])
def test_the_lock_files_of_office_programs_are_ignored(folder: Path, lock: str) -> None:
    """A clerk who has the ledger open in Excel, WPS or LibreOffice stops nobody."""
    put(folder, [HEADER, FIRST])
    (folder / lock).write_bytes(b"lock")
    (folder / "读我.txt").write_text("x", encoding="utf-8")
    (folder / "旧.xlsx").mkdir()
    assert read(folder, "单位名称") == ["甲公司"]


@pytest.mark.parametrize("name", ["台账.XLSX", "台账.Xlsx", "台账.xlsm"])
def test_capital_endings_are_workbooks_too(folder: Path, name: str) -> None:
    """Old exports shout; a ledger is never missed for that."""
    put(folder, [HEADER, FIRST]).rename(folder / name)
    assert read(folder, "单位名称") == ["甲公司"]


def test_files_are_read_in_the_order_of_their_names(folder: Path) -> None:
    """The same folder gives the same tables; the pattern chooses."""
    for name in ("b.xlsx", "a.xlsx", "c.xlsx"):
        put(folder, [HEADER, FIRST], name)
    assert [table.place.file for table in ledgers(folder).tables()] == ["a.xlsx", "b.xlsx", "c.xlsx"]
    assert [table.place.file for table in ledgers(folder, pattern="B*").tables()] == ["b.xlsx"]


OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "not-a-workbook"),
        ("a.xlsx", "序号,单位名称\n".encode("gb18030"), "not-a-workbook"),
        ("a.xlsx", b"PK\x03\x04" + bytes(200), "not-a-workbook"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "not-a-workbook"),
        ("a.xls", OLE + bytes(4000), "not-a-workbook"),
        ("a.xlsx", OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1000), "ledger-protected"),
    ],
)
def test_what_is_no_workbook_is_named(folder: Path, name: str, content: bytes, code: str) -> None:
    """Text, web pages and remains under a workbook's name, and workbooks with a password, each for a clerk."""
    (folder / name).write_bytes(content)
    error = refused(folder, BusinessError)
    assert (error.code, error.place.file, error.exit_code) == (code, name, 1)


def test_an_unreadable_ledger_hides_no_other(folder: Path) -> None:
    """The departments that handed in a workbook are read, and each that did not is told."""
    put(folder, [HEADER, FIRST], "b.xlsx")
    for name in ("a.xlsx", "c.xlsx"):
        (folder / name).write_bytes(b"broken")
    tables, unreadable = ledgers(folder).readable()
    assert [table.place.file for table in tables] == ["b.xlsx"]
    assert [error.place.file for error in unreadable] == ["a.xlsx", "c.xlsx"]
    assert refused(folder, BusinessError).place.file == "a.xlsx"


def test_a_workbook_that_is_cut_off_is_named(folder: Path) -> None:
    """A copy that broke off, at any point, is no workbook and no crash."""
    file = put(folder, [HEADER, FIRST])
    content = file.read_bytes()
    for length in range(1, len(content), len(content) // 40):
        file.write_bytes(content[:length])
        assert refused(folder, BusinessError).code == "not-a-workbook"


@pytest.fixture(scope="module")
def office() -> str:
    """Return the program that writes old workbooks."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        pytest.skip("no LibreOffice here to write an .xls with")
    return found


def test_old_workbooks_are_read_the_same(folder: Path, tmp_path: Path, office: str) -> None:
    """An .xls of the year 2003 has the same rows, digits and days, also under the ending that WPS gives it."""
    rows: Rows = [
        ["台账"],
        HEADER,
        ["1", "甲公司", "111501000115123436", "000100000236", date(2024, 3, 5), "无"],
        ["合计", "1"],
    ]
    file = put(tmp_path, rows)
    profile = f"-env:UserInstallation=file://{tmp_path}/office"
    command = [office, "--headless", profile, "--convert-to", "xls", "--outdir", str(folder), str(file)]
    done = subprocess.run(command, capture_output=True, timeout=50, check=False)
    if not (folder / "台账.xls").exists():
        pytest.skip(f"LibreOffice wrote no .xls: {done.stderr.decode(errors='replace')}")
    table = only(folder)
    assert rows_of(table) == [3]
    assert table.rows.select(HEADER[:4]).row(0) == ("1", "甲公司", "111501000115123436", "000100000236")
    assert apply(MAPPING, table.rows).records["decision_date"].to_list() == ["2024-03-05"]
    (folder / "台账.xls").rename(folder / "台账.et")
    (again,) = ledgers(folder, pattern="*.et").tables()
    assert again.rows.select(HEADER).equals(table.rows.select(HEADER))
