"""Quarantine: what could not become a record is listed, exported as it came, and replayed; no row is ever dropped."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.exporting import as_text
from bots.replaying import place_of
from journal import Journal
from tests.end_to_end.town import Desk, Town, assert_named, call, furnished, serving


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Desk, str]]:
    """A city and a workspace after one run, for looking at only."""
    folder = tmp_path_factory.mktemp("quarantine")
    with serving(folder / "city") as town:
        desk = furnished(folder / "desk", town)
        yield town, desk, desk.call("run", "disclosure").result["run"]


Settled = tuple[Town, Desk, str]


def broken(desk: Desk) -> int:
    """Take a row out of a code table of the mapping, so that rows fail on it; returns how many did in a run."""
    desk.change("mappings/bureau.yaml", '"01": 普通, ', "")
    run = desk.call("run", "disclosure", "--dry-run").result
    return int(run["counts"]["quarantined"])


def numbers(findings: list[dict[str, Any]]) -> set[str]:
    """The document numbers of findings."""
    return {each["document_number"] for each in findings}


def test_the_list_has_one_line_a_finding(settled: Settled) -> None:
    """System, row, number, field, value, the rule in words and the mapping version, of the newest run."""
    town, desk, run = settled
    outcome = desk.call("quarantine", "list")
    assert outcome.code == 1
    assert outcome.result["run"] == run
    findings = outcome.result["quarantine"]
    planted = town.truth["quarantined"]
    assert numbers(findings) == {each["document_number"] for each in planted}
    assert all(each["origin"] and each["field"] and each["value"] and each["sentence"] for each in findings)
    text = call("quarantine", "list", "-w", str(desk.folder), "--lang", "zh").out
    for each in planted:
        assert sum(each["document_number"] in line for line in text.splitlines()) == 1


def test_an_earlier_run_can_be_named_and_an_unknown_one_is_refused(settled: Settled) -> None:
    """Each of the three commands knows which run is meant."""
    _town, desk, run = settled
    assert desk.call("quarantine", "list", "--run", run).result["run"] == run
    for words in (("list",), ("export", str(desk.folder / "x.csv")), ("replay",)):
        assert_named(desk.call("quarantine", *words, "--run", "disclosure-20200101-000000"), 2, "unknown-run")


def test_an_empty_quarantine_says_so(quiet: Desk) -> None:
    """Nothing to list, nothing to write, nothing to replay: exit code 0 and no file."""
    assert_named(quiet.call("quarantine", "list"), 2, "no-run")
    with Journal.open(quiet.folder / ".yinxin") as journal:
        run = journal.begin_run("disclosure", "2024-08-01", "2024-08-13", "2024-08-13")
        journal.remember_quarantine(run, [])
        journal.finish_run(run, "done", {}, {})
    assert quiet.call("quarantine", "list").code == 0
    assert "Nothing is in quarantine" in call("quarantine", "list", "-w", str(quiet.folder)).err
    target = quiet.folder / "nothing.xlsx"
    outcome = quiet.call("quarantine", "export", str(target))
    assert outcome.code == 0
    assert outcome.result["file"] is None
    assert not target.exists()


def test_the_workbook_holds_the_raw_rows_as_text(settled: Settled, tmp_path: Path) -> None:
    """One sheet a system, the finding beside the row as it was collected, no formula, no number, no whole identity."""
    town, desk, _run = settled
    target = tmp_path / "quarantine.xlsx"
    outcome = desk.call("quarantine", "export", str(target), "--lang", "zh")
    assert outcome.code == 0
    assert outcome.result["findings"] == len(town.truth["quarantined"])
    book = openpyxl.load_workbook(target)
    assert set(book.sheetnames) == {
        {"approval": "审批平台", "bureau": "老业务系统"}[each["system"]] for each in town.truth["quarantined"]
    }
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {type(cell.value) for cell in cells} <= {str, type(None)}
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    texts = {str(cell.value) for cell in cells}
    for each in town.truth["quarantined"]:
        assert {each["document_number"], each["case_no"]} <= texts
    persons = {each.values[code] for each in town.city.decisions for code in ("XK_XDR_ZJHM", "XK_FR_ZJHM")} - {""}
    assert not [number for number in persons if any(number in text for text in texts)]


def test_the_csv_is_safe_to_open_and_loses_nothing(settled: Settled, tmp_path: Path) -> None:
    """What a spreadsheet program would compute has an apostrophe before it, and the case numbers are whole."""
    town, desk, _run = settled
    target = tmp_path / "quarantine.csv"
    assert desk.call("quarantine", "export", str(target)).code == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    assert len(rows) == len(town.truth["quarantined"])
    assert {len(row) for row in rows} == {len(heading)}
    for each in town.truth["quarantined"]:
        assert any(each["case_no"] in cell for row in rows for cell in row)


def test_a_file_is_never_overwritten_unasked(settled: Settled, tmp_path: Path) -> None:
    """An existing file stays unless --force is given; other kinds of file are refused."""
    _town, desk, _run = settled
    target = tmp_path / "mine.xlsx"
    target.write_text("mine", encoding="utf-8")
    assert_named(desk.call("quarantine", "export", str(target)), 2, "file-exists", file=str(target))
    assert target.read_text(encoding="utf-8") == "mine"
    assert desk.call("quarantine", "export", str(target), "--force").code == 0
    assert target.read_bytes().startswith(b"PK")
    assert_named(desk.call("quarantine", "export", str(tmp_path / "q.pdf")), 2, "unknown-file-kind")
    assert_named(desk.call("quarantine", "export", str(target / "q.csv")), 2, "file-not-written")


def test_a_replay_under_the_same_mapping_rescues_nothing(settled: Settled) -> None:
    """What failed fails again on the same rule, nothing new fails, and no system is asked."""
    town, desk, _run = settled
    listed = desk.call("quarantine", "list").result["quarantine"]
    town.asked.clear()
    replayed = desk.call("quarantine", "replay")
    assert replayed.code == 1
    assert replayed.result["still_failing"] == listed
    assert replayed.result["rescued"] == replayed.result["newly_failing"] == replayed.result["no_longer_there"] == []
    assert town.asked == []


def test_a_mended_mapping_is_shown_before_anything_runs(town: Town, desk: Desk) -> None:
    """The missing code's rows would be rescued, the planted mistakes would not; then the ordinary run takes them."""
    planted = {each["document_number"] for each in town.truth["quarantined"]}
    assert broken(desk) > len(planted)
    before = numbers(desk.call("quarantine", "list").result["quarantine"])
    desk.change("mappings/bureau.yaml", "codes: {", 'codes: {"01": 普通, ')
    town.asked.clear()
    replayed = desk.call("quarantine", "replay").result
    assert numbers(replayed["rescued"]) == before - planted
    assert numbers(replayed["still_failing"]) == planted
    assert replayed["newly_failing"] == []
    assert replayed["mappings"]["bureau"]["then"] != replayed["mappings"]["bureau"]["now"]
    assert town.asked == []
    assert town.received == []
    ran = desk.call("quarantine", "replay", "--run-bot", "disclosure").result["ran"]
    assert ran["balanced"] is True
    assert ran["counts"]["quarantined"] == len(town.truth["quarantined"])
    assert town.stored() == town.due()


