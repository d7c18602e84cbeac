"""By which calendar a bot's runs counted."""

from __future__ import annotations

import json

from journal import Journal


def test_a_bot_remembers_its_calendar_and_tells_each_change_once(journal: Journal, run: str) -> None:
    """Nothing before the first; then the newest, bot by bot."""
    assert journal.calendar_of("disclosure") == ""
    journal.change_calendar(run, "disclosure", "library 1", 0)
    journal.change_calendar(run, "disclosure", "library 2", 12)
    assert journal.calendar_of("disclosure") == "library 2"
    assert journal.calendar_of("overdue") == ""
    told = [json.loads(event.data) for event in journal.events(subject="bot/disclosure")]
    assert told == [
        {"before": "", "now": "library 1", "moved": 0},
        {"before": "library 1", "now": "library 2", "moved": 12},
    ]


def test_a_journal_with_a_changed_calendar_is_whole(journal: Journal, run: str) -> None:
    """The event is one of the chain, and disturbs no comparison of rows with their events."""
    journal.change_calendar(run, "disclosure", "library 1", 0)
    journal.finish_run(run, "done", {}, {})
    audit = journal.audit()
    assert audit.whole
    assert audit.head.seq == 3
