"""The audit of a real run from the command line: whole, and every way of meddling by hand is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.end_to_end.tampering import (
    BETWEEN,
    LATE,
    MIDDLE,
    Meddle,
    by_hand,
    cut,
    delete_and_close,
    edit,
    forget_last_run,
    insert,
    meddle,
    rewrite,
    swap_contents,
    swap_numbers,
)
from tests.end_to_end.town import Desk, assert_named, call

HEADS = "reports/chain-heads.txt"


def noted(desk: Desk) -> list[tuple[int, str]]:
    """The heads that the runs have noted."""
    lines = (desk.folder / HEADS).read_text("utf-8").splitlines()
    return [(int(words[1]), words[2]) for words in map(str.split, lines)]


def printed(desk: Desk) -> str:
    """The head on the first sheet of the newest workbook."""
    newest = max((desk.folder / "reports").glob("*.xlsx"), key=lambda file: file.stat().st_mtime_ns)
    book = load_workbook(newest)
    values = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    (head,) = [value for value in values if re.fullmatch(r"[0-9a-f]{64}", value)]
    return head


def position(desk: Desk, *words: str, code: str = "chain-damaged") -> Any:
    """Let the audit find damage, and return where."""
    outcome = desk.call("audit", "verify", *words)
    error = assert_named(outcome, 1, code, file=str(desk.folder / ".yinxin" / "journal.db"))
    assert outcome.result["whole"] is False
    assert str(outcome.result["position"]) in error["sentence"]
    return outcome.result["position"]


def test_two_runs_are_whole(copied: Desk) -> None:
    """Nothing is wrong, both noted heads were compared, and something was checked of every kind that is there."""
    outcome = copied.call("audit", "verify")
    assert outcome.code == 0, outcome.out
    result = outcome.result
    assert (result["whole"], result["position"], result["flaws"], result["purged"]) == (True, None, [], {})
    assert (result["head"]["seq"], result["head"]["hash"]) == noted(copied)[-1]
    assert result["heads"] == len(noted(copied)) == 2
    assert result["checked"].pop("dispositions") == 0
    assert all(result["checked"].values())
    assert set(result["checked"]) == {"events", "runs", "findings", "deliveries", "receipts", "evidence"}
    assert noted(copied)[0][0] < BETWEEN < LATE < noted(copied)[1][0]


DAMAGES: dict[str, tuple[Meddle | str, int]] = {
    **{f"edit {column}": (edit(column), MIDDLE) for column in ("at", "run_id", "kind", "subject", "data", "hash")},
    "edit the link": (edit("previous"), MIDDLE),
    "delete": (f"DELETE FROM events WHERE seq = {MIDDLE}", MIDDLE),
    "delete and close the gap": (delete_and_close, MIDDLE),
    "exchange contents": (swap_contents, MIDDLE),
    "exchange places": (swap_numbers, MIDDLE),
    "insert": (insert, MIDDLE + 1),
    "cut the tail": (cut(MIDDLE), MIDDLE + 1),
    "cut everything": (cut(0), 1),
}


@pytest.mark.parametrize(("how", "where"), DAMAGES.values(), ids=DAMAGES)
def test_meddling_with_events_is_named_with_its_place(copied: Desk, how: Meddle | str, where: int) -> None:
    """Whatever is done to an event, the first one that does not fit any more is named, also without any head."""
    (copied.folder / HEADS).unlink()
    meddle(copied, how)
    assert position(copied) == where


def test_a_tail_that_is_cut_cleanly_is_found_by_the_noted_heads(copied: Desk) -> None:
    """The journal's own note was mended as well; the heads in the reports name the first event that is missing."""
    meddle(copied, cut(LATE, note=True))
    assert position(copied) == LATE + 1


def test_a_tail_that_is_cut_cleanly_is_found_by_the_head_of_a_workbook(copied: Desk) -> None:
    """A whole run was forgotten, rows, heads and all: the journal says only that no head was compared; paper knows."""
    head, first = printed(copied), noted(copied)[0][0]
    assert copied.call("audit", "verify", "--head", head).code == 0
    meddle(copied, forget_last_run)
    assert position(copied) == first + 1
    (copied.folder / HEADS).unlink()
    alone = copied.call("audit", "verify")
    assert (alone.code, alone.result["heads"]) == (0, 0)
    assert "No head was compared" in call("audit", "verify", "-w", str(copied.folder)).err
    assert position(copied, "--head", head.upper()) == first + 1


@pytest.mark.parametrize(("first", "where"), [(MIDDLE, 1), (BETWEEN, None)])
def test_a_log_that_is_written_anew_is_found_by_the_heads(
    copied: Desk, tmp_path: Path, first: int, where: int | None
) -> None:
    """A rewritten chain fits in itself; a noted head tells behind which good head it was rewritten."""
    (before, _first), (last, newest) = noted(copied)
    where = where or before + 1
    elsewhere = tmp_path / "heads.txt"
    elsewhere.write_text((copied.folder / HEADS).read_text("utf-8"), encoding="utf-8")
    meddle(copied, rewrite(first))
    assert position(copied) == where
    (copied.folder / HEADS).unlink()
    assert copied.call("audit", "verify").code == 0
    assert position(copied, "--heads", str(elsewhere)) == where
    assert position(copied, "--head", newest) == last + 1


