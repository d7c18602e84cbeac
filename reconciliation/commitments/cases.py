"""A commitment case as it is judged: its canonical values, and what happened to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

EventKind = Literal["supplies", "confirmations", "inspections", "extensions", "disputes", "cancellations"]
KINDS: tuple[EventKind, ...] = (
    "supplies",
    "confirmations",
    "inspections",
    "extensions",
    "disputes",
    "cancellations",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: when, by whom (code and name), what came of it, until when, and what was said."""

    kind: EventKind
    at: str
    by: str = ""
    unit: str = ""
    result: str = ""
    until: str = ""
    text: str = ""


@dataclass(frozen=True)
class Case:
    """One commitment as its system shows it; ``values`` are canonical by the standard of cases."""

    values: Mapping[str, str]

    def events(self, kind: EventKind) -> tuple[Event, ...]:
        """What happened of one kind, oldest first."""
        return self._events[kind]

    @cached_property
    def _events(self) -> dict[EventKind, tuple[Event, ...]]:
        told = {kind: json.loads(self.values.get(kind) or "[]") for kind in KINDS}
        return {kind: tuple(Event(kind, **each) for each in events) for kind, events in told.items()}

    @cached_property
    def timeline(self) -> tuple[Event, ...]:
        """Everything that happened, oldest first."""
        return tuple(sorted((event for kind in KINDS for event in self.events(kind)), key=lambda each: each.at))

    @property
    def own_confirmations(self) -> tuple[Event, ...]:
        """The confirmations by the unit that accepted the commitment; nobody else's counts."""
        return tuple(each for each in self.events("confirmations") if each.by == self.values["authority_code"])

    @property
    def foreign_confirmations(self) -> tuple[Event, ...]:
        """The confirmations by others."""
        return tuple(each for each in self.events("confirmations") if each.by != self.values["authority_code"])

    @property
    def made(self) -> date:
        """The day on which it was made."""
        return date.fromisoformat(self.values["commitment_date"])

    @property
    def deadline(self) -> date | None:
        """The day until which it has to be kept, after all extensions; None if none is stated."""
        granted = [each.until for each in self.events("extensions") if each.until]
        written = granted[-1] if granted else self.values.get("due_date") or ""
        return date.fromisoformat(written) if written else None


def older_than(answer: Case, known: Case) -> bool:
    """Tell whether an answer is of an earlier moment than one that came before it: what happened has un-happened.

    What was open may have been decided since, and its words corrected; neither is ever taken back.
    """
    if (answer.values.get("told_at") or "") < (known.values.get("told_at") or ""):
        return True
    return bool(_happened(known) - _happened(answer))


def _happened(case: Case) -> Counter[tuple[str, ...]]:
    """Count what no later answer lacks: each event, and that it was decided or granted."""
    told = [(each, (each.kind, each.at, each.by)) for each in case.timeline]
    decided = [(*event, "decided") for each, event in told if each.result]
    granted = [(*event, "granted") for each, event in told if each.until]
    return Counter([*(event for _each, event in told), *decided, *granted])
