"""A morning run on every working day of years, compared each day with what is true of every commitment."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bots.story import Done
from journal import Journal
from reconciliation.commitments.words import reason
from sandbox.commitment_truth import Standing, commitment_truth
from sandbox.commitments import UPHELD, Commitment
from sandbox.model import City
from sandbox.workdays import push_day, working_days
from tests.commitments.cities import commitments_of, opening
from tests.commitments.doubles import PretendPlatform
from tests.commitments.pretend import Desk, desk, report_of
from tests.commitments.tally import Tally

#: The calendar's horizon is the end of 2026, and the last deadlines need their push days before it.
MORNINGS = (date(2024, 2, 1), date(2026, 12, 18))
#: What the sandbox and the bot call the same reason to hold a commitment.
REASONS = {
    "unconfirmed": "unconfirmed",
    "disputed": "disputed",
    "other_unit": "confirmed-by-another",
    "vanished": "vanished",
    "no_deadline": "no-deadline",
    "deadline_before_made": "deadline-before-commitment",
    "unknown_year": "deadline-beyond-calendar",
}


def cohort(lives: tuple[City, date, date]) -> Tally:
    """Run the bot for projects of many cities, which share both systems and the journal, while they live."""
    city, first, last = lives
    return play(city, working_days(first, last))


def play(city: City, days: Sequence[date], **changes: object) -> Tally:
    """Run the bot on the mornings of ``days``, each of them a working day, and tell what came of it."""
    with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / ".yinxin") as journal:
        watched = Watcher(city, desk(Path(folder), city, journal, **changes), days[0])
        asyncio.run(_mornings(watched, days))
        watched.end(journal)
    return watched.tally


async def _mornings(watched: Watcher, days: Sequence[date]) -> None:
    for day in days:
        watched.look(day, await watched.desk.morning(day))


@dataclass
class Watcher:
    """Compares what the bot does with the truth of a city."""

    city: City
    desk: Desk
    first: date
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        """Count what there is."""
        self._commitments = commitments_of(self.city)
        self.tally.counted["commitments"] += len(self._commitments)

    @property
    def platform(self) -> PretendPlatform:
        """The double that is pushed to."""
        return self.desk.workspace.platform

    def look(self, day: date, done: Done) -> None:
        """Compare what is shown and what is held after a morning."""
        self.tally.counted["mornings"] += 1
        truth = commitment_truth(self.city, day, self.first)
        for code in self.platform.shown.keys() | truth.keys():
            if ill := self._ill(code, truth.get(code, Standing())):
                self.tally.note(ill, f"{code} on {day}")
        self._held(day, done, truth)
        if not done.report.counts.balanced or done.troubles:
            self.tally.note("unbalanced", f"{day}: {done.report.counts} {done.troubles}")

    def _ill(self, code: str, standing: Standing) -> str:
        values, on = self.platform.shown.get(code, ({}, ""))
        says = values.get("承诺履行状态", "")
        if says and not standing.status:
            return "wrongly pushed"
        if says != standing.status:
            return "wrong status" if says else "missed"
        pushed = standing.pushed.isoformat() if standing.pushed else ""
        return "wrong day" if on != pushed else ""

    def _held(self, day: date, done: Done, truth: Mapping[str, Standing]) -> None:
        """What vanished before anybody read it is told as a row that cannot be read."""
        report = report_of(done)
        held = report.cases.filter(report.cases["bucket"] == "held")
        found = dict(held.select("document_number", "why").iter_rows())
        found |= dict.fromkeys(report.quarantine["document_number"], reason("vanished"))
        wanted = {code: reason(REASONS[each.held]) for code, each in truth.items() if each.held}
        for code in {code for code, _why in found.items() ^ wanted.items()}:
            self.tally.note("wrongly held", f"{code} on {day}: {found.get(code)!r}, not {wanted.get(code)!r}")

    def end(self, journal: Journal) -> None:
        """Look at everything that the platform was ever brought, and at the journal."""
        published = [(day, code) for day, action, code, _performance in self.platform.pushes if action == "publish"]
        self.tally.counted["pushes"] += len(published)
        self.tally.counted["corrections"] += len(self.platform.pushes) - len(published)
        for day, code in published:
            if spared := why_spared(self._commitments[code], day):
                self.tally.note("wrongly pushed", f"{code} on {day}, {spared} before")
        for code in {code for _day, code in published if [each for _, each in published].count(code) > 1}:
            self.tally.note("pushed twice", code)
        if not journal.audit().whole:
            self.tally.note("broken chain", str(journal.folder))


def why_spared(commitment: Commitment, day: date) -> str:
    """Return why a commitment must not be pushed on a day, read off what had happened by nine; empty if it may be."""
    moment = opening(day)
    confirmed = [each for each in commitment.past(moment, "confirmation") if each.unit == commitment.unit]
    disputes = commitment.past(moment, "dispute", "ruling")
    deadline = commitment.deadline_at(moment)
    if any(not each.text for each in confirmed):
        return "confirmed"
    if commitment.past(moment, "cancellation"):
        return "cancelled"
    if disputes and (disputes[-1].kind == "dispute" or disputes[-1].text == UPHELD):
        return "disputed"
    return "extended" if deadline is None or push_day(deadline) > day else ""
