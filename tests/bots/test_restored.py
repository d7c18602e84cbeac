"""A run on a restored journal: whatever the receiver got since the backup, nothing is published twice."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import Action, Head, Journal, Prepared, State
from journal.events import NOTHING
from journal.restoring import RESTORED
from tests.bots.hostile import CONTENT, NUMBER, HostileFeed
from tests.bots.test_exactly_once import Bureau, _records


def saved(bureau: Bureau) -> Path:
    """Back the journal up."""
    file = bureau.folder.with_name("saved.db")
    Journal.copy(bureau.folder, None, file)
    return file


def back_to(bureau: Bureau, file: Path) -> None:
    """Put a saved journal in the place of the bureau's, as a restore does."""
    shutil.rmtree(bureau.folder)
    bureau.folder.mkdir()
    shutil.copy(file, bureau.folder / "journal.db")
    with Journal.open(bureau.folder) as journal:
        newest = journal.newest()
        head = Head(newest.seq, newest.hash) if newest else Head(0, NOTHING)
        journal.restored("2024-08-13T00:00:00+00:00", head, "张三")


def release(bureau: Bureau) -> int:
    """Let a second person let go what is held."""
    with Journal.open(bureau.folder) as journal:
        held = [each.id for each in journal.deliveries(states=[State.HELD])]
        journal.released(held, "李四")
    return len(held)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """Five records that nobody has sent, at a receiver that stores twice what it is brought twice."""
    made = Bureau(tmp_path / "desk", HostileFeed(doubles=True), _records(5))
    with Journal.open(made.folder):
        return made


@pytest.mark.parametrize("fuse", [0, *range(3, 40, 4)])
@pytest.mark.parametrize("hides", [0, 3])
def test_whenever_the_backup_was_taken_nothing_is_published_twice(bureau: Bureau, fuse: int, hides: int) -> None:
    """A run dies at any door, is backed up there, is finished, and is restored to where it was; also while it hides."""
    bureau.feed.hides = hides
    bureau.run(fuse) if fuse else None
    file = saved(bureau)
    assert bureau.run()
    back_to(bureau, file)
    for _turn in range(hides + 3):
        assert bureau.run()
    release(bureau)
    assert bureau.run()
    assert bureau.stored() == Counter({each["document_number"]: 1 for each in bureau.records})
    assert len(bureau.feed.received) == 5
    assert not set(bureau.states()) & {"prepared", "sent", "unknown", "held"}


def test_what_the_receiver_does_not_show_yet_is_not_sent_again_before_somebody_looked(bureau: Bureau) -> None:
    """It has all five, shows none for a long time, and the journal knows of none: without a person, none leaves."""
    file = saved(bureau)
    bureau.feed.hides = 50
    assert bureau.run()
    back_to(bureau, file)
    for _turn in range(3):
        assert bureau.run()
    assert len(bureau.feed.received) == 5
    assert bureau.states() == {"held": 5}
    bureau.feed._hidden.clear()  # they show, while the clerk still looks
    assert release(bureau) == 5
    assert bureau.run()
    assert len(bureau.feed.received) == 5
    assert bureau.states() == {"discarded": 5}


def test_what_was_taken_back_since_the_backup_is_not_published_again(bureau: Bureau) -> None:
    """A record that a person withdrew, which the restored journal remembers as confirmed or not at all, waits."""
    for fuse in (0, 8):
        folder = bureau.folder.with_name(f"desk{fuse}")
        shutil.copytree(bureau.folder, folder)
        other = Bureau(folder, HostileFeed(), list(bureau.records))
        other.run(fuse)
        file = saved(other)
        assert other.run()
        other.feed.stored = [row for row in other.feed.stored if row[NUMBER] != other.records[0]["document_number"]]
        back_to(other, file)
        for _turn in range(2):
            assert other.run()
        assert len(other.feed.stored) == 4
        file.unlink()


