"""What the bots say about deliveries, and ask about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import func, select

from journal.database import Book, batches
from journal.deliveries import Change, Delivery, Prepared, delivery_from, end_earlier, move
from journal.preparing import prepare
from journal.schema import deliveries
from journal.states import OPEN, State


class Deliveries(Book):
    """Preparing, moving and finding deliveries.

    Each method is one transaction. ``run_id`` names the run that acts, where that is not the one that prepared.
    """

    def prepare(self, run_id: str, feed: str, items: Iterable[Prepared]) -> list[Delivery]:
        """Make the intent to send durable.

        Returns:
            One delivery per item, in their order: a new one, or the live one there already is, with the payload it
            was prepared with. Only those whose state is prepared may be sent.
        """
        with self._writing() as connection:
            return prepare(connection, run_id, feed, list(items))

    def released(self, ids: Collection[int], by: str, run_id: str | None = None) -> None:
        """Say that a second person lets the held deliveries go."""
        with self._writing() as connection:
            move(connection, State.PREPARED, _alike(ids, reason=""), run_id, only_from=State.HELD, by=by)

    def sent(self, ids: Collection[int], file_sha256: str, file_name: str = "", run_id: str | None = None) -> None:
        """Say that the deliveries are about to leave in a file; call it before the first byte does.

        Raises:
            IllegalTransition: one of them may not be sent now; none was changed. So it is with every move below.
        """
        self._move(State.SENT, _alike(ids, batch_file_sha256=file_sha256, file_name=file_name), run_id)

    def accepted(self, ids: Collection[int], batch: str, run_id: str | None = None) -> None:
        """Say that the feed took the deliveries under its batch number."""
        self._move(State.ACCEPTED, _alike(ids, batch=batch), run_id)

    def rejected(self, reasons: Mapping[int, str], run_id: str | None = None) -> None:
        """Say that the feed refused the deliveries, each for its reason; the event holds only the reason's hash."""
        self._move(State.REJECTED, {key: {"reason": reason} for key, reason in reasons.items()}, run_id)

    def unknown(self, ids: Collection[int], why: str, run_id: str | None = None) -> None:
        """Say that nobody knows whether the feed has them; ``why`` enters the log and must hold nothing personal."""
        self._move(State.UNKNOWN, _alike(ids, reason=why), run_id)

    def confirmed(self, ids: Collection[int], run_id: str | None = None) -> None:
        """Say that the feed shows what the deliveries were to bring about; what it showed before has ended."""
        if ids:
            with self._writing() as connection:
                move(connection, State.CONFIRMED, _alike(ids), run_id)
                end_earlier(connection, ids, run_id)

    def differs(self, fields: Mapping[int, str], run_id: str | None = None) -> None:
        """Say that the feed shows them with other values; per delivery the names of the differing fields."""
        self._move(State.DIFFERS, {key: {"reason": names} for key, names in fields.items()}, run_id)

    def prepared_again(self, ids: Collection[int], run_id: str | None = None) -> None:
        """Say that the feed was asked and does not have them, so that they may be sent again."""
        if ids:
            forgotten = _alike(ids, batch_file_sha256="", file_name="", batch="", reason="")
            with self._writing() as connection:
                move(connection, State.PREPARED, forgotten, run_id, only_from=State.UNKNOWN)

    def discarded(self, ids: Collection[int], why: str, run_id: str | None = None) -> None:
        """Say that they will never leave; ``why`` enters the log and must hold nothing personal."""
        self._move(State.DISCARDED, _alike(ids, reason=why), run_id)

    def _move(self, to: State, changes: Mapping[int, Change], run_id: str | None) -> None:
        if changes:
            with self._writing() as connection:
                move(connection, to, changes, run_id)

    def deliveries(
        self,
        feed: str | None = None,
        states: Collection[str] | None = None,
        run_id: str | None = None,
        record_id: str | None = None,
        file_name: str | None = None,
    ) -> list[Delivery]:
        """Return deliveries in the order of their preparation; each argument that is given narrows them."""
        query = select(deliveries).order_by(deliveries.c.id)
        for column, value in (("feed", feed), ("run_id", run_id), ("record_id", record_id), ("file_name", file_name)):
            if value is not None:
                query = query.where(deliveries.c[column] == value)
        if states is not None:
            query = query.where(deliveries.c.state.in_(states))
        with self._reading() as connection:
            return [delivery_from(row) for row in connection.execute(query)]

    def deliveries_of(self, feed: str, record_ids: Iterable[str]) -> list[Delivery]:
        """Return every delivery of these records to a feed, in the order of their preparation."""
        query = select(deliveries).where(deliveries.c.feed == feed)
        with self._reading() as connection:
            found = [
                delivery_from(row)
                for batch in batches(list(record_ids))
                for row in connection.execute(query.where(deliveries.c.record_id.in_(batch)))
            ]
        return sorted(found, key=lambda each: each.id)

    def open_deliveries(self, feed: str) -> list[Delivery]:
        """Return the feed's deliveries that it does not show yet: held, prepared, sent, unknown, accepted."""
        return self.deliveries(feed, OPEN)

    def rules_used(self, feed: str) -> set[str]:
        """Return the rules under which anything was ever handed over to a feed, as far as they were noted."""
        left = deliveries.c.state.not_in([State.HELD, State.PREPARED, State.DISCARDED])
        query = select(deliveries.c.rules).distinct().where(deliveries.c.feed == feed, deliveries.c.rules != "", left)
        with self._reading() as connection:
            return set(connection.scalars(query))

    def states_of(self, run_id: str) -> dict[str, int]:
        """Return how many of the deliveries that a run prepared stand in each state; absent states are zero."""
        query = select(deliveries.c.state, func.count()).where(deliveries.c.run_id == run_id)
        with self._reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(query.group_by(deliveries.c.state))}
        return {state.value: found.get(state.value, 0) for state in State}


def _alike(ids: Iterable[int], **columns: str) -> dict[int, Change]:
    return dict.fromkeys(ids, columns)
