"""Delivering once: intent first, then the hand-over, then reading back; nothing unclear is ever sent again unasked."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import polars as pl

from bots.asking import Shown, ask, differing, look, take_in
from bots.watching import Watch
from connectors.base import Action, Batch, Feed
from journal import Delivery, Journal, Prepared, State
from words.errors import DeliveryError, Place, YinxinError
from words.languages import gettext as _
from words.languages import ngettext

#: What the delivery states are called in a run's counts; what was never sent, or not answered, is unknown.
OUTCOMES = {
    State.CONFIRMED: "confirmed",
    State.ACCEPTED: "waiting",
    State.DIFFERS: "differs",
    State.REJECTED: "rejected",
}
#: What has to be done before what: another form is published only after the one before it was seen to be gone.
_STAGES: tuple[tuple[Action, ...], ...] = (("withdraw",), ("correct", "publish"))
_ROUNDS = 2
_PAUSE, _LONGEST_PAUSE = 0.2, 2.0


def refused_before(journal: Journal, feed: Feed) -> dict[tuple[str, str], str]:
    """Return (record, fingerprint) → reason of what the feed has refused as it is, and nobody has sent again since."""
    refused = {each.record_id for each in journal.deliveries(feed.name, [State.REJECTED])}
    newest = {(each.record_id, each.fingerprint): each for each in journal.deliveries_of(feed.name, refused)}
    return {form: each.reason for form, each in newest.items() if each.state == State.REJECTED}


@dataclass(frozen=True, slots=True)
class Courier:
    """Who delivers where: one run at one feed.

    Attributes:
        within: seconds to wait for what was accepted to show in the feed's own list.
    """

    journal: Journal
    run_id: str
    feed: Feed
    watch: Watch
    within: float

    async def deliver(self, ids: Collection[int]) -> YinxinError | None:
        """Deliver what is prepared: the one way that a first send, a retry, a replay and a correction all take.

        What the feed turned out never to have got is sent once more in the same run. Those of ``ids`` that are not
        prepared are left alone.

        Returns:
            The error that stopped the hand-over, if one did; every delivery's state is in the journal either way.
        """
        trouble = None
        for _round in range(_ROUNDS):
            trouble = await self._stages(ids)
            if trouble is None:
                break
            try:
                await ask(self.journal, self.run_id, self.feed, await look(self.feed, self.journal))
            except YinxinError:
                break
        return trouble if self._unfinished(ids) else None

    async def _stages(self, ids: Collection[int]) -> YinxinError | None:
        for actions in _STAGES:
            ready = [each for each in self._ready(ids) if each.action in actions]
            for action in actions:
                if trouble := await self._send(action, [each for each in ready if each.action == action]):
                    return trouble
            if ready and actions == _STAGES[0]:
                await self.confirm()
        return None

    def _ready(self, ids: Collection[int]) -> list[Delivery]:
        """Return what may leave now; a form whose forerunner is still being taken back has to wait."""
        open_now = self.journal.open_deliveries(self.feed.name)
        leaving = {each.record_id for each in open_now if each.action == "withdraw"}
        mine = [each for each in open_now if each.state == State.PREPARED and each.id in ids]
        return [each for each in mine if each.action == "withdraw" or each.record_id not in leaving]

    def _unfinished(self, ids: Collection[int]) -> bool:
        unfinished = self.journal.deliveries(self.feed.name, [State.PREPARED, State.SENT, State.UNKNOWN])
        return any(each.id in ids for each in unfinished)

    async def _send(self, action: Action, ready: Sequence[Delivery]) -> YinxinError | None:
        if not ready:
            return None
        by_record = {each.record_id: each.id for each in ready}
        rows = pl.DataFrame([{**each.payload, "record_id": each.record_id} for each in ready])
        name = f"{self.feed.profile.name}-{self.run_id}-{uuid4().hex[:8]}"  # this attempt can be looked up by it
        batches = await self.feed.fill(rows, action, name)
        for number, batch in enumerate(batches, 1):
            if trouble := await self._hand_over(batch, {record: by_record[record] for record in batch.rows.values()}):
                return trouble
            self.watch.progress("deliver", self.feed.title, number, len(batches))
        return None

    async def _hand_over(self, batch: Batch, ids: dict[str, int]) -> YinxinError | None:
        journal, run_id = self.journal, self.run_id
        suffix = batch.file_name[batch.file_name.rindex(".") :]
        journal.keep_evidence(run_id, "payload", batch.file_name, batch.content, suffix)
        journal.sent(list(ids.values()), hashlib.sha256(batch.content).hexdigest(), batch.file_name, run_id)
        tell, title = self.watch.tell, self.feed.title
        tell("handed-over", title, file=batch.file_name, rows=len(ids))
        try:
            receipt = await self.feed.send(batch)
        except YinxinError as error:
            journal.unknown(list(ids.values()), error.code, run_id)
            tell("no-receipt", title, file=batch.file_name, code=error.code)
            return error
        tell("receipt", title, batch=receipt.batch, accepted=len(receipt.accepted), refused=len(receipt.refused))
        for record in receipt.refused:
            tell("refused", title, record=record, batch=receipt.batch)
        await take_in(journal, run_id, self.feed, receipt, ids, batch.file_name)
        return None

    async def confirm(self) -> dict[str, str]:
        """Read the feed's own list until all that was sent shows there as it was sent, or the time is up.

        What then still shows with other values differs; what does not show at all goes on waiting.

        Returns:
            Of each record that shows as it was sent, the day on which the feed took it, by its own word.
        """
        end, pause, received = time.monotonic() + self.within, _PAUSE, dict[str, str]()
        while self.journal.deliveries(self.feed.name, [State.ACCEPTED]):
            shown = await look(self.feed, self.journal)
            waiting = self.journal.deliveries(self.feed.name, [State.ACCEPTED])
            seen = [each for each in waiting if shown.fulfils(each)]
            fulfilled = [each.id for each in seen]
            received |= {each.record_id: shown.received(each) for each in seen}
            self.journal.confirmed(fulfilled, self.run_id)
            self.watch.tell("read-back", self.feed.title, waiting=len(waiting) - len(fulfilled))
            if time.monotonic() > end:
                self._tell_apart(shown)
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return received

    def _tell_apart(self, shown: Shown) -> None:
        waiting = self.journal.deliveries(self.feed.name, [State.ACCEPTED])
        found = [each for each in waiting if shown.forms(each.record_id)]
        other = {each.id: differing(self.feed, each, shown) for each in found}
        for each in found:
            self.watch.tell("differs", self.feed.title, record=each.record_id, fields=other[each.id])
        self.journal.differs(other, self.run_id)


async def rehearse(feed: Feed, items: Sequence[Prepared]) -> None:
    """Write what would be sent in the feed's own form, as a real run would, and send nothing."""
    for action in (each for actions in _STAGES for each in actions):
        rows = [{**item.payload, "record_id": item.record_id} for item in items if item.action == action]
        if rows:
            await feed.fill(pl.DataFrame(rows), action, "dry-run")


