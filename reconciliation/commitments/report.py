"""The typed report of one run of a commitment bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from reconciliation.report import Counts, RunReport


@dataclass(slots=True)
class WatchCounts(Counts):
    """The conservation of one run; of most commitments nothing is to be sent on any one day."""

    not_due: int = 0
    _buckets: ClassVar[tuple[str, ...]] = ("due", "already_disclosed", "held", "not_due")


#: Where a commitment that is judged ends, beside the buckets of every record.
NOT_DUE = "not_due"

#: All text, empty where there is nothing to say.
CASE_COLUMNS = (
    "record_id",
    "stage",  # Stage
    "bucket",  # Bucket, or NOT_DUE
    "outcome",  # state of the delivery: confirmed, waiting, differs, rejected, unknown, or empty
    "why",  # what a person must look at, or why it is held, in the reader's language
    "document_number",
    "name",
    "commitment_type",
    "material",
    "project_name",
    "permit_number",
    "commitment_date",
    "due_date",  # as the system states it
    "ends_on",  # the working day on which the deadline ends
    "push_day",
    "late",  # working days since the push day, of what is, or was, sent after it
    "performance",  # what is published of it, or would be
    "pushed_on",  # the day on which the feed took what it shows
    "authority_name",
    "origin",
)
#: One row for everything that happened to a commitment, oldest first within it.
TIMELINE_COLUMNS = ("document_number", "name", "at", "event", "unit", "result", "until", "text")


@dataclass(slots=True, kw_only=True)
class CommitmentReport(RunReport):
    """Everything a run of a commitment bot found and did.

    Attributes:
        cases: one row per commitment; columns in ``CASE_COLUMNS``.
        timeline: what happened to each; columns in ``TIMELINE_COLUMNS``.
    """

    cases: pl.DataFrame
    timeline: pl.DataFrame
