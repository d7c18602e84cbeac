"""Purging: what is personal goes, for good; what proves goes on proving."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from journal import CollectedRow, Journal, Kept, Prepared, RecordRow, State
from journal.schema import metadata
from journal.texts import now
from words.errors import SystemFailure

NAME = "李四光"
KEPT = Kept(
    fields=frozenset({"document_number", "decision_date"}),
    headings=frozenset({"许可决定文书号"}),
    findings=frozenset({"deadline"}),
)


def work(journal: Journal, number: int = 0, *, confirm: bool = True, content: bytes = b"") -> str:
    """Do one run about one record, and return its id."""
    run = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
    key, document = f"r{number}", f"许准〔2024〕{number}号"
    journal.remember_rows(run, "approval", [CollectedRow(key, "d1", {"申请人": NAME})])
    values = {"document_number": document, "decision_date": "2024-08-09", "name": NAME}
    journal.remember_records(run, [RecordRow(key, "f1", "approval", "m@1", values, {"name": f" {NAME}"})])
    payload = {"许可决定文书号": document, "行政相对人名称": NAME}
    ids = [each.id for each in journal.prepare(run, "credit", [Prepared(key, "f1", payload)])]
    content = content or f"{number}{NAME}".encode()
    journal.keep_evidence(run, "payload", "batch.xlsx", content, ".xlsx")
    journal.sent(ids, "a" * 64, "batch.xlsx")
    journal.keep_receipt(run, "credit", "B1", "upload-answer", content, "batch.xlsx")
    journal.accepted(ids, "B1")
    if confirm:
        journal.confirmed(ids)
    journal.remember_quarantine(run, [{"rule": "mandatory", "document_number": document, "value": NAME}])
    verdict = {"record_id": key, "document_number": document, "verdict": "agreed", "deadline": "2024-08-20"}
    journal.remember_verdicts(run, [{**verdict, "name": NAME}])
    journal.finish_run(run, "done", {"collected": 1}, {})
    return run


def purge(journal: Journal, *, before: str = "", rehearse: bool = False) -> dict[str, int]:
    """Purge what has ended by now."""
    return journal.purge(before or now(), KEPT, "王五", "the period is over", rehearse=rehearse)


def bytes_of(folder: Path) -> bytes:
    """Return everything that lies in the journal's folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_is_personal_goes_and_the_rest_stays(journal: Journal) -> None:
    """Values under names that are not known to be harmless are blank; numbers, dates, states and hashes are there."""
    run = work(journal)
    digest = journal.receipts_of(run)[0].sha256
    assert purge(journal) == {
        "runs": 1,
        "deliveries": 1,
        "dispositions": 0,
        "receipts": 1,
        "evidence": 1,
        "records": 1,
        "quarantine": 1,
        "verdicts": 1,
        "collected": 1,
    }
    (delivery,) = journal.deliveries()
    assert delivery.payload == {"许可决定文书号": "许准〔2024〕0号", "行政相对人名称": ""}
    assert delivery.state == State.CONFIRMED
    (form,) = journal.record("r0")
    assert form.values == {"document_number": "许准〔2024〕0号", "decision_date": "2024-08-09", "name": ""}
    assert form.changed == {"name": ""}
    assert journal.verdicts_of(run)[0]["deadline"] == "2024-08-20"
    assert journal.verdicts_of(run)[0]["verdict"] == "agreed"
    assert journal.verdicts_of(run)[0]["name"] == ""
    assert journal.quarantine_of(run)[0]["value"] == ""
    assert (journal.receipts_of(run)[0].sha256, journal.receipts_of(run)[0].content) == (digest, b"")
    assert journal.run(run).counts == {"collected": 1}


def rows_of(db: Engine) -> str:
    """Return every row of every table as text."""
    with db.connect() as connection:
        return "".join(str(connection.execute(table.select()).all()) for table in metadata.sorted_tables)


def test_the_name_is_nowhere_any_more(journal: Journal, db: Engine, tmp_path: Path) -> None:
    """Neither a row nor free pages nor the write-ahead log nor a file keeps what was purged."""
    work(journal)
    assert NAME in rows_of(db)
    if journal._engine.dialect.name == "sqlite":
        assert NAME.encode() in bytes_of(tmp_path)
    run = work(journal, 1)
    piece = journal.evidence_of(run)[0]
    purge(journal)
    assert NAME not in rows_of(db)
    assert NAME.encode() not in bytes_of(tmp_path)
    assert not (tmp_path / piece.path).exists()


def test_whoever_still_reads_what_was_there_before_is_waited_for_and_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader keeps the old pages in use: the purge says that somebody is at work, and the next one ends it."""
    monkeypatch.setattr("journal.engines._WAIT", 0.1)
    with Journal.open(tmp_path) as journal, closing(sqlite3.connect(tmp_path / "journal.db")) as reader:
        work(journal)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        with pytest.raises(SystemFailure) as busy:
            purge(journal)
        assert busy.value.code == "journal-busy"
        reader.rollback()
        purge(journal)
        assert NAME.encode() not in bytes_of(tmp_path)


def test_the_audit_of_a_purged_journal_is_whole_and_counts_what_is_purged(journal: Journal) -> None:
    """What was purged by an event counts as purged and not as damaged, and the event names nobody's name."""
    work(journal)
    work(journal, 1)
    purge(journal)
    work(journal, 2)
    audit = journal.audit()
    assert audit.whole, audit.flaws
    assert audit.purged == {"deliveries": 2, "receipts": 2, "evidence": 2}
    assert audit.checked["deliveries"] == 3
    (event,) = [event for event in journal.events() if event.kind == "journal.purged"]
    assert '"by":"王五"' in event.data
    assert "the period is over" not in event.data


