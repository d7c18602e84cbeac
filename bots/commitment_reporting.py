"""What a commitment run leaves behind: its report, remembered in the journal and written as the workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import polars as pl

from bots import delivering
from bots.gathering import Side
from bots.order import Order
from bots.reporting import REPORT, evidence_of
from connectors.base import Feed
from journal import Journal
from reconciliation.commitments.report import CASE_COLUMNS, NOT_DUE, TIMELINE_COLUMNS, CommitmentReport, WatchCounts
from reconciliation.commitments.words import reason
from reconciliation.headings import CHAIN_HEAD
from reconciliation.report import Bucket
from reconciliation.shipping import pack
from schedules.workdays import Calendar
from words.languages import N_

if TYPE_CHECKING:
    from bots.casebook import Casebook
    from bots.commitments import Sorted, Watched
    from bots.declared import CommitmentsDeclared


@dataclass(frozen=True, slots=True)
class Facts:
    """What a run found, before it is told."""

    run_id: str
    order: Order
    declared: CommitmentsDeclared
    calendar: Calendar
    books: list[Casebook]
    feed: Side
    found: Sorted


def build_report(facts: Facts, journal: Journal, feed: Feed, watched: list[Watched]) -> CommitmentReport:
    """Put the report together from what was found and from what the journal says became of it, and remember it."""
    sent = {} if facts.order.dry_run else delivering.outcomes(journal, feed, set(facts.found.due))
    quarantine = pl.concat([*(book.side.quarantine for book in facts.books), facts.feed.quarantine])
    journal.remember_quarantine(facts.run_id, quarantine.iter_rows(named=True))
    received = dict(facts.feed.records.select("record_id", "received").iter_rows())
    ordered = sorted(watched, key=lambda each: (each.judgement.push_day is None, each.judgement.push_day, each.key))
    lines = [_line(each, facts, sent, received) for each in ordered]
    report = CommitmentReport(
        run_id=facts.run_id,
        bot=facts.order.bot,
        title=facts.declared.title,
        since=facts.order.since.isoformat(),
        until=facts.order.until.isoformat(),
        as_of=facts.order.as_of.isoformat(),
        counts=_counts(facts, Counter(line["bucket"] for line in lines), sent),
        cases=pl.DataFrame(lines, schema=dict.fromkeys(CASE_COLUMNS, pl.String)),
        timeline=pl.DataFrame(
            [event for each in ordered for event in _timeline(each, received)],
            schema=dict.fromkeys(TIMELINE_COLUMNS, pl.String),
        ),
        quarantine=quarantine,
        evidence=evidence_of(journal, facts.run_id),
        notes=_notes(facts, journal),
        dry_run=facts.order.dry_run,
    )
    journal.keep_evidence(facts.run_id, REPORT, facts.order.bot, pack(report), ".json.gz")
    return report


def _line(
    each: Watched, facts: Facts, sent: Mapping[str, tuple[str, str]], received: Mapping[str, str]
) -> dict[str, str]:
    judgement, values = each.judgement, each.case.values
    outcome, refusal = sent.get(each.record_id, ("", ""))
    told = {
        "record_id": each.record_id,
        "stage": judgement.stage.value,
        "bucket": _bucket(each.record_id, facts.found),
        "outcome": outcome,
        "why": refusal or reason(facts.found.held.get(each.record_id, "")),
        "ends_on": judgement.deadline.isoformat() if judgement.deadline else "",
        "push_day": judgement.push_day.isoformat() if judgement.push_day else "",
        "late": _late(each, facts, received.get(each.record_id, "")),
        "performance": each.record["performance"],
        "pushed_on": received.get(each.record_id, ""),
    }
    return {name: told[name] if name in told else values.get(name) or "" for name in CASE_COLUMNS}


def _bucket(record: str, found: Sorted) -> str:
    if record in found.held:
        return Bucket.HELD.value
    if record in found.due:
        return Bucket.DUE.value
    return Bucket.ALREADY_DISCLOSED.value if record in found.shown else NOT_DUE


def _late(each: Watched, facts: Facts, pushed_on: str) -> str:
    """Return by how many working days something that had to be pushed is, or was, late."""
    push_day = each.judgement.push_day
    if push_day is None or not (each.broken or pushed_on):
        return ""
    day = min(pushed_on, facts.order.as_of.isoformat()) if pushed_on else facts.order.as_of.isoformat()
    late = facts.calendar.between(push_day, type(push_day).fromisoformat(day))
    return str(late) if late else ""


def _timeline(each: Watched, received: Mapping[str, str]) -> Iterator[dict[str, str]]:
    case, judgement = each.case, each.judgement
    told = [
        ("made", case.values["commitment_date"]),
        ("deadline", judgement.deadline.isoformat() if judgement.deadline else ""),
        ("push_day", judgement.push_day.isoformat() if judgement.push_day else ""),
        ("pushed", received.get(each.record_id, "")),
    ]
    lines = [{"event": event, "at": at} for event, at in told if at]
    lines += [
        {"event": one.kind, "at": one.at, "unit": one.unit, "result": one.result, "until": one.until, "text": one.text}
        for one in case.timeline
    ]
    who = {"document_number": case.values["document_number"], "name": case.values["name"]}
    for line in sorted(lines, key=lambda line: line["at"]):
        yield dict.fromkeys(TIMELINE_COLUMNS, "") | who | line


def _counts(facts: Facts, buckets: Counter[str], sent: Mapping[str, tuple[str, str]]) -> WatchCounts:
    """Count every row of the run into its one bucket."""
    outcomes = Counter(outcome for outcome, _reason in sent.values())
    names = ("confirmed", "waiting", "differs", "rejected", "unknown")
    return WatchCounts(
        collected=sum(book.side.rows for book in facts.books),
        mapped=sum(book.side.records.height for book in facts.books),
        quarantined=sum(book.side.quarantined for book in facts.books),
        already_disclosed=buckets[Bucket.ALREADY_DISCLOSED.value],
        held=buckets[Bucket.HELD.value],
        due=buckets[Bucket.DUE.value],
        not_due=buckets[NOT_DUE],
        dry_run=facts.order.dry_run,
        **{name: outcomes[name] for name in names},
    )


def _notes(facts: Facts, journal: Journal) -> dict[str, str]:
    """What an auditor needs to repeat the run; the labels are message ids."""
    mappings = [version for book in facts.books for version in book.side.mappings]
    closes = facts.declared.closes.items()
    return {
        N_("Mappings"): ", ".join([*mappings, *facts.feed.mappings]),
        N_("Pushed on the working day after the deadline"): str(facts.declared.grace),
        N_("What closes a commitment"): ", ".join(f"{kind}: {closing}" for kind, closing in closes) or "confirmation",
        N_("Rows the feed showed before the run"): str(facts.feed.rows),
        N_("Rows new since the last run"): str(sum(book.side.new for book in facts.books)),
        N_("Working-day calendar"): facts.calendar.version,
        N_("Program"): f"yinxin {version('yinxin')}",
        CHAIN_HEAD: journal.head(),
    }
