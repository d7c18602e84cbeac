"""Every form of file is read as the text that stands in it, and what is written comes back as it was."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from connectors.base import Table
from connectors.files.declared import Drop, Limits, Reading
from connectors.files.opening import sheets_of
from connectors.files.tables import TITLE, Tables
from connectors.files.writing import written
from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.headers import plain_header
from tests.connectors.files.drawers import FIRST, HEADER, LEDGER, SECOND, ledgers, lines, values
from words.errors import BusinessError, UsageError
from words.languages import choose

TEXT = lines([HEADER, FIRST, SECOND])


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder that is read."""
    (made := tmp_path / "in").mkdir()
    return made


def only(folder: Path, text: str = "") -> Table:
    """Return the one table of a folder."""
    (table,) = ledgers(folder.parent, text).tables()
    return table


def refused(folder: Path, text: str = "") -> BusinessError:
    """Return why the one file of a folder is refused."""
    with pytest.raises(BusinessError) as error:
        ledgers(folder.parent, text).tables()
    return error.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_of_text_are_found(folder: Path, encoding: str, delimiter: str) -> None:
    """Whatever program wrote the text, its cells are the same."""
    (folder / "台账.csv").write_bytes(
        lines([["水务局行政许可台账"], [], HEADER, FIRST, SECOND], delimiter).encode(encoding)
    )
    table = only(folder)
    assert values(table) == [tuple(FIRST), tuple(SECOND)]
    assert (table.place.file, table.place.sheet, table.place.row) == ("台账.csv", None, 3)
    assert table.rows[TITLE].to_list() == ["水务局行政许可台账"] * 2
    assert table.rows[ORIGIN].to_list() == ["台账.csv › row 4", "台账.csv › row 5"]
    assert table.rows[ROW_KEY].to_list() == ["台账.csv/4", "台账.csv/5"]


def test_a_comma_in_a_cell_is_no_delimiter(folder: Path) -> None:
    """The delimiter is the one that shows the headings, however many others stand in the cells."""
    row = [*FIRST[:5], "一,二,三,四,五,六,七;八;九"]
    (folder / "a.txt").write_text(lines([HEADER, row], "\t"), encoding="gb18030")
    assert values(only(folder)) == [tuple(row)]


def test_cells_with_line_breaks_and_quotes_are_one_cell(folder: Path) -> None:
    """A remark of two lines is no second record."""
    (folder / "a.csv").write_text(f'{",".join(HEADER)}\n{",".join(FIRST[:5])},"一\n""二"""\n', encoding="utf-8")
    assert only(folder).rows["备注"].to_list() == ['一\n"二"']


def test_digits_in_text_stay_digits(folder: Path) -> None:
    """Noughts in front, eighteen digits, and what an export wrote to keep them from a spreadsheet."""
    row = ["01", "甲公司", '="111501000115123436"', "000100000236", "20240305", "1.0"]
    (folder / "a.csv").write_text(lines([HEADER, row]), encoding="utf-8")
    assert values(only(folder)) == [("01", "甲公司", "111501000115123436", "000100000236", "20240305", "1.0")]


@pytest.mark.parametrize(
    "line", [["合计", "2"], ["表格说明", "日期填到日"], ["填表人：张三", "", "", "审核人：李四"], HEADER, [""]]
)
def test_totals_and_notes_in_text_are_no_records(folder: Path, line: list[str]) -> None:
    """A text has the same sub-totals, notes and blank lines as a workbook."""
    (folder / "a.csv").write_text(lines([HEADER, FIRST, line, SECOND, line]), encoding="utf-8")
    assert only(folder).rows["单位名称"].to_list() == ["甲公司", "乙公司"]


def test_a_declared_encoding_and_delimiter_win(folder: Path) -> None:
    """What a person knows is not guessed."""
    (folder / "a.csv").write_bytes(lines([HEADER, FIRST], "^").encode("utf-16-le"))
    assert values(only(folder, 'reading: {encoding: utf-16-le, delimiter: "^"}')) == [tuple(FIRST)]


def test_text_in_no_known_encoding_is_named(folder: Path) -> None:
    """Bytes that are no text are a clerk's business, by file."""
    (folder / "a.csv").write_bytes(b"\xff\xff\x81\x20,1\n")
    assert (refused(folder).code, refused(folder).place.file) == ("unknown-encoding", "a.csv")


XML = """<?xml version="1.0" encoding="{encoding}"?>
<DATAS batch="7"><HEAD><DEPT>水务局</DEPT></HEAD>
<DATA><单位名称>甲公司</单位名称><文书编号>0012</文书编号><签发日期>2024-03-05</签发日期><files><file>1</file><file>2</file></files></DATA>
<DATA 文书编号="34"><单位名称>乙&amp;公司</单位名称><x:签发日期 xmlns:x="urn:x">20240306</x:签发日期></DATA></DATAS>"""


