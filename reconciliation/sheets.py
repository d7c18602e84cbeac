"""The lists of a report: what is held, quarantined, mapped, counted and kept as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl

from mappings.hints import hints_of
from mappings.standards import Standard
from reconciliation import headings
from reconciliation.headings import rate_name, title
from reconciliation.judged import judged
from reconciliation.report import Bucket, Rate, Report, RunReport, Verdict
from reconciliation.shadow_sheets import shadow_tables
from reconciliation.shown import Shown
from reconciliation.styles import TAB_ATTEND, TAB_LOOK_UP
from reconciliation.tables import Column, Table
from reconciliation.timeline import timeline_table
from reconciliation.upcoming import upcoming_table
from words.languages import gettext as _

_HELD = ("document_number", "name", "verdict", "bucket", "outcome", "reason", "authority_name", "decision_date")
_HELD_REST = ("deadline", "timeliness", "compliance", "source_origin")
_QUARANTINED = (
    *("document_number", "name", "field", "value", "sentence", "hint"),
    *("side", "origin", "rule_code", "mapping"),
)
_FIRST = ("document_number", "name", "bucket", "outcome")


def tables(report: Report, standard: Standard) -> Iterator[Table]:
    """Return the lists in the order of their sheets; an empty one is left out, except the full list."""
    shown = Shown(standard)
    optional = [judged(report, standard, shown, verdict) for verdict in Verdict]
    optional += [_held(report, shown), quarantine_table(report, shown), upcoming_table(report, shown)]
    yield from (table for table in optional if table.height)
    yield from (table for table in shadow_tables(report, standard, shown) if table.height)
    yield _full_list(report, standard, shown)
    rest = (timeline_table(report, shown, TAB_LOOK_UP), rates_table(report.rates), evidence_table(report, shown))
    yield from (table for table in rest if table.height)


def _held(report: Report, shown: Shown) -> Table:
    rows = report.verdicts
    waits = (rows["bucket"] == Bucket.HELD.value) | rows["outcome"].is_in(["differs", "rejected", "unknown"])
    return Table(_(headings.HELD), TAB_ATTEND, shown.columns(rows.filter(waits), (*_HELD, *_HELD_REST)))


def quarantine_table(report: RunReport, shown: Shown) -> Table:
    """Return the findings on rows that did not survive."""
    hints = hints_of(report.quarantine["rule"], report.quarantine["value"])
    rows = shown.hide(report.quarantine, "value").with_columns(
        _as_sentence("sentence"), rule_code="rule", hint=pl.Series(hints, dtype=pl.String)
    )
    return Table(_(headings.QUARANTINE), TAB_ATTEND, shown.columns(rows, _QUARANTINED))


def _as_sentence(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.concat_str(text.str.slice(0, 1).str.to_uppercase(), text.str.slice(1)).alias(name)


def _full_list(report: Report, standard: Standard, shown: Shown) -> Table:
    rest = [name for name in standard.names if name not in _FIRST and name in report.records.columns]
    told = [name for name in ("warnings",) if name in report.records.columns]  # a report of before has none
    columns = shown.columns(report.records, (*_FIRST, *told, *rest, "origin"))
    return Table(_(headings.FULL_LIST), TAB_LOOK_UP, columns)


def rates_table(rates: Iterable[Rate]) -> Table:
    """Return rates with what they are counted over."""
    frame = pl.DataFrame(
        [(rate_name(r.name), title(r.scope), _member(r), r.numerator, r.denominator, r.value) for r in rates],
        schema=_RATE_SCHEMA,
        orient="row",
    )
    looks = {"numerator": "integer", "denominator": "integer", "percent": "percent"}
    columns = [Column(headings.heading(name), frame[name], looks.get(name, "text")) for name in frame.columns]
    return Table(_(headings.RATES), TAB_LOOK_UP, tuple(columns))


def _member(rate: Rate) -> str:
    return rate.member if rate.member or rate.scope == "all" else _("not stated")


_RATE_SCHEMA = {"rate": pl.String, "scope": pl.String, "member": pl.String} | {
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "percent": pl.Float64,
}


def evidence_table(report: RunReport, shown: Shown) -> Table:
    """Return the pieces of evidence, with links to their files."""
    about, kind, path, digest = shown.columns(report.evidence, ("about", "kind", "path", "sha256"))
    path, digest = replace(path, style="link", links=True, room=100), replace(digest, room=68)
    return Table(_(headings.EVIDENCE), TAB_LOOK_UP, (about, kind, path, digest))
