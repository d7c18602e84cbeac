"""Any sequence of calls, however silly, keeps the promises."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from journal import LIVE, TRANSITIONS, IllegalTransition, Journal, Prepared, State
from journal.deliveries import move
from tests.postgres import Cluster

RECORDS = st.sampled_from(["r1", "r2", "r3"])
FORMS = st.sampled_from(["f1", "f2"])
HELD = st.sampled_from(["", "adverse"])
MOVES = st.sampled_from(State)


class Life(RuleBasedStateMachine):
    """A journal beside a plain dictionary that says where each delivery must stand."""

    @staticmethod
    def fresh() -> str | None:
        """Return the address of a new database; a file in a new folder has none."""
        return None

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.url = self.fresh()
        self.journal = Journal.open(Path(self.folder.name), self.url)
        self.run = self.journal.begin_run("disclosure", "", "", "")
        self.expected: dict[int, State] = {}

    @rule(items=st.lists(st.builds(Prepared, RECORDS, FORMS, st.just({}), held=HELD), min_size=1, max_size=4))
    def prepare(self, items: list[Prepared]) -> None:
        """Prepare any records, known or not."""
        for delivery in self.journal.prepare(self.run, "credit", items):
            assert self.expected.setdefault(delivery.id, delivery.state) is delivery.state

    @precondition(lambda self: self.expected)
    @rule(to=MOVES, data=st.data())
    def move(self, to: State, data: st.DataObject) -> None:
        """Move any deliveries anywhere: it happens whole if every arrow exists, and not at all otherwise."""
        ids = data.draw(st.lists(st.sampled_from(sorted(self.expected)), min_size=1, unique=True))
        legal = all(to in TRANSITIONS[self.expected[key]] for key in ids)
        try:
            with self.journal._writing() as connection:
                move(connection, to, {key: {"reason": "told"} for key in ids})
        except IllegalTransition:
            assert not legal
        else:
            assert legal
            self.expected.update(dict.fromkeys(ids, to))

    @rule()
    def reopen(self) -> None:
        """Close the journal and open it again."""
        self.journal.close()
        self.journal = Journal.open(Path(self.folder.name), self.url)

    @invariant()
    def every_delivery_stands_where_it_must(self) -> None:
        """The journal and the dictionary agree, and no record lives twice."""
        found = self.journal.deliveries()
        assert {delivery.id: delivery.state for delivery in found} == self.expected
        lives = Counter((each.record_id, each.fingerprint) for each in found if each.state in LIVE)
        assert set(lives.values()) <= {1}

    @invariant()
    def the_chain_is_whole_and_tells_the_states(self) -> None:
        """The chain verifies, and the last event of each delivery names the state it is in."""
        assert self.journal.verify() is None
        told = {event.subject: event.kind for event in self.journal.events() if event.kind.startswith("delivery.")}
        assert told == {f"delivery/{key}": f"delivery.{state}" for key, state in self.expected.items()}

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.journal.close()
        self.folder.cleanup()


def test_any_calls_keep_the_promises_in_a_file() -> None:
    """Whatever is called in whatever order, the journal and the dictionary agree."""
    run_state_machine_as_test(Life, settings=_limited(25))


def test_any_calls_keep_the_promises_on_a_server(postgres: Cluster) -> None:
    """The same on PostgreSQL, where a new journal costs more."""

    class OnServer(Life):
        fresh = staticmethod(postgres.fresh)

    run_state_machine_as_test(OnServer, settings=_limited(10))


def _limited(examples: int) -> settings:
    return settings(max_examples=examples, stateful_step_count=25, deadline=None)
