"""Builds the pretend city: decisions and commitments, how the systems show them, the ledgers, and the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from random import Random

from sandbox import mistakes
from sandbox.bookkeeping import keep_books
from sandbox.building import Builders
from sandbox.commitment_planting import plots
from sandbox.commitment_truth import tell_commitments
from sandbox.decisions import make_decisions
from sandbox.departments import DEPARTMENTS
from sandbox.ledgers import write_ledgers
from sandbox.model import City, Decision, System
from sandbox.planting import MALFORMED, NOT_SHOWN, QUARANTINED, decisions_to_make, draw
from sandbox.published import publish
from sandbox.truth import Story, tell, write_truth

__all__ = ["TODAY", "build_city", "write_ledgers", "write_truth"]

TODAY = date(2024, 8, 13)

_OTHER_SYSTEM: dict[System, System] = {"approval": "bureau", "bureau": "approval"}


def build_city(seed: int = 1, scale: float = 1.0, today: date = TODAY) -> City:
    """Build a city; the same arguments always give the same one.

    Args:
        seed: Chooses names, numbers, days and the places of the planted mistakes.
        scale: 1 is the real case of 2,772 rows; the planted mistakes shrink and grow with it, to one at least.
        today: The day of the story. Decisions were made from 15 March 2024 until then.

    Returns:
        The city with its ledgers and its truth.

    Raises:
        ValueError: The scale leaves no room for one mistake of every kind.
    """
    made = make_decisions(seed, decisions_to_make(scale), today)
    plan = draw(seed, made, today, scale)
    shown = _shown(seed, made, plan)
    decisions = _listed(shown.values(), plan)
    books = keep_books(seed, made, shown, plan)
    published, older = publish(seed, made, plan)
    by_number = {decision.values["XK_WSH"]: decision for decision in made}
    story = Story(today, plan, by_number, decisions, books, published, older)
    builders = Builders(seed)
    projects = builders.build(plots(seed, scale, today))
    truth = {"seed": seed, "scale": scale, "today": today.isoformat()} | tell(story)
    truth["commitments"] = tell_commitments(projects, builders.told)
    return City(seed, scale, today, DEPARTMENTS, decisions, published, books.ledgers, truth, projects)


def _shown(seed: int, made: Iterable[Decision], plan: Mapping[str, str]) -> dict[str, Decision]:
    """Return the decisions that a system shows, by document number, as it shows them."""
    rng = Random(f"{seed}/mistakes")
    shown = {}
    for decision in made:
        number = decision.values["XK_WSH"]
        kind = plan.get(number, "")
        if kind in QUARANTINED or kind in MALFORMED:
            shown[number] = mistakes.at_source(decision, kind, rng)
        elif kind not in NOT_SHOWN:
            shown[number] = decision
    return shown


def _listed(shown: Iterable[Decision], plan: Mapping[str, str]) -> tuple[Decision, ...]:
    """Give every row its serial and case number, and those of both systems their second row."""
    rows: list[Decision] = []
    for decision in shown:
        rows.append(_numbered(decision, len(rows) + 1))
        if plan.get(decision.values["XK_WSH"]) == "both_systems":
            rows.append(_numbered(_elsewhere(decision), len(rows) + 1))
    return tuple(rows)


def _numbered(decision: Decision, serial: int) -> Decision:
    approval = decision.department.system == "approval"
    case_no = f"150100{decision.decided:%Y%m%d}{serial:06d}" if approval else f"YW{decision.decided:%y%m}-{serial:06d}"
    return replace(decision, serial=serial, case_no=case_no)


def _elsewhere(decision: Decision) -> Decision:
    """Return the decision as the other system shows it, to which its department does not belong."""
    department = replace(decision.department, system=_OTHER_SYSTEM[decision.department.system])
    return replace(decision, department=department, values=decision.values | {"BZ": "由另一业务系统同步登记"})
