"""What is in force of all that persons decided: the rule by which decisions follow, contradict and settle each other.

Everybody has one word, the last one given, about a record as it was judged (``basis``). That of the person who decided
first is in force. Whoever says otherwise disagrees: this is told, and changes nothing, until one of them takes over the
other's word or a third person settles it; the word of that person is in force then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from journal import Disposition
from reconciliation.disposing import STANDING_COLUMNS
from reconciliation.headings import DISPOSITIONS
from words.languages import gettext as _


@dataclass(slots=True)
class Standing:
    """What stands about a record on one basis.

    Attributes:
        owner: whose decision is in force.
        said: the last word of everybody, since a disagreement was settled last.
    """

    owner: str
    said: dict[str, Disposition]

    @classmethod
    def of(cls, made: Disposition) -> Standing:
        """Return what stands after a first decision, or after one that settles a disagreement."""
        return cls(made.reviewer, {made.reviewer: made})

    @property
    def in_force(self) -> Disposition:
        """The decision that counts."""
        return self.said[self.owner]

    @property
    def objections(self) -> list[Disposition]:
        """The decisions that disagree with it."""
        return [each for each in self.said.values() if each.disposition != self.in_force.disposition]

    def follows(self, made: Disposition) -> bool:
        """Tell whether a decision would come into force, or agrees with the one that is."""
        return made.reviewer == self.owner or made.disposition == self.in_force.disposition

    def has(self, made: Disposition) -> bool:
        """Tell whether it is somebody's last word already."""
        last = self.said.get(made.reviewer)
        return last is not None and (last.disposition, last.reason) == (made.disposition, made.reason)


Key = tuple[str, str]


def standing(made: Iterable[Disposition]) -> dict[Key, Standing]:
    """Return what stands, by record and basis, the decision made last at the end; ``made`` is oldest first."""
    found: dict[Key, Standing] = {}
    for each in made:
        key = (each.record_id, each.basis)
        stands = found.pop(key, None)
        if stands is None or each.settles:
            stands = Standing.of(each)
        stands.said[each.reviewer] = each
        found[key] = stands
    return found


def as_frame(found: dict[Key, Standing]) -> pl.DataFrame:
    """Return what stands as a run takes it, columns in ``STANDING_COLUMNS``."""
    newest = dict(found.keys())
    rows = [(*key, *_told(stands), newest[key[0]] == key[1]) for key, stands in found.items()]
    schema = dict.fromkeys(STANDING_COLUMNS, pl.String) | {"newest": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _told(stands: Standing) -> Iterator[str]:
    yield from (stands.in_force.disposition, stands.in_force.reviewer, stands.in_force.reason)
    yield _("; ").join(told(each) for each in stands.objections)


def told(made: Disposition) -> str:
    """Return a decision as one phrase."""
    word = _(DISPOSITIONS.get(made.disposition, made.disposition))
    return _("{reviewer}: {word} ({reason})").format(reviewer=made.reviewer, word=word, reason=made.reason or "–")
