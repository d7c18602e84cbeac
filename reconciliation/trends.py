"""The right half of the summary sheet: decisions by month as a chart, and the rates of each authority."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.chart import Chart

from reconciliation import headings, summary
from reconciliation.headings import rate_name, title
from reconciliation.pen import RIGHT, ROW_PIXELS, WIDTHS, Pen
from reconciliation.report import Rate, Report, Timeliness
from reconciliation.styles import AMBER, BAD, LINE, MUTED, NAVY, font
from words.languages import gettext as _

CHART_ROWS, MONTHS, AUTHORITIES = 13, 12, 10
_COUNTS = ["row", "row_count", "row_count", "row_count"]
_PERCENTS = ["row", "row_percent", "row_percent", "row_percent"]
_NAMES = ["column_first", "column", "column", "column"]


def draw_trends(pen: Pen, report: Report, row: int) -> int:
    """Draw the latest months and the busiest authorities, and return the row below.

    What a report does not hold is left out.
    """
    row = draw_months(pen, row, _("Decisions by month"), [title(kind) for kind in Timeliness], summary.by_month(report))
    authorities = summary.by_authority(report)
    if authorities:
        row = _authorities(pen, row, list(authorities.items()))
    return row


def draw_months(
    pen: Pen, row: int, heading: str, names: Sequence[str], months: Sequence[tuple[str, dict[str, int]]]
) -> int:
    """Draw three counts of the latest months as a chart with its numbers below, and return the row below.

    The counts of each month stand in the order of the names: what went well, what is open, what went wrong.
    """
    latest = months[-MONTHS:]
    if not latest:
        return row
    pen.section(row, heading, RIGHT)
    data = row + CHART_ROWS + 1
    pen.sheet.insert_chart(row + 1, RIGHT, _chart(pen, data, len(latest)))
    pen.line(data, RIGHT, [_("Month"), *names], _NAMES)
    for index, (month, counts) in enumerate(latest, start=data + 1):
        pen.line(index, RIGHT, [month, *counts.values()], _COUNTS)
    return data + len(latest) + 2


def _authorities(pen: Pen, row: int, authorities: Sequence[tuple[str, dict[str, Rate]]]) -> int:
    pen.section(row, _("Rates by authority"), RIGHT)
    pen.line(row + 1, RIGHT, [_("Authority"), *map(rate_name, summary.RATES)], _NAMES)
    for index, (member, rates) in enumerate(authorities[:AUTHORITIES], start=row + 2):
        values = [rates[name].value if name in rates else None for name in summary.RATES]
        shown = ["–" if value is None else value for value in values]
        pen.line(index, RIGHT, [member or _("not stated"), *shown], _PERCENTS)
    if len(authorities) > AUTHORITIES:
        more = _("and {count} more on the sheet “{sheet}”")
        text = more.format(count=len(authorities) - AUTHORITIES, sheet=_(headings.RATES))
        pen.link(row + 2 + AUTHORITIES, RIGHT, text, _(headings.RATES), "row")
    return row + 3 + min(len(authorities), AUTHORITIES + 1)


def _chart(pen: Pen, data: int, months: int) -> Chart:
    chart = pen.book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    sheet, face = _(headings.SUMMARY), {"name": font(), "size": 9, "color": MUTED}
    for column, colour in enumerate((NAVY, AMBER, BAD), start=RIGHT + 1):
        series = {
            "name": [sheet, data, column],
            "categories": [sheet, data + 1, RIGHT, data + months, RIGHT],
            "values": [sheet, data + 1, column, data + months, column],
            "fill": {"color": colour},
            "gap": 60,
        }
        chart.add_series(series)
    chart.set_legend({"position": "top", "font": face})
    chart.set_x_axis({"num_font": face, "line": {"color": LINE}, "text_axis": True})
    lines = {"visible": True, "line": {"color": LINE}}
    chart.set_y_axis({"num_font": face, "line": {"none": True}, "major_gridlines": lines, "num_format": "#,##0"})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": sum(WIDTHS[RIGHT:]) * 7 + 20, "height": CHART_ROWS * ROW_PIXELS - 6})
    return chart
