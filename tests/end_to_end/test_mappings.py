"""``yinxin mappings``: a ledger that nobody has declared, seen, recognised, and held against its mapping."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from mappings.standards import LICENCE, PENALTY
from sandbox.departments import DEPARTMENTS
from sandbox.ledgers import write_ledgers
from sandbox.penalties import LEDGER, build_penalties
from sandbox.penalty_ledgers import write_penalty_ledgers
from sandbox.styles import ITEM, STYLES
from tests.end_to_end.town import SMALL, Desk, assert_named, call, city_of
from words.languages import choose

LICENCE_FIELDS = {field.code: field.name for field in LICENCE.fields}
PENALTY_FIELDS = {field.code: field.name for field in PENALTY.fields}
ODD = [
    ["老城区2024年登记表"],
    ["序号", "单位", "日期", "批准文号", "许可内容", "罚款"],
    ["1", "甲公司", "2024-03-05", "审〔2024〕1号", "开店", "100"],
    ["2", "乙公司", "2024-02-30", "审〔2024〕2号", "开店", ""],
    ["合计", "2"],
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A workspace without a mapping for ledgers; each test writes other names into it."""
    folder = tmp_path_factory.mktemp("bare") / "desk"
    assert call("init", str(folder), "--json").code == 0
    (folder / "mappings/ledger.yaml").unlink()
    return Desk(folder)


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledgers of the city's departments."""
    folder = tmp_path_factory.mktemp("ledgers")
    write_ledgers(city_of(1, SMALL), folder)
    return folder


def book(file: Path, rows: Sequence[Sequence[str]], merged: Sequence[str] = ()) -> str:
    """Write a workbook and return its path."""
    written = openpyxl.Workbook()
    sheet = written.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    written.save(file)
    return str(file)


def of(columns: Sequence[dict[str, Any]], fate: str) -> dict[str, list[str]]:
    """Return heading → fields of the columns of one fate."""
    return {
        each["heading"]: [known["field"] for known in each["candidates"]] for each in columns if each["fate"] == fate
    }


@pytest.mark.parametrize("department", DEPARTMENTS, ids=lambda each: each.key)
def test_every_ledger_of_the_city_is_recognised(bare: Desk, ledgers: Path, department: Any) -> None:
    """All that its clerks state is certain; only the column that names the matter is asked about."""
    style = STYLES[department.key]
    outcome = bare.call("mappings", "propose", str(ledgers / f"{department.name}行政许可台账.xlsx"))
    columns = outcome.result["columns"]
    found = {name for names in of(columns, "certain").values() for name in names}
    assert found == {LICENCE_FIELDS[code] for code in style.codes}
    items = [word for column, word in style.columns if column == ITEM]
    assert list(of(columns, "asked")) == items
    assert outcome.code == bool(items)
    assert set(of(columns, "unknown")) == set()
    assert outcome.result["standard"] == "licence"


def test_penalty_ledgers_are_recognised(bare: Desk, tmp_path: Path) -> None:
    """As such, without being told, and their fines become 万元."""
    files = write_penalty_ledgers(build_penalties(city_of(1, SMALL)), tmp_path)
    outcome = bare.call("mappings", "propose", str(files[0]), "--write", "penalties")
    assert (outcome.code, outcome.result["standard"], outcome.result["read_by"]) == (0, "penalty", None)
    certain = of(outcome.result["columns"], "certain").values()
    assert {name for names in certain for name in names} == {PENALTY_FIELDS[code] for code in LEDGER}
    rule = yaml.safe_load((bare.folder / "mappings/penalties.yaml").read_text("utf-8"))["fields"]["fine"]
    assert rule == {"from": "罚款金额(元)", "transforms": ["yuan_to_wan"]}
    for file in files:
        assert bare.call("mappings", "propose", str(file)).result["read_by"] == "penalties"
    shown = bare.call("mappings", "preview", str(files[0]), "--rows", "9").result
    fines = [
        cell for row in shown["sheets"][0]["shown"] for cell in row["cells"] if cell["field"] == "fine" and cell["raw"]
    ]
    assert all(float(cell["raw"]) == 10_000 * float(cell["value"]) for cell in fines)
    assert "yuan_to_wan" in {step["name"] for cell in fines for step in cell["steps"]}


