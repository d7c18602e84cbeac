"""The report of a run in all its forms, written from what the run left."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser

from bots.forms import Form
from bots.reporting import kept_report, write_linked
from bots.workspace import Workspace
from reconciliation.report import Report
from tests.end_to_end.town import Desk, Town

Settled = tuple[Town, Desk]


def first_run(desk: Desk) -> str:
    """Return the run that sent everything."""
    return str(desk.call("status").result["runs"][-1]["run"])


@pytest.mark.parametrize("form", ["html", "json", "text"])
def test_a_report_is_written_in_the_form_that_is_asked_for(copied: Desk, form: str) -> None:
    """The same run as a page, as data, or as a summary alone, and twice with the same bytes."""
    run = first_run(copied)
    reports = copied.folder / "reports"
    before = set(reports.iterdir())
    outcome = copied.call("report", run, "--format", form)
    assert outcome.code == 0
    assert outcome.result["workbook"] == ""
    new = set(reports.iterdir()) - before
    if form == "text":
        assert (outcome.result["file"], new) == ("", set())
        return
    assert new == {reports / f"{run}.{form}"} == {Path(outcome.result["file"])}
    written = (reports / f"{run}.{form}").read_bytes()
    copied.call("report", run, "--format", form)
    assert (reports / f"{run}.{form}").read_bytes() == written
    if form == "json":
        assert json.loads(written)["counts"] == outcome.result["counts"]


def test_every_link_leads_to_its_file_in_a_copied_workspace(copied: Desk) -> None:
    """Workbook and page name the evidence as seen from themselves, so that a copied folder holds together."""
    run = first_run(copied)
    page = Path(copied.call("report", run, "--format", "html").result["file"])
    sheet = openpyxl.load_workbook(copied.call("report", run).result["workbook"])["Evidence"]
    links = [each.attributes["href"] or "" for each in LexborHTMLParser(page.read_text("utf-8")).css("td a")]
    assert links == [str(cell.hyperlink.target) for cell in sheet["C"][1:]]
    assert links
    for link in links:
        assert (page.parent / unquote(link)).resolve().is_relative_to(copied.folder.resolve())
        assert (page.parent / unquote(link)).is_file()


@pytest.mark.parametrize("start", ["", "evidence-of-run"])
def test_the_links_begin_where_the_writer_says(copied: Desk, tmp_path: Path, start: str) -> None:
    """Whoever packs evidence and workbook together says where the one lies as seen from the other."""
    with Workspace(copied.folder).journal() as journal:
        report = kept_report(journal, first_run(copied))
    paths = report.evidence["path"].to_list()
    for form in (Form.XLSX, Form.HTML):
        write_linked(report, tmp_path / f"run.{form.value}", start, form)
    assert report.evidence["path"].to_list() == paths
    cells: Any = openpyxl.load_workbook(tmp_path / "run.xlsx")["Evidence"]["C"][1:]
    assert [cell.value for cell in cells] == [f"{start}/{path}" if start else path for path in paths]


def test_the_times_of_every_delivery_are_told(copied: Desk) -> None:
    """What a run sent bears when it was first seen, sent, taken and shown, and the working days that took."""
    with Workspace(copied.folder).journal() as journal:
        report = kept_report(journal, first_run(copied))
    assert isinstance(report, Report)
    calendar = Workspace(copied.folder).calendar
    sent = report.timeline.filter(report.timeline["sent_at"] != "")
    assert sent.height == report.counts.due > 0
    for row in sent.iter_rows(named=True):
        assert row["sent_at"] <= row["accepted_at"]
        assert row["batch"]
        assert row["collected_on"] == row["shown_on"] == report.as_of
        decided, shown = (date.fromisoformat(row[name]) for name in ("decision_date", "shown_on"))
        assert int(row["days"]) == calendar.between(decided, shown)
        assert (row["timeliness"] == "late") == (int(row["days"]) > int(row["period"]))
        assert row["period"] == "7"


def test_times_are_kept_from_run_to_run(copied: Desk) -> None:
    """A run with nothing to send still tells when an earlier one sent what the feed shows."""
    newest = copied.call("status").result["runs"][0]["run"]
    with Workspace(copied.folder).journal() as journal:
        later, earlier = (kept_report(journal, run) for run in (newest, first_run(copied)))
    assert isinstance(later, Report)
    assert isinstance(earlier, Report)
    times = ["document_number", "collected_on", "sent_at", "accepted_at", "batch"]
    was = {row[0]: row for row in earlier.timeline.select(times).rows() if row[2]}
    now = {row[0]: row for row in later.timeline.select(times).rows() if row[2]}
    assert now == was
