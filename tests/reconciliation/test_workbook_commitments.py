"""The workbook and the page of a commitment run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconciliation.commitments.judging import Stage
from reconciliation.commitments.report import CASE_COLUMNS, TIMELINE_COLUMNS, CommitmentReport, WatchCounts
from reconciliation.commitments.sheets import write_commitments
from reconciliation.commitments.summary import by_month, pushed_next, tally
from reconciliation.renderings import as_json, page_of
from reconciliation.report import QUARANTINE_COLUMNS
from tests.reconciliation.builders import text_frame
from words.languages import choose

STAGES = tuple(Stage)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


def commitments(size: int = 18) -> CommitmentReport:
    """Return a report with every stage in it, the later ones due in the next month."""
    cases = [_case(number) for number in range(size)]
    events = [{"document_number": each["document_number"], "event": "made", "at": "2024-05-06"} for each in cases]
    return CommitmentReport(
        run_id="commitments-20240813-000001",
        bot="commitments",
        title="告知承诺逾期公示",
        since="2024-08-13",
        until="2024-08-13",
        as_of="2024-08-13",
        counts=WatchCounts(collected=size, mapped=size, not_due=size),
        cases=text_frame(cases, CASE_COLUMNS),
        timeline=text_frame(events, TIMELINE_COLUMNS),
        quarantine=text_frame([], QUARANTINE_COLUMNS),
        evidence=text_frame([], ("sha256", "kind", "about", "path")),
    )


def _case(number: int) -> dict[str, object]:
    stage = STAGES[number % len(STAGES)]
    month = 8 + number // len(STAGES)
    return {
        "record_id": f"{number:032x}",
        "stage": stage.value,
        "bucket": "not_due",
        "why": "需人工处理" if stage is Stage.UNCLEAR else "",
        "document_number": f"1501042024{number:08d}",
        "name": f"某某建设有限公司{number}",
        "ends_on": "" if stage is Stage.UNCLEAR else f"2024-{month:02d}-{28 - number:02d}",
        "push_day": "" if stage is Stage.UNCLEAR else f"2024-{month + 1:02d}-{28 - number:02d}",
        "origin": "工程审批系统",
    }


def written(made: CommitmentReport, folder: Path) -> Any:
    """Write a report and open it again."""
    return openpyxl.load_workbook(write_commitments(made, folder / "run.xlsx"))


def test_every_month_is_counted_once() -> None:
    """Each commitment with a deadline is kept, open or overdue in the month of its deadline."""
    months = by_month(commitments())
    assert [month for month, _counts in months] == ["2024-08", "2024-09"]
    assert all(counts == {"kept": 2, "open": 4, "broken": 2} for _month, counts in months)
    assert sum(tally(commitments()).values()) == 18


def test_what_is_pushed_next_stands_on_the_first_page(tmp_path: Path) -> None:
    """The next push days come first, with whose commitment it is and where it stands."""
    made = commitments()
    waiting = pushed_next(made)
    assert set(waiting["stage"]) == {"at_risk", "overdue", "breached"}
    assert waiting["push_day"].is_sorted()
    rows = [[str(value) for value in row if value] for row in written(made, tmp_path)["Summary"].values]
    (first,) = [row for row in rows if waiting["name"][0] in row]
    assert first[-3:] == [waiting["ends_on"][0], waiting["push_day"][0], tally_name(waiting["stage"][0])]


def tally_name(stage: str) -> str:
    """Return the name under which a stage is counted."""
    return list(tally(commitments()))[STAGES.index(Stage(stage))]


def test_the_first_page_has_a_chart_and_the_contents(tmp_path: Path) -> None:
    """Deadlines by month are drawn, and every list is named with its rows."""
    book = written(commitments(), tmp_path)
    (chart,) = book["Summary"]._charts
    assert len(chart.series) == 3
    links = {cell.value for row in book["Summary"] for cell in row if cell.hyperlink}
    assert set(book.sheetnames[1:-1]) <= links


def test_codes_of_commitments_keep_their_digits(tmp_path: Path) -> None:
    """A code of 18 digits is text in every list."""
    sheet = written(commitments(), tmp_path)["Full list"]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert sheet["A2"].value == "150104202400000000"


def test_a_run_without_commitments_has_a_workbook_and_a_page(tmp_path: Path) -> None:
    """Where there is nothing, zeros stand on the first page, and no chart."""
    made = commitments(0)
    assert written(made, tmp_path).sheetnames == ["Summary", "Full list", "Notes"]
    assert [block.heading for block in page_of(made).blocks] == ["Where the commitments stand"]


def test_page_and_data_hold_the_lists_of_the_workbook(tmp_path: Path) -> None:
    """The same lists stand in all three."""
    made = commitments()
    names = written(made, tmp_path).sheetnames[1:-1]
    assert [table.name for table in page_of(made).tables] == names
    assert all(f'"name": "{name}"' in as_json(made) for name in names)
