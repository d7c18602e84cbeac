"""Comparing runs, findings and deliveries with what the events say of them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from sqlalchemy import Connection, Text, cast, func, literal, select

from journal.dispositions import TOLD
from journal.flaws import Flaw, Found, digest, paged, raw, told_of
from journal.purged import Purged
from journal.schema import deliveries, dispositions, events, quarantine, runs, verdicts
from journal.telling import Told, expected_delivery, expected_run

_BATCH = 500
_RUN = ("bot", "since", "until", "as_of", "dry_run", "state")
_CLOCKED = ("prepared_at", "changed_at")  # an event tells its own time, a moment later


def compare_runs(connection: Connection, found: Found) -> None:
    """Every run is as it was begun and as it ended last."""
    known = select(runs.c.run_id)
    lost = select(events.c.seq, events.c.subject).where(events.c.kind == "run.begun", events.c.run_id.not_in(known))
    found.missing(connection, lost)
    columns = [runs.c.run_id, *(runs.c[name] for name in _RUN), raw(runs.c.counts), raw(runs.c.result)]
    for page in paged(connection, select(*columns), runs.c.run_id, _BATCH):
        told = told_of(connection, [f"run/{row['run_id']}" for row in page], "run.")
        for row in page:
            subject, have = f"run/{row['run_id']}", {**row, "result": digest(row["result"])}
            found.checked["runs"] += 1
            if subject in told:
                found.differing(subject, told[subject], expected_run(told[subject]), have)
            else:
                found.flaws.append(Flaw(0, subject, "unrecorded"))


def compare_findings(connection: Connection, found: Found) -> None:
    """Of every run there are as many findings as it told."""
    for kind, table in (("quarantine.kept", quarantine), ("verdicts.kept", verdicts)):
        told: Counter[str] = Counter()
        last: dict[str, int] = {}
        query = select(events.c.seq, events.c.run_id, events.c.data).where(events.c.kind == kind)
        for seq, run_id, data in connection.execute(query.order_by(events.c.seq)):
            told[run_id] += json.loads(data)["count"]
            last[run_id] = seq
        counts = select(table.c.run_id, func.count()).group_by(table.c.run_id)
        there = Counter({row[0]: row[1] for row in connection.execute(counts)})
        found.checked["findings"] += there.total()
        unlike = sorted(run_id for run_id in {*told, *there} if told[run_id] != there[run_id])
        found.flaws += [Flaw(last.get(run_id, 0), f"run/{run_id}", "changed", table.name) for run_id in unlike]


def compare_deliveries(connection: Connection, found: Found, purged: Purged) -> None:
    """Every delivery stands as its last event says, with what its first one prepared; or as a purge left it."""
    known = select(literal("delivery/", Text) + cast(deliveries.c.id, Text))
    lost = select(func.min(events.c.seq), events.c.subject).group_by(events.c.subject)
    lost = lost.where(events.c.subject.startswith("delivery/"), events.c.subject.not_in(known))
    found.missing(connection, lost)
    left = {seq: hashlib.sha256() for seq in purged.left}
    columns = [column for column in deliveries.c if column.name not in ("payload", *_CLOCKED)]
    for page in paged(connection, select(*columns, raw(deliveries.c.payload)), deliveries.c.id, _BATCH):
        told = told_of(connection, [f"delivery/{row['id']}" for row in page], "delivery.")
        for row in page:
            purge = purged.deliveries.get(row["id"], 0)
            have = {**row, "payload": digest(row["payload"]), "reason": row["reason"] and digest(row["reason"])}
            found.checked["deliveries"] += 1
            if purge:
                found.purged["deliveries"] += 1
                left[purge].update(line_of(row["id"], have["payload"]))
            _compare_delivery(found, told, have, is_purged=bool(purge))
    unlike = [seq for seq, hashed in left.items() if hashed.hexdigest() != purged.left[seq]]
    found.flaws += [Flaw(seq, "journal", "left") for seq in unlike]


def _compare_delivery(found: Found, told: dict[str, list[Told]], have: dict[str, Any], *, is_purged: bool) -> None:
    subject = f"delivery/{have['id']}"
    if subject not in told:
        found.flaws.append(Flaw(0, subject, "unrecorded"))
        return
    want = expected_delivery(told[subject])
    if is_purged:
        del want["payload"]
        want["reason"] = have["reason"] and want["reason"]
    found.differing(subject, told[subject], want, have)


def compare_dispositions(connection: Connection, found: Found, purged: Purged) -> None:
    """Every disposition is as its event told it; its reason too, unless a purge removed that."""
    known = select(literal("disposition/", Text) + cast(dispositions.c.id, Text))
    lost = select(events.c.seq, events.c.subject)
    found.missing(connection, lost.where(events.c.kind == "disposition.made", events.c.subject.not_in(known)))
    for page in paged(connection, select(dispositions), dispositions.c.id, _BATCH):
        told = told_of(connection, [f"disposition/{row['id']}" for row in page], "disposition.")
        for row in page:
            subject, gone = f"disposition/{row['id']}", row["id"] in purged.dispositions
            found.checked["dispositions"] += 1
            if gone:
                found.purged["dispositions"] += 1
            if subject not in told:
                found.flaws.append(Flaw(0, subject, "unrecorded"))
                continue
            event = told[subject][0]
            want = {name: event.data[name] for name in TOLD} | {"run_id": event.run_id}
            want["reason"] = digest("") if gone else event.data["reason_sha256"]
            found.differing(subject, told[subject], want, {**row, "reason": digest(row["reason"])})


def line_of(delivery: int, payload_sha256: str) -> bytes:
    """Return the line of a delivery of which the hash of what a purge left is made, in the order of their numbers."""
    return f"{delivery} {payload_sha256}\n".encode()
