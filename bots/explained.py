"""What is known of one document number, as plain typed facts; personal numbers are masked in all of them.

Days are ``YYYY-MM-DD``, times UTC ISO text; a text is empty where there is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from bots.followed import Deadline, Way


@dataclass(frozen=True, slots=True)
class Advice:
    """The one thing that has to be done now, and who does it, in the reader's language."""

    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Form:
    """One form that a record had: its values, the raw text of those that normalisation altered, and who saw it when."""

    fingerprint: str
    origin: str
    mapping: str
    run: str
    at: str
    values: dict[str, str]
    changed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which two sides do not agree; ``against`` is ledger or feed, ``origin`` where that row stands."""

    field: str
    against: str
    here: str
    there: str
    origin: str


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a group that cannot be told apart: on which side it stands, where, and what it is called there."""

    side: str
    origin: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A matching rule that did not bring a record and its nearest one together: the first field that failed.

    The field is empty where the rule fits, and was not sure enough of it.
    """

    rule: str
    field: str
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one run made of a record; code words as in the report, ``source``, ``ledger``, ``feed``: where it stands."""

    run: str
    at: str
    as_of: str
    dry_run: bool
    record_id: str
    name: str
    verdict: str
    rule: str
    bucket: str
    outcome: str
    compliance: str
    reason: str
    source: str
    ledger: str
    feed: str
    suggestion: str
    why_not: str
    normalised: str
    decision_date: str
    disclosed_on: str
    differing: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    tried: tuple[Tried, ...] = ()
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided, on which verdict of which run; ``state`` says what it is to the record as it is now."""

    at: str
    run: str
    number: str
    verdict: str
    disposition: str
    reviewer: str
    reason: str
    settles: bool
    imported_by: str
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything about one record of a standard: newest form and judgement, oldest delivery and decision first.

    ``warnings`` says what keeps nothing back and a person should look at in the newest form.
    """

    standard: str
    record_id: str
    name: str
    forms: tuple[Form, ...]
    warnings: str
    judgements: tuple[Judgement, ...]
    deadline: Deadline | None
    ways: tuple[Way, ...]
    decisions: tuple[Decided, ...]
    advice: Advice


@dataclass(frozen=True, slots=True)
class Waiting:
    """A finding that kept a row in quarantine; ``now`` tells whether the bot's newest run still has it."""

    standard: str
    run: str
    at: str
    now: bool
    side: str
    origin: str
    name: str
    field: str
    value: str
    rule: str
    sentence: str
    hint: str
    mapping: str
    advice: Advice


@dataclass(frozen=True, slots=True)
class Searched:
    """A run that would have shown a record, had there been one: the decision dates it covered."""

    run: str
    at: str
    state: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Near:
    """A document number that looks like the one asked for (0 to 100); a suggestion, never a match."""

    number: str
    name: str
    likeness: int


@dataclass(frozen=True, slots=True)
class Never:
    """Where a number was looked for that nothing bears.

    Attributes:
        systems: the systems, ledgers and feeds that the runs read.
        runs: the last runs, newest first.
        unreadable: ledgers that the newest run could not read.
        written: sides on which a record that is known under another number bears this one.
        near: known numbers that look like it.
    """

    systems: tuple[str, ...]
    runs: tuple[Searched, ...]
    unreadable: tuple[str, ...]
    written: tuple[Difference, ...]
    near: tuple[Near, ...]
    advice: Advice


@dataclass(frozen=True, slots=True)
class Explained:
    """The answer: the number as it was asked for and as it is written, and what bears it."""

    asked: str
    number: str
    records: tuple[Told, ...]
    quarantined: tuple[Waiting, ...]
    never: Never | None
