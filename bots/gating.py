"""What may leave now: what a second person has to release first, and what must not be sent over something else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from bots.asking import Shown
from bots.declared import Release
from connectors.base import Feed
from journal import Action, Delivery, Journal, Prepared, State
from journal.states import LIVE, UNDER_WAY
from words.languages import gettext as _

_LEAVING = (State.HELD, State.PREPARED)


@dataclass(slots=True)
class Gated:
    """What may leave.

    Attributes:
        items: what is to be prepared, some of it to be held.
        held: record → why it does not leave now.
        overtaken: deliveries that never left and whose record has another form by now.
    """

    items: list[Prepared] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    overtaken: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate between what is due and what is prepared.

    Attributes:
        release: when a second person is needed.
        rules: hash of the rules under which the payloads are made.
        by: who prepares.
    """

    journal: Journal
    feed: Feed
    release: Release
    rules: str
    by: str

    def judge(self, due: pl.DataFrame, shown: Shown) -> Gated:
        """Judge records that are due (canonical, with ``record_id`` and ``fingerprint``) against what the feed shows.

        Nothing is written.
        """
        gated = Gated()
        history = self._history(due["record_id"])
        payloads = self.feed.profile.encode(due).iter_rows(named=True)
        fresh: list[tuple[dict[str, str], dict[str, str]]] = []
        for record, payload in zip(due.iter_rows(named=True), payloads, strict=True):
            past = history.get(record["record_id"], [])
            if why := self._in_the_way(record, past, shown):
                gated.held[record["record_id"]] = why
                continue
            gated.overtaken += [each.id for each in past if each.state in _LEAVING and _other(each, record)]
            fresh.append((record, payload))
        self._prepare(gated, fresh, history, shown)
        return gated

    def _history(self, records: Iterable[str]) -> dict[str, list[Delivery]]:
        history: dict[str, list[Delivery]] = {}
        for each in self.journal.deliveries_of(self.feed.name, set(records)):
            history.setdefault(each.record_id, []).append(each)
        return history

    def _in_the_way(self, record: Mapping[str, str], past: Sequence[Delivery], shown: Shown) -> str:
        """Return why nothing more may be sent of a record by itself; empty if nothing is in the way."""
        newest = past[-1] if past else None
        if newest and newest.action == Action.WITHDRAW and newest.state in LIVE:
            return _("It was withdrawn; “yinxin deliveries retry” publishes it again.")
        if blocked := [why for each in past if (why := _blocks(each, record))]:
            return blocked[-1]
        if shown.forms(record["record_id"]) and not self.feed.corrects:
            return _("The feed takes no corrections; a person has to ask its operator.")
        return ""

    def _prepare(
        self,
        gated: Gated,
        fresh: Sequence[tuple[dict[str, str], dict[str, str]]],
        history: Mapping[str, Sequence[Delivery]],
        shown: Shown,
    ) -> None:
        new = [record for record, _payload in fresh if not _alive(record, history)]
        for_all = self._why_all(len(new))
        for record, payload in fresh:
            why = "" if _alive(record, history) else for_all or why_adverse(self.release, record)
            gated.items += self._items(record, payload, shown, why)
            if why:
                gated.held[record["record_id"]] = waits(why)

    def _items(self, record: Mapping[str, str], payload: dict[str, str], shown: Shown, held: str) -> Iterable[Prepared]:
        """Return the intents for one record: its form, and before that the taking back of the one it replaces."""
        record_id, fingerprint = record["record_id"], record["fingerprint"]
        before = min(shown.forms(record_id), default="")
        action = Action.PUBLISH
        if before and self.feed.corrects == "replace":
            action = Action.CORRECT
        elif before and (back := self.feed.withdrawal(_frame(shown.rows[record_id][0]), _("corrected"))):
            taken = Prepared(record_id, back[1], back[0], Action.WITHDRAW, before, held=held)
            yield self._signed(taken)
        yield self._signed(Prepared(record_id, fingerprint, payload, action, before, held=held))

    def _signed(self, item: Prepared) -> Prepared:
        return replace(item, rules=self.rules, by=self.by)

    def _why_all(self, count: int) -> str:
        """Return why a whole push waits for a second person; empty if it does not."""
        if count and (why := why_restored(self.journal, self.feed)):
            return why
        if self.release.above is not None and count > self.release.above:
            return _("more than {count} records in one push").format(count=self.release.above)
        used = self.journal.rules_used(self.feed.name) if self.release.changed_rules and count else set()
        if used and self.rules not in used:
            return _("the first push after the mappings or the profile changed")
        return ""


def _blocks(delivery: Delivery, record: Mapping[str, str]) -> str:
    """Return why a delivery keeps its record from being sent; empty if it does not."""
    if _other(delivery, record):
        return _("An earlier form of it is still on its way.") if delivery.state in UNDER_WAY else ""
    if not _same(delivery, record):
        return ""
    match delivery.state:
        case State.HELD:
            return waits(delivery.reason)
        case State.DIFFERS:
            return _("The feed shows it with other values than were sent: {fields}.").format(fields=delivery.reason)
        case State.CONFIRMED:
            return _("The feed showed it as it was sent, and no longer does.")
    return ""


def why_restored(journal: Journal, feed: Feed) -> str:
    """Return why nothing is published by itself after a restore; empty if somebody has looked since, or none was."""
    return _("the first push after the journal was restored from a backup") if journal.unreviewed(feed.name) else ""


def why_adverse(release: Release, record: Mapping[str, str]) -> str:
    """Return why one record waits for a second person by what it says; empty if it does not."""
    adverse = any(record.get(name) in values for name, values in release.adverse.items())
    return _("an adverse record") if adverse else ""


def waits(why: str) -> str:
    """Return the sentence for what waits for a second person."""
    return _("It waits for the release by a second person: {why}.").format(why=why)


def rules_of(versions: Iterable[str]) -> str:
    """Return the hash of the versions of mappings and profile."""
    return hashlib.sha256("\n".join(sorted(set(versions))).encode()).hexdigest()[:16]


def _same(delivery: Delivery, record: Mapping[str, str]) -> bool:
    return delivery.action != Action.WITHDRAW and delivery.fingerprint == record["fingerprint"]


def _other(delivery: Delivery, record: Mapping[str, str]) -> bool:
    return delivery.action != Action.WITHDRAW and delivery.fingerprint != record["fingerprint"]


def _alive(record: Mapping[str, str], history: Mapping[str, Sequence[Delivery]]) -> bool:
    past = history.get(record["record_id"], ())
    return any(each.state in (State.PREPARED, *UNDER_WAY) and _same(each, record) for each in past)


def _frame(row: Mapping[str, str]) -> pl.DataFrame:
    return pl.DataFrame([dict(row)])
