"""Making the intent to send durable: one live delivery per record and form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from journal.database import batches, insert_all
from journal.deliveries import Delivery, Prepared, delivery_from
from journal.events import Entry, append
from journal.schema import deliveries
from journal.states import LIVE, State
from journal.texts import canonical, now, sha256


def prepare(connection: Connection, run_id: str, feed: str, items: Sequence[Prepared]) -> list[Delivery]:
    """Return one live delivery per item, in their order, made with its event where there is none."""
    live = _live(connection, feed, [item.record_id for item in items])
    new = _new(connection, run_id, feed, [item for item in items if _form(item) not in live])
    _insert(connection, new)
    live.update((_form(delivery), delivery) for delivery in new)
    return [live[_form(item)] for item in items]


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
    distinct = {_form(item): item for item in items}
    return [_delivery(key, run_id, feed, item, at) for key, item in enumerate(distinct.values(), first)]


def _delivery(key: int, run_id: str, feed: str, item: Prepared, at: str) -> Delivery:
    return Delivery(
        id=key,
        run_id=run_id,
        feed=feed,
        record_id=item.record_id,
        fingerprint=item.fingerprint,
        payload=item.payload,
        state=State.HELD if item.held else State.PREPARED,
        batch_file_sha256="",
        batch="",
        reason=item.held or item.reason,
        prepared_at=at,
        changed_at=at,
        action=item.action,
        replaces=item.replaces,
        rules=item.rules,
        prepared_by=item.by,
    )


def _insert(connection: Connection, new: list[Delivery]) -> None:
    names = Delivery.__slots__
    insert_all(connection, deliveries, [{name: getattr(delivery, name) for name in names} for delivery in new])
    append(
        connection,
        (
            Entry(
                delivery.run_id,
                f"delivery.{delivery.state}",
                f"delivery/{delivery.id}",
                _beginning(delivery),
            )
            for delivery in new
        ),
    )


def _beginning(delivery: Delivery) -> dict[str, str]:
    """Return the first event's data: what was meant, by whom; a reason that a person wrote is told by its hash."""
    held = delivery.state is State.HELD
    told = {
        "feed": delivery.feed,
        "record_id": delivery.record_id,
        "fingerprint": delivery.fingerprint,
        "payload_sha256": sha256(canonical(delivery.payload)),
        "action": delivery.action.value,
        "replaces": delivery.replaces,
        "rules": delivery.rules,
        "by": delivery.prepared_by,
        "held": delivery.reason if held else "",
        "reason_sha256": sha256(delivery.reason) if delivery.reason and not held else "",
    }
    return {name: value for name, value in told.items() if value}
