"""The workbook that comes back: what persons decide in it is what the next run does, shows and explains."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from tests.end_to_end.town import Desk, Town, assert_named

Row = dict[str, Any]


class Book:
    """A workbook under a person's hands."""

    def __init__(self, path: str) -> None:
        self.path, self.book = Path(path), openpyxl.load_workbook(path)

    def rows(self, name: str) -> list[Row]:
        """The rows of a sheet by heading, with their number."""
        head, *rows = self.book[name].iter_rows(values_only=True)
        return [{"row": number, **dict(zip(map(str, head), row, strict=True))} for number, row in enumerate(rows, 2)]

    def answer(self, name: str, row: int, *answers: str) -> None:
        """Choose a disposition, write a name and a reason."""
        sheet = self.book[name]
        first = next(cell.column for cell in sheet[1] if cell.value == "Disposition")
        for place, text in enumerate(answers):
            sheet.cell(row, first + place).value = text

    def saved(self, path: Path) -> str:
        """Save it under another name."""
        self.book.save(path)
        return str(path)


def the(rows: list[Row], **wanted: str) -> Row:
    """The first row with these cells."""
    return next(row for row in rows if all(text in str(row[name]) for name, text in wanted.items()))


def decide(book: Book) -> dict[str, Row]:
    """Answer a row of every kind of effect; return them by what was decided."""
    differs, agreed, ledger = book.rows("Differs"), book.rows("Agreed"), book.rows("Only in ledger")
    reason = "Why it is held or refused"
    chosen = {
        "deliver": the(differs, **{reason: "ledger: Licensee"}),
        "correct": the(differs, **{reason: "ledger: Document number"}),
        "hold": the(agreed, Bucket="Due"),
        "exempt": [row for row in agreed if row["Bucket"] == "Due"][1],
        "concealed": ledger[0],
        "refused": the(agreed, **{reason: "The receiver would refuse it"}),
    }
    book.answer("Differs", chosen["deliver"]["row"], "Deliver", "张三", "与原件一致")
    book.answer("Differs", chosen["correct"]["row"], "Correct the source", "张三")
    book.answer("Agreed", chosen["hold"]["row"], "Hold", "张三", "等待复议结果")
    book.answer("Agreed", chosen["exempt"]["row"], "Exempt", "张三", "涉及国家秘密")
    book.answer("Only in ledger", chosen["concealed"]["row"], "Exempt", "", "依法不予公开")
    book.answer("Agreed", chosen["refused"]["row"], "Deliver", "张三", "请推送")
    return chosen


def test_what_persons_decide_is_what_the_next_run_does(town: Town, desk: Desk, tmp_path: Path) -> None:
    """A held record goes out, others stay or are exempt, the run adds up, and everything shows who decided why."""
    before = desk.call("run", "disclosure", "--dry-run").result
    book = Book(before["workbook"])
    chosen = decide(book)
    filled = book.saved(tmp_path / "filled.xlsx")
    taken = desk.call("review", "import", filled, "--by", "李四")
    error = assert_named(taken, 1, "disposition-impossible", file=filled, sheet="Agreed", row=chosen["refused"]["row"])
    assert "the receiver refuses it" in error["sentence"]
    assert len(taken.result["files"][0]["decisions"]) == 5
    again = desk.call("review", "import", filled, "--by", "李四").result["files"][0]
    assert (again["decisions"], again["unchanged"]) == ([], 5)

    run = desk.call("run", "disclosure").result
    counts, earlier = run["counts"], before["counts"]
    assert run["balanced"] is True
    assert counts["due"] == counts["confirmed"] == earlier["due"] - 2 + 1
    assert (counts["held"], counts["exempt"]) == (earlier["held"] - 1 + 1, 1)
    sent = town.stored()
    numbers = {name: str(row["Document number"]) for name, row in chosen.items()}
    assert [sent[numbers[name]] for name in ("deliver", "correct", "hold", "exempt")] == [1, 0, 0, 0]
    checked = run["rates"]["concealment"]["denominator"]
    assert checked == before["rates"]["concealment"]["denominator"] - 2
    _shown(Book(run["workbook"]), numbers)
    _told(desk, numbers)
    _packed(desk, run["run"], numbers["deliver"], tmp_path)


