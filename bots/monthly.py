"""The monthly report: what all runs that are remembered say of a month, and the nil returns of its units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from bots.operator import operator
from bots.past import Past, pasts_of
from bots.workspace import Workspace
from journal import Journal
from reconciliation.headings import CHAIN_HEAD
from reconciliation.history import ends_of, months
from reconciliation.monthly import KINDS, YEAR, MonthlyReport, Nil, Part, nil_of, part_of, trend_of, units_of
from reconciliation.rates import FLAGS
from reconciliation.report import QUARANTINE_COLUMNS, Counts
from words.declared import suggest
from words.errors import UsageError
from words.languages import N_
from words.languages import gettext as _

_TOLD = (
    *("document_number", "name", "item", "authority_name", "decision_date", "deadline", "disclosed_on"),
    *("verdict", "bucket", "outcome", "reason", *FLAGS),
)


def monthly_report(workspace: Workspace, journal: Journal, month: str) -> MonthlyReport:
    """Return the report of a month (YYYY-MM) from all runs that are remembered.

    Raises:
        UsageError: no bot of the workspace discloses anything.
    """
    year = months(month, YEAR)
    first, last = ends_of(year[0])[0], ends_of(month)[1]
    pasts = [each for each in pasts_of(workspace, journal, first, last) if each.standard.name in KINDS]
    settings = workspace.settings.monthly
    parts = [part_of(each.standard.name, each.standard.said, each.rows, month, settings.named_above) for each in pasts]
    declared = {key: (each.by, each.at) for key, each in journal.nil_returns().items()}
    nil = [
        nil_of(each.standard.name, each.rows, _units(workspace, each), _seen(each, year), declared) for each in pasts
    ]
    return MonthlyReport(
        run_id=f"monthly-{month}",
        bot="",
        title=_("{title}: monthly report {month}").format(title=workspace.settings.title, month=month),
        since=ends_of(month)[0].isoformat(),
        until=last.isoformat(),
        as_of=workspace.today.isoformat(),
        counts=Counts(),
        quarantine=pl.DataFrame(schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String)),
        evidence=pl.DataFrame(schema=dict.fromkeys(("sha256", "kind", "about", "path"), pl.String)),
        notes=_notes(journal, pasts, month),
        month=month,
        parts=parts,
        units=units_of(parts, (name for units in settings.units.values() for name in units)),
        trend=pl.concat(trend_of(each.standard.name, each.rows, month, _seen(each, year)) for each in pasts),
        nil=pl.concat(nil),
    )


def _units(workspace: Workspace, past: Past) -> Iterable[str]:
    """Return who has to report: as the settings say, else whoever decided something in the year."""
    declared = workspace.settings.monthly.units.get(past.standard.name)  # type: ignore[call-overload]
    return declared or set(past.rows["authority"]) - {""}


def _seen(past: Past, year: list[str]) -> dict[str, bool]:
    """Return the months from the first that any run looked at, the last one always, and whether each was seen whole."""
    begins = min((each.since for windows in past.covered.values() for each in windows), default=date.max)
    return {each: past.whole(*ends_of(each)) for each in year if each == year[-1] or ends_of(each)[1] >= begins}


def _notes(journal: Journal, pasts: list[Past], month: str) -> dict[str, str]:
    runs = [run for each in pasts for run in each.runs]
    return {
        N_("Month"): month,
        N_("Runs that were looked at"): ", ".join(runs) or "–",
        N_("Program"): f"yinxin {version('yinxin')}",
        CHAIN_HEAD: journal.head(),
    }


def confirm_nil(journal: Journal, report: MonthlyReport, units: Iterable[str]) -> None:
    """Record that a person declares that units decided nothing in the report's month, of any kind that shows nothing.

    Raises:
        UsageError: there is no such unit, or it did decide something of every kind.
    """
    chosen = list(dict.fromkeys(units))
    mine = report.nil.filter(pl.col("month") == report.month)
    for unit in chosen:
        if not mine.filter((pl.col("unit") == unit) & (pl.col("decisions") == 0)).height:
            raise _not_nil(unit, report, mine)
    for kind, unit, state in mine.select("kind", "unit", "nil").iter_rows():
        if unit in chosen and state in (Nil.OPEN, Nil.UNSEEN):
            journal.confirm_nil(kind, report.month, unit, operator())


def _not_nil(unit: str, report: MonthlyReport, mine: pl.DataFrame) -> UsageError:
    if unit in report.units["unit"].to_list():
        return UsageError(
            "not-nil",
            _("“{unit}” did decide something in {month}.").format(unit=unit, month=report.month),
            todo=_("The sheet “Decisions” of the monthly report lists it."),
        )
    return UsageError(
        "unknown-unit",
        _("There is no unit “{unit}” that has to report.").format(unit=unit),
        todo=suggest(unit, mine["unit"].unique().sort().to_list()),
    )


def contradicted(report: MonthlyReport) -> pl.DataFrame:
    """Return the declared nil returns of months of which a decision is known."""
    return report.nil.filter(pl.col("nil") == Nil.CONTRADICTED.value)


def result_of(report: MonthlyReport, workbook: Path) -> dict[str, Any]:
    """Return what ``--json`` prints of a monthly report."""
    return {
        "month": report.month,
        "kinds": {part.kind: _part(part) for part in report.parts},
        "units": report.units.to_dicts(),
        "nil": report.nil.to_dicts(),
        "trend": report.trend.to_dicts(),
        "workbook": str(workbook),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "rates": [
            {
                "rate": rate.name,
                "scope": rate.scope,
                "member": rate.member,
                "value": rate.value,
                "numerator": rate.numerator,
                "denominator": rate.denominator,
            }
            for rate in part.rates
        ],
        "named": [rate.member for rate in part.named],
        "rows": part.rows.select(_TOLD).to_dicts(),
    }
