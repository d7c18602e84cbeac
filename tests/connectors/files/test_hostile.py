"""Files from anywhere: nothing in them is run, fetched, opened or unpacked beyond what it may be."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from connectors.files.extents import of_binary
from tests.connectors.files.drawers import FIRST, HEADER, SECOND, ledgers, lines, values
from words.errors import BusinessError, YinxinError
from words.languages import choose

TEXT = lines([HEADER, FIRST])
SMALL = "limits: {size: 1, unpacked: 3, ratio: 50, entries: 20}"


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


def refused(folder: Path, text: str = "") -> str:
    """Return the code of the error by which the one file of a folder is refused, with its name."""
    tables, errors = ledgers(folder.parent, text).readable()
    assert tables == []
    assert isinstance(errors[0], BusinessError)
    assert errors[0].place.file == next(folder.iterdir()).name
    return errors[0].code


def book(*rows: Sequence[object]) -> bytes:
    """Return a workbook as openpyxl writes it: formulas without values."""
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(list(row))
    made.worksheets[0].title = "台账"
    made.save(content := io.BytesIO())
    return content.getvalue()


def with_parts(content: bytes, parts: dict[str, bytes]) -> bytes:
    """Return a packed file with more parts, or others in their place."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            made.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            made.writestr(name, parts[name])
    return new.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    """Return a packed file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def lying(content: bytes, part: str, size: int) -> bytes:
    """Return a packed file whose list of contents says that a part is smaller than it is, checksum and all."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        check = zlib.crc32(file.read(part)[:size])
    changed = bytearray(content)
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(part.encode()))
    start = struct.unpack_from("<I", content, at + 42)[0]
    struct.pack_into("<I", changed, at + 16, check)
    struct.pack_into("<I", changed, at + 24, size)
    struct.pack_into("<I", changed, start + 14, check)
    struct.pack_into("<I", changed, start + 22, size)
    return bytes(changed)


BOMB = b"0" * 5_000_000


@pytest.mark.parametrize("name", ["a.xlsx", "a.xlsm", "a.ods", "a.xlsb"])
def test_a_workbook_that_grows_too_much_is_not_opened(folder: Path, name: str) -> None:
    """Five megabytes of noughts in five kilobytes are no ledger."""
    (folder / name).write_bytes(with_parts(book(HEADER, FIRST), {"xl/media/a.bin": BOMB}))
    assert refused(folder, SMALL) == "zip-unsafe"


def test_a_packed_file_that_grows_too_much_is_not_opened(folder: Path) -> None:
    """The same for text in a packed file."""
    (folder / "a.zip").write_bytes(packed({"a.csv": BOMB}))
    assert refused(folder, SMALL) == "zip-unsafe"


def test_a_file_with_too_many_parts_is_not_opened(folder: Path) -> None:
    """A thousand small files are as heavy as a large one."""
    (folder / "a.zip").write_bytes(packed({f"{number}.csv": b"x" for number in range(21)}))
    assert refused(folder, SMALL) == "zip-unsafe"


def test_a_file_that_is_too_large_is_not_opened(folder: Path) -> None:
    """On its own, or all of its parts together."""
    (folder / "a.csv").write_bytes(bytes(1_000_001))
    assert refused(folder, SMALL) == "file-too-large"
    (folder / "a.csv").unlink()
    (folder / "a.zip").write_bytes(packed({f"{number}.csv": b"ab" * 450_000 for number in range(4)}))
    assert refused(folder, SMALL) == "file-too-large"


def test_a_workbook_that_says_less_than_it_holds_is_not_opened(folder: Path) -> None:
    """The list of contents is what an attacker writes; what counts is what comes out."""
    content = with_parts(book(HEADER, FIRST), {"xl/worksheets/sheet2.xml": BOMB})
    (folder / "a.xlsx").write_bytes(lying(content, "xl/worksheets/sheet2.xml", 1000))
    assert refused(folder, SMALL) == "zip-unsafe"


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
OPEN_SHEET = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="a">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
FAR = [
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    '<row r="1"><c r="A1048576"><v>1</v></c><c r="xfd1"><v>1</v></c></row>',
    '<row r="1048576">' + "<c><v>1</v></c>" * 3000 + "</row>",
    "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    '<row r="1"><c r="A1"><v>1</v></c><x:c r="XFD1048576"><x:v>1</x:v></x:c></row>',
    '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    '<row r="9"><c\tr="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>',
]


