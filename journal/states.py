"""The life of a delivery: its states and the only ways between them."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where one record stands on its way to one feed."""

    HELD = "held"  # it waits for the release by a second person
    PREPARED = "prepared"  # the intent is durable; nothing has left
    SENT = "sent"  # it may have reached the feed
    ACCEPTED = "accepted"  # the feed said yes; nobody has seen it there
    REJECTED = "rejected"  # the feed said no to this row
    UNKNOWN = "unknown"  # the feed has to be asked before anything is sent again
    DIFFERS = "differs"  # read back from the feed, with other values than were sent
    CONFIRMED = "confirmed"  # read back from the feed, equal field by field
    DISCARDED = "discarded"  # taken out before it left
    SUPERSEDED = "superseded"  # a correction stands in its place
    WITHDRAWN = "withdrawn"  # taken back from the feed


TRANSITIONS: dict[State, frozenset[State]] = {
    State.HELD: frozenset({State.PREPARED, State.DISCARDED}),
    State.PREPARED: frozenset({State.SENT, State.DISCARDED}),
    State.SENT: frozenset({State.ACCEPTED, State.REJECTED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.CONFIRMED, State.DIFFERS, State.PREPARED, State.REJECTED, State.ACCEPTED}),
    State.ACCEPTED: frozenset({State.CONFIRMED, State.DIFFERS}),
    State.DIFFERS: frozenset({State.CONFIRMED, State.SUPERSEDED, State.WITHDRAWN}),
    State.CONFIRMED: frozenset({State.SUPERSEDED, State.WITHDRAWN}),
    State.REJECTED: frozenset(),
    State.DISCARDED: frozenset(),
    State.SUPERSEDED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

#: A record has at most one live delivery of one fingerprint to one feed.
LIVE = tuple(state for state, onward in TRANSITIONS.items() if onward)
#: What the feed shows, as it was sent or otherwise; a correction or a withdrawal ends it.
SHOWN = (State.DIFFERS, State.CONFIRMED)
#: Live, and not yet seen at the feed.
OPEN = tuple(state for state in LIVE if state not in SHOWN)
#: Open, and on its way: the feed may have it.
UNDER_WAY = (State.SENT, State.UNKNOWN, State.ACCEPTED)
