"""What is remarked about a mapping: how grave it is, where it stands, how often rows show it, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: An error makes the mapping useless, a warning needs a person, a note is only good to know.
Gravity = Literal["error", "warning", "note"]
GRAVITIES: tuple[Gravity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a mapping.

    Attributes:
        gravity: how grave it is.
        code: its name in one word.
        what: one sentence.
        todo: what to do about it.
        field: the field it is about; empty if it is about none.
        line: the line of the mapping file, from 1.
        count: how many rows show it; None where no rows were looked at.
        examples: where such rows stand, each with the value that it is about.
    """

    gravity: Gravity
    code: str
    what: str
    todo: str
    field: str = ""
    line: int | None = None
    count: int | None = None
    examples: tuple[tuple[str, str], ...] = ()


def by_gravity(remarks: list[Remark]) -> list[Remark]:
    """Return the gravest first, otherwise in their order."""
    return sorted(remarks, key=lambda each: GRAVITIES.index(each.gravity))
