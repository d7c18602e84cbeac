"""Runs."""

from __future__ import annotations

import json
import re

import pytest

from journal import Journal
from words.errors import UsageError


def test_run_ids_are_unique_and_sort_by_beginning(journal: Journal) -> None:
    """Ids are readable, differ even within one tick of the clock, and sort as the runs began."""
    ids = [journal.begin_run("disclosure", "", "", "") for _ in range(30)]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"disclosure-\d{8}-[0-9a-f]{6}", run_id) for run_id in ids)
    assert [row.run_id for row in journal.runs(limit=30)] == ids[::-1]


def test_a_run_keeps_its_window_and_its_ending(journal: Journal) -> None:
    """Everything that a run was begun and finished with is read back."""
    run_id = journal.begin_run("overdue", "2024-08-01", "2024-08-12", "2024-08-13", dry_run=True)
    begun = journal.run(run_id)
    assert (begun.state, begun.finished_at, begun.counts, begun.dry_run) == ("running", "", {}, True)
    journal.finish_run(run_id, "stopped", {"collected": 3}, {"说明": ["版式变化"]})
    ended = journal.run(run_id)
    assert (ended.since, ended.until, ended.as_of) == ("2024-08-01", "2024-08-12", "2024-08-13")
    assert (ended.state, ended.counts, ended.result) == ("stopped", {"collected": 3}, {"说明": ["版式变化"]})
    assert ended.finished_at > ended.started_at == begun.started_at


def test_beginning_and_ending_are_events(journal: Journal, run: str) -> None:
    """The log tells the window and the counts, and of the result only its hash."""
    journal.finish_run(run, "done", {"collected": 3}, {"name": "某某"})
    begun, ended = journal.events(subject=f"run/{run}")
    assert (begun.kind, ended.kind) == ("run.begun", "run.finished")
    assert json.loads(begun.data)["as_of"] == "2024-08-13"
    assert json.loads(ended.data)["counts"] == {"collected": 3}
    assert "某某" not in ended.data


def test_a_resumed_run_may_end_again(journal: Journal, run: str) -> None:
    """The last ending stands; the log tells both."""
    journal.finish_run(run, "failed", {}, {})
    journal.finish_run(run, "done", {}, {})
    assert journal.run(run).state == "done"
    assert len(list(journal.events(subject=f"run/{run}"))) == 3


def test_the_last_run_is_found_by_bot_and_by_ending(journal: Journal, run: str) -> None:
    """Runs that are still running count only when asked for."""
    assert journal.last_run() is None
    assert journal.last_run(finished=False) == journal.run(run)
    journal.finish_run(run, "done", {}, {})
    later = journal.begin_run("overdue", "", "", "")
    assert journal.last_run() == journal.run(run)
    assert journal.last_run(finished=False) == journal.run(later)
    assert journal.last_run("overdue", finished=False) == journal.run(later)
    assert journal.last_run("overdue") is None


def test_a_run_that_is_not_there_is_the_callers_error(journal: Journal) -> None:
    """Asking for it and finishing it are both refused."""
    with pytest.raises(UsageError, match="disclosure-19990101-000000"):
        journal.run("disclosure-19990101-000000")
    with pytest.raises(UsageError) as refused:
        journal.finish_run("disclosure-19990101-000000", "done", {}, {})
    assert refused.value.code == "unknown-run"
