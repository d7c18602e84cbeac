"""The workbook of the monthly report: the sheet that goes to the city, and what every number of it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from mappings.standards import LICENCE, STANDARDS
from reconciliation import headings, summary
from reconciliation.cover import begin_cover, end_cover
from reconciliation.headings import rate_name
from reconciliation.monthly import UNIT_COLUMNS, MonthlyReport, Nil
from reconciliation.notes import write_notes
from reconciliation.painter import write_table
from reconciliation.pen import Pen
from reconciliation.rates import FLAGS
from reconciliation.report import Rate
from reconciliation.sheets import rates_table
from reconciliation.shown import Shown
from reconciliation.styles import TAB_ATTEND, TAB_LOOK_UP, TAB_READ
from reconciliation.tables import Column, Table
from reconciliation.workbook import close_book, open_book
from words.languages import N_
from words.languages import gettext as _

MONTHLY, NIL, TREND, DECISIONS = N_("Monthly sheet"), N_("Nil returns"), N_("Trend"), N_("Decisions")
#: Sheets of the rows that a person has to look at, by the flags that lead to them.
_LISTS: Mapping[str, pl.Expr] = {
    N_("Reported late"): pl.col("late"),
    N_("Not on the platform"): pl.col("concealed"),
    N_("Not taken"): pl.col("reported") & ~pl.col("accepted"),
}
_ROW = (
    *("document_number", "name", "item", "authority_name", "decision_date", "deadline", "disclosed_on"),
    *("verdict", "bucket", "outcome", "reason"),
)
_ORIGINS = ("source_origin", "ledger_origin", "feed_origin")
_OWN = {
    "unit": N_("Unit"),
    "site": N_("Where the unit itself publishes"),
    "produced": N_("{kind}: decided"),
    "own_site": N_("{kind}: published by the unit itself"),
    "reported": N_("{kind}: reported"),
    "unreported": N_("{kind}: not reported"),
    "basis": N_("{kind}: why not reported"),
    "accepted": N_("{kind}: validly taken in"),
    "city_site": N_("{kind}: published on the city's site"),
    "way": N_("Way of reporting"),
    "problems": N_("Problems found"),
}
_HALVES = {"licence": N_("Licences"), "penalty": N_("Penalties")}
_FLAG_NAMES = {
    "reported": N_("Reported"),
    "accepted": N_("Taken"),
    "late": N_("Late"),
    "checked": N_("Has to be there"),
    "concealed": N_("Is not there"),
}
NIL_STATES = {
    Nil.OPEN: N_("to be confirmed"),
    Nil.CONFIRMED: N_("confirmed"),
    Nil.CONTRADICTED: N_("contradicted"),
    Nil.UNSEEN: N_("no run has looked at all of its days"),
}
_MEANINGS = (
    (
        N_("Empty columns"),
        N_("No system that is read knows these facts; the unit's clerk fills them in, in the yellow cells."),
    ),
    (
        N_("Nil returns"),
        N_("Who decided nothing in a month declares so. A declaration that a later decision contradicts is told."),
    ),
    (
        N_("The rows behind a rate"),
        N_(
            "Filter the sheet “Decisions” by “yes”: compliance is Taken ÷ Reported, late is Late ÷ Reported, "
            "concealment is Is not there ÷ Has to be there."
        ),
    ),
)


def write_monthly(report: MonthlyReport, path: Path) -> Path:
    """Write the monthly report, and return where it lies.

    Raises:
        UsageError: the file cannot be written, most often because it is open in a spreadsheet program.
    """
    book = open_book(report, path, STANDARDS[report.parts[0].kind])
    lists = list(tables(report))
    pen = begin_cover(book, frozenset(table.name for table in lists))
    _cover(pen, report)
    end_cover(pen)
    for table in lists:
        write_table(book, table)
    rates = [(rate_name(name), _(headings.FORMULAS[name])) for name in summary.RATES]
    told = [(_(word), _(text)) for word, text in _MEANINGS]
    write_notes(book, [(_("How to read this report"), told), (_("How the rates are computed"), rates)])
    return close_book(book, path)


def tables(report: MonthlyReport) -> Iterator[Table]:
    """Return the lists in the order of their sheets; an empty one is left out."""
    found = [_units(report), _nil(report), *(_list(report, name, flag) for name, flag in _LISTS.items())]
    found += [_rates(report), _trend(report), _decisions(report)]
    yield from (table for table in found if table.height)


def _cover(pen: Pen, report: MonthlyReport) -> None:
    pen.sheet.set_row(0, 32)
    pen.text(0, 0, report.title, "title")
    window = _("{since} to {until}").format(since=report.since, until=report.until)
    for row, (label, value) in enumerate([(_("Window"), window), (_("As of"), report.as_of)], start=2):
        pen.text(row, 0, label, "label")
        pen.text(row, 2, value, "value")
    row = 5
    for part in report.parts:
        pen.section(row, part.label)
        named = ["", "", _("Percent"), "", _("Numerator"), "", _("Denominator")]
        pen.line(row + 1, 0, named, ["column"] * len(named))
        looks = ["row", "row", "row_strong", "row", "row_count", "row", "row_count"]
        for index, rate in enumerate((each for each in part.rates if each.scope == "all"), start=row + 2):
            pen.line(index, 0, [rate_name(rate.name), "", rate.value, "", rate.numerator, "", rate.denominator], looks)
        row = _named(pen, part.named, row + 6)
    _nil_block(pen, report, row)


def _named(pen: Pen, rates: Sequence[Rate], row: int) -> int:
    for index, rate in enumerate(rates):
        text = _("Named for its late rate: {unit}, {percent}").format(
            unit=rate.member or _("not stated"), percent=summary.percent(rate)
        )
        pen.text(row + index, 0, text, "value")
    return row + len(rates) + 1


def _nil_block(pen: Pen, report: MonthlyReport, row: int) -> None:
    pen.section(row, _(NIL))
    counts = dict(report.nil["nil"].value_counts().iter_rows())
    for index, (state, text) in enumerate(NIL_STATES.items(), start=row + 1):
        pen.line(index, 0, [*[""] * 6, counts.get(state.value, 0)], [*["row"] * 6, "row_count"])
        pen.link(index, 0, _(text), _(NIL), "row")


def _units(report: MonthlyReport) -> Table:
    labels = {kind: _(word) for kind, word in _HALVES.items()}
    columns = []
    for name, by_person in UNIT_COLUMNS.items():
        kind, _under, rest = name.partition("_") if name.partition("_")[0] in labels else ("", "", name)
        values = report.units[name]
        unknown = by_person or (report.units.height > 0 and values.null_count() == report.units.height)
        style = "entry" if unknown else "integer" if values.dtype == pl.Int64 else "text"
        if name == "unit":
            values = values.replace("", _("not stated"))
        columns.append(Column(_(_OWN[rest]).format(kind=labels.get(kind, "")), values, style))
    return Table(_(MONTHLY), TAB_READ, tuple(columns))


def _nil(report: MonthlyReport) -> Table:
    rows = report.nil.with_columns(
        pl.col("nil").replace({state.value: _(text) for state, text in NIL_STATES.items()}),
        pl.col("kind").replace(_labels(report)),
        pl.col("confirmed_at").str.slice(0, 10),
        pl.when(pl.col("decisions") > 0).then("decisions").alias("decisions"),
    )
    named = {
        "kind": headings.heading("kind"),
        "month": _("Month"),
        "unit": _("Unit"),
        "nil": _("Nil return"),
        "decisions": _("Decisions known"),
        "first": _("One of them"),
        "confirmed_by": _("Confirmed by"),
        "confirmed_at": _("Confirmed on"),
    }
    looks = {"decisions": "integer"}
    columns = [Column(heading, rows[name], looks.get(name, "text")) for name, heading in named.items()]
    return Table(_(NIL), TAB_ATTEND, tuple(columns))


def _labels(report: MonthlyReport) -> dict[str, str]:
    return {part.kind: part.label for part in report.parts}


def _together(report: MonthlyReport) -> pl.DataFrame:
    rows = [part.rows.with_columns(kind=pl.lit(part.label)) for part in report.parts]
    return pl.concat(rows)


def _list(report: MonthlyReport, name: str, flag: pl.Expr) -> Table:
    rows = _together(report).filter(flag)
    return Table(_(name), TAB_ATTEND, Shown(LICENCE).columns(rows, ("kind", *_ROW, *_ORIGINS)))


def _decisions(report: MonthlyReport) -> Table:
    rows = _together(report)
    columns = Shown(LICENCE).columns(rows, ("kind", *_ROW))
    flags = [
        Column(_(_FLAG_NAMES[name]), rows.select(pl.when(name).then(pl.lit(_("yes"))).otherwise(pl.lit("")))[:, 0])
        for name in FLAGS
    ]
    return Table(_(DECISIONS), TAB_LOOK_UP, (*columns, *flags, *Shown(LICENCE).columns(rows, _ORIGINS)))


def _rates(report: MonthlyReport) -> Table:
    parts = [(part.label, rates_table(part.rates)) for part in report.parts]
    kinds = pl.concat(pl.repeat(label, table.height, dtype=pl.String, eager=True) for label, table in parts)
    kind = Column(headings.heading("kind"), kinds)
    columns = [
        Column(each.heading, pl.concat(table.columns[index].values for _label, table in parts), each.style)
        for index, each in enumerate(parts[0][1].columns)
    ]
    return Table(_(headings.RATES), TAB_LOOK_UP, (kind, *columns))


def _trend(report: MonthlyReport) -> Table:
    rows = report.trend.with_columns(pl.col("kind").replace(_labels(report)))
    named = {"kind": headings.heading("kind"), "month": _("Month"), "produced": _("Decided")}
    named |= {"reported": _("Reported")} | {name: rate_name(name) for name in summary.RATES}
    looks = {"produced": "integer", "reported": "integer"} | dict.fromkeys(summary.RATES, "percent")
    columns = [Column(heading, rows[name], looks.get(name, "text")) for name, heading in named.items()]
    return Table(_(TREND), TAB_LOOK_UP, tuple(columns))
