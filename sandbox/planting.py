"""What is planted, how often, and in which decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from random import Random

from sandbox.model import Decision
from sandbox.styles import STYLES
from sandbox.workdays import after

ROWS = 2772
_LEAST_ROWS = 40

#: How often each kind is planted at scale 1. The kinds that find the fewest places are drawn first.
COUNTS: dict[str, int] = {
    "dotted_name": 6,
    "number_without_certificate": 8,
    "number_with_certificate": 5,
    "wrong_check_character": 4,
    "masked_name": 4,
    "only_in_feed": 8,
    "disclosed_older": 12,
    "disclosed": 260,
    "impossible_date": 4,
    "long_certificate": 4,
    "bare_other": 4,
    "both_systems": 4,
    "missing": 45,
    "other_value": 30,
    "other_identity": 20,
    "written_twice": 15,
    "only_in_ledger": 10,
}

QUARANTINED = ("impossible_date", "wrong_check_character", "masked_name")
MALFORMED = ("dotted_name", "long_certificate", "bare_other")
#: Kinds that no bureau system shows.
NOT_SHOWN = ("only_in_ledger", "only_in_feed")
#: Kinds that the credit platform shows before the story begins.
DISCLOSED = ("disclosed", "disclosed_older", "only_in_feed")

# A disclosure may be fifteen working days late and still has to be before today.
_LATEST_RECEIPT = 16

_OF_ORGANISATIONS = ("wrong_check_character", "masked_name", "disclosed_older")
#: Kinds of mistyped document numbers, and whether the ledger must hold the certificate number.
_BY_CERTIFICATE = {"number_without_certificate": False, "number_with_certificate": True}
_OF_SINGLE_LICENCES = (*_BY_CERTIFICATE, "missing", *NOT_SHOWN)


def counts(scale: float) -> dict[str, int]:
    """Return how often each kind is planted at a scale: at least once."""
    return {kind: max(1, round(count * scale)) for kind, count in COUNTS.items()}


def decisions_to_make(scale: float) -> int:
    """Return how many decisions there are behind the rows that the two systems show at a scale."""
    rows, planted = round(ROWS * scale), counts(scale)
    if rows < _LEAST_ROWS:
        raise ValueError(f"a city of {rows} rows has no room for one mistake of every kind; it needs {_LEAST_ROWS}")
    return rows - planted["both_systems"] + sum(planted[kind] for kind in NOT_SHOWN)


def draw(seed: int, decisions: Iterable[Decision], today: date, scale: float) -> dict[str, str]:
    """Draw disjoint decisions for every kind; returns the kind by document number."""
    rng = Random(f"{seed}/planting")
    free = {decision.values["XK_WSH"]: decision for decision in decisions}
    licences = Counter(decision.values["XK_XDR_MC"] for decision in free.values())
    plan: dict[str, str] = {}
    for kind, count in counts(scale).items():
        places = [number for number, decision in free.items() if _fits(kind, decision, licences, today)]
        if len(places) < count:
            raise ValueError(f"a city of scale {scale} has no room for {count} × {kind}")
        for number in rng.sample(places, count):
            plan[number] = kind
            del free[number]
    return plan


def _fits(kind: str, decision: Decision, licences: Mapping[str, int], today: date) -> bool:
    values = decision.values
    return not (
        (kind == "dotted_name" and values["XK_XDR_LB"] != "自然人")
        or (kind in _OF_ORGANISATIONS and not values["XK_XDR_SHXYM"])
        or (kind in _BY_CERTIFICATE and ("XK_XKBH" in STYLES[decision.department.key].codes) != _BY_CERTIFICATE[kind])
        # A holder with a single licence leaves no doubt about which decision a row can stand for.
        or (kind in _OF_SINGLE_LICENCES and licences[values["XK_XDR_MC"]] > 1)
        or (kind in DISCLOSED and decision.decided > after(today, -_LATEST_RECEIPT))
        # Nobody dates a decision to tomorrow, even by mistake.
        or (kind == "other_value" and decision.decided >= after(today, -2))
    )