@pytest.mark.parametrize("row", FAR)
def test_a_cell_that_lies_too_far_away_is_not_made_room_for(folder: Path, row: str) -> None:
    """Five hundred gigabytes would be asked for at once, and nobody could refuse them any more."""
    sheet = SHEET.format(row).replace("<worksheet ", '<worksheet xmlns:x="x" ')
    (folder / "a.xlsx").write_bytes(with_parts(book(HEADER, FIRST), {"xl/worksheets/sheet1.xml": sheet.encode()}))
    assert refused(folder) == "zip-unsafe"


def test_a_sheet_under_any_name_is_measured(folder: Path) -> None:
    """Which part is a sheet is said elsewhere in the file, so every part is looked at."""
    content = with_parts(book(HEADER, FIRST), {"xl/other.dat": SHEET.format(FAR[0]).encode()})
    (folder / "a.xlsx").write_bytes(content)
    assert refused(folder) == "zip-unsafe"


@pytest.mark.parametrize(
    "rows",
    [
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" '
        'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>',
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
        "<table:table-cell><text:p>x</text:p></table:table-cell>"
        "</table:table-row>",
    ],
)
def test_a_cell_that_is_repeated_too_often_is_not_made_room_for(folder: Path, rows: str) -> None:
    """The same in an OpenDocument, where one cell may stand for a whole sheet."""
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": OPEN_SHEET.format(rows).encode(),
    }
    (folder / "a.ods").write_bytes(packed(parts))
    assert refused(folder) == "zip-unsafe"


def test_a_far_cell_in_a_binary_workbook_is_seen() -> None:
    """A row's header and a cell's record say where it is."""
    row, cell, blank = (1048575).to_bytes(4, "little"), (16383).to_bytes(4, "little"), (9).to_bytes(4, "little")
    records = b"\x91\x01\x00" + b"\x00\x19" + row + bytes(21) + b"\x01\x08" + blank + bytes(4)
    assert of_binary(records) == 0
    assert of_binary(records + b"\x05\x10" + cell + bytes(12)) == 1048576 * 16384


def test_far_cells_without_anything_in_them_are_only_formats(folder: Path) -> None:
    """A row that somebody coloured to its end is no large sheet; a wide and a long one are read."""
    made = openpyxl.Workbook()
    for row in (HEADER, FIRST):
        made.worksheets[0].append(row)
    made.worksheets[0].cell(3, 16384).font = Font(bold=True)
    made.worksheets[0].cell(1, 90, "说明")
    made.worksheets[0].cell(2000, 2, "乙公司")
    made.worksheets[0].cell(2000, 4, "审9号")
    made.save(folder / "a.xlsx")
    (table,) = ledgers(folder.parent).tables()
    assert table.rows["文书编号"].to_list() == [FIRST[3], "审9号"]


@pytest.mark.parametrize("place", ["../a.csv", "/etc/a.csv", "b/../../a.csv", "C:\\a.csv", "..\\a.csv"])
def test_a_part_with_a_place_outside_is_not_opened(folder: Path, place: str) -> None:
    """Nothing is ever unpacked to a disk, and whoever makes such a file has something else in mind."""
    (folder / "a.zip").write_bytes(packed({place: TEXT.encode()}))
    assert refused(folder) == "zip-unsafe"
    assert [file.name for file in folder.parent.rglob("*.csv")] == []


def test_a_packed_file_in_a_packed_file_is_not_opened(folder: Path) -> None:
    """Limits would have to be counted through all of them."""
    (folder / "a.zip").write_bytes(packed({"b.ZIP": packed({"a.csv": TEXT.encode()})}))
    assert refused(folder) == "zip-unsafe"


