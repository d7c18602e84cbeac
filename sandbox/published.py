"""What the credit platform shows before the story begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from random import Random

from sandbox.mistakes import other_person, other_year
from sandbox.model import Decision, Published
from sandbox.planting import DISCLOSED
from sandbox.workdays import after


def publish(
    seed: int, decisions: Iterable[Decision], plan: Mapping[str, str]
) -> tuple[tuple[Published, ...], dict[str, str]]:
    """Return the records on the platform, and by document number the column in which an older value stands."""
    rng = Random(f"{seed}/published")
    disclosed = [decision for decision in decisions if plan.get(decision.values["XK_WSH"]) in DISCLOSED]
    people = {decision.values["XK_FRDB"] for decision in disclosed}
    older: dict[str, str] = {}
    shown = []
    for decision in disclosed:
        values, number = dict(decision.values), decision.values["XK_WSH"]
        if plan[number] == "disclosed_older":
            older[number], text = _older(values, rng, people)
            values[older[number]] = text
        days = rng.randint(0, 6) if rng.random() < 0.9 else rng.randint(8, 15)
        received = after(decision.decided, days)
        shown.append(Published(values, received, f"PL{received:%Y%m%d}{rng.randint(1, 3):02d}"))
    shown.sort(key=lambda record: (record.received, record.batch, record.values["XK_WSH"]))
    return tuple(shown), older


def _older(values: Mapping[str, str], rng: Random, people: Collection[str]) -> tuple[str, str]:
    """Return a column that identifies nothing, and what it said before it was corrected at the source."""
    columns = ["XK_NR", "XK_FRDB"] + ["XK_YXQZI"] * (values["XK_YXQZI"] != "2099-12-31")
    code = rng.choice(columns)
    if code == "XK_NR":
        return code, values["XK_NR"].replace("。", "，以现场核定为准。", 1)
    if code == "XK_FRDB":
        return code, other_person(rng, people)
    return code, other_year(values["XK_YXQZI"], values["XK_JDRQ"], rng)
