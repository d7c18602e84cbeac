"""Those who hold the licences."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox import names, numbers
from sandbox.items import Item


@dataclass(frozen=True, slots=True)
class Subject:
    """A holder with its codes; the texts that do not apply to its kind are empty."""

    category: str
    name: str
    region: str
    credit_code: str = ""
    registration: str = ""
    legal: str = ""
    legal_identity: str = ""
    identity: str = ""


class Subjects:
    """Makes holders; now and then a holder of the same main item comes back for another licence."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"{seed}/subjects")
        self._taken: set[str] = set()
        self._known: dict[str, list[Subject]] = {}

    def holder(self, item: Item) -> Subject:
        """Return a holder for a licence of an item."""
        known = self._known.setdefault(item.name, [])
        if known and self._rng.random() < 0.12:
            return self._rng.choice(known)
        known.append(self._make(item))
        return known[-1]

    def _make(self, item: Item) -> Subject:
        rng = self._rng
        region = rng.choice(list(numbers.REGIONS))
        letter = rng.choice(item.holders)
        if letter == "自":
            return Subject("自然人", names.person(rng), region, identity=numbers.random_identity_number(rng))
        return Subject(
            category="个体工商户" if letter == "个" else "法人及非法人组织",
            name=self._name(letter, item.trades, numbers.REGIONS[region]),
            region=region,
            credit_code=self._credit_code({"企": "91", "个": "92", "社": "93"}[letter], region),
            registration=numbers.random_registration(rng, region) if rng.random() < 0.2 else "",
            legal=names.person(rng),
            legal_identity=numbers.random_identity_number(rng),
        )

    def _name(self, letter: str, trades: tuple[str, ...], district: str) -> str:
        while True:
            if letter == "企":
                name = names.company(self._rng, trades)
            elif letter == "个":
                name = names.business(self._rng, trades, district)
            else:
                name = names.cooperative(self._rng, district)
            if name not in self._taken:
                self._taken.add(name)
                return name

    def _credit_code(self, kind: str, region: str) -> str:
        while (code := numbers.random_credit_code(self._rng, kind, region)) in self._taken:
            pass
        self._taken.add(code)
        return code