def test_a_file_packed_with_a_password_is_named(folder: Path) -> None:
    """A clerk can ask for one without."""
    content = bytearray(packed({"a.csv": TEXT.encode()}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    (folder / "a.zip").write_bytes(content)
    assert refused(folder) == "ledger-protected"


def test_an_open_document_with_a_password_is_named(folder: Path) -> None:
    """What LibreOffice encrypts says so in its manifest."""
    manifest = b'<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    (folder / "a.ods").write_bytes(packed({"META-INF/manifest.xml": manifest, "content.xml": b"\x93\x12"}))
    assert refused(folder) == "ledger-protected"


def test_macros_and_links_to_other_files_lie_still(folder: Path) -> None:
    """The cells of a workbook with a macro and external links are read; nothing else in it is looked at."""
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    parts = {"xl/vbaProject.bin": b"Attribute VB_Name", "xl/externalLinks/externalLink1.xml": link}
    (folder / "a.xlsm").write_bytes(with_parts(book(HEADER, FIRST), parts))
    (table,) = ledgers(folder.parent).tables()
    assert values(table) == [tuple(FIRST)]


@pytest.mark.parametrize("formula", ['=CONCATENATE("审",1)', "=cmd|'/c calc'!A1", "='[1]b'!A1", '=HYPERLINK("a","b")'])
def test_a_formula_without_a_value_is_never_a_blank(folder: Path, formula: str) -> None:
    """A number that nobody calculated is not a number that is not there; the cell is named."""
    (folder / "a.xlsx").write_bytes(book(["台账"], HEADER, FIRST, [*SECOND[:3], formula, *SECOND[4:]]))
    _tables, (error,) = ledgers(folder.parent).readable()
    place = error.place
    assert (error.code, place.sheet, place.row, place.field) == ("formula-without-value", "台账", 4, "文书编号")


def test_a_formula_beside_the_records_stops_nothing(folder: Path) -> None:
    """A total that nobody calculated is not read anyway."""
    (folder / "a.xlsx").write_bytes(book(HEADER, FIRST, ["合计", "=COUNTA(B2:B2)"], [None] * 9 + ["=1+1"]))
    (table,) = ledgers(folder.parent).tables()
    assert values(table) == [tuple(FIRST)]


def test_the_saved_value_of_a_formula_is_its_text(folder: Path) -> None:
    """Whatever the formula would do, the cell is what was saved of it; an empty text is a value too."""
    old = book(HEADER, [*FIRST[:3], "=DDE(1)", FIRST[4], "=1"])
    with zipfile.ZipFile(io.BytesIO(old)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    sheet = sheet.replace(
        '<c r="D2"><f>DDE(1)</f><v></v></c>', '<c r="D2" t="str"><f>cmd|\' /c\'!A1</f><v>审1号</v></c>'
    )
    sheet = sheet.replace('<c r="D2"><f>DDE(1)</f><v /></c>', '<c r="D2" t="str"><f>cmd|\' /c\'!A1</f><v>审1号</v></c>')
    sheet = sheet.replace('<c r="F2">', '<c r="F2" t="str">')
    (folder / "a.xlsx").write_bytes(with_parts(old, {"xl/worksheets/sheet1.xml": sheet.encode()}))
    (table,) = ledgers(folder.parent).tables()
    assert values(table, "文书编号", "备注") == [("审1号", "")]


LAUGHS = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "head",
    [
        f"{LAUGHS}]>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        "<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_xml_with_a_document_type_is_not_opened(folder: Path, head: str, encoding: str) -> None:
    """No entity is declared, so none is opened or multiplied."""
    text = f'<?xml version="1.0" encoding="{encoding}"?>{head}<a><单位名称>&x;&i;</单位名称></a>'
    (folder / "a.xml").write_bytes(text.encode(encoding))
    assert refused(folder) == "xml-unsafe"


def test_xml_without_a_bottom_ends_somewhere(folder: Path) -> None:
    """Ten thousand elements in each other are no record and no crash."""
    for deep in ("<a>" * 10_000 + "</a>" * 10_000, f"<r><单位名称>甲</单位名称>{'<a>' * 10_000}{'</a>' * 10_000}</r>"):
        (folder / "a.xml").write_text(deep, encoding="utf-8")
        assert refused(folder) == "no-records"


@given(st.binary(max_size=300), st.sampled_from([*("xlsx", "xls", "csv", "xml", "json", "jsonl", "zip", "et")]))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_end_in_a_table_or_in_an_error_of_ours(tmp_path: Path, content: bytes, ending: str) -> None:
    """Nobody's file makes this program fall over."""
    (tmp_path / "in").mkdir(exist_ok=True)
    for old in (tmp_path / "in").iterdir():
        old.unlink()
    (tmp_path / f"in/a.{ending}").write_bytes(content)
    try:
        ledgers(tmp_path).readable()
    except YinxinError as error:
        assert error.code in {"no-header", "heading-twice"}  # noqa: PT017 - what it is matters only if there is one


@pytest.mark.parametrize("ending", ["zip", "ods", "xlsb"])
def test_a_packed_file_that_is_cut_off_is_named(folder: Path, ending: str) -> None:
    """A copy that broke off, at any point."""
    content = packed({"a.csv": TEXT.encode(), "b.csv": TEXT.encode()})
    for length in range(4, len(content), len(content) // 20):
        (folder / f"a.{ending}").write_bytes(content[:length])
        assert refused(folder) in {"zip-damaged", "not-a-workbook"}
