"""The audit: what events speak of is still what lies there, and everything that is not is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from journal import Flaw, Journal, Prepared, State

Items = Callable[..., list[Prepared]]
Go = Callable[[Journal, State, list[int]], None]
Standing = Callable[..., object]


@pytest.fixture
def worked(journal: Journal, run: str, items: Items) -> Journal:
    """A journal after a run with three deliveries, findings, a receipt and a file; event 2 is the first delivery's."""
    ids = [delivery.id for delivery in journal.prepare(run, "credit", items(3))]
    journal.sent(ids, "a" * 64, "batch.xlsx")
    journal.keep_receipt(run, "credit", "B1", "upload-answer", b"ok", "batch.xlsx")
    journal.accepted(ids, "B1")
    journal.confirmed(ids[:2])
    journal.remember_quarantine(run, [{"rule": "mandatory", "name": "李四"}])
    journal.remember_verdicts(run, [{"record_id": "r0", "verdict": "agreed", "name": "李四"}])
    journal.keep_evidence(run, "page", "list", b"<html>", ".html")
    journal.finish_run(run, "done", {"collected": 3}, {"note": "还好"})
    return journal


def seq_of(journal: Journal, kind: str) -> int:
    """Return the number of the one event of a kind."""
    (event,) = [event for event in journal.events() if event.kind == kind]
    return event.seq


def test_what_was_written_is_whole(worked: Journal) -> None:
    """Nothing is damaged, and the counts say what was compared."""
    audit = worked.audit()
    assert audit.whole
    assert (audit.damage, audit.flaws, audit.purged) == (None, (), {})
    assert audit.head.hash == worked.head()
    assert audit.checked == {
        "events": audit.head.seq,
        "runs": 1,
        "findings": 2,
        "deliveries": 3,
        "dispositions": 0,
        "receipts": 1,
        "evidence": 1,
    }


def test_an_empty_journal_is_whole(journal: Journal) -> None:
    """There is nothing to be damaged."""
    assert journal.audit().whole


@pytest.mark.parametrize("state", [state for state in State if state is not State.DISCARDED])
def test_every_way_of_a_delivery_can_be_told_from_its_events(
    journal: Journal, standing: Standing, state: State
) -> None:
    """However a delivery came to stand where it stands, its row is what its events say."""
    standing(state)
    assert journal.audit().flaws == ()


def test_a_delivery_that_was_asked_for_and_sent_again_is_whole(journal: Journal, run: str, items: Items) -> None:
    """What a way back forgets, such as the file of the first attempt, the audit forgets too."""
    (one,) = journal.prepare(run, "credit", items(1, held="more than 10 records"))
    journal.released([one.id], "王五")
    journal.sent([one.id], "a" * 64, "first.xlsx")
    journal.unknown([one.id], "no-answer")
    journal.prepared_again([one.id])
    assert journal.audit().flaws == ()
    journal.sent([one.id], "b" * 64, "second.xlsx")
    journal.unknown([one.id], "no-answer")
    journal.rejected({one.id: ""})
    assert journal.audit().flaws == ()
    (two,) = journal.prepare(run, "credit", items(1, "f2", held="more than 10 records"))
    journal.discarded([two.id], "overtaken by another form")
    assert journal.audit().flaws == ()


def test_a_resumed_run_is_whole_at_every_step(journal: Journal, run: str) -> None:
    """A run that stopped, went on and ended again is what the last of these events says."""
    assert journal.audit().whole
    journal.finish_run(run, "stopped", {}, {"error": "no-answer"})
    assert journal.audit().whole
    journal.resume_run(run)
    assert journal.audit().whole
    journal.finish_run(run, "done", {"collected": 1}, {})
    assert journal.audit().whole


