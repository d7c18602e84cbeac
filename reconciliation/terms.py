"""On what terms three sides are reconciled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mappings.standards import STANDARDS, Standard
from reconciliation.clocks import Clock
from reconciliation.loose import Matching
from reconciliation.policies import Policy


@dataclass(frozen=True, slots=True)
class Terms:
    """How sides are looked at.

    Attributes:
        standard: the record's fields.
        clock: the day and the deadlines.
        policy: what to deliver and what to hold.
        matching: how far the loosest rule may go.
        exact: compare every pair field by field; otherwise equal fingerprints count as equal.
    """

    standard: Standard
    clock: Clock
    policy: Policy = field(default_factory=Policy)
    matching: Matching = field(default_factory=Matching)
    exact: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return them as JSON can hold them."""
        return {
            "standard": self.standard.name,
            "clock": asdict(self.clock),
            "policy": self.policy.model_dump(mode="json"),
            "matching": self.matching.model_dump(mode="json"),
            "exact": self.exact,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Terms:
        """Return what ``as_dict`` returned."""
        return cls(
            STANDARDS[told["standard"]],
            Clock(**told["clock"]),
            Policy.model_validate(told["policy"]),
            Matching.model_validate(told["matching"]),
            told["exact"],
        )