def test_a_mapping_that_reads_a_file_is_named_instead(quiet: Desk, ledgers: Path) -> None:
    """Nobody writes a second one for a ledger that is read already."""
    for file in ledgers.glob("*.xlsx"):
        outcome = quiet.call("mappings", "propose", str(file))
        assert (outcome.code, outcome.result["read_by"]) == (0, "ledger"), file
    assert "reads this file completely" in call("mappings", "propose", str(file), "-w", str(quiet.folder)).err


def test_what_is_certain_is_written_and_what_is_open_is_asked(bare: Desk, tmp_path: Path) -> None:
    """The written file is a mapping at once; an existing one is never overwritten."""
    file = book(tmp_path / "odd.xlsx", ODD, ["A1:F1"])
    outcome = bare.call("mappings", "propose", file, "--write", "odd")
    assert (outcome.code, outcome.result["written"]) == (1, "mappings/odd.yaml")
    text = (bare.folder / "mappings/odd.yaml").read_text("utf-8")
    assert yaml.safe_load(text)["fields"] == {"document_number": "批准文号", "content": "许可内容"}
    assert "#   name: 单位\n" in text
    assert "#   decision_date: 日期\n" in text
    assert of(outcome.result["columns"], "beside") == {"序号": [], "罚款": []}
    assert bare.call("mappings", "check", "odd").code == 0
    assert_named(
        bare.call("mappings", "propose", file, "--write", "odd"), 2, "mapping-exists", file="mappings/odd.yaml"
    )
    assert (bare.folder / "mappings/odd.yaml").read_text("utf-8") == text
    assert_named(bare.call("mappings", "propose", file, "--write", "../odd"), 2, "not-a-name")
    (bare.folder / "mappings/odd.yaml").unlink()


def test_answers_make_the_mapping_whole(bare: Desk, tmp_path: Path) -> None:
    """From the proposal over an answer to rows: what fails is seen before any run."""
    file = book(tmp_path / "odd.xlsx", ODD)
    bare.call("mappings", "propose", file, "--write", "answered")
    text = (bare.folder / "mappings/answered.yaml").read_text("utf-8")
    left_out = text.replace("fields:\n", "ignore: [单位, 日期]\nfields:\n")
    (bare.folder / "mappings/answered.yaml").write_text(left_out, "utf-8")
    assert bare.call("mappings", "propose", file).result["read_by"] == "answered"
    answered = text.replace("fields:\n", "fields:\n  name: 单位\n  decision_date: 日期\n")
    (bare.folder / "mappings/answered.yaml").write_text(answered, "utf-8")
    assert bare.call("mappings", "propose", file).result["read_by"] == "answered"
    checked = bare.call("mappings", "check", "answered", "--rows", file)
    needed = [each for each in checked.result["findings"] if each["severity"] != "note"]
    assert (checked.code, checked.result["rows"]) == (1, {"answered": 2})
    assert [(each["code"], each["field"], each["line"], each["count"]) for each in needed] == [
        ("impossible-date", "decision_date", 6, 1)
    ]
    assert needed[0]["examples"] == [{"origin": "odd.xlsx › Sheet › row 4", "value": "2024-02-30"}]
    (sheet,) = bare.call("mappings", "preview", file, "--rows", "1").result["sheets"]
    (row,) = sheet["shown"]
    assert (sheet["rows"], sheet["failing"], row["origin"]) == (2, 1, "odd.xlsx › Sheet › row 4")
    assert {cell["field"]: (cell["heading"], cell["value"], cell["fails"]) for cell in row["cells"]} == {
        "name": ("单位", "乙公司", ""),
        "decision_date": ("日期", "2024-02-30", "impossible-date"),
        "document_number": ("批准文号", "审〔2024〕2号", ""),
        "content": ("许可内容", "开店", ""),
    }
    (bare.folder / "mappings/answered.yaml").unlink()


