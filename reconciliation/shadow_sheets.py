"""What a run in the shadow found, as lists of its workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from mappings.standards import Standard
from reconciliation import headings
from reconciliation.headings import field_label
from reconciliation.report import Report
from reconciliation.shadow import STANDINGS, Compared, Standing, agreement
from reconciliation.shown import Shown
from reconciliation.styles import TAB_ATTEND, TAB_LOOK_UP
from reconciliation.tables import Column, Table
from words.languages import N_
from words.languages import gettext as _

SHADOW, APART = N_("Shadow"), N_("Shadow differences")
_RECORDS = ("document_number", "name", "item", "authority_name", "decision_date", "standing", "reason")
_APART = ("document_number", "name", "item", "field", "bot_value", "feed_value")


def shadow_tables(report: Report, standard: Standard, shown: Shown) -> Iterator[Table]:
    """Return how far bot and clerk agree per field and item, and where not; nothing of a run out of the shadow."""
    if not report.in_shadow:
        return
    found = agreement(report.shadow, standard)
    yield _counts([(_("All records"), [found.records]), (_("Field"), _labelled(found.fields, standard))], found.items)
    rows = shown.hide(report.shadow_differences, "bot_value", "feed_value")
    yield Table(_(APART), TAB_ATTEND, shown.columns(rows, _APART))
    stands = {standing.value: _(text) for standing, text in STANDINGS.items()}
    for standing in (Standing.ONLY_CLERK, Standing.ONLY_BOT, Standing.UNCLEAR):
        mine = report.shadow.filter(pl.col("standing") == standing.value)
        told = mine.with_columns(pl.col("standing").replace(stands))
        yield Table(f"{_(SHADOW)} · {_(_TABS[standing])}", TAB_ATTEND, shown.columns(told, _RECORDS))


_TABS = {Standing.ONLY_CLERK: N_("only clerk"), Standing.ONLY_BOT: N_("only bot"), Standing.UNCLEAR: N_("unclear")}


def _labelled(fields: Sequence[Compared], standard: Standard) -> list[Compared]:
    return [Compared(field_label(standard, each.name), each.agreed, each.compared) for each in fields]


def _counts(blocks: list[tuple[str, Sequence[Compared]]], items: Sequence[Compared]) -> Table:
    """Return the agreement over all records, per field and per item as one list."""
    lines = [
        (scope, each.name or "–", each.agreed, each.compared, each.value)
        for scope, counted in (*blocks, (headings.heading("item"), items))
        for each in counted
    ]
    schema = {"scope": pl.String, "name": pl.String, "agreed": pl.Int64, "compared": pl.Int64, "value": pl.Float64}
    frame = pl.DataFrame(lines, schema=schema, orient="row")
    named = {"scope": headings.heading("scope"), "name": _("Field or item"), "agreed": _("Agree")}
    named |= {"compared": _("Compared"), "value": _("Percent")}
    looks = {"agreed": "integer", "compared": "integer", "value": "percent"}
    columns = [Column(heading, frame[name], looks.get(name, "text")) for name, heading in named.items()]
    return Table(_(SHADOW), TAB_LOOK_UP, tuple(columns))
