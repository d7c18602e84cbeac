"""What is in force of all that persons decided: the rule by which decisions follow, contradict and settle each other.

About one record, as it was judged (``basis``), the first decision is in force. Whoever made it may change it. Somebody
else who decides otherwise disagrees: the earlier decision stays in force, and the disagreement is told, until one of
them takes over the other's word or a third person settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from journal import Disposition
from reconciliation.disposing import STANDING_COLUMNS
from reconciliation.headings import DISPOSITIONS
from words.languages import gettext as _


@dataclass(slots=True)
class Standing:
    """What stands about a record on one basis.

    Attributes:
        in_force: the decision that counts.
        objections: those of others that disagree with it, by their names.
    """

    in_force: Disposition
    objections: dict[str, Disposition] = field(default_factory=dict)

    def take(self, made: Disposition) -> None:
        """Let a later decision follow."""
        if made.settles:
            self.in_force, self.objections = made, {}
        elif made.disposition == self.in_force.disposition:
            self.objections.pop(made.reviewer, None)
            self.in_force = made if made.reviewer == self.in_force.reviewer else self.in_force
        elif made.reviewer == self.in_force.reviewer:
            self.in_force = made
            self.objections = {
                who: each for who, each in self.objections.items() if each.disposition != made.disposition
            }
        else:
            self.objections[made.reviewer] = made

    def has(self, made: Disposition) -> bool:
        """Tell whether a decision would change nothing: it stands, or its maker says what is in force already."""
        own = self.objections.get(made.reviewer)
        if own or made.reviewer == self.in_force.reviewer:
            said = own or self.in_force
            return (said.disposition, said.reason) == (made.disposition, made.reason)
        return made.disposition == self.in_force.disposition

    def parties(self) -> list[Disposition]:
        """Return the decision in force and those that disagree with it."""
        return [self.in_force, *self.objections.values()]


Key = tuple[str, str]


def standing(made: Iterable[Disposition]) -> dict[Key, Standing]:
    """Return what stands, by record and basis, the decision made last at the end; ``made`` is oldest first."""
    found: dict[Key, Standing] = {}
    for each in made:
        key = (each.record_id, each.basis)
        stands = found.pop(key, None)
        if stands is None:
            stands = Standing(each)
        else:
            stands.take(each)
        found[key] = stands
    return found


def as_frame(found: dict[Key, Standing]) -> pl.DataFrame:
    """Return what stands as a run takes it, columns in ``STANDING_COLUMNS``."""
    newest = {record_id: basis for record_id, basis in found}
    rows = [(*key, *_told(stands), newest[key[0]] == key[1]) for key, stands in found.items()]
    schema = dict.fromkeys(STANDING_COLUMNS, pl.String) | {"newest": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _told(stands: Standing) -> Iterator[str]:
    yield from (stands.in_force.disposition, stands.in_force.reviewer, stands.in_force.reason)
    yield _("; ").join(told(each) for each in stands.objections.values())


def told(made: Disposition) -> str:
    """Return a decision as one phrase."""
    word = _(DISPOSITIONS.get(made.disposition, made.disposition))
    return _("{reviewer}: {word} ({reason})").format(reviewer=made.reviewer, word=word, reason=made.reason or "–")
