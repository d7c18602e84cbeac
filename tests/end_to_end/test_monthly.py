"""The monthly report and what is due, from the runs that a workspace remembers."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bots.workspace import Workspace
from tests.end_to_end.town import Desk, Town, assert_named, furnished

MONTHS = ("2024-03", "2024-04", "2024-05", "2024-06", "2024-07", "2024-08")
Settled = tuple[Town, Desk]


def overall(result: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Return the rates of a month over everything."""
    rates = [rate for rate in result["kinds"]["licence"]["rates"] if rate["scope"] == "all"]
    return {rate["rate"]: (rate["numerator"], rate["denominator"]) for rate in rates}


def test_the_months_add_up_to_the_run_and_to_the_truth(settled: Settled, copied: Desk) -> None:
    """Every decision of the city stands in exactly one month, above and below each line as the run counted it."""
    town, _desk = settled
    again = copied.call("report").result
    months = [copied.call("report", "--month", month).result for month in MONTHS]
    for name, rate in again["rates"].items():
        found = [overall(month)[name] for month in months]
        assert sum(above for above, _below in found) == rate["numerator"], name
        assert sum(below for _above, below in found) == rate["denominator"], name
    known = [entry for entry in town.truth["records"] if entry["verdict"] != "only_in_feed"]
    produced = sum(unit["licence_produced"] for month in months for unit in month["units"])
    assert produced == len(known) + len(town.truth["quarantined"])
    _the_rows_are_behind_the_rates(months[4])
    assert [line["month"] for line in months[5]["trend"] if line["produced"] is not None] == list(MONTHS)


def _the_rows_are_behind_the_rates(month: dict[str, Any]) -> None:
    part = month["kinds"]["licence"]
    late = Counter(row["authority_name"] for row in part["rows"] if row["late"])
    reported = Counter(row["authority_name"] for row in part["rows"] if row["reported"])
    for rate in part["rates"]:
        if (rate["rate"], rate["scope"]) == ("late", "authority"):
            assert (rate["numerator"], rate["denominator"]) == (late[rate["member"]], reported[rate["member"]])
    assert set(part["named"]) == {unit for unit, count in late.items() if count > reported[unit] / 2}
    book = openpyxl.load_workbook(month["workbook"], read_only=True)
    assert book["Decisions"].max_row == len(part["rows"]) + 1
    book.close()


def test_runs_cut_by_months_leave_the_history_of_one_run(settled: Settled, copied: Desk, tmp_path: Path) -> None:
    """Two runs over two windows report May and June as one run over all of it does."""
    town, _desk = settled
    cut, one = furnished(tmp_path / "cut", town), copied
    for since, until in (("2024-06-01", "2024-06-30"), ("2024-05-01", "2024-05-31")):
        assert cut.call("run", "disclosure", "--since", since, "--until", until).code == 1
    for month in ("2024-05", "2024-06"):
        split, whole = (desk.call("report", "--month", month).result for desk in (cut, one))
        assert split["kinds"] == whole["kinds"]
        assert split["units"] == whole["units"]


def test_a_nil_return_is_confirmed_by_a_person_and_contradicted_by_a_decision(copied: Desk) -> None:
    """A unit that decided nothing is offered; a person confirms it; a decision that turns up is told."""
    units = '[monthly]\nunits = {licence = ["呼和浩特市农牧局", "呼和浩特市民族事务委员会"]}\n\n'
    copied.change("yinxin.toml", "[hosts]", f"{units}[hosts]")
    offered = copied.call("report", "--month", "2024-07")
    lines = [line for line in offered.result["nil"] if line["month"] == "2024-07"]
    assert [(line["unit"], line["nil"]) for line in lines] == [("呼和浩特市民族事务委员会", "open")]
    confirmed = copied.call("report", "--month", "2024-07", "--nil", "呼和浩特市民族事务委员会")
    lines = [line for line in confirmed.result["nil"] if line["month"] == "2024-07"]
    assert [line["nil"] for line in lines] == ["confirmed"]
    assert lines[0]["confirmed_by"]
    assert_named(copied.call("report", "--month", "2024-07", "--nil", "呼和浩特市农牧局"), 2, "not-nil")
    assert_named(copied.call("report", "--month", "2024-07", "--nil", "教育厅"), 2, "unknown-unit")
    assert_named(copied.call("report", "--nil", "呼和浩特市农牧局"), 2, "no-month")
    assert_named(copied.call("report", "--month", "2024-7"), 2, "not-a-month")
    with Workspace.find(copied.folder).journal() as journal:
        journal.confirm_nil("licence", "2024-07", "呼和浩特市农牧局", "wang")  # before the decision turned up
    found = copied.call("report", "--month", "2024-07").result["nil"]
    assert {line["unit"]: line["nil"] for line in found if line["month"] == "2024-07"} == {
        "呼和浩特市农牧局": "contradicted",
        "呼和浩特市民族事务委员会": "confirmed",
    }
    copied.call("run", "disclosure")
    alarms = {alarm["key"] for alarm in copied.call("alarms", "list").result["alarms"]}
    assert "bot/disclosure/nil" in alarms


@pytest.mark.parametrize("days", [0, 3, 6])
def test_what_is_due_soon_is_what_the_city_did_not_disclose(settled: Settled, days: int) -> None:
    """By its last day, none that is disclosed, none that is late already, and each with who must act."""
    town, desk = settled
    outcome = desk.call("status", "--due", str(days))
    calendar, today = Workspace.find(desk.folder).calendar, date(2024, 8, 13)
    until = calendar.add(today, days) if days else today
    rows = {each.serial: each for each in town.city.decisions}
    held = [
        rows[entry["serials"][0]] for entry in town.truth["records"] if entry["bucket"] == "held" and entry["serials"]
    ]
    unseen = {each.values["XK_WSH"] for each in held} | {row["document_number"] for row in town.truth["quarantined"]}
    for line in outcome.result["due"]:
        assert today.isoformat() <= line["deadline"] <= until.isoformat()
        assert line["deadline"] == calendar.add(date.fromisoformat(line["decision_date"]), 7).isoformat()
        assert line["document_number"] in unseen or line["actor"] == "department"
        assert line["actor"] in {"held", "source", "department"}
    assert [line["deadline"] for line in outcome.result["due"]] == sorted(
        line["deadline"] for line in outcome.result["due"]
    )
    assert outcome.code == 1
