"""The state machine: what may follow what, and that everything else changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy.exc import IntegrityError

from journal import LIVE, OPEN, Delivery, IllegalTransition, Journal, Prepared, State
from journal.deliveries import move
from journal.schema import deliveries
from words.errors import SystemFailure

ALLOWED = {
    ("prepared", "sent"),
    ("sent", "accepted"),
    ("sent", "rejected"),
    ("sent", "unknown"),
    ("accepted", "confirmed"),
    ("accepted", "rejected"),
    ("accepted", "unknown"),
    ("unknown", "confirmed"),
    ("unknown", "prepared"),
    ("unknown", "rejected"),
    ("unknown", "accepted"),
    ("confirmed", "superseded"),
    ("confirmed", "withdrawn"),
}
MOVES = {State.PREPARED: "prepared_again"} | {state: state.value for state in State if state is not State.PREPARED}

Standing = Callable[..., Delivery]
Items = Callable[..., list[Prepared]]
Go = Callable[[Journal, str, list[int]], None]


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_the_drawn_arrows_exist(journal: Journal, standing: Standing, go: Go, before: State, after: State) -> None:
    """Every pair of states: an arrow moves the delivery and writes one event; all else is refused without a trace."""
    delivery = standing(before)
    events = list(journal.events())
    if (before, after) in ALLOWED:
        go(journal, MOVES[after], [delivery.id])
        assert journal.deliveries()[0].state is after
        new = list(journal.events(after=len(events)))
        assert [(event.kind, event.subject) for event in new] == [(f"delivery.{after}", f"delivery/{delivery.id}")]
    else:
        with pytest.raises(IllegalTransition) as refused:
            go(journal, MOVES[after], [delivery.id])
        assert (refused.value.code, refused.value.delivery) == ("illegal-transition", delivery.id)
        assert isinstance(refused.value, SystemFailure)
        assert journal.deliveries() == [delivery]
        assert list(journal.events()) == events


def test_live_and_open_follow_from_the_arrows() -> None:
    """Live is whatever can still change; open is what somebody still has to act on."""
    assert set(LIVE) == {"prepared", "sent", "accepted", "unknown", "confirmed"}
    assert set(OPEN) == {"prepared", "sent", "accepted", "unknown"}


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
    journal.accepted([second], "B1")
    journal.rejected({second: "证件号码不合规"})
    journal.unknown([first], "connection lost")
    lost, refused = journal.deliveries()
    assert (lost.batch_file_sha256, lost.reason) == ("a" * 64, "connection lost")
    assert (refused.batch, refused.reason) == ("B1", "证件号码不合规")
    journal.prepared_again([first])
    again = journal.deliveries()[0]
    assert (again.batch_file_sha256, again.batch, again.reason) == ("", "", "")
    assert again.changed_at > again.prepared_at


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