HEAD = [["许可信息", "", "", "法定代表人", ""], ["文号", "发证日期", "有效期限", "姓名", "证件号码"]]
RECORD = ["审〔2024〕1号", "2024-03-05", "2024-03-05至长期", "张某", "11010519491231002X"]
HOSTILE: list[tuple[str, list[list[str]], list[str], dict[str, list[str]]]] = [
    (
        "two rows",
        [["台账"], *HEAD, RECORD],
        ["A2:C2", "D2:E2"],
        {"文号": ["document_number"], "发证日期": ["decision_date"], "法定代表人姓名": ["legal_representative"],
         "法定代表人证件号码": ["representative_id_number"]},
    ),
    (
        "empty columns",
        [["", "文号", "", "发证日期", "", ""], ["", RECORD[0], "", RECORD[1], "", ""]],
        [],
        {"文号": ["document_number"], "发证日期": ["decision_date"]},
    ),
    (
        "three hundred columns",
        [[*(f"第{number}栏" for number in range(298)), "文号", "发证日期"], [*["x"] * 298, *RECORD[:2]]],
        [],
        {"文号": ["document_number"], "发证日期": ["decision_date"]},
    ),
    ("only questions", [["日期", "名称", "编号"], ["2024-03-05", "甲公司", "审1号"]], [], {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "merged", "certain"), [each[1:] for each in HOSTILE], ids=[each[0] for each in HOSTILE]
)
def test_hostile_ledgers(
    bare: Desk, tmp_path: Path, rows: list[list[str]], merged: list[str], certain: dict[str, list[str]]
) -> None:
    """Whatever a header looks like, what is certain is certain, and nothing else is."""
    outcome = bare.call("mappings", "propose", book(tmp_path / "a.xlsx", rows, merged), "--standard", "licence")
    assert of(outcome.result["columns"], "certain") == certain
    assert outcome.code == bool(of(outcome.result["columns"], "asked"))


@pytest.mark.parametrize(
    ("rows", "code", "error"),
    [
        ([["文号", "发证日期", "文号"], ["审1号", "2024-03-05", "审2号"]], 5, "heading-twice"),
        ([["甲", "乙", "丙"], ["1", "2", "3"]], 5, "no-header"),
        ([["企业名称", "统一社会信用代码"], ["甲公司", "91150100MA0N12340B"]], 2, "which-standard"),
    ],
)
def test_what_cannot_be_recognised_is_said(
    bare: Desk, tmp_path: Path, rows: list[list[str]], code: int, error: str
) -> None:
    """A heading twice, no known word at all, or words of both standards: nothing is guessed."""
    assert_named(bare.call("mappings", "propose", book(tmp_path / "a.xlsx", rows)), code, error, file="a.xlsx")


def test_blank_and_missing_files_are_said(bare: Desk, tmp_path: Path) -> None:
    """Nothing in it, nothing there, or a standard that has no words."""
    blank = book(tmp_path / "blank.xlsx", [])
    assert_named(bare.call("mappings", "propose", blank), 5, "no-header", file="blank.xlsx")
    assert_named(bare.call("mappings", "propose", str(tmp_path / "none.xlsx")), 2, "unreadable-file")
    assert_named(bare.call("mappings", "propose", blank, "--standard", "licnece"), 2, "unknown-standard")
    assert_named(bare.call("mappings", "check", "--rows", blank, "--connector", "ledgers"), 2, "usage")


def test_a_run_that_meets_an_unknown_ledger_names_the_way_out(quiet: Desk, tmp_path: Path) -> None:
    """The error of the run and of the check say which command tells what the headings mean."""
    shutil.rmtree(quiet.folder / "ledgers")
    (quiet.folder / "ledgers").mkdir()
    book(quiet.folder / "ledgers/a.xlsx", [["甲", "乙", "丙"], ["1", "2", "3"]])
    error = assert_named(quiet.call("connectors", "check", "ledgers"), 5, "no-header", file="a.xlsx")
    assert "yinxin mappings propose FILE" in error["todo"]
    book(tmp_path / "b.xlsx", [["甲", "乙", "丙"], ["1", "2", "3"]])
    error = assert_named(quiet.call("mappings", "preview", str(tmp_path / "b.xlsx")), 2, "which-mapping", file="b.xlsx")
    assert "yinxin mappings propose FILE" in error["todo"]


def test_all_ledgers_are_held_against_their_mapping(quiet: Desk) -> None:
    """What the clerks mistyped is counted; of the headings nothing needs anybody; no personal number is shown."""
    checked = quiet.call("mappings", "check", "--connector", "ledgers")
    assert list(checked.result["mappings"]) == ["ledger"]
    needed = [each for each in checked.result["findings"] if each["severity"] != "note"]
    assert {each["severity"] for each in needed} <= {"warning"}
    assert {each["code"] for each in checked.result["findings"]} >= {"dead-heading", "unread-heading"}
    assert not [each for each in needed if each["code"] == "unread-heading"]
    assert checked.code == bool(needed)
    assert checked.result["rows"]["ledger"] > 100


def test_faults_are_told_together(quiet: Desk) -> None:
    """Two slips in one file are two errors, each with its line."""
    first = quiet.change("mappings/ledger.yaml", "  uscc:", "  uscx:")
    second = quiet.change("mappings/ledger.yaml", "[range_end]", "[range_ende]")
    outcome = quiet.call("mappings", "check", "ledger")
    assert outcome.code == 2
    assert [(each["code"], each["place"]["line"]) for each in outcome.envelope["errors"]] == [
        ("unknown-field", first),
        ("unknown-transform", second),
    ]
    assert_named(quiet.call("mappings", "check", "legder"), 2, "not-declared")


def test_a_source_is_held_against_its_mapping(desk: Desk) -> None:
    """Of its first page, every code without a row is counted; what the exit code says is that somebody has to look."""
    desk.change("mappings/bureau.yaml", '"01": 普通, ', "")
    checked = desk.call("mappings", "check", "--connector", "bureau")
    needed = [each for each in checked.result["findings"] if each["code"] == "code-not-in-table"]
    assert checked.code == 1
    assert [(each["field"], each["severity"]) for each in needed] == [("licence_kind", "warning")]
    assert needed[0]["count"] > 1
    assert "“01”" in needed[0]["what"]
    assert_named(desk.call("mappings", "check", "--connector", "credit"), 2, "nothing-read")


def test_people_read_tables(quiet: Desk, tmp_path: Path) -> None:
    """On a terminal every step, reason and place is a sentence; personal numbers are masked."""
    choose("en")
    rows = [["文号", "批准日期", "身份证号码", "经营范围"], ["审1号", "45000", "11010519491231002X", "开店"]]
    file = book(tmp_path / "a.xlsx", rows)
    said = call("mappings", "propose", file, "--standard", "licence", "-w", str(quiet.folder))
    assert said.code == 1
    assert "it does not say whose number it is" in said.out
    assert "2 questions are open." in said.err
    (quiet.folder / "mappings/own.yaml").write_text(
        "standard: licence\npartial: true\nfields:\n  document_number: 文号\n"
        "  decision_date: 批准日期\n  id_number: 身份证号码\n  remarks: 备注\n",
        encoding="utf-8",
    )
    shown = call("mappings", "preview", file, "--mapping", "own", "-w", str(quiet.folder))
    assert "Excel's number of a day" in shown.out
    assert "2023-03-15" in shown.out
    assert "11010519491231002X" not in shown.out
    checked = call("mappings", "check", "own", "--rows", file, "-w", str(quiet.folder))
    assert "Nobody reads the column “经营范围”." in checked.out
    assert "mappings/own.yaml:7" in checked.out
    assert checked.code == 1
