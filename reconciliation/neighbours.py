"""What is told of a decision that stands alone, once all sides are known: what comes nearest, and why it is another."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from reconciliation.apart import tried, why_not
from reconciliation.describing import suggestions
from reconciliation.linking import SIDES, Sides
from reconciliation.matching import complete, rules_for
from reconciliation.nearest import ALONE, SHOWN, nearest
from reconciliation.reconciled import Reconciliation
from reconciliation.report import Verdict
from reconciliation.terms import Terms


def with_neighbours(found: Reconciliation, sides: Sides, places: pl.DataFrame, terms: Terms) -> Reconciliation:
    """Return the same with ``suggestion``, ``why_not`` and ``tried``.

    Args:
        found: what is known of every group.
        sides: canonical records per side, at least those of ``places``.
        places: of the groups in which something is missing or doubtful, at least, their rows in ``sides``.
        terms: how they are looked at.
    """
    verdict = found.verdicts["verdict"]
    near = nearest(
        {side: complete(sides[side], SHOWN) for side in SIDES},
        places.with_columns(verdict=verdict.gather(places["group"] - 1)),
    )
    told = found.verdicts.with_columns(
        suggestion=suggestions(near, found.verdicts.height),
        why_not=why_not(near, verdict.is_in(ALONE), terms.standard),
    )
    return replace(found, verdicts=told, tried=tried(near, rules_for(terms.standard), terms.matching))


def unsettled(found: Reconciliation) -> pl.DataFrame:
    """Return the places of the groups that miss a side, or whose rows cannot be told apart."""
    missing = pl.any_horizontal(pl.col(f"{side}_row").is_null() for side in SIDES)
    return found.places.filter(missing | (found.verdicts["verdict"] == Verdict.AMBIGUOUS.value))
