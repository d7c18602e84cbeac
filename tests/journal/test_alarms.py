"""Alarms: one row a key, counted while it lasts, told per channel, and its openings and endings in the chain."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from journal import Alarm, Journal

NOON = datetime(2024, 8, 13, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HELD = Alarm("bot/disclosure/held", "degraded", "business", "3 records are held for 王芳.", "Open the workbook.")


def log(journal: Journal) -> list[tuple[str, str]]:
    """What the chain says of alarms."""
    return [(each.kind, each.subject) for each in journal.events() if each.kind.startswith("alarm.")]


def test_an_open_alarm_only_counts_up(journal: Journal) -> None:
    """Seen again it has the newest sentence and its old beginning, and the chain says nothing more."""
    journal.raise_alarms([HELD], NOON)
    journal.raise_alarms([Alarm(HELD.key, "degraded", "business", "5 records.", "Open it.")], NOON + MINUTE)
    (alarm,) = journal.alarms()
    assert (alarm.times, alarm.sentence, alarm.since) == (2, "5 records.", "2024-08-13T04:00:00.000000+00:00")
    assert alarm.seen_at > alarm.since
    assert log(journal) == [("alarm.opened", "alarm/bot/disclosure/held")]


def test_an_alarm_ends_once(journal: Journal) -> None:
    """It is not open any more, is listed with those that are over, and ends a second time without a trace."""
    journal.raise_alarms([HELD], NOON)
    journal.end_alarms([HELD.key, "bot/disclosure/late"], NOON + MINUTE)
    journal.end_alarms([HELD.key], NOON + 2 * MINUTE)
    assert journal.alarms() == []
    (alarm,) = journal.alarms(over=True)
    assert alarm.over_at == "2024-08-13T04:01:00.000000+00:00"
    assert log(journal) == [("alarm.opened", f"alarm/{HELD.key}"), ("alarm.over", f"alarm/{HELD.key}")]


def test_an_alarm_that_comes_back_begins_anew(journal: Journal) -> None:
    """Whoever was told of it before is told again."""
    journal.raise_alarms([HELD], NOON)
    journal.told("chat", [HELD.key], NOON)
    journal.end_alarms([HELD.key], NOON + MINUTE)
    journal.raise_alarms([HELD], NOON + 2 * MINUTE)
    (alarm,) = journal.alarms()
    assert (alarm.told, alarm.times, alarm.since) == ({}, 1, "2024-08-13T04:02:00.000000+00:00")
    assert [kind for kind, _subject in log(journal)] == ["alarm.opened", "alarm.over", "alarm.opened"]


def test_each_channel_is_told_by_itself(journal: Journal) -> None:
    """That one knows says nothing of the other, and seeing the alarm again forgets neither."""
    journal.raise_alarms([HELD], NOON)
    journal.told("chat", [HELD.key], NOON)
    journal.told("mail", [HELD.key], NOON + MINUTE)
    journal.raise_alarms([HELD], NOON + 2 * MINUTE)
    (alarm,) = journal.alarms()
    assert alarm.told == {"chat": "2024-08-13T04:00:00.000000+00:00", "mail": "2024-08-13T04:01:00.000000+00:00"}


def test_a_digest_is_no_alarm(journal: Journal) -> None:
    """Its last telling is remembered, and it is never listed."""
    assert journal.digest_told("chat") == ""
    journal.tell_digest("chat", NOON)
    journal.tell_digest("chat", NOON + MINUTE)
    assert journal.digest_told("chat") == "2024-08-13T04:01:00.000000+00:00"
    assert journal.alarms(over=True) == []


def test_the_chain_holds_nothing_personal_of_an_alarm(journal: Journal) -> None:
    """Its sentence may name somebody, and an event can never be removed."""
    journal.raise_alarms([HELD], NOON)
    journal.end_alarms([HELD.key], NOON)
    for each in journal.events():
        assert "王芳" not in each.data
        assert set(json.loads(each.data)) <= {"kind", "actor", "times"}
    assert journal.audit().whole
