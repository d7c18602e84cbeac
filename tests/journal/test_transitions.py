"""The state machine: what may follow what, and that everything else changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy.exc import IntegrityError

from journal import LIVE, OPEN, Action, Delivery, IllegalTransition, Journal, Prepared, State
from journal.deliveries import move
from journal.schema import deliveries
from words.errors import SystemFailure

ALLOWED = {
    ("held", "prepared"),
    ("held", "discarded"),
    ("prepared", "sent"),
    ("prepared", "discarded"),
    ("sent", "accepted"),
    ("sent", "rejected"),
    ("sent", "unknown"),
    ("unknown", "confirmed"),
    ("unknown", "differs"),
    ("unknown", "prepared"),
    ("unknown", "rejected"),
    ("unknown", "accepted"),
    ("accepted", "confirmed"),
    ("accepted", "differs"),
    ("differs", "confirmed"),
    ("differs", "superseded"),
    ("differs", "withdrawn"),
    ("confirmed", "superseded"),
    ("confirmed", "withdrawn"),
}

Standing = Callable[..., Delivery]
Items = Callable[..., list[Prepared]]
Go = Callable[[Journal, State, list[int]], None]


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_the_drawn_arrows_exist(journal: Journal, standing: Standing, go: Go, before: State, after: State) -> None:
    """Every pair of states: an arrow moves the delivery and writes one event; all else is refused without a trace."""
    delivery = standing(before)
    events = list(journal.events())
    if (before, after) in ALLOWED:
        go(journal, after, [delivery.id])
        assert journal.deliveries()[0].state is after
        new = list(journal.events(after=len(events)))
        assert [(event.kind, event.subject) for event in new] == [(f"delivery.{after}", f"delivery/{delivery.id}")]
    else:
        with pytest.raises(IllegalTransition) as refused:
            go(journal, after, [delivery.id])
        assert (refused.value.code, refused.value.delivery) == ("illegal-transition", delivery.id)
        assert isinstance(refused.value, SystemFailure)
        assert journal.deliveries() == [delivery]
        assert list(journal.events()) == events


def test_live_and_open_follow_from_the_arrows() -> None:
    """Live is whatever can still change; open is what the feed does not show yet."""
    assert set(LIVE) == {"held", "prepared", "sent", "accepted", "unknown", "differs", "confirmed"}
    assert set(OPEN) == {"held", "prepared", "sent", "accepted", "unknown"}


def test_one_wrong_row_stops_the_whole_batch(journal: Journal, run: str, items: Items) -> None:
    """A batch in which one delivery stands elsewhere is refused whole."""
    ids = [delivery.id for delivery in journal.prepare(run, "credit", items(3))]
    journal.sent(ids[1:2], "a" * 64)
    before = journal.deliveries(), journal.head()
    with pytest.raises(IllegalTransition):
        journal.sent(ids, "b" * 64)
    assert (journal.deliveries(), journal.head()) == before


def test_a_delivery_that_does_not_exist_cannot_move(journal: Journal, run: str, items: Items) -> None:
    """An unknown id is refused like any illegal transition, and takes its batch with it."""
    ids = [delivery.id for delivery in journal.prepare(run, "credit", items(1))]
    with pytest.raises(IllegalTransition, match="missing"):
        journal.sent([*ids, 99], "a" * 64)
    assert journal.states_of(run)["prepared"] == 1


def test_a_failure_after_the_move_takes_it_back(journal: Journal, standing: Standing) -> None:
    """State and event stand or fall with the caller's transaction."""
    delivery = standing(State.PREPARED)
    head = journal.head()

    def move_and_fail() -> None:
        with journal._writing() as connection:
            move(connection, State.SENT, {delivery.id: {"batch_file_sha256": "a" * 64}})
            connection.execute(deliveries.update().values(run_id="nobody"))

    with pytest.raises(IntegrityError):
        move_and_fail()
    assert journal.deliveries() == [delivery]
    assert journal.head() == head


def test_a_move_of_nothing_writes_nothing(journal: Journal) -> None:
    """An empty batch leaves the log as it was."""
    head = journal.head()
    journal.confirmed([])
    assert journal.head() == head


def test_moves_keep_what_they_are_told(journal: Journal, run: str, items: Items) -> None:
    """Batch file, batch number and reason stand on the delivery; preparing again clears them."""
    first, second = (delivery.id for delivery in journal.prepare(run, "credit", items(2)))
    journal.sent([first, second], "a" * 64)
    journal.rejected({second: "证件号码不合规"})
    journal.unknown([first], "connection lost")
    lost, refused = journal.deliveries()
    assert (lost.batch_file_sha256, lost.reason) == ("a" * 64, "connection lost")
    assert refused.reason == "证件号码不合规"
    journal.accepted([first], "B1")
    assert journal.deliveries()[0].batch == "B1"


