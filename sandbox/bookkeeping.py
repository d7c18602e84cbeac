"""What the departments wrote into their ledgers, with the mistakes their clerks made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from sandbox import mistakes
from sandbox.model import Decision
from sandbox.planting import QUARANTINED
from sandbox.styles import ITEM, STYLES

Row = dict[str, str]


@dataclass(slots=True)
class Books:
    """The ledgers by department key, and by document number each slip: the column and the wrong text."""

    ledgers: dict[str, list[Row]] = field(default_factory=lambda: {key: [] for key in STYLES})
    slips: dict[str, tuple[str, str]] = field(default_factory=dict)


def keep_books(seed: int, made: Iterable[Decision], shown: Mapping[str, Decision], plan: Mapping[str, str]) -> Books:
    """Write every decision into its department's ledger, as it was made or, when its system knows no better, shown."""
    rng = Random(f"{seed}/books")
    made = list(made)
    mistype = _typist(rng, [*made, *shown.values()])
    books = Books()
    twice: list[tuple[list[Row], Row]] = []
    for decision in made:
        number = decision.values["XK_WSH"]
        kind = plan.get(number, "")
        if kind in {"missing", "only_in_feed"}:
            continue
        ledger = books.ledgers[decision.department.key]
        row = _row(decision if kind in QUARANTINED else shown.get(number, decision))
        if slip := mistype(kind, row):
            books.slips[number] = slip
            row[slip[0]] = slip[1]
        ledger.append(row)
        if kind == "written_twice":
            twice.append((ledger, row))
    for ledger, row in twice:
        ledger.insert(_index(ledger, row) + rng.randint(2, 5), dict(row))
    return books


def _row(decision: Decision) -> Row:
    style = STYLES[decision.department.key]
    return {code: decision.values[code] for code in style.codes} | {ITEM: decision.sub_item}


def _index(ledger: list[Row], row: Row) -> int:
    return next(index for index, other in enumerate(ledger) if other is row)


def _typist(rng: Random, decisions: list[Decision]) -> Callable[[str, Row], tuple[str, str] | None]:
    """Return a clerk who mistypes what a kind asks for, never into a text that belongs to another decision."""
    people = {decision.values["XK_FRDB"] for decision in decisions}
    taken = {decision.values[code] for decision in decisions for code in ("XK_XDR_MC", "XK_XDR_SHXYM")}
    keys = {mistakes.number_key(decision.values["XK_WSH"]) for decision in decisions}

    def mistype(kind: str, row: Row) -> tuple[str, str] | None:
        if kind == "other_value":
            return mistakes.typed_value(row, rng, people)
        if kind == "other_identity":
            return mistakes.typed_identity(row, rng, taken)
        if kind in {"number_without_certificate", "number_with_certificate"}:
            wrong = mistakes.typed_number(row["XK_WSH"], rng, keys)
            keys.add(mistakes.number_key(wrong))
            return "XK_WSH", wrong
        return None

    return mistype