@pytest.mark.parametrize("encoding", ["utf-8", "GBK", "gb18030", "utf-16"])
def test_the_records_of_xml_are_found(folder: Path, encoding: str) -> None:
    """The element with most known words is the record; elements, attributes and inner elements are its columns."""
    (folder / "a.xml").write_bytes(XML.format(encoding=encoding).encode(encoding))
    table = only(folder)
    assert values(table, "单位名称", "文书编号", "签发日期") == [
        ("甲公司", "0012", "2024-03-05"),
        ("乙&公司", "34", "20240306"),
    ]
    assert table.rows["file"].to_list() == ["1;2", ""]
    assert table.rows[ROW_KEY].to_list() == ["a.xml/1", "a.xml/2"]
    assert apply(LEDGER, table.rows).records["decision_date"].to_list() == ["2024-03-05", "2024-03-06"]


def test_the_records_of_xml_may_be_declared(folder: Path) -> None:
    """One record alone, and words that no mapping knows, are found by the element's name."""
    (folder / "a.xml").write_text(
        "<r><item><单位名称>甲</单位名称></item><other><z>1</z></other></r>", encoding="utf-8"
    )
    assert values(only(folder, "reading: {records: item}"), "单位名称") == [("甲",)]


@pytest.mark.parametrize("text", ["<a><b></a>", "", "<a>\x01</a>", '<?xml version="1.0" encoding="x-none"?><a'])
def test_what_is_no_xml_is_named(folder: Path, text: str) -> None:
    """A copy that broke off is told by file."""
    (folder / "a.xml").write_text(text, encoding="utf-8")
    assert (refused(folder).code, refused(folder).place.file) == ("not-xml", "a.xml")


JSON = {"code": 0, "labels": [{"a": 1}, {"a": 2}, {"a": 3}], "data": {"list": [
    {"单位名称": "甲公司", "文书编号": 12, "签发日期": "2024-03-05", "more": {"备注": None}, "ok": True},
    {"单位名称": "乙公司", "文书编号": 3.10, "签发日期": "2024-03-06"},
]}}  # fmt: skip


def test_the_records_of_json_are_found_and_numbers_stay_as_written(folder: Path) -> None:
    """The list with known words, inner keys by their own name, and eighteen digits that no float would hold."""
    text = json.dumps(JSON, ensure_ascii=False).replace("12,", "911501000000000012,").replace("3.1,", "3.10,")
    (folder / "a.json").write_text(text, encoding="utf-8")
    table = only(folder)
    assert values(table, "单位名称", "文书编号", "备注", "ok") == [
        ("甲公司", "911501000000000012", "", "true"),
        ("乙公司", "3.10", "", ""),
    ]
    assert only(folder, "reading: {records: data.list}").rows.equals(table.rows)


def test_json_lines_are_records(folder: Path) -> None:
    """One object in each line; a line that is none is named."""
    record = {"单位名称": "甲公司", "文书编号": "1", "签发日期": "2024-03-05"}
    (folder / "a.jsonl").write_text(f"{json.dumps(record)}\n\n{json.dumps(record)}\n", encoding="utf-8")
    assert only(folder).rows.height == 2
    (folder / "a.jsonl").write_text(f"{json.dumps(record)}\n[1]\n", encoding="utf-8")
    assert (refused(folder).code, refused(folder).place.line) == ("file-not-json", 2)


@pytest.mark.parametrize(
    ("text", "code"), [("{", "file-not-json"), ("[" * 99999, "file-not-json"), ('{"a": 1}', "no-records")]
)
def test_what_is_no_json_is_named(folder: Path, text: str, code: str) -> None:
    """Broken text, brackets without an end, and an answer without a list."""
    (folder / "a.json").write_text(text, encoding="utf-8")
    assert refused(folder).code == code


def test_the_files_in_a_packed_file_are_read(folder: Path) -> None:
    """Each inside by its own ending, in the order of their names, and nothing that a system put in besides."""
    with zipfile.ZipFile(folder / "三月.zip", "w") as packed:
        for name, text in {
            "b.csv": TEXT,
            "a/c.json": json.dumps(JSON),
            "__MACOSX/b.csv": "x",
            "a/.DS_Store": "x",
        }.items():
            packed.writestr(name, text)
    found = ledgers(folder.parent).tables()
    assert [table.place.file for table in found] == ["三月.zip/a/c.json", "三月.zip/b.csv"]


