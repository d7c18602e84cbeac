"""What became of a record, as plain typed facts: its stages against the deadline, and its way to the feed.

Days are ``YYYY-MM-DD``, times UTC ISO text; a text is empty where there is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that a record reached, the day on which its run took it to be, and working days past the deadline."""

    name: str
    day: str
    late: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """The legal period of a decision.

    Attributes:
        decided: the day of the decision; the day after it is day 1.
        period: how many working days the law gives.
        last_day: the last of them.
        calendar: name and version of the calendar that counted.
        day: the day on which the feed took it, or today while it has not.
        shown: whether the feed shows it.
        late: working days from the last day to ``day``, 0 if it is not late.
        left: working days that are left, 0 if the feed shows it or none are.
        stages: how far it came, and when.
        why: why it is late, in the reader's language.
    """

    decided: str
    period: int
    last_day: str
    calendar: str
    day: str
    shown: bool
    late: int
    left: int
    stages: tuple[Stage, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a delivery."""

    at: str
    as_of: str
    state: str
    run: str
    batch: str
    file_name: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt or a piece of evidence.

    ``path`` is where its file lies, empty for what lies in the journal; of what is ``purged`` only the hash is left.
    """

    kind: str
    about: str
    sha256: str
    path: str
    purged: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One delivery: what it is to do at the feed, how far it is, the feed's batch numbers, and what proves it."""

    delivery: int
    feed: str
    action: str
    state: str
    fingerprint: str
    reason: str
    batches: tuple[str, ...]
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
