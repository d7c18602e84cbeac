"""A journal that was restored from a backup: it does not know what the feeds got since, and says so."""

from __future__ import annotations

from sqlalchemy import Text, cast, func, literal, select

from journal.database import Book
from journal.deliveries import Change, move
from journal.events import Entry, append
from journal.proving import Head
from journal.schema import deliveries, events, leases, workers
from journal.states import State

#: Why a delivery was taken out, or has to be asked for.
RESTORED = "the journal was restored from a backup"
_KIND, _SUBJECT = "journal.restored", "journal"
_RELEASED = '"from":"held"'


class Restoring(Book):
    """What changes with a restore, and until when."""

    def restored(self, made_at: str, head: Head, by: str) -> dict[str, int]:
        """Say that this journal was restored; call it once, before anybody works with it.

        Nobody is at work here any more. Whatever was on its way may have arrived: what was handed over is asked for
        first, and what had not left is taken out, for the next run to prepare anew what is still due.

        Args:
            made_at: when the backup was made.
            head: the newest event in it.
            by: who restores.

        Returns:
            How many deliveries were taken out, and how many have to be asked for.
        """
        with self._writing() as connection:
            for table in (leases, workers):
                connection.execute(table.delete())
            told = {"made_at": made_at, "seq": head.seq, "hash": head.hash, "by": by}
            append(connection, [Entry("", _KIND, _SUBJECT, told)])
            counts = {}
            for to, states in ((State.DISCARDED, (State.HELD, State.PREPARED)), (State.UNKNOWN, (State.SENT,))):
                standing = select(deliveries.c.id).where(deliveries.c.state.in_(states)).order_by(deliveries.c.id)
                changes: dict[int, Change] = {key: {"reason": RESTORED} for key in connection.scalars(standing)}
                move(connection, to, changes)
                counts[to.value] = len(changes)
        return counts

    def unreviewed(self, feed: str) -> bool:
        """Tell whether the journal was restored and nobody has released anything to this feed since."""
        last = select(func.max(events.c.seq)).where(events.c.subject == _SUBJECT, events.c.kind == _KIND)
        to_feed = select(literal("delivery/", Text) + cast(deliveries.c.id, Text)).where(deliveries.c.feed == feed)
        released = select(events.c.seq).where(
            events.c.kind == f"delivery.{State.PREPARED}",
            events.c.data.contains(_RELEASED),
            events.c.subject.in_(to_feed),
        )
        with self._reading() as connection:
            seq = connection.scalar(last)
            return seq is not None and connection.scalar(released.where(events.c.seq > seq).limit(1)) is None
