"""Tallies: numbers of what there is, as they stand in the rows."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from journal import Delivery, Journal, State
from journal.schema import alarms


def test_an_empty_journal_counts_nothing(journal: Journal) -> None:
    """No rows, no numbers, no error."""
    tally = journal.tally()
    assert (tally.runs, tally.last, tally.succeeded, tally.deliveries, tally.firings) == ({}, {}, {}, {}, {})
    assert tally.alarms == 0


def test_runs_are_told_by_bot_and_state(journal: Journal) -> None:
    """The last run that ended counts for seconds and quarantine; the last one that was done for success."""
    days = ("2024-08-01", "2024-08-12", "2024-08-13")
    done = journal.begin_run("disclosure", *days)
    journal.finish_run(done, "done", {"quarantined": 3}, {})
    stopped = journal.begin_run("disclosure", *days)
    journal.finish_run(stopped, "stopped", {"quarantined": 5}, {})
    journal.begin_run("disclosure", *days)
    tally = journal.tally()
    assert tally.runs == {("disclosure", state): 1 for state in ("done", "running", "stopped")}
    assert tally.last["disclosure"].quarantined == 5
    assert tally.last["disclosure"].seconds >= 0
    assert tally.succeeded == {"disclosure": journal.run(done).finished_at}


def test_dry_runs_do_not_count(journal: Journal) -> None:
    """A rehearsal is neither a run nor a success."""
    run = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13", dry_run=True)
    journal.finish_run(run, "done", {}, {})
    tally = journal.tally()
    assert (tally.runs, tally.last, tally.succeeded) == ({}, {}, {})


def test_deliveries_are_told_by_feed_and_state(journal: Journal, standing: Callable[..., Delivery]) -> None:
    """Each stands in one state at one feed."""
    standing(State.CONFIRMED, "f1")
    standing(State.ACCEPTED, "f2")
    assert journal.tally().deliveries == {("credit", "confirmed"): 1, ("credit", "accepted"): 1}


def test_only_alarms_that_last_are_open(journal: Journal, db: Engine) -> None:
    """What is over is history."""
    rows = [
        {"key": key, "kind": "overdue", "actor": "", "sentence": key, "todo": "Look.", "since": since}
        | {"seen_at": since, "times": 1, "told": {}, "over_at": over}
        for key, since, over in (("b", "2024-08-13", ""), ("a", "2024-08-12", ""), ("c", "2024-08-11", "2024-08-12"))
    ]
    with db.begin() as connection:
        connection.execute(alarms.insert(), rows)
    assert journal.tally().alarms == 2