def test_a_mapping_made_worse_shows_what_would_newly_fail(settled: Settled) -> None:
    """A code taken out fails rows that had passed, on its rule; the file is put back."""
    _town, desk, _run = settled
    file = desk.folder / "mappings" / "bureau.yaml"
    text = file.read_text(encoding="utf-8")
    desk.change("mappings/bureau.yaml", '"01": 普通, ', "")
    try:
        worse = desk.call("quarantine", "replay")
    finally:
        file.write_text(text, encoding="utf-8")
    assert worse.code == 1
    assert {each["rule"] for each in worse.result["newly_failing"]} == {"code-not-in-table"}
    assert worse.result["rescued"] == []


def test_a_ledger_that_can_be_read_again_is_rescued(town: Town, desk: Desk) -> None:
    """A ledger that was no workbook kept its rows out; once it is one, they would come."""
    ledger = next((desk.folder / "ledgers").glob("*.xlsx"))
    content = ledger.read_bytes()
    ledger.write_text("序号,企业名称\n", encoding="utf-8")
    desk.call("run", "disclosure", "--dry-run")
    kept_out = [each for each in desk.call("quarantine", "list").result["quarantine"] if each["side"] == "ledger"]
    assert [each["origin"] for each in kept_out] == [ledger.name]
    assert ledger.name not in [each["origin"] for each in desk.call("quarantine", "replay").result["rescued"]]
    ledger.write_bytes(content)
    assert ledger.name in [each["origin"] for each in desk.call("quarantine", "replay").result["rescued"]]
    assert town.received == []


def test_an_unknown_bot_is_named_before_anything_is_shown(settled: Settled) -> None:
    """A mistyped bot starts nothing."""
    _town, desk, _run = settled
    assert_named(desk.call("quarantine", "replay", "--run-bot", "disclosur"), 2, "not-declared")


def test_a_place_is_the_same_in_both_languages() -> None:
    """A run in Chinese and a replay in English speak of the same row."""
    assert place_of("a.xlsx › 台账 › 第 12 行") == place_of("a.xlsx › 台账 › row 12") == "a.xlsx › 台账 › 12"
    assert place_of("审批平台 › 15010020240809000106") == "审批平台 › 15010020240809000106"
    assert place_of("审批平台 › YW2404-000012") != place_of("审批平台 › 2404000012")


@given(st.text(max_size=30))
def test_no_cell_is_taken_for_more_than_text(cell: str) -> None:
    """Nothing but an apostrophe is ever added, and what begins like a formula or is a number always gets it."""
    written = as_text(cell)
    assert written in {cell, f"'{cell}"}
    if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} or (cell.isascii() and cell.isdigit()):
        assert written == f"'{cell}"
