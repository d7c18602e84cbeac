"""What runs judged, day by day; and what persons declared: that a unit had nothing to report in a month."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from journal.database import Book
from journal.events import Entry, append
from journal.findings import Finding
from journal.schema import events, verdicts

_KIND = "nil.confirmed"


@dataclass(frozen=True, slots=True)
class NilReturn:
    """A declaration that a unit decided nothing in a month (无数据上报).

    Attributes:
        standard: of which records.
        month: YYYY-MM.
        unit: the unit's name.
        by: who confirmed it.
        at: when.
    """

    standard: str
    month: str
    unit: str
    by: str
    at: str


class Judgements(Book):
    """Finding judgements by the day of the decision, and remembering nil returns."""

    def verdicts_decided(self, run_id: str, first: str, last: str) -> list[Finding]:
        """Return a run's verdicts on what was decided between two days, both included, in their order."""
        decided = verdicts.c.data["decision_date"].as_string().between(first, last)
        query = select(verdicts).where(verdicts.c.run_id == run_id, decided).order_by(verdicts.c.id)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [{**row["data"], **{name: row[name] for name in row if name not in {"id", "data"}}} for row in rows]

    def confirm_nil(self, standard: str, month: str, unit: str, by: str) -> None:
        """Record that a person declares a nil return; the newest declaration stands."""
        with self._writing() as connection:
            append(connection, [Entry("", _KIND, f"nil/{standard}/{month}/{unit}", {"by": by})])

    def nil_returns(self) -> dict[tuple[str, str, str], NilReturn]:
        """Return every declared nil return by standard, month and unit."""
        query = select(events.c.subject, events.c.data, events.c.at).where(events.c.kind == _KIND)
        found = {}
        with self._reading() as connection:
            for subject, data, at in connection.execute(query.order_by(events.c.seq)):
                _nil, standard, month, unit = subject.split("/", 3)
                found[standard, month, unit] = NilReturn(standard, month, unit, json.loads(data)["by"], at)
        return found
