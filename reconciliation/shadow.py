"""Shadow mode: what a bot would have sent beside what a clerk has sent, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from mappings.standards import Standard
from reconciliation.comparing import compare
from reconciliation.grouping import gather_groups
from reconciliation.history import Window
from reconciliation.linking import FEED, LEDGER, SOURCE
from reconciliation.matching import complete, rules_for
from reconciliation.verdicts import KEPT
from words.languages import N_
from words.languages import gettext as _


class Standing(StrEnum):
    """How bot and clerk stand to each other in one record."""

    AGREED = "agreed"
    DIFFERS = "differs"
    ONLY_CLERK = "only_clerk"
    ONLY_BOT = "only_bot"
    UNCLEAR = "unclear"


STANDINGS = {
    Standing.AGREED: N_("The bot would have sent what the clerk sent"),
    Standing.DIFFERS: N_("The bot would have sent other values"),
    Standing.ONLY_CLERK: N_("The clerk sent it, the bot would not have"),
    Standing.ONLY_BOT: N_("The bot would have sent it, the clerk has not so far"),
    Standing.UNCLEAR: N_("Several records carry the same key"),
}
#: What counts in the agreement. What the clerk has not sent so far says nothing of the bot.
COUNTED = (Standing.AGREED, Standing.DIFFERS, Standing.ONLY_CLERK)
UNKNOWN = N_("No business system shows it.")
_WHO = ("record_id", "document_number", "name", "authority_name", "decision_date")
#: All text; ``compared`` and ``differing`` are names of fields, joined with a comma.
SHADOW_COLUMNS = (*_WHO, "item", "standing", "reason", "compared", "differing", "bot_origin", "feed_origin")
SHADOW_DIFFERENCES = ("record_id", "document_number", "name", "item", "field", "bot_value", "feed_value")


@dataclass(frozen=True, slots=True)
class Shadow:
    """What one run in the shadow found.

    Attributes:
        records: one row per record; ``SHADOW_COLUMNS``.
        differences: one row per differing field; ``SHADOW_DIFFERENCES``.
    """

    records: pl.DataFrame
    differences: pl.DataFrame


def shadow(
    would: pl.DataFrame,
    feed: pl.DataFrame,
    *,
    standard: Standard,
    since: str,
    until: str,
    kept: Mapping[str, str],
) -> Shadow:
    """Compare what a bot would have sent with what the feed shows.

    Args:
        would: canonical records in the form in which the feed would show them.
        feed: the feed's own canonical records; null means that it never shows the field.
        standard: the records' fields.
        since: the first decision date of the run.
        until: the last one; what else the feed shows is not the bot's business.
        kept: document number → why the bot would not send it.
    """
    bot, shown = (complete(each, (*KEPT, *standard.names)).rechunk() for each in (would, feed))
    sides = {SOURCE: bot, LEDGER: bot.clear(), FEED: shown}
    table = gather_groups(sides, rules_for(standard)).table
    both = pl.col("source_row").is_not_null() & pl.col("feed_row").is_not_null() & ~pl.col("ambiguous")
    pairs = table.filter(both).select(left="source_row", right="feed_row", group="group")
    differing = compare(bot, shown, pairs, standard.names)
    records = _records(table, bot, shown, pairs, differing, standard)
    mine = pl.col("bot_origin") != ""
    records = records.filter(mine | pl.col("decision_date").is_between(pl.lit(since), pl.lit(until)))
    alone = pl.col("standing") == Standing.ONLY_CLERK
    why = pl.col("document_number").replace_strict(dict(kept), default=_(UNKNOWN), return_dtype=pl.String)
    records = records.with_columns(reason=pl.when(alone).then(why).otherwise(pl.lit("")))
    return Shadow(records.select(SHADOW_COLUMNS), _differences(records, differing, pairs))


def _records(
    table: pl.DataFrame,
    bot: pl.DataFrame,
    shown: pl.DataFrame,
    pairs: pl.DataFrame,
    differing: pl.DataFrame,
    standard: Standard,
) -> pl.DataFrame:
    """Return one row per group, with its ``group``."""
    sides = {"source_row": bot, "feed_row": shown}
    stated = {
        name: pl.coalesce(*(frame[name].gather(table[row]) for row, frame in sides.items()))
        for name in (*_WHO, *standard.item)
    }
    fields = differing.with_columns(group=pairs["group"].gather(differing["pair"])).sort("group", "place")
    listed = fields.group_by("group", maintain_order=True).agg(pl.col("field").str.join(",").alias("differing"))
    compared = pairs.select("group").with_columns(_compared(bot, shown, pairs, standard))
    rows = table.select("group", "ambiguous", "source_row", "feed_row").with_columns(**stated)
    rows = rows.with_columns(
        item=pl.coalesce(*(pl.col(name).replace("", None) for name in standard.item)) if standard.item else pl.lit(""),
        bot_origin=bot["origin"].gather(table["source_row"]),
        feed_origin=shown["origin"].gather(table["feed_row"]),
    )
    rows = rows.join(listed, on="group", how="left", maintain_order="left")
    rows = rows.join(compared, on="group", how="left", maintain_order="left")
    return rows.with_columns(standing=_standing()).with_columns(pl.col(pl.String).fill_null(""))


def _compared(bot: pl.DataFrame, shown: pl.DataFrame, pairs: pl.DataFrame, standard: Standard) -> pl.Series:
    """Return per pair the fields that both sides know and at least one of them states."""
    names = []
    for name in standard.names:
        left, right = bot[name].gather(pairs["left"]), shown[name].gather(pairs["right"])
        both = pl.select(
            pl.when(((left != "") | (right != "")) & left.is_not_null() & right.is_not_null()).then(pl.lit(name))
        )
        names.append(both.to_series().alias(name))
    told = pl.DataFrame(names).select(compared=pl.concat_str(pl.all(), separator=",", ignore_nulls=True))
    return told.to_series()


def _standing() -> pl.Expr:
    return (
        pl.when("ambiguous")
        .then(pl.lit(Standing.UNCLEAR.value))
        .when(pl.col("feed_row").is_null())
        .then(pl.lit(Standing.ONLY_BOT.value))
        .when(pl.col("source_row").is_null())
        .then(pl.lit(Standing.ONLY_CLERK.value))
        .when(pl.col("differing").is_not_null())
        .then(pl.lit(Standing.DIFFERS.value))
        .otherwise(pl.lit(Standing.AGREED.value))
    )


def _differences(records: pl.DataFrame, differing: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    about = records.select("group", "record_id", "document_number", "name", "item")
    rows = differing.with_columns(group=pairs["group"].gather(differing["pair"])).sort("group", "place")
    rows = rows.join(about, on="group", maintain_order="left")
    rows = rows.with_columns(bot_value="left_value", feed_value="right_value")
    return rows.select(pl.col(SHADOW_DIFFERENCES).fill_null(""))


@dataclass(frozen=True, slots=True)
class Compared:
    """How often something was compared, and how often both agreed."""

    name: str
    agreed: int
    compared: int

    @property
    def value(self) -> float | None:
        """The ratio, or None where nothing was compared."""
        return self.agreed / self.compared if self.compared else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What all comparisons come to.

    Attributes:
        records: agreed over agreed, differing and sent by the clerk alone.
        fields: per field that was compared.
        items: per item, counted like ``records``.
        standings: how many records stand how.
    """

    records: Compared
    fields: Sequence[Compared]
    items: Sequence[Compared]
    standings: dict[str, int]

    def reaches(self, agreement: float, records: int) -> bool:
        """Tell whether enough records were compared, and enough of them agree."""
        return self.records.compared >= records and (self.records.value or 0) >= agreement


