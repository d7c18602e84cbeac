"""Telling: what is new in one message, nobody in quiet hours, an end only to those who knew, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from bots.alarming import tell
from bots.telling import tell_all
from bots.workspace import Workspace
from journal import Alarm, Journal
from tests.alarms.receivers import Receiver, dry, receiving, workspace_with

DRY = 'name = "dry"\nkind = "dry"'
NOON = datetime(2024, 8, 13, 12).astimezone()
HOUR = timedelta(hours=1)
LOGIN = Alarm("bot/disclosure/error/login-refused", "failed", "login", "审批平台: Wrong password.", "Correct it.")
HELD = Alarm("bot/disclosure/held", "degraded", "business", "3 records are held for a person.", "Open the workbook.")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The journal of the workspace that a test lays out."""
    with Journal.open(tmp_path / ".yinxin") as opened:
        yield opened


def bodies(workspace: Workspace) -> list[str]:
    """The bodies of what the dry channel was told."""
    return [message["body"] for message in dry(workspace)]


def test_what_is_new_comes_in_one_message_the_most_urgent_first(tmp_path: Path, journal: Journal) -> None:
    """One line each says of what, who must act, what is wrong and what to do; nothing of it is told again."""
    workspace = workspace_with(tmp_path, DRY)
    journal.raise_alarms([HELD], NOON)
    journal.raise_alarms([LOGIN], NOON)
    assert tell(workspace, journal, NOON) == 1
    (message,) = dry(workspace)
    assert message["body"].splitlines() == [
        "[Yinxin · disclosure] For whoever holds the account: 审批平台: Wrong password. Correct it.",
        "[Yinxin · disclosure] For a clerk: 3 records are held for a person. Open the workbook.",
    ]
    assert (message["title"], message["kind"]) == ("Yinxin · 市审批局: 2 messages", "failure")
    journal.raise_alarms([HELD, LOGIN], NOON + HOUR)
    assert tell(workspace, journal, NOON + HOUR) == 0


def test_a_message_is_as_long_as_a_chat_takes(tmp_path: Path, journal: Journal) -> None:
    """Ten lines, fewer if they are long, and how many more there are; those count as told."""
    workspace = workspace_with(tmp_path, DRY)
    many = [Alarm(f"bot/b{n}/held", "degraded", "business", "记" * (150 if n > 20 else 9), "看") for n in range(40)]
    journal.raise_alarms(many[:15], NOON)
    tell(workspace, journal, NOON)
    journal.raise_alarms(many[21:], NOON)
    tell(workspace, journal, NOON)
    assert tell(workspace, journal, NOON) == 0
    first, second = (body.splitlines() for body in bodies(workspace))
    assert (len(first), first[-1]) == (11, "… and 5 more: “yinxin alarms list”")
    assert 2 < len(second) < 11
    assert all(len(message["body"].encode()) < 2048 for message in dry(workspace))


def test_nobody_is_told_in_quiet_hours(tmp_path: Path, journal: Journal) -> None:
    """All of it comes in one message when they end, on the other side of midnight."""
    workspace = workspace_with(tmp_path, f'{DRY}\nquiet = "21:00-07:30"')
    journal.raise_alarms([LOGIN], NOON + 10 * HOUR)
    assert tell(workspace, journal, NOON + 10 * HOUR) == 0
    journal.raise_alarms([HELD], NOON + 14 * HOUR)
    assert tell(workspace, journal, NOON + 19 * HOUR + timedelta(minutes=29)) == 0
    assert tell(workspace, journal, NOON + 19 * HOUR + timedelta(minutes=30)) == 1
    assert len(bodies(workspace)[0].splitlines()) == 2


def test_an_urgent_channel_is_told_of_failures_at_night(tmp_path: Path, journal: Journal) -> None:
    """The rest waits for the morning."""
    workspace = workspace_with(tmp_path, f'{DRY}\nquiet = "21:00-07:30"\nurgent = true')
    journal.raise_alarms([LOGIN, HELD], NOON + 10 * HOUR)
    assert tell(workspace, journal, NOON + 10 * HOUR) == 1
    assert "Wrong password" in bodies(workspace)[0]
    assert "held" not in bodies(workspace)[0]
    assert tell(workspace, journal, NOON + 20 * HOUR) == 1


def test_an_end_is_told_to_those_who_knew(tmp_path: Path, journal: Journal) -> None:
    """Who was never told that something failed is not told that it is over; who was is told once."""
    quiet = 'name = "asleep"\nkind = "dry"\nquiet = "11:00-13:30"'
    workspace = workspace_with(tmp_path, DRY, quiet)
    journal.raise_alarms([LOGIN], NOON)
    assert tell(workspace, journal, NOON) == 1
    journal.end_alarms([LOGIN.key], NOON + HOUR)
    assert tell(workspace, journal, NOON + 2 * HOUR) == 1
    assert tell(workspace, journal, NOON + 3 * HOUR) == 0
    assert "It is over: 审批平台: Wrong password." in bodies(workspace)[-1]
    assert dry(workspace, "asleep") == []


def test_what_lasts_is_told_again(tmp_path: Path, journal: Journal) -> None:
    """After as many hours as the channel says, with since when and how often."""
    workspace = workspace_with(tmp_path, f"{DRY}\nagain_after = 2")
    journal.raise_alarms([HELD], NOON)
    assert tell(workspace, journal, NOON) == 1
    journal.raise_alarms([HELD], NOON + HOUR)
    assert tell(workspace, journal, NOON + HOUR) == 0
    assert tell(workspace, journal, NOON + 2 * HOUR) == 1
    assert "(2 times since 08-13 12:00)" in bodies(workspace)[-1]


