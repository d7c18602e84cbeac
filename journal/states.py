"""The life of a delivery: its states and the only ways between them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where one record stands on its way to one feed."""

    PREPARED = "prepared"  # the intent is durable; nothing has left
    SENT = "sent"  # it may have reached the feed
    ACCEPTED = "accepted"  # the feed said yes; nobody has seen it there
    REJECTED = "rejected"  # the feed said no to this row
    UNKNOWN = "unknown"  # the feed has to be asked before anything is sent again
    CONFIRMED = "confirmed"  # read back from the feed, equal field by field
    SUPERSEDED = "superseded"  # a correction stands in its place
    WITHDRAWN = "withdrawn"  # taken back from the feed


TRANSITIONS: dict[State, frozenset[State]] = {
    State.PREPARED: frozenset({State.SENT}),
    State.SENT: frozenset({State.ACCEPTED, State.REJECTED, State.UNKNOWN}),
    State.ACCEPTED: frozenset({State.CONFIRMED, State.REJECTED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.CONFIRMED, State.PREPARED, State.REJECTED, State.ACCEPTED}),
    State.CONFIRMED: frozenset({State.SUPERSEDED, State.WITHDRAWN}),
    State.REJECTED: frozenset(),
    State.SUPERSEDED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

#: A record has at most one live delivery of one fingerprint to one feed.
LIVE = tuple(state for state, onward in TRANSITIONS.items() if onward)
#: Live, and somebody still has to act or to look.
OPEN = tuple(state for state in LIVE if state is not State.CONFIRMED)