def test_a_second_purge_finds_nothing(journal: Journal) -> None:
    """What is blank stays blank and writes no event."""
    work(journal)
    purge(journal)
    head = journal.head()
    assert set(purge(journal).values()) == {0, 1}
    assert journal.head() == head


def test_a_rehearsal_counts_and_changes_nothing(journal: Journal, tmp_path: Path) -> None:
    """What would be done is told without doing it."""
    run = work(journal)
    head, rows = journal.head(), journal.verdicts_of(run)
    told = purge(journal, rehearse=True)
    assert (journal.head(), journal.verdicts_of(run)) == (head, rows)
    assert (tmp_path / journal.evidence_of(run)[0].path).exists()
    assert journal.audit().purged == {}
    assert purge(journal) == told


def test_what_somebody_has_to_act_on_is_never_purged(journal: Journal) -> None:
    """A run with an open delivery keeps everything, until the delivery has come to its end."""
    run = work(journal, confirm=False)
    assert purge(journal)["runs"] == 0
    assert NAME in journal.deliveries()[0].payload.values()
    assert journal.receipts_of(run)[0].content
    journal.confirmed([1])
    assert purge(journal)["runs"] == 1
    assert NAME not in journal.deliveries()[0].payload.values()


def test_only_runs_that_ended_before_are_purged(journal: Journal) -> None:
    """A run that ended later, or goes on, keeps what it has; so does what it has seen of earlier runs' finds."""
    first = work(journal)
    moment = now()
    second = journal.begin_run("disclosure", "", "", "")
    journal.remember_rows(second, "approval", [CollectedRow("r0", "d1", {"申请人": NAME})])
    journal.remember_verdicts(second, [{"record_id": "r0", "name": NAME}])
    assert purge(journal, before=moment)["runs"] == 1
    assert journal.verdicts_of(first)[0]["name"] == ""
    assert journal.verdicts_of(second)[0]["name"] == NAME
    assert journal.record("r0")[0].values["name"] == NAME
    assert journal.known_rows("approval")["r0"].payload == {"申请人": NAME}
    assert journal.audit().whole


def test_a_collected_row_that_shows_again_is_read_anew(journal: Journal) -> None:
    """A purged row is not taken for known: its digest is gone with its values."""
    work(journal)
    purge(journal)
    assert journal.known_rows("approval")["r0"] == ("", {})
    run = journal.begin_run("disclosure", "", "", "")
    assert journal.remember_rows(run, "approval", [CollectedRow("r0", "d1", {"申请人": NAME})]).changed == 1
    assert journal.known_rows("approval")["r0"].payload == {"申请人": NAME}


def test_a_file_that_a_later_run_kept_too_stays(journal: Journal, tmp_path: Path) -> None:
    """The same content belongs to two runs; it goes with the later one."""
    work(journal, content=b"the same")
    moment = now()
    work(journal, 1, content=b"the same")
    path = tmp_path / journal.evidence_of(journal.runs()[0].run_id)[0].path
    purge(journal, before=moment)
    assert path.exists()
    assert journal.audit().whole
    purge(journal)
    assert not path.exists()
    assert journal.audit().whole


def test_a_file_that_a_crash_left_is_named_and_removed_by_the_next_purge(journal: Journal, tmp_path: Path) -> None:
    """The event comes before the removal, so that a crash between them leaves what is known to be too much."""
    piece = journal.evidence_of(work(journal))[0]
    content = (tmp_path / piece.path).read_bytes()
    purge(journal)
    (tmp_path / piece.path).write_bytes(content)
    (flaw,) = journal.audit().flaws
    assert (flaw.problem, flaw.detail) == ("still-there", piece.path)
    purge(journal)
    assert journal.audit().whole


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE deliveries SET payload = '{}' WHERE id = 1", "left"),
        ("UPDATE deliveries SET state = 'superseded' WHERE id = 1", "changed"),
        ("UPDATE deliveries SET reason = 'because' WHERE id = 1", "changed"),
        ("UPDATE receipts SET content = sha256", "changed"),
        ("DELETE FROM deliveries WHERE id = 1", "missing"),
    ],
)
def test_a_purge_hides_no_meddling(journal: Journal, db: Engine, statement: str, problem: str) -> None:
    """What a purge left can no more be changed by hand than what it found."""
    work(journal)
    purge(journal)
    with db.begin() as connection:
        if "receipts" in statement:
            connection.execute(text("UPDATE receipts SET content = :content"), {"content": b"other"})
        else:
            connection.exec_driver_sql(statement)
    assert problem in {flaw.problem for flaw in journal.audit().flaws}


def test_blanking_by_hand_is_no_purge(journal: Journal, db: Engine) -> None:
    """Only what an event tells of counts as purged."""
    work(journal)
    with db.begin() as connection:
        connection.execute(text("UPDATE receipts SET content = :nothing"), {"nothing": b""})
    assert [flaw.problem for flaw in journal.audit().flaws] == ["changed"]
