"""The points at which a process is killed: around every arrow there is between two states, and at the hand-over."""

from __future__ import annotations

from typing import Literal

from journal.states import TRANSITIONS, State

Moment = Literal["before", "uncommitted", "committed"]

#: Nothing of the change is written; all is written and nothing committed; the commit has just been made.
MOMENTS: tuple[Moment, ...] = ("before", "uncommitted", "committed")
BORN = "born"
#: The file is ready and its first byte has not left; the receipt was read and is not put down.
LEAVING, ANSWERED = "hand-over:leaving", "hand-over:answered"

BIRTHS = tuple(f"{BORN}-{state}" for state in (State.PREPARED, State.HELD))
#: Taken from the table of states, so that a new arrow cannot escape.
ARROWS = (*(f"{origin}-{to}" for origin, onward in TRANSITIONS.items() for to in sorted(onward)), *BIRTHS)
POINTS = (*(f"{arrow}:{moment}" for arrow in ARROWS for moment in MOMENTS), LEAVING, ANSWERED)
#: Not a point: killed from outside, whatever it was doing.
OUTSIDE = "outside"


def arrow_of(point: str) -> str:
    """Return the arrow that a point lies on, or ``hand-over``."""
    return point.partition(":")[0]
