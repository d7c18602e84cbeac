"""Where the decisions of persons stand: what waits for one, what is in force, and who disagrees with whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from bots.declared import BotDeclared
from bots.explained import Decided
from bots.reporting import kept_disclosure
from bots.standing import Key, Standing, standing, told
from bots.workspace import Workspace
from journal import Disposition, Journal
from mappings.normalise import document_number
from reconciliation.bases import with_bases
from reconciliation.report import Bucket, Report, Verdict
from words.errors import UsageError
from words.languages import N_

#: What a decision is to the record as it is now.
STATES = (N_("in force"), N_("agrees"), N_("disagrees"), N_("replaced"), N_("before the record changed"))
_IN_FORCE, _AGREES, _DISAGREES, _REPLACED, _BEFORE = STATES
#: Where a row stands that asks for a decision, or has one.
STANDINGS = (N_("open"), N_("open again"), N_("contested"), N_("decided"))
OPEN, AGAIN, CONTESTED, SETTLED = STANDINGS
_LATEST = 5  # runs that are looked through for one that left a report


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A row of a bot's newest run that asks for a decision, or has one; ``standing`` is one of ``STANDINGS``."""

    standing: str
    bot: str
    run: str
    record_id: str
    document_number: str
    name: str
    verdict: str
    bucket: str
    disposition: str
    reviewer: str
    reason: str
    at: str
    objections: tuple[str, ...]


def newest_report(journal: Journal, bot: str) -> Report | None:
    """Return the report of the newest run of a bot that left one; None if none did, or all were purged."""
    for run in journal.judged_runs(_LATEST, bot):
        try:
            return kept_disclosure(journal, run.run_id)
        except UsageError:
            continue
    return None


def bases_of(report: Report, records: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return what a report says of these records, with the basis of each: record → row of the verdicts."""
    wanted = report.verdicts.filter(pl.col("record_id").is_in(list(records)))
    rows = with_bases(wanted, report.differences, report.members).iter_rows(named=True)
    return {row["record_id"]: row for row in rows}


def reviewed(workspace: Workspace, journal: Journal) -> list[Reviewed]:
    """Return every row of the newest runs that asks for a decision or has one, in the order of the reports."""
    made = standing(journal.dispositions())
    last = {key[0]: stands for key, stands in made.items()}
    found: list[Reviewed] = []
    for report in _newest(workspace, journal):
        asks = (pl.col("verdict") != Verdict.AGREED) | (pl.col("bucket") == Bucket.HELD)
        rows = report.verdicts.filter(asks | pl.col("record_id").is_in(list(last)))
        for row in with_bases(rows, report.differences, report.members).iter_rows(named=True):
            stands = made.get((row["record_id"], row["basis"]))
            found.append(_reviewed(report, row, stands, last.get(row["record_id"])))
    return found


def _newest(workspace: Workspace, journal: Journal) -> Iterator[Report]:
    for bot in workspace.names("bots"):
        if isinstance(workspace.bot(bot), BotDeclared) and (report := newest_report(journal, bot)):
            yield report


def _reviewed(report: Report, row: dict[str, Any], stands: Standing | None, last: Standing | None) -> Reviewed:
    where = OPEN if last is None else AGAIN if stands is None else CONTESTED if stands.objections else SETTLED
    known = stands.in_force if stands else last.in_force if last else None
    return Reviewed(
        standing=where,
        bot=report.bot,
        run=report.run_id,
        **{name: row[name] for name in ("record_id", "document_number", "name", "verdict", "bucket")},
        disposition=known.disposition if known else "",
        reviewer=known.reviewer if known else "",
        reason=known.reason if known else "",
        at=known.at if known else "",
        objections=tuple(told(each) for each in stands.objections) if stands else (),
    )


def history(workspace: Workspace, journal: Journal, asked: str) -> list[Decided]:
    """Return what was ever decided about a document number, oldest first."""
    number = document_number(asked)
    records = {form.record_id for form in journal.find_records(number)}
    records |= {each.record_id for each in journal.dispositions(document_number=number)}
    made = sorted((each for key in records for each in journal.dispositions(key)), key=lambda each: each.id)
    return decided(workspace, journal, made)


def decided(workspace: Workspace, journal: Journal, made: list[Disposition]) -> list[Decided]:
    """Return decisions with what each is to its record as the newest run found it."""
    if not made:
        return []
    records = {each.record_id for each in made}
    stands, now = standing(made), dict[str, str]()
    for report in _newest(workspace, journal):
        now |= {key: row["basis"] for key, row in bases_of(report, records).items()}
    return [_decided(each, stands, now.get(each.record_id, each.basis)) for each in made]


def _decided(made: Disposition, stands: dict[Key, Standing], basis: str) -> Decided:
    there = stands[made.record_id, made.basis]
    state = _REPLACED
    if made.basis != basis:
        state = _BEFORE
    elif made == there.in_force:
        state = _IN_FORCE
    elif made in there.said.values():
        state = _DISAGREES if made in there.objections else _AGREES
    return Decided(
        at=made.at,
        run=made.run_id,
        number=made.document_number,
        verdict=made.verdict,
        disposition=made.disposition,
        reviewer=made.reviewer,
        reason=made.reason,
        settles=made.settles,
        imported_by=made.imported_by,
        state=state,
    )
