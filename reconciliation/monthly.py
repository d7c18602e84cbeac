"""The monthly report as data: what each unit decided and reported, rates with their rows, nil returns, the trend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from reconciliation.history import months
from reconciliation.rates import RECEIVED, rates_of
from reconciliation.report import Rate, RunReport
from words.languages import gettext as _

#: Months that a trend shows.
YEAR = 12
#: What stands before the columns of each half of the sheet.
KINDS = ("licence", "penalty")
#: Column → whether a person has to say it, because no system that is read knows it.
UNIT_COLUMNS = {
    "unit": False,
    "site": True,
    **{
        f"{kind}_{name}": own
        for kind in KINDS
        for name, own in (
            *(("produced", False), ("own_site", True), ("reported", False), ("unreported", False)),
            *(("basis", True), ("accepted", False), ("city_site", False)),
        )
    },
    "way": True,
    "problems": False,
}
TREND_COLUMNS = ("kind", "month", "produced", "reported", "compliance", "late", "concealment")
NIL_COLUMNS = ("kind", "month", "unit", "nil", "decisions", "first", "confirmed_by", "confirmed_at")


class Nil(StrEnum):
    """What is known of a month in which a unit has decided nothing."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Part:
    """One half of the report: the decisions of one standard.

    Attributes:
        kind: the standard's name.
        label: what it is called in the reader's language.
        rows: the month's decisions, as ``rates.flagged`` returns them.
        rates: the month's, over all, per authority and per item.
        named: the late rates of the units that are named for it.
    """

    kind: str
    label: str
    rows: pl.DataFrame
    rates: Sequence[Rate]
    named: Sequence[Rate]


@dataclass(slots=True, kw_only=True)
class MonthlyReport(RunReport):
    """What all runs say of one month; ``since`` and ``until`` are its ends.

    Attributes:
        month: YYYY-MM.
        parts: by standard, licences first.
        units: one row per unit; ``UNIT_COLUMNS``, null where nobody knows.
        trend: one row per standard and month; ``TREND_COLUMNS``.
        nil: one row per standard, month and unit without a decision, or with a declaration that there is none.
    """

    month: str
    parts: Sequence[Part]
    units: pl.DataFrame
    trend: pl.DataFrame
    nil: pl.DataFrame


def part_of(kind: str, label: str, rows: pl.DataFrame, month: str, named_above: float) -> Part:
    """Return one half; ``rows`` are those of any months, and units with a larger late rate than told are named."""
    mine = rows.filter(pl.col("month") == month)
    found = rates_of(mine, ("all", "authority", "item"))
    late = [each for each in found if each.name == "late" and each.scope == "authority"]
    named = [each for each in late if each.value is not None and each.value > named_above]
    return Part(kind, label, mine, found, sorted(named, key=lambda each: (-(each.value or 0), each.member)))


def units_of(parts: Iterable[Part], units: Iterable[str]) -> pl.DataFrame:
    """Return the monthly sheet: one row per unit that decided something or has to report.

    *Produced* is what source or ledger know. Of that, *reported* is what reached the feed, *accepted* what it took, and
    *city site* what its own list shows. What only the feed knows is no unit's product, and is told as a problem.
    """
    table = pl.DataFrame({"unit": sorted({*units, *(name for each in parts for name in each.rows["authority"])})})
    problems: dict[str, list[str]] = {}
    for part in parts:
        counted = part.rows.group_by("authority").agg(**_counts(part.kind))
        table = table.join(counted, left_on="unit", right_on="authority", how="left", maintain_order="left")
        table = table.with_columns(pl.col(counted.columns[1:]).fill_null(0))
        for unit, texts in _problems(part):
            problems.setdefault(unit, []).extend(texts)
    told = table["unit"].replace_strict(
        {unit: _("; ").join(texts) for unit, texts in problems.items()}, default="", return_dtype=pl.String
    )
    missing = [
        pl.lit(None, pl.String if name.endswith(("site", "basis", "way")) else pl.Int64).alias(name)
        for name in UNIT_COLUMNS
        if name not in table.columns and name != "problems"
    ]
    return table.with_columns(*missing, problems=told).select(list(UNIT_COLUMNS))