def test_preparing_again_forgets_the_earlier_attempt(journal: Journal, standing: Standing) -> None:
    """A delivery that the feed never got is as new; its event log still tells of the attempt."""
    delivery = standing(State.UNKNOWN)
    journal.prepared_again([delivery.id])
    again = journal.deliveries()[0]
    assert (again.batch_file_sha256, again.file_name, again.batch, again.reason) == ("", "", "", "")
    assert again.changed_at > again.prepared_at


def test_a_release_lets_only_held_deliveries_go(journal: Journal, standing: Standing) -> None:
    """What the feed has to be asked about is not made ready by a release, nor is a held one by a look-up."""
    unclear = standing(State.UNKNOWN)
    with pytest.raises(IllegalTransition):
        journal.released([unclear.id], "李四")
    held = standing(State.HELD, "f2")
    with pytest.raises(IllegalTransition):
        journal.prepared_again([held.id])
    journal.released([held.id], "李四")
    event = list(journal.events(subject=f"delivery/{held.id}"))[-1]
    assert (event.kind, json.loads(event.data)) == ("delivery.prepared", {"from": "held", "by": "李四"})


ENDS = {Action.CORRECT: State.SUPERSEDED, Action.WITHDRAW: State.WITHDRAWN, Action.PUBLISH: State.SUPERSEDED}


@pytest.mark.parametrize("shown", [State.CONFIRMED, State.DIFFERS])
@pytest.mark.parametrize("action", ENDS)
def test_what_is_confirmed_ends_what_was_shown_before(
    journal: Journal, standing: Standing, go: Go, shown: State, action: Action
) -> None:
    """A confirmed correction supersedes, a confirmed withdrawal takes back, in the same transaction."""
    first = standing(shown)
    run = first.run_id
    later = journal.prepare(run, "credit", [Prepared(first.record_id, "f2", {}, action, first.fingerprint)])[0]
    other = journal.prepare(run, "credit", [Prepared("r9", "f1", {})])[0]
    for to in (State.SENT, State.ACCEPTED):
        go(journal, to, [later.id, other.id])
    journal.confirmed([later.id])
    assert [each.state for each in journal.deliveries()] == [ENDS[action], State.CONFIRMED, State.ACCEPTED]
    assert journal.verify() is None


def test_a_publication_after_a_withdrawal_ends_the_withdrawal(journal: Journal, run: str, go: Go) -> None:
    """A record that is published once more can be withdrawn once more."""
    items = [Prepared("r0", "f1", {}), Prepared("r0", "", {}, Action.WITHDRAW, "f1", reason="撤销")]
    for item in [*items, *items]:
        ids = [delivery.id for delivery in journal.prepare(run, "credit", [item])]
        for to in (State.SENT, State.ACCEPTED):
            go(journal, to, ids)
        journal.confirmed(ids)
    states = [each.state.value for each in journal.deliveries()]
    assert states == ["withdrawn", "superseded", "withdrawn", "confirmed"]


def test_the_first_event_tells_what_was_meant(journal: Journal, run: str) -> None:
    """Action, rules, who prepared it and why it is held stand in the log; a person's reason by its hash."""
    item = Prepared("r1", "", {}, Action.WITHDRAW, "f1", "rules", "张三", "当事人王五申请", "adverse")
    (held,) = journal.prepare(run, "credit", [item])
    assert (held.state, held.reason, held.action) == (State.HELD, "adverse", Action.WITHDRAW)
    event = next(journal.events(subject=f"delivery/{held.id}"))
    told = json.loads(event.data)
    assert (event.kind, told["action"], told["by"], told["held"]) == ("delivery.held", "withdraw", "张三", "adverse")
    assert "王五" not in event.data


def test_no_word_of_others_enters_the_log(journal: Journal, standing: Standing) -> None:
    """The log holds the hashes of payload and refusal, so that personal values can be removed elsewhere."""
    standing(State.REJECTED)
    log = "".join(event.data for event in journal.events())
    assert "某某公司" not in log
    assert "证件号码不合规" not in log
    assert "payload_sha256" in log
    assert "reason_sha256" in log


def test_the_acting_run_is_told(journal: Journal, standing: Standing) -> None:
    """A later run that moves a delivery is the run of that event; the delivery stays with the run that prepared it."""
    delivery = standing(State.UNKNOWN)
    later = journal.begin_run("disclosure", "", "", "")
    journal.confirmed([delivery.id], run_id=later)
    assert [event.run_id for event in journal.events(subject=f"delivery/{delivery.id}")][-1] == later
    assert journal.deliveries()[0].run_id == delivery.run_id
