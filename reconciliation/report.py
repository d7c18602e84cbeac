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
NOTHING_TRIED = pl.DataFrame(schema={name: pl.Int64 if name == "group" else pl.String for name in TRIED_COLUMNS})


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
    EXEMPT = "exempt"  # a person found that the law does not ask for its disclosure


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
    exempt: int = 0
    dry_run: bool = False
    #: The buckets that mapped records end in.
    _buckets: ClassVar[tuple[str, ...]] = ("due", "already_disclosed", "held")

    @property
    def balances(self) -> tuple[tuple[str, int, str, int], ...]:
        """The equations as (left, its value, right, its value); a dry run delivers nothing, so it has only two."""
        return self._equations[:2] if self.dry_run else self._equations

    @property
    def _equations(self) -> tuple[tuple[str, int, str, int], ...]:
        exempt = ("exempt",) if self.exempt else ()
        told = (
            ("collected", ("mapped", "quarantined")),
            ("mapped", (*self._buckets, *exempt)),
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
    scope: str  # all | authority | item | month
    member: str  # "" for all, else the authority's name, the item or YYYY-MM
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


#: What persons decided before about the records of a run; all text, at most one row per record.
REVIEW_COLUMNS = (
    "record_id",
    "disposition",  # what is in force for the record as it is, empty if nothing is
    "reviewer",
    "review_reason",
    "earlier",  # what was decided before the record changed, or who disagrees, in the reader's language
)


def no_reviews() -> pl.DataFrame:
    """Return the reviews of a run about whose records nobody decided anything."""
    return pl.DataFrame(schema=dict.fromkeys(REVIEW_COLUMNS, pl.String))


@dataclass(slots=True, kw_only=True)
class Report(RunReport):
    """Everything a disclosure run found and did.

    Attributes:
        standard: the name of the standard of its records.
        verdicts: one row per group of records that belong together; columns in ``VERDICT_COLUMNS``.
        differences: one row per differing field; columns in ``DIFFERENCE_COLUMNS``.
        members: every record of every ambiguous group; columns in ``MEMBER_COLUMNS`` and the standard's fields.
        records: the full list of mapped source records: ``origin``, ``bucket``, ``outcome``, ``warnings`` (what keeps
            nothing back and a person should look at) and the standard's fields.
        timeline: one row per group with a decision date; columns in ``TIMELINE_COLUMNS``.
        reviews: what persons decided before; columns in ``REVIEW_COLUMNS``.
        shadow: of a run in the shadow, what it would have sent beside what the feed shows; without columns otherwise.
        shadow_differences: the fields in which these differ.
        tried: of each group that has a near row elsewhere, every matching rule that failed; ``TRIED_COLUMNS``.
    """

    standard: str = "licence"
    rates: list[Rate]
    verdicts: pl.DataFrame
    differences: pl.DataFrame
    members: pl.DataFrame
    records: pl.DataFrame
    timeline: pl.DataFrame = field(default_factory=lambda: _no_rows(TIMELINE_COLUMNS))
    reviews: pl.DataFrame = field(default_factory=no_reviews)
    shadow: pl.DataFrame = field(default_factory=pl.DataFrame)
    shadow_differences: pl.DataFrame = field(default_factory=pl.DataFrame)
    tried: pl.DataFrame = field(default_factory=lambda: NOTHING_TRIED)

    @property
    def in_shadow(self) -> bool:
        """Whether the bot ran beside a clerk and was to send nothing."""
        return bool(self.shadow.width)


def _no_rows(columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))


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
    "disclosed_on",  # the day on which the feed took it by its own word, also what this run sent
    "differing",  # names of the differing fields, joined with a comma
    "source_origin",  # where each side's row stands, as a person would look it up
    "ledger_origin",
    "feed_origin",
    "suggestion",  # nearest record on another side, never taken as a match
    "fingerprint",  # of the source's record, else the ledger's, else the feed's
    "item",  # 事项: what the standard's ``item`` says
    "normalised",  # what normalisation or a variant of writing had to make equal before the group came together
    "why_not",  # of a record that stands alone: what comes nearest, and what keeps it from being a match
)
DIFFERENCE_COLUMNS = ("group", "document_number", "name", "field", "against", "source_value", "other_value", "origin")
MEMBER_COLUMNS = ("group", "side", "origin")
#: When each decision reached which stage. Days are ``YYYY-MM-DD``, times those of the bureau's clock, to the minute.
TIMELINE_COLUMNS: tuple[str, ...] = (
    "document_number",
    "name",
    "authority_name",
    "decision_date",
    "deadline",
    "collected_on",  # the day of the run that saw it first
    "sent_at",  # when it was first handed over to the feed
    "accepted_at",  # when the feed first took it
    "shown_on",  # the day on which the feed took it by its own word, else the day on which it was read back
    "days",  # working days from the decision to that day, or to the day of the report while it is not shown
    "period",  # working days from the decision to its deadline
    "timeliness",
    "batch",  # the feed's batch number
)
QUARANTINE_COLUMNS = (
    *("side", "origin", "document_number", "name", "field", "value", "rule", "sentence", "mapping"),
    *("authority_name", "decision_date", "deadline", "item"),  # as far as they can be read
)