MEDDLING: list[tuple[str, str, str, str]] = [
    ("UPDATE deliveries SET state = 'accepted' WHERE id = 1", "delivery/1", "changed", "state"),
    ('UPDATE deliveries SET payload = \'{"行政相对人名称":"他"}\' WHERE id = 1', "delivery/1", "changed", "payload"),
    ("UPDATE deliveries SET record_id = 'r9' WHERE id = 1", "delivery/1", "changed", "record_id"),
    ("UPDATE deliveries SET batch = 'B2' WHERE id = 2", "delivery/2", "changed", "batch"),
    ("UPDATE deliveries SET file_name = 'other.xlsx' WHERE id = 2", "delivery/2", "changed", "file_name"),
    ("UPDATE deliveries SET reason = 'because' WHERE id = 2", "delivery/2", "changed", "reason"),
    ("UPDATE deliveries SET prepared_by = 'nobody' WHERE id = 2", "delivery/2", "changed", "prepared_by"),
    ("DELETE FROM deliveries WHERE id = 3", "delivery/3", "missing", ""),
    ("UPDATE deliveries SET id = 4 WHERE id = 3", "delivery/3", "missing", ""),
    ("UPDATE receipts SET sha256 = 'c'", "receipt/c", "unrecorded", ""),
    ("UPDATE receipts SET batch = 'B2'", "receipt", "missing", ""),
    ("DELETE FROM receipts", "receipt", "missing", ""),
    ("UPDATE evidence SET path = 'evidence/other'", "evidence", "missing", ""),
    ("DELETE FROM evidence", "evidence", "missing", ""),
    ("DELETE FROM verdicts", "run", "changed", "verdicts"),
    ("DELETE FROM quarantine", "run", "changed", "quarantine"),
    ("UPDATE runs SET state = 'failed'", "run", "changed", "state"),
    ("UPDATE runs SET until = '2024-08-11'", "run", "changed", "until"),
    ("UPDATE runs SET counts = '{\"collected\":2}'", "run", "changed", "counts"),
    ("UPDATE runs SET result = '{}'", "run", "changed", "result"),
]


@pytest.mark.parametrize(("statement", "subject", "problem", "detail"), MEDDLING, ids=[each[0] for each in MEDDLING])
def test_meddling_with_rows_is_named(
    worked: Journal, db: Engine, statement: str, subject: str, problem: str, detail: str
) -> None:
    """Each way of changing by hand what events speak of is found, with the event and what is wrong."""
    with db.begin() as connection:
        connection.exec_driver_sql(statement)
    audit = worked.audit()
    assert audit.damage is None
    assert not audit.whole
    found = [flaw for flaw in audit.flaws if flaw.subject.startswith(subject) and flaw.problem == problem]
    assert found
    assert found[0].detail == detail
    assert problem == "unrecorded" or found[0].seq > 0
    assert found[0].subject in found[0].sentence


def test_a_receipt_that_was_rewritten_is_named(worked: Journal, db: Engine) -> None:
    """A receipt is what the feed answered, byte for byte."""
    with db.begin() as connection:
        connection.execute(text("UPDATE receipts SET content = :content"), {"content": b"no"})
    (flaw,) = worked.audit().flaws
    assert (flaw.problem, flaw.detail) == ("changed", "content")
    assert flaw.seq == seq_of(worked, "receipt.kept")


@pytest.mark.parametrize("payload", ["not json", "CAST(x'ff' AS TEXT)"])
def test_rows_that_cannot_be_read_are_flaws_and_no_crash(worked: Journal, db: Engine, payload: str) -> None:
    """Whatever stands where JSON belongs, the audit names it."""
    if db.dialect.name != "sqlite":
        pytest.skip("only SQLite stores anything anywhere")
    value = payload if payload.startswith("CAST") else f"'{payload}'"
    with db.begin() as connection:
        connection.exec_driver_sql(f"UPDATE deliveries SET payload = {value} WHERE id = 2")
        connection.exec_driver_sql(f"UPDATE runs SET result = {value}")
    assert {(flaw.subject.split("/")[0], flaw.detail) for flaw in worked.audit().flaws} == {
        ("delivery", "payload"),
        ("run", "result"),
    }


def test_a_file_that_is_gone_or_another_is_named(worked: Journal, run: str, tmp_path: Path) -> None:
    """Evidence is the file under its hash."""
    piece = worked.evidence_of(run)[0]
    seq = seq_of(worked, "evidence.kept")
    (tmp_path / piece.path).write_bytes(b"<other>")
    assert worked.audit().flaws == (Flaw(seq, f"evidence/{piece.sha256}", "other-file", piece.path),)
    (tmp_path / piece.path).unlink()
    (flaw,) = worked.audit().flaws
    assert flaw == Flaw(seq, f"evidence/{piece.sha256}", "no-file", piece.path)
    assert piece.path in flaw.sentence


def test_a_damaged_chain_is_told_before_anything_else(worked: Journal, db: Engine) -> None:
    """What a damaged chain says of the rows proves nothing."""
    with db.begin() as connection:
        connection.execute(text("UPDATE events SET data = '{}' WHERE seq = 3"))
        connection.execute(text("DELETE FROM receipts"))
    audit = worked.audit()
    assert audit.damage is not None
    assert (audit.damage.seq, audit.head.seq, audit.flaws) == (3, 2, ())