def test_a_correction_made_since_the_backup_stands(bureau: Bureau) -> None:
    """The receiver shows the newer form, the journal knows the older one: nothing is sent, nothing is turned back."""
    assert bureau.run()
    file = saved(bureau)
    bureau.records[0] = bureau.records[0] | {"content": "准予延期施工。"}
    assert bureau.run()
    received = len(bureau.feed.received)
    back_to(bureau, file)
    assert bureau.run()
    assert len(bureau.feed.received) == received
    assert Counter(row[CONTENT] for row in bureau.feed.stored) == {"准予延期施工。": 1, "准予建筑工程施工。": 4}


def test_after_a_release_pushes_go_by_themselves_again(bureau: Bureau) -> None:
    """The first push waits, the next one does not; at another feed it still does."""
    back_to(bureau, saved(bureau))
    assert bureau.run()
    assert bureau.states() == {"held": 5}
    release(bureau)
    assert bureau.run()
    assert bureau.states() == {"confirmed": 5}
    bureau.records += _records(6)[5:]
    assert bureau.run()
    assert bureau.states() == {"confirmed": 6}
    with Journal.open(bureau.folder) as journal:
        assert [journal.unreviewed(feed) for feed in ("credit", "overdue")] == [False, True]


def test_a_journal_that_never_was_restored_waits_for_nobody(bureau: Bureau) -> None:
    """The rule is for restored journals alone."""
    assert bureau.run()
    assert bureau.states() == {"confirmed": 5}


def test_a_restore_takes_out_what_had_not_left_and_asks_for_what_had(tmp_path: Path) -> None:
    """Held and prepared are discarded, sent is unknown, all else stands as it did; nobody holds a lease."""
    with Journal.open(tmp_path) as journal:
        run = journal.begin_run("disclosure", "", "", "")
        names = ("held", "prepared", "sent", "accepted", "confirmed")
        made = journal.prepare(run, "credit", [Prepared(each, "f", {}, held="x" * (each == "held")) for each in names])
        ids = {each.record_id: each.id for each in made}
        journal.sent([ids[each] for each in names[2:]], "a" * 64, "batch.xlsx")
        journal.accepted([ids[each] for each in names[3:]], "B1")
        journal.confirmed([ids["confirmed"]])
        journal.take(["bot disclosure"], "somebody", "at work")
        newest = journal.newest()
        assert newest is not None
        counts = journal.restored("2024-08-13T00:00:00+00:00", Head(newest.seq, newest.hash), "张三")
        assert counts == {"discarded": 2, "unknown": 1}
        assert journal.leases() == []
        states = {each.record_id: each.state for each in journal.deliveries()}
        assert states == {
            "held": State.DISCARDED, "prepared": State.DISCARDED, "sent": State.UNKNOWN,
            "accepted": State.ACCEPTED, "confirmed": State.CONFIRMED,
        }  # fmt: skip
        assert {each.reason for each in journal.deliveries(states=[State.DISCARDED, State.UNKNOWN])} == {RESTORED}
        assert next(iter(journal.events(after=newest.seq))).kind == "journal.restored"
        assert journal.audit().whole


async def test_what_a_person_sends_once_more_after_a_restore_waits_too(bureau: Bureau) -> None:
    """A refusal that was made good since the backup is not sent again on one person's word."""
    from bots.errands import Errand
    from bots.gating import why_restored

    back_to(bureau, saved(bureau))
    with Journal.open(bureau.folder) as journal:
        run = journal.begin_run("disclosure", "", "", "")
        (one,) = journal.prepare(run, "credit", [Prepared("r1", "f1", {}, Action.PUBLISH)])
        errand = Errand(_Workspace(), journal, "disclosure", None)  # type: ignore[arg-type]
        held = errand._once_more(one, why_restored(journal, bureau.feed)).held
        assert held == "the first push after the journal was restored from a backup"


class _Workspace:
    """A workspace whose bot needs no second person by its own settings."""

    bot: Callable[..., Any] = staticmethod(lambda _name: _Bot())


class _Bot:
    from bots.declared import Release

    release = Release()
