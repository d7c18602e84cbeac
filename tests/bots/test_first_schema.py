"""A run goes on from a journal of the first schema: what was open there is asked for, and nothing is sent twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from journal import Delivery, Journal, State
from tests.bots.hostile import NUMBER, HostileFeed
from tests.bots.test_exactly_once import Bureau
from tests.journal import first


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """The bureau and its receiver of that day: it has what it confirmed and accepted, and half of what is unclear."""
    first.lay_out(tmp_path)
    with Journal.open(tmp_path) as journal:
        known = journal.deliveries()
        values = {each.id: journal.record(each.record_id)[0].values for each in known}
    feed = HostileFeed(doubles=True)
    feed.stored = [dict(each.payload) for each in known if _arrived(each)]
    return Bureau(
        tmp_path, feed, [values[each.id] for each in known if each.state not in (State.REJECTED, State.WITHDRAWN)]
    )


def _arrived(delivery: Delivery) -> bool:
    unclear = delivery.state in (State.SENT, State.UNKNOWN)
    return delivery.state in (State.CONFIRMED, State.ACCEPTED) or (unclear and delivery.id % 2 == 0)


def test_a_run_goes_on_where_the_first_schema_left_off(bureau: Bureau) -> None:
    """What never left or never arrived is sent once; what arrived is confirmed; what had ended is left alone."""
    arrived = len(bureau.feed.stored)
    assert bureau.run()
    stored = bureau.stored()
    assert set(stored.values()) == {1}
    sent = [row[NUMBER] for row in bureau.feed.received]
    assert (len(sent), stored.total()) == (4 + 4, arrived + 4 + 4)
    assert bureau.states() == {"confirmed": 10 + 3 + 8 + 4, "rejected": 2, "withdrawn": 1}
    assert bureau.run()
    assert Counter(row[NUMBER] for row in bureau.feed.received) == Counter(sent)
    with Journal.open(bureau.folder) as journal:
        assert journal.audit([first.HEAD]).whole
