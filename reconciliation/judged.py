"""One list per verdict, in the order in which a person reads it, with the columns in which that person answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl
import xxhash

from mappings.standards import Standard
from reconciliation import headings
from reconciliation.headings import field_label, title
from reconciliation.report import REVIEW_COLUMNS, Report, Verdict
from reconciliation.shown import Shown
from reconciliation.styles import TAB_ATTEND, TAB_LOOK_UP
from reconciliation.tables import Column, Table, review_columns, stated
from reconciliation.texts import contrast, plain
from words.languages import gettext as _

_WHO = ("document_number", "name", "certificate_number", "authority_name", "decision_date")
_STATE = ("deadline", "timeliness", "compliance", "bucket", "outcome", "reason")
_HOW = ("rule", "normalised")
_PAIR = ("document_number", "name", "field", "source_value", "against", "other_value")

_PLACES = ("source_origin", "ledger_origin", "feed_origin")

READING_ORDER: dict[Verdict, tuple[str, ...]] = {
    Verdict.AGREED: (*_WHO, "disclosed_on", *_STATE, *_HOW, *_PLACES),
    Verdict.DIFFERS: (
        *_PAIR,
        "authority_name",
        "decision_date",
        "disclosed_on",
        *_STATE,
        *_HOW,
        *_PLACES,
    ),
    Verdict.ONLY_IN_SOURCE: (*_WHO, "disclosed_on", *_STATE, "suggestion", "why_not", "source_origin", "feed_origin"),
    Verdict.ONLY_IN_LEDGER: (*_WHO, "disclosed_on", "deadline", "timeliness", "suggestion", "why_not", *_PLACES[1:]),
    Verdict.ONLY_IN_FEED: (*_WHO, "disclosed_on", "suggestion", "why_not", "feed_origin"),
}


def judged(report: Report, standard: Standard, shown: Shown, verdict: Verdict) -> Table:
    """Return the list of one verdict."""
    rows = report.verdicts.filter(pl.col("verdict") == verdict.value)
    differing = set(_OWN) if verdict is Verdict.DIFFERS else set()
    known = {*headings.COLUMNS, *standard.by_name} & {*rows.columns, *differing}
    order = [name for name in READING_ORDER.get(verdict, ()) if name in known]
    if verdict is Verdict.DIFFERS:
        rows = rows.join(report.differences.select(_OWN), on="group", how="left", maintain_order="left_right")
        columns = _marked(shown.columns(shown.hide(rows, "source_value", "other_value"), order))
    elif verdict is Verdict.AMBIGUOUS:
        state = rows.select("group", "record_id", "deadline", "timeliness", "reason")
        rows = report.members.join(state, on="group", maintain_order="left").sort("group", maintain_order=True)
        columns = _whole(rows, standard, shown)
    else:
        columns = shown.columns(rows, order)
    banded = verdict in (Verdict.DIFFERS, Verdict.AMBIGUOUS)
    tab = TAB_LOOK_UP if verdict is Verdict.AGREED else TAB_ATTEND
    given = _given(rows, report)
    earlier = shown.columns(given, ["earlier"]) if (given["earlier"] != "").any() else ()
    reviewed = _reviewed((*columns, *earlier), shown.columns(rows, ["record_id"])[0], given)
    return Table(title(verdict), tab, reviewed, _band(rows) if banded else None)


_OWN = ("group", "field", "against", "source_value", "other_value")


def _marked(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    left, right = (_PAIR.index(name) for name in ("source_value", "other_value"))
    pairs = [contrast(*pair) for pair in zip(columns[left].values, columns[right].values, strict=True)]
    marked = list(columns)
    for place, side in ((left, 0), (right, 1)):
        marked[place] = replace(columns[place], style="marked", pieces=[pair[side] for pair in pairs])
    return tuple(marked)


def _whole(rows: pl.DataFrame, standard: Standard, shown: Shown) -> tuple[Column, ...]:
    stated = [name for name in standard.names if name in rows.columns and (rows[name].fill_null("") != "").any()]
    group = Column(field_label(standard, "group"), rows["group"], "group")
    return (group, *shown.columns(rows, ("side", *stated, "deadline", "timeliness", "reason", "origin")))


def _band(rows: pl.DataFrame) -> pl.Series:
    return rows["group"].rle_id() % 2 == 1


def _given(rows: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Return per row what a person decided before, under the words of the reader's language."""
    if not report.reviews.height:
        return pl.DataFrame({name: pl.repeat("", rows.height, dtype=pl.String, eager=True) for name in REVIEW_COLUMNS})
    words = {code: _(text) for code, text in headings.DISPOSITIONS.items()}
    given = rows.select("record_id").join(report.reviews, on="record_id", how="left", maintain_order="left")
    return given.select(plain(pl.col(name)) for name in REVIEW_COLUMNS).with_columns(
        pl.col("disposition").replace(words)
    )


def _reviewed(columns: tuple[Column, ...], record: Column, given: pl.DataFrame) -> tuple[Column, ...]:
    evidence = (*columns, replace(record, hidden=True))
    seals = pl.Series("seal", [row_seal(texts) for texts in _displayed(evidence)], dtype=pl.String)
    seal = Column(headings.heading("seal"), seals, hidden=True)
    return (*evidence, seal, *review_columns(given))


def row_seal(texts: Iterable[str]) -> str:
    """Return the hash of what the cells before it show, by which a later edit of a locked cell is noticed."""
    return xxhash.xxh3_128_hexdigest("\x1f".join(texts).encode())


def _displayed(columns: Iterable[Column]) -> Iterator[tuple[str, ...]]:
    return zip(*(stated(each.values) for each in columns), strict=True)
