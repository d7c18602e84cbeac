"""Builds the penalties of a city: what the exchange table holds, the ledgers, what the platform shows, and the truth.

They are made from the city's seed and change none of its licences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from sandbox.model import City
from sandbox.penalty_decisions import decide, with_another_party
from sandbox.penalty_mistakes import DISCLOSED, KINDS, NOT_SHOWN, PLAIN, at_source, draw, older, other_name
from sandbox.penalty_model import Penalties, Penalty, Shown, Values
from sandbox.subjects import Subjects
from sandbox.workdays import after, timeliness

ROWS = 320
_LEAST = 60
#: Second parties are others than first ones.
_SECOND = 104_729
#: What a ledger has of a penalty; the fine is in 元 there.
LEDGER = ("CF_WSH", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_WFXW", "CF_CFLB", "CF_NR_FK", "CF_JDRQ")

Entry = dict[str, object]


def build_penalties(city: City) -> Penalties:
    """Build the penalties of a city; the same city always gives the same ones.

    Raises:
        ValueError: there is no room for one mistake of every kind.
    """
    return _Builder(city.seed, city.scale, city.today).build()


def with_penalties(city: City) -> City:
    """Return the city with its penalties."""
    return replace(city, penalties=build_penalties(city))


class _Builder:
    def __init__(self, seed: int, scale: float, today: date) -> None:
        self.seed, self.today = seed, today
        self.rng = Random(f"{seed}/penalties/mistakes")
        self.made = decide(seed, max(_LEAST, round(ROWS * scale)), today)
        self.plan = draw(self.rng, self.made, today, scale)
        self.rows: list[Penalty] = []
        self.ledgers: dict[str, list[Values]] = {}
        self.published: list[Shown] = []
        self.records: list[Entry] = []
        self.quarantined: list[Entry] = []

    def build(self) -> Penalties:
        subjects = Subjects(self.seed + _SECOND)
        for place, penalty in enumerate(self.made):
            kind = self.plan.get(place, "")
            shown = at_source(penalty, kind, self.rng)
            for each in [shown, with_another_party(shown, subjects)] if kind == "two_parties" else [shown]:
                self._tell(each, kind)
        self.published.sort(key=lambda each: (each.received, each.values["CF_WSH"]))
        truth = self._truth()
        return Penalties(self.seed, self.today, tuple(self.rows), self.ledgers, tuple(self.published), truth)

    def _tell(self, penalty: Penalty, kind: str) -> None:
        """Let a decision be known wherever its kind is, and say what is true of it."""
        rows = self._listed(penalty, kind)
        if kind not in {"missing", "only_in_feed"}:
            self._write(penalty, kind)
        received = self._publish(penalty, kind) if kind in DISCLOSED else None
        planted = KINDS.get(kind, PLAIN)
        entry: Entry = {
            "kind": kind or "plain",
            "document_number": penalty.number,
            "name": penalty.values["CF_XDR_MC"],
            "rows": rows,
            "verdict": planted.verdict,
            "bucket": planted.bucket,
            "why": planted.why,
        }
        if planted.bucket == "quarantined":
            self.quarantined.append(entry | {"field": planted.field})
        else:
            self.records.append(entry | {"timeliness": timeliness(penalty.decided, received, self.today)})

    def _listed(self, penalty: Penalty, kind: str) -> list[int]:
        """Put a decision into the exchange table, and return the places of its rows there."""
        times = 0 if kind in NOT_SHOWN else 2 if kind == "listed_twice" else 1
        self.rows += [penalty] * times
        return list(range(len(self.rows) - times + 1, len(self.rows) + 1))

    def _write(self, penalty: Penalty, kind: str) -> None:
        """Let a clerk write a decision down."""
        row = {code: penalty.values[code] for code in LEDGER}
        row["CF_NR_FK"] = yuan(self._true(penalty, kind)["CF_NR_FK"])
        if kind == "other_value":
            row["CF_NR_FK"] += "0"
        if kind == "other_identity":
            taken = {each.values["CF_XDR_MC"] for each in self.made}
            row["CF_XDR_MC"] = other_name(row["CF_XDR_MC"], self.rng, taken)
        ledger = self.ledgers.setdefault(penalty.department.key, [])
        ledger += [row, dict(row)] if kind == "written_twice" else [row]

    def _true(self, penalty: Penalty, kind: str) -> Values:
        """Return the values without the mistake of the exchange table."""
        if kind != "fine_missing":
            return penalty.values
        return next(each.values for each in self.made if each.number == penalty.number)

    def _publish(self, penalty: Penalty, kind: str) -> date:
        values = older(penalty.values) if kind == "disclosed_older" else penalty.values
        received = after(penalty.decided, self.rng.choice((0, 1, 1, 2, 4, 9)))
        self.published.append(Shown(values, received))
        return received

    def _truth(self) -> dict[str, object]:
        buckets = Counter(each["bucket"] for each in self.records for _row in _rows(each))
        return {
            "seed": self.seed,
            "today": self.today.isoformat(),
            "collected": len(self.rows),
            "quarantined": self.quarantined,
            "records": self.records,
            "counts": {
                "collected": len(self.rows),
                "mapped": len(self.rows) - len(self.quarantined),
                "quarantined": len(self.quarantined),
                **{name: buckets[name] for name in ("due", "already_disclosed", "held")},
            },
        }


def yuan(wan: str) -> str:
    """Write an amount in 万元 as one in 元; empty stays empty."""
    return f"{round(float(wan) * 10_000)}" if wan else ""


def due(penalties: Penalties) -> Iterator[Penalty]:
    """Yield the rows that a perfect run delivers."""
    for entry in _records(penalties.truth):
        if entry["bucket"] == "due":
            yield from (penalties.rows[row - 1] for row in _rows(entry))


def _records(truth: Mapping[str, object]) -> Sequence[Entry]:
    found = truth["records"]
    assert isinstance(found, list)
    return found


def _rows(entry: Entry) -> list[int]:
    found = entry["rows"]
    assert isinstance(found, list)
    return found