def test_the_heads_of_the_days_are_a_file_of_heads(copied: Desk, tmp_path: Path) -> None:
    """What ``audit heads`` prints can be kept, and is compared like the heads of the runs."""
    printed_days = call("audit", "heads", "-w", str(copied.folder)).out
    assert printed_days.split()[1:] == list(map(str, noted(copied)[-1]))
    days = tmp_path / "days.txt"
    days.write_text(f"# kept by the auditors\n\n{printed_days}", encoding="utf-8")
    assert copied.call("audit", "verify", "--heads", str(days)).result["heads"] == 3
    meddle(copied, cut(LATE, note=True))
    (copied.folder / HEADS).unlink()
    assert position(copied, "--heads", str(days)) == LATE + 1


def test_what_is_no_head_is_refused(copied: Desk) -> None:
    """A mistyped head and a broken line are named instead of being compared with nothing."""
    assert_named(copied.call("audit", "verify", "--head", "7dd1ba"), 2, "not-a-head")
    heads = copied.folder / HEADS
    heads.write_text(heads.read_text("utf-8").replace("disclosure-", "\n", 1), encoding="utf-8")
    assert_named(copied.call("audit", "verify"), 2, "not-a-head", file=str(heads), line=2)


MEDDLING: dict[str, tuple[str, str, str, str]] = {
    "counts": ("UPDATE runs SET counts = '{}'", "run/", "changed", "counts"),
    "state": ("UPDATE deliveries SET state = 'rejected' WHERE id = 7", "delivery/7", "changed", "state"),
    "payload": ("UPDATE deliveries SET payload = '{}' WHERE id = 7", "delivery/7", "changed", "payload"),
    "delivery": ("DELETE FROM deliveries WHERE id = 7", "delivery/7", "missing", ""),
    "receipt": ("UPDATE receipts SET content = x'00'", "receipt/", "changed", "content"),
    "verdict": ("DELETE FROM verdicts WHERE id = 7", "run/", "changed", "verdicts"),
    "quarantine": ("INSERT INTO quarantine SELECT 99, run_id, side, origin, document_number, field, rule, mapping, data"
                   " FROM quarantine WHERE id = 1", "run/", "changed", "quarantine"),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "subject", "problem", "detail"), MEDDLING.values(), ids=MEDDLING)
def test_meddling_with_rows_is_named(copied: Desk, statement: str, subject: str, problem: str, detail: str) -> None:
    """Each row that is not what its event says is listed with the event's number and with what is wrong."""
    meddle(copied, statement)
    outcome = copied.call("audit", "verify")
    assert_named(outcome, 1, "not-as-recorded")
    assert outcome.result["position"] is None
    flaw = outcome.result["flaws"][0]
    assert flaw["subject"].startswith(subject)
    assert (flaw["problem"], flaw["detail"]) == (problem, detail)
    with by_hand(copied) as database:
        (told,) = database.execute("SELECT subject FROM events WHERE seq = ?", (flaw["event"],)).fetchone()
    assert told == flaw["subject"]
    seen = call("audit", "verify", "-w", str(copied.folder))
    assert f"event {flaw['event']}" in seen.out
    assert seen.err.count("To do") == 1


def test_meddling_with_a_file_of_evidence_is_named(copied: Desk) -> None:
    """A file with another content, and one that is gone, are named by their path; and no report is made of either."""
    run = copied.call("status").result["runs"][0]["run"]
    with by_hand(copied) as database:
        query = "SELECT path FROM evidence WHERE kind = 'report' AND run_id = ?"
        (path,) = database.execute(query, (run,)).fetchone()
    file = copied.folder / ".yinxin" / path
    file.write_bytes(file.read_bytes() + b"\0")
    for problem in ("other-file", "no-file"):
        (flaw,) = copied.call("audit", "verify").result["flaws"]
        assert (flaw["problem"], flaw["detail"]) == (problem, path)
        assert_named(copied.call("report", run), 2, "report-changed", file=str(file))
        file.unlink(missing_ok=True)


def test_a_tired_clerk_reads_the_end_first(copied: Desk) -> None:
    """In both languages the last words say whether all is whole, and if not, what to do."""
    whole = {lang: call("audit", "verify", "-w", str(copied.folder), "--lang", lang) for lang in ("en", "zh")}
    assert whole["en"].err == "All is as it was written.\n"
    assert whole["zh"].err == "全部内容与写入时一致。\n"
    assert f"event {noted(copied)[-1][0]}, {noted(copied)[-1][1]}" in whole["en"].out
    meddle(copied, edit("data"))
    broken = {lang: call("audit", "verify", "-w", str(copied.folder), "--lang", lang) for lang in ("en", "zh")}
    assert f"Event {MIDDLE} is not what was written." in broken["en"].err
    assert f"第 {MIDDLE} 条留痕的内容被改动过。" in broken["zh"].err
    assert "whole up to" in broken["en"].out
    assert "完好至" in broken["zh"].out
