"""Deliveries: every change of a delivery's state is made here, in one transaction with its event."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, select

from journal.database import batches
from journal.events import Entry, append
from journal.schema import deliveries
from journal.states import SHOWN, TRANSITIONS, State
from journal.texts import now, sha256
from words.errors import SystemFailure
from words.languages import gettext as _

Change = Mapping[str, str]
#: States whose reason is a word of this program and names nobody.
_OUR_WORDS = (State.UNKNOWN, State.DIFFERS, State.DISCARDED)


class Action(StrEnum):
    """What a delivery does at the feed."""

    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is meant to be sent.

    Attributes:
        record_id: the record.
        fingerprint: of the form that the feed shall show; empty if it shall show none.
        payload: field to text exactly as the feed will get it.
        action: publish, correct or withdraw.
        replaces: fingerprint of the form that the feed shows until then, empty if none.
        rules: hash of the rules under which the payload was made.
        by: who prepares it.
        reason: why, of a withdrawal; the event holds only its hash.
        held: why it waits for the release by a second person; empty if it does not.
    """

    record_id: str
    fingerprint: str
    payload: dict[str, str]
    action: Action = Action.PUBLISH
    replaces: str = ""
    rules: str = ""
    by: str = ""
    reason: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One record's way to one feed; texts are empty until known."""

    id: int
    run_id: str
    feed: str
    record_id: str
    fingerprint: str
    payload: dict[str, str]
    state: State
    batch_file_sha256: str
    batch: str
    reason: str
    prepared_at: str
    changed_at: str
    action: Action = Action.PUBLISH
    replaces: str = ""
    rules: str = ""
    prepared_by: str = ""
    file_name: str = ""


def delivery_from(row: Row[tuple[object, ...]]) -> Delivery:
    """Return the delivery of a whole row of the table."""
    return Delivery(**{**row._mapping, "state": State(row.state), "action": Action(row.action)})


class IllegalTransition(SystemFailure):
    """A delivery is no longer in a state from which it can go where it was told to; nothing was changed."""

    def __init__(self, delivery: int, state: str, to: State) -> None:
        sentence = _("Delivery {id} is {state} and cannot become {to}; nothing was changed.")
        todo = _("Another process may be at work on it: run “yinxin resume”, which asks the feed before it sends.")
        super().__init__("illegal-transition", sentence.format(id=delivery, state=state, to=to.value), todo=todo)
        self.delivery = delivery


def move(
    connection: Connection,
    to: State,
    changes: Mapping[int, Change],
    run_id: str | None = None,
    *,
    only_from: State | None = None,
    by: str = "",
) -> None:
    """Move deliveries to a state, with their events, inside the caller's writing transaction.

    Args:
        connection: from a writing transaction, in which nobody else writes.
        to: the new state.
        changes: by delivery, the columns that change with the state.
        run_id: the run that acts; by default the one that prepared each delivery.
        only_from: the one state this move is for, where others lead to the same.
        by: the person who decided it, for the event.

    Raises:
        IllegalTransition: at least one may not go there; nothing was changed.
    """
    found = _standing(connection, list(changes))
    origins = {only_from or state for state, onward in TRANSITIONS.items() if to in onward}
    for key in changes:
        state, _run = found.get(key, ("missing", ""))
        if state not in origins:
            raise IllegalTransition(key, state, to)
    _change(connection, to, changes)
    entries = []
    for key, change in changes.items():
        state, run = found[key]
        told = _told(state, to, {**change, "by": by})
        entries.append(Entry(run_id or run, f"delivery.{to}", f"delivery/{key}", told))
    append(connection, entries)


def end_earlier(connection: Connection, confirmed: Collection[int], run_id: str | None = None) -> None:
    """End what the feed showed before of the records whose deliveries are now confirmed.

    What a withdrawal took back is withdrawn, all else is superseded.
    """
    earlier: dict[State, dict[int, Change]] = {State.SUPERSEDED: {}, State.WITHDRAWN: {}}
    for batch in batches(list(confirmed)):
        later = deliveries.alias()
        same = (deliveries.c.feed == later.c.feed) & (deliveries.c.record_id == later.c.record_id)
        query = select(deliveries.c.id, deliveries.c.action, later.c.action).join(later, same)
        query = query.where(later.c.id.in_(batch), deliveries.c.id < later.c.id, deliveries.c.state.in_(SHOWN))
        for key, action, by in connection.execute(query):
            taken_back = by == Action.WITHDRAW and action != Action.WITHDRAW
            earlier[State.WITHDRAWN if taken_back else State.SUPERSEDED][key] = {}
    for to, changes in earlier.items():
        if changes:
            move(connection, to, changes, run_id)


def _standing(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    query = select(deliveries.c.id, deliveries.c.state, deliveries.c.run_id)
    found: dict[int, tuple[str, str]] = {}
    for batch in batches(ids):
        rows = connection.execute(query.where(deliveries.c.id.in_(batch)))
        found.update((key, (state, run_id)) for key, state, run_id in rows)
    return found


def _change(connection: Connection, to: State, changes: Mapping[int, Change]) -> None:
    alike: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for key, change in changes.items():
        alike.setdefault(tuple(change.items()), []).append(key)
    at = now()
    for columns, keys in alike.items():
        statement = deliveries.update().values(state=to.value, changed_at=at, **dict(columns))
        for batch in batches(keys):
            connection.execute(statement.where(deliveries.c.id.in_(batch)))


def _told(state: str, to: State, change: Change) -> dict[str, str]:
    """Return an event's data; a reason that others wrote may name a person, so only its hash is told."""
    told = {"from": state, **{name: value for name, value in change.items() if value}}
    if "reason" in told and to not in _OUR_WORDS:
        told["reason_sha256"] = sha256(told.pop("reason"))
    return told
