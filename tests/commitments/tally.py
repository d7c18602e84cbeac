"""What a campaign counts, and what went wrong in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

COUNTED = ("cities", "commitments", "mornings", "pushes", "corrections")
ILLS = (
    *("wrong day", "wrong status", "wrongly pushed", "pushed twice", "missed"),
    *("wrongly held", "unbalanced", "broken chain"),
)
_SHOWN = 20


@dataclass
class Tally:
    """What was counted so far; ``bad`` tells the first of what went wrong, in words."""

    counted: Counter[str] = field(default_factory=Counter)
    ill: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def note(self, ill: str, what: str) -> None:
        """Count something that went wrong."""
        self.ill[ill] += 1
        if len(self.bad) < _SHOWN:
            self.bad.append(f"{ill}: {what}")

    def __iadd__(self, other: Tally) -> Tally:
        """Add what another group counted."""
        self.counted += other.counted
        self.ill += other.ill
        self.bad += other.bad
        return self

    def table(self) -> str:
        """Return what was counted, one line each."""
        lines = [(name, self.counted[name]) for name in COUNTED] + [(name, self.ill[name]) for name in ILLS]
        return "".join(f"{name:<16}{count:>10,}\n" for name, count in lines)
