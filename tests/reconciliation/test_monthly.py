"""The monthly report: units, nil returns, names, the trend, and the workbook that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reconciliation.history import ends_of
from reconciliation.monthly import MonthlyReport, Part, nil_of, part_of, trend_of, units_of
from reconciliation.monthly_sheets import write_monthly
from reconciliation.rates import flagged
from reconciliation.report import QUARANTINE_COLUMNS, Counts
from tests.reconciliation.test_rates import AS_OF, QUARANTINED, VERDICTS
from words.languages import choose

MONTH = "2024-03"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


ROWS = flagged(VERDICTS, AS_OF, QUARANTINED)


def part(named_above: float = 0.5) -> Part:
    """Return the half of the report that holds the groups of the tests of rates."""
    return part_of("licence", "Administrative licence", ROWS, MONTH, named_above)


def report(nil: pl.DataFrame) -> MonthlyReport:
    """Return a whole report."""
    first, last = ends_of(MONTH)
    return MonthlyReport(
        run_id=f"monthly-{MONTH}",
        bot="",
        title="青城市: monthly report",
        since=first.isoformat(),
        until=last.isoformat(),
        as_of=AS_OF,
        counts=Counts(),
        quarantine=pl.DataFrame(schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String)),
        evidence=pl.DataFrame(),
        month=MONTH,
        parts=[part()],
        units=units_of([part()], ["教育局"]),
        trend=trend_of("licence", ROWS, MONTH, {MONTH}),
        nil=nil,
    )


def test_units_above_the_threshold_are_named() -> None:
    """A unit is named for a late rate above the threshold, not at it."""
    assert [(each.member, each.numerator, each.denominator) for each in part(0.5).named] == [
        ("住建局", 1, 1),
        ("审批局", 3, 4),
    ]
    assert [each.member for each in part(0.75).named] == ["住建局"]


def test_the_sheet_counts_what_each_unit_decided_and_reported() -> None:
    """Produced is reported and not reported; a unit that must report and decided nothing stands there with zeros."""
    units = units_of([part()], ["教育局"])
    assert units.select(
        "unit", "licence_produced", "licence_reported", "licence_unreported", "licence_accepted"
    ).rows() == [
        ("住建局", 2, 1, 1, 1),
        ("审批局", 5, 4, 1, 2),
        ("教育局", 0, 0, 0, 0),
    ]
    assert units["penalty_produced"].to_list() == [None] * 3
    assert "1 on the platform that neither source nor ledger knows" in units["problems"][1]


@pytest.mark.parametrize(
    ("unit", "whole", "declared", "expected"),
    [
        ("教育局", True, False, ["open"]),
        ("教育局", False, False, ["unseen"]),
        ("教育局", True, True, ["confirmed"]),
        ("审批局", True, False, []),
        ("审批局", True, True, ["contradicted"]),
    ],
)
def test_a_month_without_decisions_is_a_nil_return_until_one_appears(
    unit: str, whole: bool, declared: bool, expected: list[str]
) -> None:
    """Only a month that was looked at whole is offered; a declaration that a decision contradicts is told."""
    known = {("licence", MONTH, unit): ("wang", "2024-04-01T08:00:00+00:00")} if declared else {}
    found = nil_of("licence", part().rows, [unit], {MONTH: whole}, known)
    assert found["nil"].to_list() == expected


def test_a_month_that_no_run_looked_at_has_no_counts() -> None:
    """Not known is not nothing."""
    trend = trend_of("licence", ROWS, "2024-04", {"2024-03", "2024-04"})
    assert trend.height == 12
    assert trend["produced"].to_list()[-3:] == [None, 7, 1]
    assert sum(trend["produced"].drop_nulls()) == ROWS.filter(pl.col("month") != "")["checked"].sum()


def test_the_workbook_holds_the_rows_behind_each_rate(tmp_path: Path) -> None:
    """Counting the rows with “yes” gives numerator and denominator; what a person must say is unlocked."""
    nil = nil_of("licence", part().rows, ["教育局"], {MONTH: True}, {})
    book = openpyxl.load_workbook(write_monthly(report(nil), tmp_path / "m.xlsx"))
    assert book.sheetnames[:3] == ["Summary", "Monthly sheet", "Nil returns"]
    head, *rows = list(book["Decisions"].iter_rows(values_only=True))
    yes = {name: sum(row[head.index(name)] == "yes" for row in rows) for name in ("Taken", "Reported", "Is not there")}
    rates = {each.name: each for each in part().rates if each.scope == "all"}
    assert yes["Taken"] == rates["compliance"].numerator
    assert yes["Reported"] == rates["compliance"].denominator
    assert yes["Is not there"] == rates["concealment"].numerator
    sheet = book["Monthly sheet"]
    locked = {head.value: cell.protection.locked for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert locked["Licences: decided"]
    assert not locked["Licences: why not reported"]
    assert not locked["Penalties: decided"]
