"""What a campaign counts: kills by arrow and weather, and what the platform had in the end."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field

from tests.crash.plan import DATABASES, Planned
from tests.crash.points import ARROWS, OUTSIDE, POINTS, arrow_of
from tests.crash.stories import WEATHER
from tests.crash.trial import Outcome

_BELIEFS = ("lost", "doubled", "wrong", "believed")
_ILLS = (*_BELIEFS, "unbalanced", "broken")


@dataclass
class Tally:
    """What was counted so far."""

    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    met: set[tuple[str, str]] = field(default_factory=set)
    trials: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    ill: Counter[str] = field(default_factory=Counter)

    def add(self, planned: Planned, outcome: Outcome | str) -> None:
        """Count a trial."""
        self.trials[planned.database] += 1
        if isinstance(outcome, str):
            self.ill["broken"] += 1
            self._note(f"{planned}\n{outcome}")
            return
        for point in outcome.kills:
            self.kills[arrow_of(point), planned.trial.weather] += 1
            self.met.add((point, planned.database))
        verdict = outcome.verdict
        for name in _BELIEFS:
            self.ill[name] += len(getattr(verdict, name))
        self.ill["unbalanced"] += len(outcome.unbalanced)
        if not outcome.good:
            self._note(f"{planned}\n{outcome}")

    def _note(self, bad: str) -> None:
        self.bad.append(bad)
        sys.stderr.write(f"\n{bad}\n")

    def missing(self) -> list[str]:
        """The points that nobody met yet."""
        return [f"{point} ({kind})" for point in POINTS for kind in DATABASES if (point, kind) not in self.met]

    def table(self) -> str:
        """Kills by arrow and weather, and what came of it."""
        weathers = tuple(WEATHER)
        rows = [("killed at", *weathers, "all")]
        for arrow in (*dict.fromkeys([*ARROWS, "hand-over"]), OUTSIDE):
            row = [self.kills[arrow, weather] for weather in weathers]
            rows.append((arrow, *map(str, row), str(sum(row))))
        sums = [sum(self.kills[key] for key in self.kills if key[1] == weather) for weather in weathers]
        rows.append(("all", *map(str, sums), str(sum(sums))))
        return _lined(rows) + f"\n\n{self.sentence()}\n"

    def sentence(self) -> str:
        """What came of it in one line."""
        trials = ", ".join(f"{self.trials[kind]} trials on {kind}" for kind in DATABASES)
        ill = ", ".join(
            f"{self.ill[name]} {name}" for name in ("lost", "doubled", "wrong", "believed", "unbalanced", "broken")
        )
        return f"{self.kills.total()} kills, {trials}: {ill}."


def _lined(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
