"""What a pack is about: the runs, and of them all records or one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bots.periods import month_of
from journal import Delivery, Disposition, EventRow, Journal, RunRow
from mappings.normalise import document_number
from words.errors import UsageError
from words.languages import gettext as _

_ALL = 1_000_000  # runs; more than there ever are


@dataclass(frozen=True, slots=True)
class Scope:
    """Runs, oldest first; and the records and the document number if it is about one, else nothing."""

    name: str
    runs: tuple[RunRow, ...]
    records: frozenset[str] = frozenset()
    number: str = ""

    def verdicts(self, journal: Journal) -> list[dict[str, Any]]:
        """Return the verdicts, each with its run."""
        if self.number:
            mine = {run.run_id for run in self.runs}
            found = journal.verdicts_about(self.number, self.records)
            return [each for each in reversed(found) if each["run_id"] in mine]
        return [{**each, "run_id": run.run_id} for run in self.runs for each in journal.verdicts_of(run.run_id)]

    def deliveries(self, journal: Journal) -> list[Delivery]:
        """Return the deliveries of the record, or those that the runs prepared."""
        if self.number:
            return [each for key in sorted(self.records) for each in journal.deliveries(record_id=key)]
        return [each for run in self.runs for each in journal.deliveries(run_id=run.run_id)]

    def decisions(self, journal: Journal) -> list[Disposition]:
        """Return what persons decided about the record, or on what the runs found."""
        made = journal.dispositions()
        if self.number:
            return [each for each in made if each.record_id in self.records]
        runs = {run.run_id for run in self.runs}
        return [each for each in made if each.run_id in runs]

    def events(self, journal: Journal) -> Iterator[EventRow]:
        """Yield the events of the record, or all from the first to the last one of the runs, in order."""
        subjects = self._subjects(journal)
        if self.number:
            yield from (event for event in journal.events() if event.subject in subjects)
            return
        found = sorted(event.seq for run in self.runs for event in journal.events(run_id=run.run_id))
        for event in journal.events(after=found[0] - 1) if found else ():
            if event.seq > found[-1]:
                return
            yield event

    def _subjects(self, journal: Journal) -> set[str]:
        subjects = {f"run/{run.run_id}" for run in self.runs} | {f"record/{key}" for key in self.records}
        subjects |= {f"delivery/{each.id}" for each in self.deliveries(journal)}
        subjects |= {f"disposition/{each.id}" for each in self.decisions(journal)}
        pieces = [piece.sha256 for run in self.runs for piece in journal.evidence_of(run.run_id)]
        papers = [paper.sha256 for run in self.runs for paper in journal.receipts_of(run.run_id)]
        return subjects | {f"evidence/{key}" for key in pieces} | {f"receipt/{key}" for key in papers}


def scope_of(journal: Journal, *, run: str | None, month: str | None, record: str | None) -> Scope:
    """Return what is to be packed.

    Raises:
        UsageError: not exactly one of them is named, or nothing is known of it.
    """
    if sum(each is not None for each in (run, month, record)) != 1:
        raise UsageError(
            "one-of-three",
            _("Name what is to be packed in exactly one way: a run, --month, or --record."),
            todo=_("See “yinxin review pack --help”."),
        )
    if run is not None:
        return Scope(run, (journal.run(run),))
    return _of_record(journal, record) if record is not None else _of_month(journal, month or "")


def _of_month(journal: Journal, month: str) -> Scope:
    month = month_of(month)
    return Scope(month, _known([run for run in journal.runs(_ALL) if run.as_of.startswith(month)], month))


def _of_record(journal: Journal, record: str) -> Scope:
    """Return the runs that sent the record, that it was decided on, and the newest one that judged it."""
    number = document_number(record)
    records = {form.record_id for form in journal.find_records(number)}
    judged = journal.verdicts_about(number, records)
    records |= {each["record_id"] for each in judged} - {""}
    made = [each for key in records for each in journal.dispositions(key)]
    sent = [each for key in records for each in journal.deliveries(record_id=key)]
    ids = {each["run_id"] for each in judged[:1]} | {each.run_id for each in made}
    ids |= {event.run_id for each in sent for event in journal.events(f"delivery/{each.id}")}
    name = re.sub(r"[^\w〔〕-]", "_", number)
    return Scope(name, _known([journal.run(each) for each in ids], record), frozenset(records), number)


def _known(runs: list[RunRow], asked: str) -> tuple[RunRow, ...]:
    if runs:
        return tuple(sorted(runs, key=lambda run: (run.started_at, run.run_id)))
    raise UsageError(
        "nothing-to-pack",
        _("No run of this workspace knows anything of “{asked}”.").format(asked=asked),
        todo=_("“yinxin status” lists runs, and “yinxin explain” tells where a number was looked for."),
    )
