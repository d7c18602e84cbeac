"""The workbook that came back: what is taken, what is refused and why, and what reviewers disagree about."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from bots.reporting import REPORT
from bots.reviewing import Imported, import_files
from bots.standing import standing
from journal import Journal, Prepared, State
from mappings.standards import LICENCE
from reconciliation.report import Report
from reconciliation.shipping import pack
from reconciliation.workbook import write_workbook
from tests.reconciliation.builders import report
from words.languages import choose, speaking

DIFFERS = "Differs"
SIZE = 40  # two records of every verdict


class Office:
    """A journal with a run that left its report, and the workbook of that run on somebody's desk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal.open(folder / ".yinxin")
        self.report, self.files = report(SIZE), 0
        self.report.run_id = next((run.run_id for run in self.journal.runs()), "")
        if not self.report.run_id:
            self.left(self.report)

    @cached_property
    def book(self) -> Any:
        """The workbook of the run, open."""
        return openpyxl.load_workbook(self.folder / "run.xlsx")

    def left(self, made: Report) -> None:
        """Let a run leave this report."""
        made.run_id = self.journal.begin_run("disclosure", "2026-03-01", "2026-07-29", "2026-07-29")
        self.journal.remember_verdicts(made.run_id, made.verdicts.iter_rows(named=True))
        self.journal.remember_quarantine(made.run_id, [])
        self.journal.keep_evidence(made.run_id, REPORT, made.bot, pack(made), ".json.gz")
        write_workbook(made, self.folder / "run.xlsx", LICENCE)
        self.__dict__.pop("book", None)

    def answer(self, row: int, *answers: str, sheet: str = DIFFERS) -> None:
        """Write a disposition, a name and a reason into a row."""
        cells = self.book[sheet]
        first = next(cell.column for cell in cells[1] if cell.value in ("Disposition", "处理意见"))
        for place, text in enumerate(answers):
            cells.cell(row, first + place).value = text

    def saved(self) -> Path:
        """Save the workbook as it now is under a new name."""
        self.files += 1
        path = self.folder / f"filled-{self.files}.xlsx"
        self.book.save(path)
        return path

    def bring(self, path: Path | None = None, *, settle: bool = False, dry_run: bool = False) -> Imported:
        """Import one workbook."""
        (found,) = import_files(self.journal, [path or self.saved()], "王五", settle=settle, dry_run=dry_run)
        return found

    def decided(self, row: int, *answers: str, settle: bool = False, dry_run: bool = False) -> Imported:
        """Answer a row and bring the workbook."""
        self.answer(row, *answers)
        return self.bring(settle=settle, dry_run=dry_run)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office after its first run, for every test to copy."""
    choose("en")
    folder = tmp_path_factory.mktemp("begun")
    Office(folder).journal.close()
    return folder


@pytest.fixture
def office(begun: Path, tmp_path: Path) -> Iterator[Office]:
    """One office, in English."""
    choose("en")
    made = Office(Path(shutil.copytree(begun, tmp_path / "office")))
    yield made
    made.journal.close()
    choose("en")


def codes(found: Imported) -> list[tuple[str, str | None, int | None]]:
    """What is wrong, and where."""
    return [(error.code, error.place.sheet, error.place.row) for error in found.problems]


def test_a_decision_keeps_who_what_why_and_on_what(office: Office) -> None:
    """It is attached to record, verdict and basis, with its event, and the chain stays whole."""
    found = office.decided(2, "Deliver", "张三", "原件已核对")
    (made,) = office.journal.dispositions()
    assert found.problems == []
    assert (made.disposition, made.reviewer, made.reason, made.verdict) == ("deliver", "张三", "原件已核对", "differs")
    assert made.record_id == office.report.verdicts.filter(pl.col("verdict") == "differs")["record_id"][0]
    (event,) = [each for each in office.journal.events() if each.kind == "disposition.made"]
    assert '"reviewer":"张三"' in event.data
    assert "原件已核对" not in event.data
    assert office.journal.audit().whole


def test_the_one_who_imports_decided_what_names_nobody(office: Office) -> None:
    """An empty reviewer is the person named with --by."""
    office.decided(2, "Correct the source")
    assert [each.reviewer for each in office.journal.dispositions()] == ["王五"]


def test_the_same_file_changes_nothing_twice(office: Office) -> None:
    """Neither at once, nor after its decision was replaced by a later one."""
    office.answer(2, "Deliver", "张三", "原件已核对")
    first = office.saved()
    assert len(office.bring(first).made) == 1
    assert (office.bring(first).made, office.bring(first).unchanged) == ([], 1)
    office.decided(2, "Hold", "张三", "收到异议")
    assert office.bring(first).made == []
    assert [each.disposition for each in office.journal.dispositions()] == ["deliver", "hold"]


def test_a_dry_run_writes_nothing(office: Office) -> None:
    """It tells what would be taken."""
    found = office.decided(2, "Deliver", "张三", "原件已核对", dry_run=True)
    assert (len(found.made), office.journal.dispositions()) == (1, [])


def test_changed_evidence_is_refused_and_the_rest_is_taken(office: Office) -> None:
    """The row is told with sheet, row and column, with what it was and what it became."""
    office.answer(2, "Deliver", "张三", "原件已核对")
    office.answer(5, "Deliver", "张三", "原件已核对")
    was, office.book[DIFFERS]["B5"].value = office.book[DIFFERS]["B5"].value, "别的公司"
    found = office.bring()
    (error,) = found.problems
    assert (error.code, error.place.sheet, error.place.row, error.place.field) == (
        "cell-changed",
        DIFFERS,
        5,
        "Licensee",
    )
    assert was in error.sentence
    assert "别的公司" in error.sentence
    assert len(found.made) == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (("Publish", "张三", "x"), "unknown-disposition"),
        (("Deliver", "张三", ""), "disposition-without-reason"),
        (("", "张三", "看过"), "no-disposition"),
    ],
)
def test_an_answer_that_is_none_names_its_row(office: Office, answers: tuple[str, ...], code: str) -> None:
    """Unknown words, and what lacks the reason it needs, are told and not taken."""
    found = office.decided(2, *answers)
    assert (codes(found), found.made) == ([(code, DIFFERS, 2)], [])


@pytest.mark.parametrize(
    ("sheet", "word"),
    [("Only in ledger", "Deliver"), ("Ambiguous", "Deliver"), ("Only in feed", "Exempt")],
)
def test_what_cannot_be_done_cannot_be_decided(office: Office, sheet: str, word: str) -> None:
    """Nothing is delivered that no system holds or that nobody can tell apart; what is shown is not exempt."""
    office.answer(2, word, "张三", "看过", sheet=sheet)
    assert codes(office.bring()) == [("disposition-impossible", sheet, 2)]


def test_rows_that_are_missing_twice_or_foreign_are_told(office: Office) -> None:
    """Each with its sheet and row; a list that is missing whole is told once."""
    sheet = office.book[DIFFERS]
    values = [cell.value for cell in sheet[2]]
    sheet.delete_rows(3)
    sheet.append(values)
    sheet.append([*values[:-4], "0" * 32, *values[-3:]])
    del office.book["Only in feed"]
    found = office.bring()
    told = codes(found)
    assert ("row-twice", DIFFERS, sheet.max_row - 1) in told
    assert ("row-foreign", DIFFERS, sheet.max_row) in told
    assert ("row-missing", DIFFERS, None) in told
    assert [place for place in told if place[1] == "Only in feed"] == [("row-missing", "Only in feed", None)]


def test_a_workbook_of_another_edition_is_told_once(office: Office) -> None:
    """Where no seal is known, one sentence says what to do instead of one for every row."""
    for sheet in office.book.worksheets:
        seal = next((cell.column for cell in sheet[1] if cell.value == "Row seal"), None)
        for row in range(2, sheet.max_row + 1) if seal else ():
            sheet.cell(row, seal).value = "0" * 32
    assert codes(office.bring()) == [("workbook-other-edition", None, None)]


def test_rows_of_one_record_must_not_contradict(office: Office) -> None:
    """A record whose several fields differ has several rows; two different answers are none."""
    office.answer(2, "Deliver", "张三", "原件已核对")
    found = office.decided(3, "Hold", "张三", "原件已核对")
    assert [code for code, _sheet, _row in codes(found)] == ["rows-contradict"]
    assert found.made == []


def test_a_workbook_of_elsewhere_is_refused(office: Office, tmp_path: Path) -> None:
    """One of another workspace, one without the properties, and a file that is no workbook."""
    other = write_workbook(report(1), tmp_path / "other.xlsx", LICENCE)
    bare = tmp_path / "bare.xlsx"
    openpyxl.Workbook().save(bare)
    text = tmp_path / "text.xlsx"
    text.write_text("no workbook")
    found = import_files(office.journal, [other, bare, text], "王五")
    assert [each.problems[0].code for each in found] == ["foreign-workbook", "not-a-review", "not-a-review"]


def test_two_reviewers_disagree_until_a_third_settles_it(office: Office) -> None:
    """The earlier decision stays in force; no party settles its own disagreement, a third person does."""
    office.decided(2, "Deliver", "张三", "原件已核对")
    office.answer(2, "Hold", "李四", "收到异议")
    second = office.saved()
    found = office.bring(second)
    (error,) = found.problems
    assert error.code == "reviewers-disagree"
    assert all(text in error.sentence for text in ("张三", "原件已核对", "李四", "收到异议"))
    assert in_force(office) == ("deliver", "张三")
    assert codes(office.bring(second)) == [("reviewers-disagree", DIFFERS, 2)]
    assert [each.code for each in office.decided(2, "Hold", "李四", "坚持", settle=True).problems] == [
        "reviewers-disagree"
    ]
    assert in_force(office) == ("deliver", "张三")
    assert office.decided(2, "Hold", "赵六", "以异议为准", settle=True).problems == []
    assert in_force(office) == ("hold", "赵六")


def in_force(office: Office) -> tuple[str, str]:
    """The one decision that counts."""
    (stands,) = standing(office.journal.dispositions()).values()
    return stands.in_force.disposition, stands.in_force.reviewer


def test_a_decision_about_what_has_changed_is_refused(office: Office) -> None:
    """Once a newer run has found the record otherwise, the older workbook does not count for it."""
    office.answer(2, "Deliver", "张三", "原件已核对")
    older = office.saved()
    newer = report(SIZE)
    newer.differences = newer.differences.with_columns(other_value=pl.lit("91150100MA0N12340D"))
    office.left(newer)
    assert codes(office.bring(older)) == [("record-changed", DIFFERS, 2)]


def test_what_was_decided_stands_in_the_next_workbook(office: Office) -> None:
    """It is filled in where nothing changed and needs no second import; a change of it counts as one."""
    office.decided(2, "Deliver", "张三", "原件已核对")
    (made,) = office.journal.dispositions()
    newer = report(SIZE)
    row = {"record_id": made.record_id, "disposition": "deliver", "reviewer": "张三", "review_reason": "原件已核对"}
    newer.reviews = pl.DataFrame([row | {"earlier": ""}])
    office.left(newer)
    assert [cell.value for cell in office.book[DIFFERS][2]][-3:] == ["Deliver", "张三", "原件已核对"]
    found = office.bring()
    assert (found.made, found.unchanged, found.problems) == ([], 0, [])
    office.answer(3, "Hold", "张三", "收到异议")
    assert [each.disposition for each in office.bring().made] == ["hold"]


def test_an_emptied_decision_is_not_silently_kept(office: Office) -> None:
    """Whoever deletes one is told how it is taken back."""
    newer = report(SIZE)
    record = newer.verdicts.filter(pl.col("verdict") == "differs")["record_id"][0]
    newer.reviews = pl.DataFrame(
        [{"record_id": record, "disposition": "hold", "reviewer": "张三", "review_reason": "x", "earlier": ""}]
    )
    office.left(newer)
    assert [code for code, _sheet, _row in codes(office.decided(2, "", "", ""))] == ["no-disposition"]


def test_what_waits_for_a_second_person_is_let_go_by_one(office: Office) -> None:
    """Whoever prepared a delivery may not let it go here either; a colleague may."""
    verdict = office.report.verdicts.filter(pl.col("verdict") == "differs").row(0, named=True)
    item = Prepared(verdict["record_id"], verdict["fingerprint"], {"a": "b"}, by="张三", held="an adverse record")
    office.journal.prepare(office.report.run_id, "credit", [item])
    assert codes(office.decided(2, "Deliver", "张三", "核对无误")) == [("reviewer-prepared", DIFFERS, 2)]
    assert office.decided(2, "Deliver", "李四", "核对无误").problems == []
    assert [each.state for each in office.journal.deliveries()] == [State.PREPARED]
    assert office.journal.audit().whole


def converted(path: Path) -> Path:
    """Open a workbook in LibreOffice and save it again."""
    program = shutil.which("soffice") or pytest.skip("there is no LibreOffice here")
    home, out = path.parent / "home", path.parent / "saved"
    command = [program, f"-env:UserInstallation={home.as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
    return out / path.name


def sorted_upside_down(office: Office) -> None:
    """Sort a list the other way round."""
    sheet = office.book[DIFFERS]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for number, row in enumerate(reversed(rows), 2):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value


def other_order_of_sheets(office: Office) -> None:
    """Move a list behind others, and hide it."""
    office.book.move_sheet(DIFFERS, offset=4)
    office.book[DIFFERS].sheet_state = "hidden"


def column_moved(office: Office) -> None:
    """Move the first two columns behind the last one."""
    sheet = office.book[DIFFERS]
    sheet.move_range(f"A1:B{sheet.max_row}", cols=sheet.max_column)


def as_they_are(_office: Office) -> None:
    """Leave all as it is."""


@pytest.mark.parametrize("change", [sorted_upside_down, other_order_of_sheets, column_moved, as_they_are])
def test_how_the_rows_stand_does_not_matter(office: Office, change: Callable[[Office], None]) -> None:
    """Sorted, hidden, moved: the same decision is read."""
    office.answer(2, "Deliver", "张三", "原件已核对")
    change(office)
    found = office.bring()
    assert found.problems == []
    assert [each.reason for each in found.made] == ["原件已核对"]


def test_what_libreoffice_saved_is_read_back_in_its_own_language(office: Office) -> None:
    """A Chinese workbook, sorted, answered and saved by another program, is imported by an English command line."""
    with speaking("zh"):
        book = write_workbook(office.report, office.folder / "run.xlsx", LICENCE)
    office.book = openpyxl.load_workbook(book)
    office.answer(2, "推送", "张三", "原件已核对\n见附件", sheet="不一致")
    found = office.bring(converted(office.saved()))
    assert found.problems == []
    assert [(each.disposition, each.reason) for each in found.made] == [("deliver", "原件已核对\n见附件")]
