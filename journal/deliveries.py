"""Deliveries: every change of a delivery's state is made here, in one transaction with its event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, Row, func, select

from journal.database import batches, insert_all
from journal.events import Entry, append
from journal.schema import deliveries
from journal.states import LIVE, TRANSITIONS, State
from journal.texts import canonical, now, sha256
from words.errors import SystemFailure
from words.languages import gettext as _

Change = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is meant to be sent: the payload is field to text exactly as the feed will get it."""

    record_id: str
    fingerprint: str
    payload: dict[str, str]


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


def delivery_from(row: Row[tuple[object, ...]]) -> Delivery:
    """Return the delivery of a whole row of the table."""
    return Delivery(**{**row._mapping, "state": State(row.state)})


class IllegalTransition(SystemFailure):
    """A delivery is no longer in a state from which it can go where it was told to; nothing was changed."""

    def __init__(self, delivery: int, state: str, to: State) -> None:
        sentence = _("Delivery {id} is {state} and cannot become {to}; nothing was changed.")
        todo = _("Another process may be at work on it: run “yinxin resume”, which asks the feed before it sends.")
        super().__init__("illegal-transition", sentence.format(id=delivery, state=state, to=to.value), todo=todo)
        self.delivery = delivery


def prepare(connection: Connection, run_id: str, feed: str, items: Sequence[Prepared]) -> list[Delivery]:
    """Return one live delivery per item, in their order, made with its event where there is none."""
    live = _live(connection, feed, [item.record_id for item in items])
    new = _new(connection, run_id, feed, [item for item in items if _form(item) not in live])
    _insert(connection, new)
    live.update((_form(delivery), delivery) for delivery in new)
    return [live[_form(item)] for item in items]


def move(connection: Connection, to: State, changes: Mapping[int, Change], run_id: str | None = None) -> None:
    """Move deliveries to a state, with their events, inside the caller's writing transaction.

    Args:
        connection: from a writing transaction, in which nobody else writes.
        to: the new state.
        changes: by delivery, the columns that change with the state.
        run_id: the run that acts; by default the one that prepared each delivery.

    Raises:
        IllegalTransition: at least one may not go there; nothing was changed.
    """
    found = _standing(connection, list(changes))
    origins = {state.value for state, onward in TRANSITIONS.items() if to in onward}
    for key in changes:
        state, _run = found.get(key, ("missing", ""))
        if state not in origins:
            raise IllegalTransition(key, state, to)
    _change(connection, to, changes)
    append(
        connection,
        (
            Entry(run_id or found[key][1], f"delivery.{to}", f"delivery/{key}", _told(found[key][0], to, change))
            for key, change in changes.items()
        ),
    )


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
    if "reason" in told and to is not State.UNKNOWN:
        told["reason_sha256"] = sha256(told.pop("reason"))
    return told


class _Form(NamedTuple):
    record_id: str
    fingerprint: str


def _form(item: Prepared | Delivery) -> _Form:
    return _Form(item.record_id, item.fingerprint)


def _live(connection: Connection, feed: str, record_ids: Sequence[str]) -> dict[_Form, Delivery]:
    query = select(deliveries).where(deliveries.c.feed == feed, deliveries.c.state.in_(LIVE))
    found = [
        delivery_from(row)
        for batch in batches(record_ids)
        for row in connection.execute(query.where(deliveries.c.record_id.in_(batch)))
    ]
    return {_form(delivery): delivery for delivery in found}


def _new(connection: Connection, run_id: str, feed: str, items: Iterable[Prepared]) -> list[Delivery]:
    first = (connection.scalar(select(func.max(deliveries.c.id))) or 0) + 1
    at = now()
    distinct = {_form(item): item.payload for item in items}
    return [
        Delivery(key, run_id, feed, *form, payload, State.PREPARED, "", "", "", at, at)
        for key, (form, payload) in enumerate(distinct.items(), first)
    ]


def _insert(connection: Connection, new: list[Delivery]) -> None:
    names = Delivery.__slots__
    insert_all(connection, deliveries, [{name: getattr(delivery, name) for name in names} for delivery in new])
    append(
        connection,
        (
            Entry(
                delivery.run_id,
                "delivery.prepared",
                f"delivery/{delivery.id}",
                {
                    "feed": delivery.feed,
                    "record_id": delivery.record_id,
                    "fingerprint": delivery.fingerprint,
                    "payload_sha256": sha256(canonical(delivery.payload)),
                },
            )
            for delivery in new
        ),
    )
