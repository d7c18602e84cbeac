"""Several processes at one journal, and processes that are killed."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from journal import LIVE, Journal, State

Actor = Callable[..., "subprocess.Popen[str]"]


def together(actors: list[subprocess.Popen[str]]) -> list[str]:
    """Let all begin at once when all are ready, and return what each said."""
    for process in actors:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in actors:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0].strip() for process in actors]
    assert [process.returncode for process in actors] == [0] * len(actors)
    return answers


def test_two_processes_prepare_the_same_records_once(journal: Journal, run: str, actor: Actor) -> None:
    """Both get the same deliveries, each record has one, and the chain does not fork."""
    first, second = together([actor("prepare", run), actor("prepare", run)])
    assert first == second
    assert set(Counter(delivery.record_id for delivery in journal.deliveries()).values()) == {1}
    assert len(journal.deliveries()) == 200
    assert journal.verify() is None


def test_only_one_of_two_processes_may_send(journal: Journal, run: str, actor: Actor) -> None:
    """The one that comes second is refused before a byte leaves."""
    assert sorted(together([actor("send", run), actor("send", run)])) == ["refused", "sent"]
    assert journal.states_of(run)["sent"] == 200


def test_appending_at_once_does_not_fork_the_chain(journal: Journal, run: str, actor: Actor) -> None:
    """Events of several writers stand in one line, none lost."""
    together([actor("append", run) for _ in range(3)])
    assert len(list(journal.events())) == 1 + 3 * 40
    assert journal.verify() is None


def test_several_processes_may_open_a_new_journal_at_once(url: str, tmp_path: Path, actor: Actor) -> None:
    """The tables are made once, whoever comes first."""
    answers = together([actor("open") for _ in range(4)])
    with Journal.open(tmp_path, url) as journal:
        assert {row.run_id for row in journal.runs()} == set(answers)
        assert len(answers) == len(set(answers)) == 4


def test_a_kill_before_the_commit_leaves_nothing(journal: Journal, run: str, actor: Actor) -> None:
    """Everything was written and nothing committed: the journal is as it was, and takes the same records."""
    head = journal.head()
    process = actor("die", run)
    process.communicate("\n", timeout=60)
    assert process.returncode == -9
    assert (journal.deliveries(), journal.head(), journal.verify()) == ([], head, None)
    together([actor("prepare", run)])
    assert len(journal.deliveries()) == 200


@pytest.mark.parametrize("moment", [0.05, 0.2, 0.4])
def test_a_kill_at_any_moment_leaves_a_consistent_journal(
    journal: Journal, run: str, actor: Actor, moment: float
) -> None:
    """What was told to be durable is durable, at most one delivery is under way, and the chain tells every state."""
    process = actor("work", run)
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    process.stdin.write("\n")
    process.stdin.flush()
    said = [process.stdout.readline()]
    time.sleep(moment)
    process.kill()
    said += process.communicate()[0].splitlines()
    sent = {int(line.split()[1]) for line in said if line.strip().count(" ") == 1}
    found = {delivery.id: delivery.state for delivery in journal.deliveries()}
    assert all(found[key] is not State.PREPARED for key in sent)
    assert sum(state is not State.CONFIRMED for state in found.values()) <= 1
    assert set(found.values()) <= set(LIVE)
    assert journal.verify() is None
    told = {event.subject: event.kind for event in journal.events() if event.kind.startswith("delivery.")}
    assert told == {f"delivery/{key}": f"delivery.{state}" for key, state in found.items()}
