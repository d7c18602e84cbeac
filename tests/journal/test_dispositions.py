"""What persons decided: kept with its event, never changed unseen, its reason removable."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from journal import Disposition, Journal, Kept, Prepared, State
from journal.texts import now

NOTHING_KEPT = Kept(frozenset(), frozenset(), frozenset())


def decision(run: str, **changes: str) -> Disposition:
    """One decision."""
    told = {"record_id": "r1", "document_number": "许准〔2024〕1号", "verdict": "differs", "fingerprint": "f1"}
    said = {"basis": "b1", "disposition": "deliver", "reviewer": "张三", "reason": "见附件"}
    texts = {**told, **said, "imported_by": "admin", "file_sha256": "0" * 64, **changes}
    return Disposition(run_id=run, settles=False, id=0, **texts)


def test_a_decision_is_read_back_as_it_was_kept(journal: Journal, run: str) -> None:
    """In order, with its number and its time; by record and by document number."""
    journal.dispose([decision(run), decision(run, record_id="r2", document_number="x")], {})
    journal.dispose([decision(run, disposition="hold")], {})
    found = journal.dispositions()
    assert [(each.id, each.record_id, each.disposition) for each in found] == [
        *((1, "r1", "deliver"), (2, "r2", "deliver"), (3, "r1", "hold")),
    ]
    assert replace(found[0], id=0, at="") == decision(run)
    assert [each.id for each in journal.dispositions("r1")] == [1, 3]
    assert [each.id for each in journal.dispositions(document_number="x")] == [2]
    assert [event.subject for event in journal.events() if event.kind == "disposition.made"] == [
        f"disposition/{number}" for number in (1, 2, 3)
    ]
    assert journal.audit().checked["dispositions"] == 3


def test_a_held_delivery_is_let_go_with_it(journal: Journal, run: str) -> None:
    """Both are one transaction; what was let go meanwhile needs nothing more."""
    (held,) = journal.prepare(run, "credit", [Prepared("r1", "f1", {}, by="李四", held="adverse")])
    journal.dispose([decision(run)], {held.id: "张三"})
    journal.dispose([decision(run, reason="再次")], {held.id: "张三"})
    assert [each.state for each in journal.deliveries()] == [State.PREPARED]
    assert journal.audit().whole


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE dispositions SET reviewer = '王五' WHERE id = 1", "changed"),
        ("UPDATE dispositions SET reason = '' WHERE id = 1", "changed"),
        ("DELETE FROM dispositions WHERE id = 1", "missing"),
        ("UPDATE dispositions SET id = 9 WHERE id = 1", "unrecorded"),
    ],
)
def test_a_change_by_hand_is_found(journal: Journal, run: str, db: Engine, statement: str, problem: str) -> None:
    """Another name, no reason, no row, a row of nobody: the audit names each."""
    journal.dispose([decision(run)], {})
    with db.begin() as connection:
        connection.execute(text(statement))
    assert problem in {flaw.problem for flaw in journal.audit().flaws}


def test_a_purge_removes_the_reason_and_keeps_the_decision(journal: Journal, run: str) -> None:
    """A reason may name somebody; who decided what stays, and the audit knows why the reason is gone."""
    journal.dispose([decision(run)], {})
    journal.finish_run(run, "done", {}, {})
    counts = journal.purge(now(), NOTHING_KEPT, "admin", "期满", rehearse=False)
    (left,) = journal.dispositions()
    assert (counts["dispositions"], left.reason, left.reviewer) == (1, "", "张三")
    audit = journal.audit()
    assert audit.whole
    assert audit.purged["dispositions"] == 1
    assert journal.purge(now(), NOTHING_KEPT, "admin", "期满", rehearse=True)["dispositions"] == 0