def newest_comparisons(frames: Iterable[tuple[int, Sequence[Window], pl.DataFrame]]) -> pl.DataFrame:
    """Return the newest comparison of each record, with ``turn``.

    Args:
        frames: per run its turn (larger for a newer one), the stretches of days on which it has the last word, and its
            comparisons (``SHADOW_COLUMNS``).
    """
    parts = [pl.DataFrame(schema={**dict.fromkeys(SHADOW_COLUMNS, pl.String), "turn": pl.Int64})]
    for turn, stretches, records in frames:
        for each in stretches:
            decided = pl.col("decision_date").is_between(pl.lit(f"{each.since}"), pl.lit(f"{each.until}"))
            parts.append(records.filter(decided).select(*SHADOW_COLUMNS, turn=pl.lit(turn, pl.Int64)))
    rows = pl.concat(parts)
    rows = rows.filter(pl.col("turn") == pl.col("turn").max().over("record_id"))
    return rows.sort("decision_date", "document_number", "name", "record_id")


def agreement(records: pl.DataFrame, standard: Standard) -> Agreement:
    """Count comparisons (``SHADOW_COLUMNS``) over everything, per field and per item."""
    counted = records.filter(pl.col("standing").is_in(list(COUNTED)))
    agreed = (pl.col("standing") == Standing.AGREED).sum()
    items = counted.group_by("item").agg(agreed=agreed, compared=pl.len()).sort("item")
    compared, differing = (_times(counted, name) for name in ("compared", "differing"))
    known = dict(records["standing"].value_counts().iter_rows())
    return Agreement(
        Compared("", *counted.select(agreed, compared=pl.len()).row(0)),
        [
            Compared(name, count - differing.get(name, 0), count)
            for name in standard.names
            if (count := compared.get(name))
        ],
        [Compared(*row) for row in items.iter_rows()],
        {each.value: known.get(each.value, 0) for each in Standing},
    )


def _times(records: pl.DataFrame, column: str) -> dict[str, int]:
    """Return how often each name stands in a column of names."""
    names = records[column].filter(records[column] != "").str.split(",").explode()
    return dict(names.value_counts().iter_rows())