def unseen(journal: Journal, feed: Feed, *, after: timedelta) -> YinxinError | None:
    """Return the error for what the feed accepted so long ago and has not shown since."""
    limit = (datetime.now(UTC) - after).isoformat()
    late = [each for each in journal.deliveries(feed.name, [State.ACCEPTED]) if each.changed_at < limit]
    if not late:
        return None
    batches = ", ".join(sorted({each.batch for each in late}))
    sentence = ngettext(
        "{count} record that the feed accepted has not shown up in its list for {hours} hours (batches {batches}).",
        "{count} records that the feed accepted have not shown up in its list for {hours} hours (batches {batches}).",
        len(late),
    )
    return DeliveryError(
        "accepted-unseen",
        sentence.format(count=len(late), hours=f"{after.total_seconds() / 3600:g}", batches=batches),
        todo=_("Ask the feed's operator about these batches; “yinxin deliveries list --state accepted” lists them."),
        place=Place(system=feed.title),
    )


def outcomes(journal: Journal, feed: Feed, records: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return record id → (confirmed, waiting, differs, rejected or unknown; reason) as the journal has it now."""
    newest = {each.record_id: each for each in journal.deliveries_of(feed.name, records)}
    return {record: (OUTCOMES.get(each.state, "unknown"), each.reason) for record, each in newest.items()}
