"""Preparing and finding deliveries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from journal import LIVE, Delivery, Journal, Prepared, State
from journal.schema import deliveries

Standing = Callable[..., Delivery]
Items = Callable[..., list[Prepared]]


def test_preparing_twice_is_preparing_once(journal: Journal, run: str, items: Items) -> None:
    """The same records prepared again are the same deliveries, and no event is added."""
    first = journal.prepare(run, "credit", items(5))
    head = journal.head()
    assert journal.prepare(run, "credit", items(5)) == first
    assert (len(journal.deliveries()), journal.head()) == (5, head)


def test_answers_stand_in_the_order_of_the_items(journal: Journal, run: str, items: Items) -> None:
    """One delivery per item, known and new ones mixed, an item given twice included."""
    three = items(3)
    journal.prepare(run, "credit", three[1:2])
    found = journal.prepare(run, "credit", [three[2], three[1], three[0], three[2]])
    assert [delivery.record_id for delivery in found] == ["r2", "r1", "r0", "r2"]
    assert found[0] == found[3]
    assert len(journal.deliveries()) == 3


@pytest.mark.parametrize("state", State)
def test_a_record_has_one_live_delivery(
    journal: Journal, run: str, standing: Standing, items: Items, state: State
) -> None:
    """While a delivery lives, preparing returns it as it stands; after its end a new one is made."""
    delivery = standing(state)
    (found,) = journal.prepare(run, "credit", items(1))
    if state in LIVE:
        assert found == delivery
    else:
        assert found.id != delivery.id
        assert found.state is State.PREPARED


@pytest.mark.parametrize("state", State)
def test_the_database_itself_refuses_a_second_live_delivery(
    journal: Journal, db: Engine, standing: Standing, state: State
) -> None:
    """Even a hand that bypasses the journal cannot write a second live row, and can write one beside an ended one."""
    standing(state)
    with db.begin() as connection:
        row = dict(connection.execute(select(deliveries)).mappings().one())
        copy = deliveries.insert().values(row | {"id": 77, "state": "prepared"})
        if state in LIVE:
            with pytest.raises(IntegrityError):
                connection.execute(copy)
        else:
            connection.execute(copy)
    assert len([each for each in journal.deliveries() if each.state in LIVE]) == 1


def test_the_database_refuses_a_state_that_is_none(db: Engine, standing: Standing) -> None:
    """Only the eight states can be stored."""
    standing(State.PREPARED)
    with db.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(deliveries.update().values(state="published"))


def test_feeds_and_fingerprints_are_ways_of_their_own(journal: Journal, run: str, items: Items) -> None:
    """The same record goes to two feeds, and its correction goes beside it."""
    journal.prepare(run, "credit", items(1))
    journal.prepare(run, "overdue", items(1))
    journal.prepare(run, "credit", items(1, "f2"))
    assert len(journal.deliveries(states=[State.PREPARED])) == 3


def test_deliveries_are_found_by_what_is_asked(journal: Journal, run: str, standing: Standing, items: Items) -> None:
    """Feed, state, run and record narrow the list, each alone and together."""
    confirmed = standing(State.CONFIRMED)
    waiting = standing(State.ACCEPTED, "f2")
    other = journal.begin_run("overdue", "", "", "")
    (fresh,) = journal.prepare(other, "overdue", items(1))
    assert journal.deliveries(feed="credit") == [confirmed, waiting]
    assert journal.deliveries(states=["prepared"]) == [fresh]
    assert journal.deliveries(run_id=other) == [fresh]
    assert journal.deliveries(record_id="r0") == [confirmed, waiting, fresh]
    assert journal.deliveries(feed="credit", run_id=other) == []
    assert journal.open_deliveries("credit") == [waiting]
    assert journal.states_of(run) == dict.fromkeys(State, 0) | {"confirmed": 1, "accepted": 1}


def test_thousands_pass_in_one_batch(journal: Journal, run: str, items: Items) -> None:
    """Batches above every driver's parameter limit are moved whole, with one event each."""
    ids = [delivery.id for delivery in journal.prepare(run, "credit", items(2500))]
    journal.sent(ids, "a" * 64)
    journal.accepted(ids, "B1")
    journal.confirmed(ids)
    assert journal.states_of(run)["confirmed"] == 2500
    assert len(list(journal.events())) == 4 * 2500 + 1
    assert journal.verify() is None