def test_a_channel_is_told_only_what_it_is_for(tmp_path: Path, journal: Journal) -> None:
    """One that is told of failures hears of nothing else, not even that they are over."""
    workspace = workspace_with(tmp_path, f'{DRY}\ntells = ["failed"]')
    journal.raise_alarms([LOGIN, HELD], NOON)
    assert tell(workspace, journal, NOON) == 1
    journal.end_alarms([LOGIN.key, HELD.key], NOON + HOUR)
    assert tell(workspace, journal, NOON + HOUR) == 0
    assert len(bodies(workspace)[0].splitlines()) == 1


def test_a_channel_that_is_down_gets_it_when_it_is_back(tmp_path: Path, journal: Journal, receiver: Receiver) -> None:
    """The others are told at once, and nothing is lost or told twice."""
    with receiving() as passing:
        port = passing.port
    down = f'name = "down"\nurl = "json://127.0.0.1:{port}/hook"'
    up = f'name = "up"\nurl = "{receiver.address}"'
    workspace = workspace_with(tmp_path, down, up)
    journal.raise_alarms([HELD], NOON)
    told = tell_all(workspace, journal, NOON)
    assert (told.sent, [error.code for error in told.troubles]) == (1, ["channel-unreached"])
    with receiving(port) as back:
        assert tell(workspace, journal, NOON + HOUR) == 1
        assert tell(workspace, journal, NOON + HOUR) == 0
    assert [len(each.messages) for each in (receiver, back)] == [1, 1]
    assert receiver.messages[0]["message"] == back.messages[0]["message"]
    assert "3 records are held" in receiver.messages[0]["message"]
    assert receiver.messages[0]["type"] == "warning"


@pytest.mark.parametrize(("status", "answer"), [(500, "{}"), (200, '{{"errcode": 93000, "errmsg": "invalid key"}}')])
def test_a_refusal_is_no_telling(
    tmp_path: Path, journal: Journal, receiver: Receiver, status: int, answer: str
) -> None:
    """Some chats say no below an HTTP 200; what was refused is tried again."""
    workspace = workspace_with(tmp_path, f'name = "chat"\nurl = "{receiver.address}"')
    journal.raise_alarms([HELD], NOON)
    receiver.status, receiver.answer = status, answer
    (trouble,) = tell_all(workspace, journal, NOON).troubles
    assert ("93000, invalid key" if status == 200 else "HTTP 500") in trouble.sentence
    receiver.status, receiver.answer = 200, '{{"errcode": 0, "errmsg": "ok"}}'
    assert tell(workspace, journal, NOON) == 1


def test_a_digest_comes_once_a_day_at_its_time_or_after_it(tmp_path: Path, journal: Journal) -> None:
    """One that was declared in the morning waits for the evening; a late one still comes, and the next in time."""
    workspace = workspace_with(tmp_path, f'{DRY}\ndigest = "17:30"')
    days = [0, 5.4, 5.6, 7, 28, 29.4, 29.6, 29.7, 24 * 4]
    sent = [tell(workspace, journal, NOON + timedelta(hours=hours)) for hours in days]
    assert sent == [0, 0, 1, 0, 0, 0, 1, 0, 1]
    assert [message["title"][-10:] for message in dry(workspace)] == ["2024-08-13", "2024-08-14", "2024-08-16"]
    assert "0 alarms are open." in bodies(workspace)[0]


def test_a_digest_that_falls_into_quiet_hours_comes_after_them(tmp_path: Path, journal: Journal) -> None:
    """It tells of the day that ended when it was due."""
    workspace = workspace_with(tmp_path, f'{DRY}\nquiet = "21:00-07:30"\ndigest = "22:00"')
    journal.tell_digest("dry", NOON - 14 * HOUR)
    assert tell(workspace, journal, NOON + 11 * HOUR) == 0
    assert tell(workspace, journal, NOON + 20 * HOUR) == 1
    assert dry(workspace)[0]["title"].endswith("2024-08-13")


def test_without_channels_alarms_are_kept(tmp_path: Path, journal: Journal) -> None:
    """Whoever asks later still learns what is wrong with the workspace."""
    workspace = workspace_with(tmp_path, settings='since = "2024-01-01"')
    (tmp_path / "yinxin.toml").write_text('title = "x"\nas_of = "2031-01-01"\ndisk = 1e9\n', encoding="utf-8")
    workspace = Workspace(tmp_path)
    assert tell(workspace, journal, NOON) == tell(workspace, journal, NOON) == 0
    kinds = {each.key.split("/")[1]: each for each in journal.alarms()}
    assert set(kinds) == {"calendar", "disk"}
    assert all(each.times == 1 for each in kinds.values())
    (tmp_path / "yinxin.toml").write_text('title = "x"\nas_of = "2024-08-13"\ndisk = 0\n', encoding="utf-8")
    tell(Workspace(tmp_path), journal, NOON)
    assert journal.alarms() == []


def test_a_bot_that_comes_to_no_end_is_told_of(tmp_path: Path, journal: Journal) -> None:
    """After as many hours as the settings say, until it is done again."""
    workspace = workspace_with(tmp_path, settings="stale_after = 24")
    (tmp_path / "bots").mkdir()
    (tmp_path / "bots" / "disclosure.yaml").touch()
    now = datetime.now().astimezone()
    endings: tuple[Literal["done", "stopped"], ...] = ("done", "stopped")
    for ending in endings:
        run = journal.begin_run("disclosure", "2024-08-01", "2024-08-13", "2024-08-13")
        journal.finish_run(run, ending, {}, {})
    tell(workspace, journal, now + 23 * HOUR)
    assert journal.alarms() == []
    tell(workspace, journal, now + 25 * HOUR)
    assert [each.key for each in journal.alarms()] == ["workspace/stale/disclosure"]