def _shown(book: Book, numbers: dict[str, str]) -> None:
    """The next workbook is filled in with what stands."""
    answers = ("Disposition", "Reviewer", "Reason given")
    delivered = the(book.rows("Differs"), **{"Document number": numbers["deliver"]})
    assert [delivered[name] for name in answers] == ["Deliver", "张三", "与原件一致"]
    assert delivered["Delivery"] == "Confirmed"
    held = the(book.rows("Agreed"), **{"Document number": numbers["hold"]})
    assert held["Why it is held or refused"] == "Hold, decided by 张三: 等待复议结果"
    concealed = the(book.rows("Only in ledger"), **{"Document number": numbers["concealed"]})
    assert [concealed[name] for name in answers] == ["Exempt", "李四", "依法不予公开"]
    notes = {row[0]: row[1] for row in book.book["Notes"].iter_rows(values_only=True)}
    assert notes["Decisions of persons"] == "Deliver 1, Hold 1, Correct the source 1, Exempt 2"


def _told(desk: Desk, numbers: dict[str, str]) -> None:
    """Explain and the lists of the command line tell who decided what, and what still waits."""
    (record,) = desk.call("explain", numbers["exempt"]).result["records"]
    (made,) = record["decisions"]
    assert (made["disposition"], made["reviewer"], made["state"]) == ("exempt", "张三", "in force")
    assert record["advice"]["what"] == "Nothing: it was found exempt from disclosure."
    (shown,) = desk.call("review", "show", numbers["hold"]).result["decisions"]
    assert (shown["reason"], shown["verdict"]) == ("等待复议结果", "agreed")
    decided = {each["document_number"] for each in desk.call("review", "list").result["records"]}
    waiting = {each["document_number"] for each in desk.call("review", "list", "--open").result["records"]}
    assert decided == {numbers[name] for name in numbers if name != "refused"}
    assert numbers["refused"] in waiting
    assert not decided & waiting
    assert desk.call("audit", "verify").result["checked"]["dispositions"] == 5


def _packed(desk: Desk, run: str, number: str, folder: Path) -> None:
    """The pack of a record stands alone: its links lead to its files, and its program verifies it; twice the same."""
    packs = [folder / name for name in ("one.zip", "two.zip")]
    for pack in packs:
        assert desk.call("review", "pack", "--record", number, "--output", str(pack)).code == 0
    assert packs[0].read_bytes() == packs[1].read_bytes()
    with ZipFile(packs[0]) as archive:
        archive.extractall(folder / "pack")
    room = folder / "pack"
    manifest = json.loads((room / "manifest.json").read_text("utf-8"))
    for name, entry in manifest["files"].items():
        assert hashlib.sha256((room / name).read_bytes()).hexdigest() == entry["sha256"]
    links = [cell.hyperlink.target for cell in Book(str(room / f"reports/{run}.xlsx")).book["Evidence"]["C"][1:]]
    assert links
    assert all((room / "reports" / link).is_file() for link in links)
    lines = (room / "data/deliveries.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "与原件一致" in (room / "data/decisions.csv").read_text("utf-8-sig")
    assert manifest["head"]["hash"] in (room / "README.txt").read_text("utf-8-sig")
    check = [sys.executable, str(room / "verify.py")]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0
    events = room / "data/events.jsonl"
    events.write_text(events.read_text("utf-8").replace("张三", "王五", 1), encoding="utf-8")
    assert subprocess.run(check, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("review", "pack"), "one-of-three"),
        (("review", "pack", "--month", "2024"), "not-a-month"),
        (("review", "pack", "--record", "呼审批〔1999〕1号"), "nothing-to-pack"),
        (("review", "pack", "no-run"), "unknown-run"),
        (("review", "import", "nowhere.xlsx"), "unreadable-file"),
    ],
)
def test_what_cannot_be_meant_is_refused(quiet: Desk, words: tuple[str, ...], reason: str) -> None:
    """A pack needs one thing to be about, and an import a file."""
    assert_named(quiet.call(*words), 2, reason)
