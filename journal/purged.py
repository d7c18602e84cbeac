"""What was purged, as the events of the purges tell it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from journal.schema import events
from journal.texts import unpack

PURGED = "journal.purged"


@dataclass(frozen=True, slots=True)
class Purged:
    """Everything that ever was purged.

    Attributes:
        deliveries: delivery → the number of the event of its purge.
        dispositions: numbers of dispositions whose reason is gone.
        receipts: numbers of receipts.
        evidence: numbers of pieces of evidence.
        left: number of a purge's event → hash of what it left of its deliveries.
    """

    deliveries: dict[int, int]
    dispositions: frozenset[int]
    receipts: frozenset[int]
    evidence: frozenset[int]
    left: dict[int, str]


def purged(connection: Connection) -> Purged:
    """Return what was purged so far."""
    query = select(events.c.seq, events.c.data).where(events.c.kind == PURGED).order_by(events.c.seq)
    told = {seq: json.loads(data) for seq, data in connection.execute(query)}
    return Purged(
        deliveries={number: seq for seq, data in told.items() for number in unpack(data["deliveries"])},
        dispositions=frozenset(number for data in told.values() for number in unpack(data.get("dispositions", ""))),
        receipts=frozenset(number for data in told.values() for number in unpack(data["receipts"])),
        evidence=frozenset(number for data in told.values() for number in unpack(data["evidence"])),
        left={seq: data["left_sha256"] for seq, data in told.items()},
    )
