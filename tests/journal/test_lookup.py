"""Finding what is known of one document number."""

from __future__ import annotations

from journal import Journal, Prepared, RecordRow

NUMBER, OTHER = "呼审批许〔2024〕1号", "呼审批许〔2024〕2号"


def record(record_id: str, fingerprint: str, number: str) -> RecordRow:
    """Make one form of a record."""
    return RecordRow(record_id, fingerprint, "审批平台 › 1", "approval@1", {"document_number": number}, {})


def test_findings_are_found_by_number_with_their_run_newest_first(journal: Journal, run: str) -> None:
    """Verdicts and quarantined rows of every run about one number, and nothing about another."""
    later = journal.begin_run("disclosure", "", "", "")
    for run_id in (run, later):
        for number in (NUMBER, OTHER):
            journal.remember_verdicts(run_id, [{"document_number": number, "record_id": "r1", "name": "某某公司"}])
            journal.remember_quarantine(run_id, [{"document_number": number, "rule": "mandatory", "value": "*"}])
    for found in (journal.verdicts_about(NUMBER), journal.quarantine_about(NUMBER)):
        assert [each["run_id"] for each in found] == [later, run]
        assert {each["document_number"] for each in found} == {NUMBER}
    assert journal.verdicts_about(NUMBER)[0]["name"] == "某某公司"
    assert journal.quarantine_about(NUMBER)[0]["value"] == "*"


def test_verdicts_on_a_record_are_found_under_its_other_number_too(journal: Journal, run: str) -> None:
    """A record whose number was corrected keeps its history."""
    journal.remember_verdicts(run, [{"document_number": OTHER, "record_id": "r1"}])
    assert journal.verdicts_about(NUMBER) == []
    assert [each["record_id"] for each in journal.verdicts_about(NUMBER, ["r1"])] == ["r1"]


def test_each_form_knows_the_run_that_saw_it_first(journal: Journal, run: str) -> None:
    """A form that comes again keeps its first run."""
    later = journal.begin_run("disclosure", "", "", "")
    journal.remember_records(run, [record("r1", "f1", NUMBER)])
    journal.remember_records(later, [record("r1", "f2", NUMBER)])
    journal.remember_records(later, [record("r1", "f1", NUMBER)])
    assert journal.first_runs("r1") == {"f1": run, "f2": later}


def test_every_number_that_was_ever_seen_is_known(journal: Journal, run: str) -> None:
    """Numbers of records, verdicts and quarantined rows; the blank of an unreadable row is none."""
    journal.remember_records(run, [record("r1", "f1", "甲1")])
    journal.remember_verdicts(run, [{"document_number": "乙2"}, {"document_number": "甲1"}])
    journal.remember_quarantine(run, [{"document_number": "丙3"}, {"document_number": ""}])
    assert journal.known_numbers() == {"甲1", "乙2", "丙3"}


def test_only_runs_that_judged_their_rows_count_as_such(journal: Journal, run: str) -> None:
    """A run that ended early is passed over, one without a finding is not; newest first, and of one bot if asked."""
    journal.remember_quarantine(run, [{"rule": "mandatory"}])
    other = journal.begin_run("overdue", "", "", "")
    journal.remember_quarantine(other, [])
    journal.begin_run("disclosure", "", "", "")
    assert [each.run_id for each in journal.judged_runs(5)] == [other, run]
    assert [each.run_id for each in journal.judged_runs(1)] == [other]
    assert [each.run_id for each in journal.judged_runs(5, "disclosure")] == [run]


def test_a_record_knows_the_day_that_saw_it_first(journal: Journal) -> None:
    """Whatever form it came in, the earliest day counts; of what was never seen nothing is said."""
    days = ("2024-08-01", "2024-08-09")
    for number, day in enumerate(days):
        journal.remember_records(journal.begin_run("disclosure", "", "", day), [record("r1", f"f{number}", NUMBER)])
    assert journal.first_days(["r1", "r2"]) == {"r1": days[0]}
    assert journal.first_days([]) == {}


def test_moments_are_told_in_their_order(journal: Journal) -> None:
    """Each delivery of the records tells when it reached the states that are asked for, by the day of its run."""
    run = journal.begin_run("disclosure", "", "", "2024-08-13")
    items = [Prepared(name, "f", {}) for name in ("r1", "r2", "r3")]
    ids = [each.id for each in journal.prepare(run, "credit", items)]
    journal.sent(ids, "a" * 64, "batch.xlsx")
    journal.accepted(ids[:2], "B1")
    found = journal.moments("credit", ["r1", "r3"], ["sent", "accepted"])
    told = [(each.record_id, each.state, each.as_of, each.batch) for each in found]
    assert told == [
        ("r1", "sent", "2024-08-13", "B1"),
        ("r3", "sent", "2024-08-13", ""),
        ("r1", "accepted", "2024-08-13", "B1"),
    ]
    assert found[0].at <= found[2].at
    assert journal.moments("other", ["r1"], ["sent"]) == []