def test_a_packed_file_with_chinese_names(folder: Path) -> None:
    """Names in GBK without the flag for UTF-8 are the names a person gave."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("xxxx.csv", TEXT)
    (folder / "a.zip").write_bytes(packed.getvalue().replace(b"xxxx.csv", "台账".encode("gbk") + b".csv"))
    assert only(folder).place.file == "a.zip/台账.csv"


OPEN = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="台账">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def test_open_documents_are_read(folder: Path) -> None:
    """A sheet of LibreOffice has the same cells, rows and digits."""
    cell = '<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    cells = [HEADER[1:], ["甲公司", "", "000100000236", "2024-03-05", "无"]]
    rows = ["".join(cell.format(text=text) for text in row) for row in cells]
    with zipfile.ZipFile(folder / "a.ods", "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
        packed.writestr(
            "content.xml", OPEN.format(rows="".join(f"<table:table-row>{row}</table:table-row>" for row in rows))
        )
    table = only(folder)
    assert values(table, "单位名称", "文书编号", "签发日期") == [("甲公司", "000100000236", "2024-03-05")]
    assert table.place.sheet == "台账"


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=12)
ROWS = st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=5)
Form = Literal["csv", "xlsx", "xml", "json", "jsonl"]
COLUMNS = ["单位名称", "文书编号", "签发日期", "备注"]


@pytest.mark.parametrize(
    ("form", "encoding"),
    [("xlsx", "utf-8"), *itertools.product(("csv", "xml", "json", "jsonl"), ("utf-8", "gb18030", "utf-16"))],
)
@given(rows=ROWS)
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_of_text_comes_back_as_it_was_written(form: Form, encoding: str, rows: list[list[str]]) -> None:
    """What is put into a receiver's form is, read again, the same text in every cell."""
    assume(
        not any(
            cell.startswith('="') or cell.strip("\ufeff") != cell or "\uffff" in cell or "\ufffe" in cell
            for row in rows
            for cell in row
        )
    )
    table = pl.DataFrame([[f"甲{row[0]}", f"号{row[1]}", *row[2:]] for row in rows], schema=COLUMNS, orient="row")
    drop = Drop(folder="out", name="{number}", form=form)
    content = written(table, drop, encoding, "t")
    words = frozenset(map(plain_header, COLUMNS))
    sheets = sheets_of(content, f"a.{form}", Reading(), Limits(), words)
    (found,) = Tables(words, 3, (), "t").of("a", sheets)
    assert found.rows.select(COLUMNS).rows() == table.rows()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://a.b", "{=1}", "000123", "1e5"])
def test_nothing_in_a_workbook_becomes_a_formula_a_number_or_a_link(cell: str) -> None:
    """Every cell is a string, whatever it begins with."""
    import openpyxl

    rows = pl.DataFrame({"a": [cell]})
    book = openpyxl.load_workbook(
        io.BytesIO(written(rows, Drop(folder="o", name="{number}", form="xlsx"), "utf-8", "t"))
    )
    (found,) = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert (found.value, found.data_type, found.hyperlink) == (cell, "s", None)


def test_text_is_not_altered_for_spreadsheets_unless_that_is_declared() -> None:
    """A payload is what the profile made of it; only a receiver that asks for it gets the apostrophe."""
    rows = pl.DataFrame({"a": ["=1+1"]})
    assert written(rows, Drop(folder="o", name="{number}"), "utf-8", "t") == b"a\r\n=1+1\r\n"
    assert written(rows, Drop(folder="o", name="{number}", guard=True), "utf-8", "t") == b"a\r\n'=1+1\r\n"


@pytest.mark.parametrize(
    ("more", "cell"),
    [
        ({"form": "csv", "encoding": "gbk"}, "𠮷"),
        ({"form": "csv", "quoting": "none"}, "a,b"),
        ({"form": "xml"}, "\x01"),
        ({"form": "xlsx"}, "长" * 40_000),
    ],
)
def test_what_a_form_cannot_hold_is_refused(more: dict[str, str], cell: str) -> None:
    """A text is never cut, dropped or replaced on its way."""
    drop = Drop.model_validate({"folder": "o", "name": "{number}", **more})
    with pytest.raises(BusinessError) as error:
        written(pl.DataFrame({"a": [cell]}), drop, drop.encoding or "utf-8", "t")
    assert error.value.code == "unwritable-text"


def test_a_heading_that_is_no_element_is_named() -> None:
    """Headings with brackets stand in workbooks; XML has the field codes."""
    with pytest.raises(UsageError) as error:
        written(pl.DataFrame({"名称（全称）": ["a"]}), Drop(folder="o", name="{number}", form="xml"), "utf-8", "t")
    assert error.value.code == "not-an-element"
