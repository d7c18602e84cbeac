"""Blanking personal values, table by table; the rows stay, with their keys, hashes, states and dates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, bindparam, func, select

from journal.comparing import line_of
from journal.flaws import paged
from journal.purged import Purged
from journal.schema import (
    collected,
    deliveries,
    dispositions,
    evidence,
    quarantine,
    receipts,
    records,
    sightings,
    verdicts,
)
from journal.states import OPEN, State
from journal.texts import canonical, pack, sha256, unpack

_BATCH = 500
#: Whoever has to act on such a delivery needs what was sent.
NEEDED = (*OPEN, State.DIFFERS)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is not personal; everything else is blanked, also what nobody has thought of.

    Attributes:
        fields: fields of canonical records.
        headings: headings of what receivers are sent.
        findings: keys of the data of verdicts and of quarantined rows.
    """

    fields: frozenset[str]
    headings: frozenset[str]
    findings: frozenset[str]


@dataclass(slots=True)
class Blanker:
    """Blanks what belongs to the runs that ``old`` selects, inside the caller's writing transaction.

    Attributes:
        gone: what was blanked already.
        counts: per table how many rows held something to blank.
        told: the numbers of deliveries, dispositions, receipts and evidence among them, and the hash of what is left,
            for the event.
    """

    connection: Connection
    kept: Kept
    old: Select[tuple[str]]
    gone: Purged
    counts: Counter[str] = field(default_factory=Counter)
    told: dict[str, str] = field(default_factory=dict)

    def blank(self) -> None:
        """Blank all of it."""
        self._deliveries()
        self._dispositions()
        self._receipts()
        self.told["evidence"] = pack(self._numbers(evidence, self.gone.evidence))
        self._data(
            records, records.c.turn, {"content": self.kept.fields, "changed": self.kept.fields}, self._unused(records)
        )
        self._data(quarantine, quarantine.c.id, {"data": self.kept.findings})
        self._data(verdicts, verdicts.c.id, {"data": self.kept.findings})
        self._collected()

    def _of_old(self, table: Table) -> ColumnElement[bool]:
        return table.c.run_id.in_(self.old)

    def _deliveries(self) -> None:
        ended = self._of_old(deliveries) & deliveries.c.state.not_in(NEEDED)
        query = select(deliveries.c.id, deliveries.c.payload, deliveries.c.reason, deliveries.c.state).where(ended)
        left, numbers = hashlib.sha256(), []
        self.counts[deliveries.name] = 0
        for page in paged(self.connection, query, deliveries.c.id, _BATCH):
            changes = []
            for row in page:
                payload = _blanked(row["payload"], self.kept.headings)
                # Why something never left is in our own words; every other reason may name a person.
                reason = row["reason"] if row["state"] == State.DISCARDED else ""
                if row["id"] not in self.gone.deliveries and (payload, reason) != (row["payload"], row["reason"]):
                    changes.append({"payload": payload, "reason": reason, "key": row["id"]})
                    left.update(line_of(row["id"], sha256(canonical(payload))))
            numbers += [change["key"] for change in changes]
            self._update(deliveries, deliveries.c.id, changes)
        self.told |= {"deliveries": pack(numbers), "left_sha256": left.hexdigest()}

    def _dispositions(self) -> None:
        """Forget the reasons that persons gave: whatever they wrote may name somebody."""
        stated = self._of_old(dispositions) & (dispositions.c.reason != "") & self._unused(dispositions)
        numbers = list(self.connection.scalars(select(dispositions.c.id).where(stated).order_by(dispositions.c.id)))
        self.told["dispositions"] = pack(numbers)
        self._update(dispositions, dispositions.c.id, [{"reason": "", "key": number} for number in numbers])

    def _receipts(self) -> None:
        numbers = self._numbers(receipts, self.gone.receipts)
        self.told["receipts"] = pack(numbers)
        there = receipts.update().where(receipts.c.id == bindparam("key"))
        if numbers:
            self.connection.execute(there.values(content=b""), [{"key": number} for number in numbers])

    def _numbers(self, table: Table, gone: Collection[int]) -> list[int]:
        """Return the numbers of a table's rows that are not gone yet, and count them."""
        query = select(table.c.id).where(self._of_old(table)).order_by(table.c.id)
        numbers = [number for number in self.connection.scalars(query) if number not in gone]
        self.counts[table.name] = len(numbers)
        return numbers

    def _unused(self, table: Table) -> ColumnElement[bool]:
        """Rows of records that no later run has judged, and that nobody has to act on."""
        later = select(verdicts.c.record_id).where(verdicts.c.run_id.not_in(self.old))
        waiting = select(deliveries.c.record_id).where(deliveries.c.state.in_(NEEDED))
        return table.c.record_id.not_in(later) & table.c.record_id.not_in(waiting)

    def _data(
        self,
        table: Table,
        key: Column[Any],
        kept: Mapping[str, frozenset[str]],
        only: ColumnElement[bool] | None = None,
    ) -> None:
        """Blank JSON columns, each but for its own names."""
        query = select(key, *(table.c[name] for name in kept)).where(self._of_old(table))
        narrowed = query if only is None else query.where(only)
        self.counts[table.name] = 0
        for page in paged(self.connection, narrowed, key, _BATCH):
            blank = ((row, {name: _blanked(row[name], names) for name, names in kept.items()}) for row in page)
            changes = [
                {**new, "key": row[key.name]} for row, new in blank if any(row[name] != new[name] for name in new)
            ]
            self._update(table, key, changes)

    def _collected(self) -> None:
        """Forget rows as they came, and their digests, so that one that shows again is read anew."""
        later = select(sightings.c.numbers).where(sightings.c.run_id.not_in(self.old))
        seen = set[int]().union(*map(unpack, self.connection.scalars(later)))
        query = select(collected.c.number, collected.c.payload).where(self._of_old(collected))
        self.counts[collected.name] = 0
        for page in paged(self.connection, query, collected.c.number, _BATCH):
            forgotten = [row["number"] for row in page if row["payload"] and row["number"] not in seen]
            changes = [{"payload": {}, "digest": "", "key": number} for number in forgotten]
            self._update(collected, collected.c.number, changes)

    def _update(self, table: Table, key: Column[Any], changes: list[dict[str, Any]]) -> None:
        self.counts[table.name] += len(changes)
        if changes:
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in changes[0] if name != "key"}
            statement = table.update().where(key == bindparam("key")).values(values)
            self.connection.execute(statement, [_renamed(change) for change in changes])


def _renamed(change: Mapping[str, Any]) -> dict[str, Any]:
    return {name if name == "key" else f"new_{name}": value for name, value in change.items()}


def _blanked(values: Mapping[str, Any], kept: Collection[str]) -> dict[str, Any]:
    return {name: value if name in kept or not value else "" for name, value in values.items()}


def purged_files(connection: Connection, gone: Purged) -> Iterator[tuple[str, str]]:
    """Yield hash and path of the files of which every piece of evidence is purged."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for number, name, path in connection.execute(select(evidence.c.id, evidence.c.sha256, evidence.c.path)):
        numbers.setdefault((name, path), []).append(number)
    return (file for file, pieces in numbers.items() if gone.evidence.issuperset(pieces))


def count_of(connection: Connection, query: Select[Any]) -> int:
    """Return how many rows a query finds."""
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0
