"""The typed report of one run: what the workbook, the terminal and the JSON envelope all show.

Frames hold text columns unless said otherwise; field names are those of the standard.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import ClassVar

import polars as pl

#: The near row's side and place; the first field that failed the rule, empty if it fits not surely enough; its values.
TRIED_COLUMNS = ("group", "side", "origin", "rule", "field", "here", "there")
_TRIED = {name: pl.Int64 if name == "group" else pl.String for name in TRIED_COLUMNS}


class Verdict(StrEnum):
    """Where a record is. Source and ledger are the bureau's own two books; the feed is where it is disclosed."""

    AGREED = "agreed"
    DIFFERS = "differs"
    ONLY_IN_SOURCE = "only_in_source"
    ONLY_IN_LEDGER = "only_in_ledger"
    ONLY_IN_FEED = "only_in_feed"
    AMBIGUOUS = "ambiguous"


class Timeliness(StrEnum):
    """Whether a record is, or still can be, disclosed within the legal period."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    LATE = "late"


class Compliance(StrEnum):
    """Whether the receiver's profile would take the record as it is."""

    COMPLIANT = "compliant"
    MALFORMED = "malformed"


class Bucket(StrEnum):
    """Where every mapped record ends."""

    DUE = "due"
    ALREADY_DISCLOSED = "already_disclosed"
    HELD = "held"


@dataclass(slots=True)
class Counts:
    """The conservation of one run: every row that was collected ends in exactly one bucket."""

    collected: int = 0
    mapped: int = 0
    quarantined: int = 0
    already_disclosed: int = 0
    held: int = 0
    due: int = 0
    confirmed: int = 0
    waiting: int = 0
    differs: int = 0
    rejected: int = 0
    unknown: int = 0
    dry_run: bool = False
    #: The buckets that mapped records end in.
    _buckets: ClassVar[tuple[str, ...]] = ("due", "already_disclosed", "held")

    @property
    def balances(self) -> tuple[tuple[str, int, str, int], ...]:
        """The equations as (left, its value, right, its value); a dry run delivers nothing, so it has only two."""
        return self._equations[:2] if self.dry_run else self._equations

    @property
    def _equations(self) -> tuple[tuple[str, int, str, int], ...]:
        told = (
            ("collected", ("mapped", "quarantined")),
            ("mapped", self._buckets),
            ("due", ("confirmed", "waiting", "differs", "rejected", "unknown")),
        )
        known = self.as_dict()
        return tuple((left, known[left], " + ".join(right), sum(known[name] for name in right)) for left, right in told)

    @property
    def balanced(self) -> bool:
        """Whether all of them hold."""
        return all(left == right for _name, left, _sum, right in self.balances)

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        counts = asdict(self)
        del counts["dry_run"]
        return counts


@dataclass(frozen=True, slots=True)
class Rate:
    """One of the regulator's rates over one group of records, with the rows behind it."""

    name: str  # compliance | late | concealment
    scope: str  # all | authority | month
    member: str  # "" for all, else the authority's name or YYYY-MM
    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The ratio, or None where nothing was counted."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(slots=True, kw_only=True)
class RunReport:
    """What every run reports.

    Attributes:
        quarantine: one row per finding on a row that did not survive; columns in ``QUARANTINE_COLUMNS``.
        evidence: one row per stored piece: ``sha256``, ``kind``, ``about``, ``path`` (relative to the workbook).
        notes: what an auditor needs to repeat the run, in order: message id of the label to value.
    """

    run_id: str
    bot: str
    title: str
    since: str
    until: str
    as_of: str
    counts: Counts
    quarantine: pl.DataFrame
    evidence: pl.DataFrame
    notes: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False


@dataclass(slots=True, kw_only=True)
class Report(RunReport):
    """Everything a disclosure run found and did.

    Attributes:
        standard: the name of the standard of its records.
        verdicts: one row per group of records that belong together; columns in ``VERDICT_COLUMNS``.
        differences: one row per differing field; columns in ``DIFFERENCE_COLUMNS``.
        members: every record of every ambiguous group; columns in ``MEMBER_COLUMNS`` and the standard's fields.
        records: the full list of mapped source records: ``origin``, ``bucket``, ``outcome`` and the standard's fields.
        tried: of each group that has a near row elsewhere, every matching rule that failed; ``TRIED_COLUMNS``.
    """

    standard: str = "licence"
    rates: list[Rate]
    verdicts: pl.DataFrame
    differences: pl.DataFrame
    members: pl.DataFrame
    records: pl.DataFrame
    tried: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_TRIED))


#: ``group`` is an Int64; all else is text, empty where there is nothing to say.
VERDICT_COLUMNS = (
    "group",
    "record_id",
    "verdict",  # Verdict
    "timeliness",  # Timeliness
    "compliance",  # Compliance, empty without a source row
    "bucket",  # Bucket, empty without a source row
    "outcome",  # state of the delivery: confirmed, waiting, differs, rejected, unknown, or empty
    "reason",  # why it is held, in the reader's language
    "rule",  # the name of the matching rule that brought the group together
    "document_number",
    "name",
    "certificate_number",
    "authority_name",
    "decision_date",
    "deadline",
    "disclosed_on",
    "differing",  # names of the differing fields, joined with a comma
    "source_origin",  # where each side's row stands, as a person would look it up
    "ledger_origin",
    "feed_origin",
    "suggestion",  # nearest record on another side, never taken as a match
    "normalised",  # what normalisation or a variant of writing had to make equal before the group came together
    "why_not",  # of a record that stands alone: what comes nearest, and what keeps it from being a match
)
DIFFERENCE_COLUMNS = ("group", "document_number", "name", "field", "against", "source_value", "other_value", "origin")
MEMBER_COLUMNS = ("group", "side", "origin")
QUARANTINE_COLUMNS = ("side", "origin", "document_number", "name", "field", "value", "rule", "sentence", "mapping")