def _counts(kind: str) -> dict[str, pl.Expr]:
    made = pl.col("checked")
    shown = (pl.col("feed_origin") != "") | (pl.col("outcome") == "confirmed")
    found = {
        "produced": made,
        "reported": made & pl.col("reported"),
        "unreported": made & ~pl.col("reported"),
        "accepted": made & pl.col("accepted"),
        "city_site": made & shown,
    }
    return {f"{kind}_{name}": flag.cast(pl.Int64).sum() for name, flag in found.items()}


def _problems(part: Part) -> Iterator[tuple[str, list[str]]]:
    counted = part.rows.group_by("authority").agg(
        pl.col("late", "concealed", "quarantined").sum(),
        unknown=(~pl.col("checked")).sum(),
        refused=(pl.col("reported") & ~pl.col("accepted") & ~pl.col("outcome").is_in(RECEIVED)).sum(),
    )
    for row in counted.sort("authority").iter_rows(named=True):
        sentences = {
            "late": _("{count} late"),
            "concealed": _("{count} not on the platform"),
            "quarantined": _("{count} that cannot be read"),
            "refused": _("{count} not taken"),
            "unknown": _("{count} on the platform that neither source nor ledger knows"),
        }
        texts = [text.format(count=row[name]) for name, text in sentences.items() if row[name]]
        if texts:
            yield row["authority"], [_("{title}: {what}").format(title=part.label, what=_(", ").join(texts))]


def trend_of(kind: str, rows: pl.DataFrame, last: str, seen: Collection[str]) -> pl.DataFrame:
    """Return the last twelve months: decisions known and reported, and the three rates.

    A rate is null where none was counted; so are the counts of a month that is not among ``seen``: no run looked at it.
    """
    rates = {(each.member, each.name): each.value for each in rates_of(rows, ("month",))}
    counted = rows.group_by("month").agg(produced=pl.col("checked").sum(), reported=pl.col("reported").sum())
    counts = {month: numbers for month, *numbers in counted.iter_rows()}
    lines = [
        (
            kind,
            month,
            *counts.get(month, (0, 0) if month in seen else (None, None)),
            *(rates.get((month, name)) for name in TREND_COLUMNS[4:]),
        )
        for month in months(last, YEAR)
    ]
    schema = {"kind": pl.String, "month": pl.String, "produced": pl.Int64, "reported": pl.Int64}
    return pl.DataFrame(lines, schema=schema | dict.fromkeys(TREND_COLUMNS[4:], pl.Float64), orient="row")


def nil_of(
    kind: str,
    rows: pl.DataFrame,
    units: Iterable[str],
    seen: Mapping[str, bool],
    declared: Mapping[tuple[str, str, str], tuple[str, str]],
) -> pl.DataFrame:
    """Return for each unit the months in which it decided nothing, or was declared to.

    Args:
        kind: the standard's name.
        rows: every decision that is known of these months.
        units: those that have to report.
        seen: the months, each with whether runs looked at all of its days.
        declared: standard, month and unit → who confirmed the nil return, and when.
    """
    found = rows.group_by("authority", "month").agg(pl.len(), pl.col("document_number").min())
    decisions = {(unit, month): (count, first) for unit, month, count, first in found.iter_rows()}
    lines = []
    for month, whole in seen.items():
        for unit in sorted(set(units)):
            count, first = decisions.get((unit, month), (0, ""))
            by, at = declared.get((kind, month, unit), ("", ""))
            if by or not count:
                state = (Nil.CONTRADICTED if count else Nil.CONFIRMED) if by else Nil.OPEN if whole else Nil.UNSEEN
                lines.append((kind, month, unit, state.value, count, first, by, at))
    schema = dict.fromkeys(NIL_COLUMNS, pl.String) | {"decisions": pl.Int64}
    return pl.DataFrame(lines, schema=schema, orient="row")
