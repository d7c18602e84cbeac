"""Collected rows, records, and what a run found."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from journal import CollectedRow, Journal, KnownRow, RecordRow, Remembered
from journal.texts import pack, unpack


def rows(number: int, digest: str = "d1") -> list[CollectedRow]:
    """Make so many rows."""
    return [
        CollectedRow(f"k{n}", digest, {"许可决定文书号": f"许准〔2024〕{n}号", "摘要": digest}) for n in range(number)
    ]


def test_rows_are_known_by_source(journal: Journal, run: str) -> None:
    """A row is read back as it was, under its own source only."""
    assert journal.remember_rows(run, "approval", rows(2)) == Remembered(2, 0, 0)
    assert journal.remember_rows(run, "bureau", rows(1, "other")) == Remembered(1, 0, 0)
    known = journal.known_rows("approval")
    assert known["k1"] == KnownRow("d1", {"许可决定文书号": "许准〔2024〕1号", "摘要": "d1"})
    assert (len(known), len(journal.known_rows("bureau")), journal.known_rows("none")) == (2, 1, {})


def test_only_what_changed_is_written(journal: Journal, run: str, db: Engine) -> None:
    """Unchanged rows keep the run that wrote them; a changed digest brings the new payload."""
    journal.remember_rows(run, "approval", rows(1200))
    later = journal.begin_run("disclosure", "", "", "")
    assert journal.remember_rows(later, "approval", [*rows(1199), CollectedRow("k1199", "d2", {})]) == (0, 1, 1199)
    assert journal.known_rows("approval")["k1199"] == KnownRow("d2", {})
    with db.connect() as connection:
        written = connection.execute(text("SELECT row_key FROM collected WHERE run_id = :run"), {"run": later})
        assert written.scalars().all() == ["k1199"]


def test_unchanged_rows_count_as_seen(journal: Journal, run: str, db: Engine) -> None:
    """Each run knows which rows it saw, page by page, at the price of one line a call."""
    journal.remember_rows(run, "approval", rows(1000))
    later = journal.begin_run("disclosure", "", "", "")
    journal.remember_rows(later, "approval", rows(1000)[10:20])
    journal.remember_rows(later, "approval", [rows(1000)[5], *rows(1000)[15:30]])
    journal.remember_rows(later, "approval", [])
    assert journal.rows_seen(run, "approval") == {f"k{n}" for n in range(1000)}
    assert journal.rows_seen(later, "approval") == {f"k{n}" for n in (5, *range(10, 30))}
    assert journal.rows_seen(later, "bureau") == set()
    with db.connect() as connection:
        lines = connection.scalars(text("SELECT numbers FROM sightings ORDER BY id")).all()
    assert lines == ["1-1000", "11-20", "6,16-30"]


def test_of_rows_with_one_key_the_last_stands(journal: Journal, run: str) -> None:
    """A key given twice in one call is one row."""
    assert journal.remember_rows(run, "approval", [*rows(1, "first"), *rows(1, "last")]) == Remembered(1, 0, 0)
    assert journal.known_rows("approval")["k0"].digest == "last"


@given(st.sets(st.integers(1, 60)))
def test_ranges_hold_every_number_and_no_other(numbers: set[int]) -> None:
    """Packing and unpacking give the same numbers."""
    assert set(unpack(pack(numbers))) == numbers


def record(record_id: str, fingerprint: str, number: str = "许准〔2024〕1号") -> RecordRow:
    """Make a record."""
    values = {"document_number": number, "name": fingerprint}
    return RecordRow(record_id, fingerprint, "approval 第 3 行", "licence@1", values, {"name": f" {fingerprint} "})


def test_a_form_of_a_record_is_kept_once(journal: Journal, run: str) -> None:
    """The same record and fingerprint again is nothing new."""
    assert journal.remember_records(run, [record("r1", "f1"), record("r2", "f1"), record("r1", "f1")]) == 2
    assert journal.remember_records(run, [record("r1", "f1")]) == 0
    assert journal.record("r1") == [record("r1", "f1")]
    assert journal.record("r3") == []


def test_forms_are_newest_first_also_when_one_returns(journal: Journal, run: str) -> None:
    """A correction comes first, and a correction that is taken back puts the earlier form first again."""
    journal.remember_records(run, [record("r1", "f1")])
    journal.remember_records(run, [record("r1", "f2")])
    assert [form.fingerprint for form in journal.record("r1")] == ["f2", "f1"]
    assert journal.remember_records(run, [record("r1", "f1"), record("r2", "f9")]) == 1
    assert [form.fingerprint for form in journal.record("r1")] == ["f1", "f2"]


def test_records_are_found_by_any_number_they_bore(journal: Journal, run: str) -> None:
    """A document number finds all forms of every record that ever bore it."""
    journal.remember_records(run, [record("r1", "f1", "甲1号"), record("r2", "f2", "甲2号")])
    journal.remember_records(run, [record("r1", "f3", "甲2号")])
    assert [form.fingerprint for form in journal.find_records("甲1号")] == ["f3", "f1"]
    assert {form.record_id for form in journal.find_records("甲2号")} == {"r1", "r2"}
    assert journal.find_records("甲3号") == []


def test_findings_come_back_as_they_were(journal: Journal, run: str) -> None:
    """Queried columns and all the rest return together, in their order, for their run only."""
    refused = {"side": "source", "origin": "第 3 行", "document_number": "", "field": "name", "rule": "mandatory"}
    first = refused | {"mapping": "licence@1", "raw": {"名称": ""}, "sentence": "必填"}
    second = first | {"origin": "第 4 行"}
    assert journal.remember_quarantine(run, [first, second]) == 2
    assert journal.quarantine_of(run) == [first, second]
    verdict = {"record_id": "r1", "document_number": "甲1号", "verdict": "differs", "timeliness": "late"}
    assert journal.remember_verdicts(run, [verdict | {"group": 1, "differing": "name"}]) == 1
    absent = {"compliance": "", "bucket": "", "outcome": ""}
    assert journal.verdicts_of(run) == [verdict | absent | {"group": 1, "differing": "name"}]
    other = journal.begin_run("disclosure", "", "", "")
    assert (journal.quarantine_of(other), journal.verdicts_of(other)) == ([], [])


def test_the_number_of_findings_is_an_event(journal: Journal, run: str) -> None:
    """The log tells how many rows went to quarantine, also when none did."""
    journal.remember_quarantine(run, [{"origin": "第 3 行"}] * 3)
    journal.remember_quarantine(run, [])
    counts = [json.loads(event.data) for event in journal.events() if event.kind == "quarantine.kept"]
    assert counts == [{"count": 3}, {"count": 0}]
