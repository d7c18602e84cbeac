"""What a bot does with each verdict: deliver it, hold it for a person, or only report it."""

from __future__ import annotations

from typing import Literal

import polars as pl
from pydantic import Field

from mappings.standards import Standard
from reconciliation.linking import FEED, LEDGER
from reconciliation.report import Bucket, Verdict
from reconciliation.sentences import fill
from words.declared import Declared, suggest
from words.errors import Place, UsageError
from words.languages import N_
from words.languages import gettext as _

Sending = Literal["deliver", "hold"]

#: Why a record is held, the strongest reason first: the setting that holds it, the column that tells, the sentence.
REASONS = (
    ("ambiguous", "ambiguous", N_("Several records carry the same key; a person has to say which is which.")),
    (
        "ambiguous",
        "twin",
        N_("The source has it once more, as {twin}; a person has to say which is right."),
    ),
    ("malformed", "malformed", N_("The receiver would refuse it: {malformed}")),
    ("differs_from_feed", "feed_fields", N_("It differs from what the feed shows: {feed_fields}")),
    (None, "ledger_fields", N_("It differs from the ledger: {ledger_fields}")),
    ("agreed", "agreed", N_("The policy holds what source and ledger agree on.")),
    ("only_in_source", "only_in_source", N_("The policy holds what the ledger does not know.")),
)


class Policy(Declared):
    """Per verdict what to do; the law's clock does not wait for a ledger, so silence of the ledger delivers.

    A record that the feed already shows as the source has it needs no sending and is never held, unless ambiguous.
    """

    agreed: Sending = "deliver"
    only_in_source: Sending = "deliver"
    differs: Sending = Field(default="deliver", description="differs from the ledger, in no identifying field")
    differs_in_identity: Sending = Field(default="hold", description="differs from the ledger in an identifying field")
    differs_from_feed: Sending = Field(
        default="hold", description="the feed shows other values; delivering is a correction"
    )
    fields: dict[str, Sending] = Field(
        default={}, description="per field, what a difference from the ledger in it does"
    )
    malformed: Sending = Field(default="hold", description="the receiver's profile would refuse it")
    ambiguous: Literal["hold"] = "hold"
    only_in_ledger: Literal["report"] = "report"
    only_in_feed: Literal["report"] = "report"

    def holding(self, standard: Standard) -> list[str]:
        """Return the fields in which a difference from the ledger holds a record, in the standard's order.

        Raises:
            UsageError: ``fields`` names one that the standard does not have.
        """
        for name in self.fields:
            if name not in standard.by_name:
                raise _unknown(name, standard)
        return [name for name in standard.names if self._at(name, standard) == "hold"]

    def _at(self, name: str, standard: Standard) -> Sending:
        usual = self.differs_in_identity if name in standard.identifying else self.differs
        return self.fields.get(name, usual)


def _unknown(name: str, standard: Standard) -> UsageError:
    return UsageError(
        "unknown-field",
        _("The standard “{standard}” has no field “{field}”.").format(standard=standard.name, field=name),
        todo=suggest(name, list(standard.names)),
        place=Place(field=f"policy.fields.{name}"),
    )


def decide(table: pl.DataFrame, differences: pl.DataFrame, policy: Policy, standard: Standard) -> pl.DataFrame:
    """Say for each group in which bucket its source rows end, and why they are held.

    Args:
        table: one row per group, numbered from 1 in order: ``verdict``, ``malformed`` (why the receiver would refuse
            it, or empty), ``twin`` (how the source writes the same number in another row, or empty), ``source_row`` and
            ``feed_row`` (null where that side has none).
        differences: ``group``, ``field`` and ``against`` (ledger or feed) of every difference.
        policy: what the bot is told to do.
        standard: gives the labels of the fields.

    Returns:
        ``bucket`` (empty without a source row) and ``reason`` (empty unless held), one row per group.

    Raises:
        UsageError: the policy names a field that the standard does not have.
    """
    holding = pl.col("field").is_in(policy.holding(standard))
    against_feed = differences.filter(pl.col("against") == FEED)
    against_ledger = differences.filter(pl.col("against") == LEDGER, holding)
    told = table.with_columns(
        *((pl.col("verdict") == verdict).alias(verdict) for verdict in Verdict),
        feed_fields=_fields(against_feed, table.height, standard),
        ledger_fields=_fields(against_ledger, table.height, standard),
    )
    told = told.with_columns(reason=_reason(policy)).with_columns(bucket=_bucket())
    return told.select("bucket", pl.when(pl.col("bucket") == Bucket.HELD).then("reason").otherwise(pl.lit("")))


def _fields(differences: pl.DataFrame, count: int, standard: Standard) -> pl.Series:
    """Return per group the labels of the differing fields in the reader's language, or null."""
    labels = {field.name: field.said for field in standard.fields}
    names = pl.col("field").replace(labels).str.join(_(", "))
    listed = differences.group_by("group", maintain_order=True).agg(names)
    return pl.repeat(None, count, dtype=pl.String, eager=True).scatter(listed["group"] - 1, listed["field"])


def _reason(policy: Policy) -> pl.Expr:
    held = [
        pl.when(_tells(column)).then(fill(_(sentence)))
        for setting, column, sentence in REASONS
        if setting is None or getattr(policy, setting) == "hold"
    ]
    return pl.coalesce(*held)


def _tells(column: str) -> pl.Expr:
    return pl.col(column) if column in list(Verdict) else pl.col(column).str.len_bytes() > 0


def _bucket() -> pl.Expr:
    shown = pl.col("feed_row").is_not_null() & pl.col("feed_fields").is_null()
    return (
        pl.when(pl.col("source_row").is_null())
        .then(pl.lit(""))
        .when("ambiguous")
        .then(pl.lit(Bucket.HELD.value))
        .when(shown)
        .then(pl.lit(Bucket.ALREADY_DISCLOSED.value))
        .when(pl.col("reason").is_not_null())
        .then(pl.lit(Bucket.HELD.value))
        .otherwise(pl.lit(Bucket.DUE.value))
    )
