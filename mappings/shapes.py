"""The shape of what a system shows: which columns there are, and how many rows fill them.

A system that renames or drops a column seldom says so. What it showed before tells what to expect; how sure that is
depends on how many rows there were, so that three quiet rows prove nothing and a hundred do.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mappings.headers import plain_header
from mappings.mapping import FieldRule
from mappings.mapping import Mapping as FieldMapping
from mappings.standards.fields import Need

#: Natural logarithm of the odds beyond which chance is no explanation: about one in a million.
_SURE = 14.0
#: Rows whose memory counts; above that the past fades by half.
_MEMORY = 4000


@dataclass(frozen=True, slots=True)
class Shape:
    """Counts of rows: altogether, with a column at all, and with something in it."""

    rows: int
    present: Mapping[str, int]
    filled: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"rows": self.rows, "present": dict(self.present), "filled": dict(self.filled)}

    @classmethod
    def of_dict(cls, told: Mapping[str, Any]) -> Shape:
        """Return what ``as_dict`` gave."""
        return cls(told.get("rows", 0), told.get("present", {}), told.get("filled", {}))

    @property
    def columns(self) -> list[str]:
        """The columns, in the order in which they were first seen."""
        return list(self.present)

    def __add__(self, other: Shape) -> Shape:
        """Add what was seen later; of a long past only the nearer half counts on."""
        share = 1 if self.rows + other.rows <= _MEMORY else 2
        return Shape(
            self.rows // share + other.rows,
            _added(self.present, other.present, share),
            _added(self.filled, other.filled, share),
        )


def _added(before: Mapping[str, int], now: Mapping[str, int], share: int) -> dict[str, int]:
    return {name: before.get(name, 0) // share + now.get(name, 0) for name in [*before, *(now.keys() - before.keys())]}


def shape_of(payloads: Iterable[Mapping[str, str]]) -> Shape:
    """Return the shape of rows as they came."""
    rows = 0
    present: dict[str, int] = {}
    filled: dict[str, int] = {}
    for payload in payloads:
        rows += 1
        for name, text in payload.items():
            present[name] = present.get(name, 0) + 1
            filled[name] = filled.get(name, 0) + bool(text.strip())
    return Shape(rows, present, filled)


@dataclass(frozen=True, slots=True)
class Loss:
    """A column that is gone, or that is hardly filled any more."""

    column: str
    how: Literal["gone", "empty"]


def losses(before: Shape, now: Shape, mapping: FieldMapping) -> list[Loss]:
    """Return what the mapping reads and the system does not show any more as it did.

    A column that nobody reads may come and go, one that moves is found by its heading, and a new one is no loss.
    """
    read, needed = _read(mapping.fields.values()), _needed(mapping)
    found: list[Loss] = []
    for column in before.columns:
        plain = plain_header(column)
        if plain not in read or before.rows == 0:
            continue
        if _fell(before.present[column], before.rows, now.present.get(column, 0), now.rows):
            found.append(Loss(column, "gone"))
        elif plain in needed and _fell(before.filled[column], before.rows, now.filled.get(column, 0), now.rows):
            found.append(Loss(column, "empty"))
    return found


def _fell(before: int, rows: int, now: int, new_rows: int) -> bool:
    """Tell whether a share fell by half, and not by chance (Chernoff's bound on the binomial tail)."""
    if new_rows == 0:
        return False
    expected, share = (before + 1) / (rows + 2), now / new_rows
    return share < expected / 2 and new_rows * _divergence(share, expected) > _SURE


def _divergence(share: float, expected: float) -> float:
    empty = (1 - share) * math.log((1 - share) / (1 - expected)) if share < 1 else 0.0
    return empty + (share * math.log(share / expected) if share else 0.0)


def _needed(mapping: FieldMapping) -> frozenset[str]:
    mandatory = {field.name for field in mapping.standard.fields if field.need is Need.MANDATORY}
    return _read(rule for name, rule in mapping.fields.items() if name in mandatory and not rule.otherwise)


def _read(rules: Iterable[FieldRule]) -> frozenset[str]:
    return frozenset(plain_header(word) for rule in rules for each in rule.chain for word in each.headers)


def coverage(columns: Collection[str], mapping: FieldMapping) -> tuple[list[str], list[str]]:
    """Return the fields of a mapping that none of the columns answers, and the columns that no field reads."""
    plain = {plain_header(column) for column in columns}
    read = _read(mapping.fields.values())
    unanswered = [name for name, rule in mapping.fields.items() if rule.headers and not (_read([rule]) & plain)]
    return unanswered, [column for column in columns if plain_header(column) not in read]
