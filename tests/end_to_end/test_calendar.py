"""The working-day calendar of a workspace: shown, checked, extended, and counted by."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.workspace import Workspace
from journal import Journal
from schedules.workdays import Calendar
from tests.end_to_end.town import Desk, Town, assert_named, call

FILE = "schedules/calendar.yaml"
LIBRARY = Calendar()
NEXT = LIBRARY.horizon.year + 1
NOTICE = {
    "year": NEXT,
    "days": [
        {"name": "元旦", "date": f"{NEXT - 1}-12-30", "isOffDay": True},
        {"name": "元旦", "date": f"{NEXT - 1}-12-31", "isOffDay": True},
        {"name": "元旦", "date": f"{NEXT}-01-01", "isOffDay": True},
    ],
}


def at(desk: Desk, day: date) -> Desk:
    """Let the workspace believe in another day."""
    desk.change("yinxin.toml", "2024-08-13", day.isoformat())
    return desk


def with_notice(folder: Path, year: int = NEXT) -> str:
    """Write the notice of a year into a folder."""
    (folder / "notice.json").write_text(json.dumps({**NOTICE, "year": year}, ensure_ascii=False), encoding="utf-8")
    return str(folder / "notice.json")


def written(desk: Desk, text: str) -> None:
    """Write the workspace's calendar by hand."""
    (desk.folder / "schedules").mkdir(exist_ok=True)
    (desk.folder / FILE).write_text(text, encoding="utf-8")


def test_a_year_is_a_list_and_a_month_a_sheet(quiet: Desk) -> None:
    """Holidays and make-up days with their reasons, in the year of the workspace's own day unless one is named."""
    year = quiet.call("calendar", "show").result
    days = {each["day"]: (each["works"], each["reason"], each["own"]) for each in year["days"]}
    assert (year["first"], year["last"]) == ("2024-01-01", "2024-12-31")
    assert days["2024-10-01"] == (False, "National Day", False)
    assert days["2024-10-12"] == (True, "National Day", False)
    assert "2024-02-09" not in days
    assert (year["horizon"], year["version"]) == (f"{LIBRARY.horizon}", LIBRARY.version)
    month = call("calendar", "show", "2024-10", "-w", str(quiet.folder))
    assert "12 work" in month.out
    assert "2024-10-01 to 2024-10-07" in month.out
    assert "7 rest" in month.out
    chinese = call("calendar", "show", "2024-10", "-w", str(quiet.folder), "--lang", "zh")
    assert "12 班" in chinese.out
    assert "国庆节" in chinese.out


@pytest.mark.parametrize("period", ["2024-13", "24", "2024-10-01", "next"])
def test_neither_a_year_nor_a_month_is_refused(quiet: Desk, period: str) -> None:
    """What is shown is a whole year or month."""
    assert_named(quiet.call("calendar", "show", period), 2, "not-a-period")


def test_a_year_without_a_notice_is_not_shown(quiet: Desk) -> None:
    """Its weekends are known, its holidays are not."""
    error = assert_named(quiet.call("calendar", "show", f"{NEXT}"), 2, "calendar-horizon")
    assert f"yinxin calendar add --year {NEXT}" in error["todo"]


@pytest.mark.parametrize(("left", "code"), [(61, 0), (60, 0), (59, 1), (-5, 1)])
def test_the_check_asks_for_the_next_notice_in_time(quiet: Desk, left: int, code: int) -> None:
    """It exits 1 from 60 days before the last known day on."""
    outcome = at(quiet, LIBRARY.horizon - timedelta(days=left)).call("calendar", "check")
    assert outcome.code == code
    assert outcome.envelope["ok"] is not bool(code)
    assert outcome.result["days_left"] == left
    assert outcome.result["own"] == []


def test_a_day_of_ones_own_is_added_checked_and_shown(quiet: Desk) -> None:
    """What was in the file stays; the check sets the day against the library, the doctor says that there is one."""
    written(quiet, "# ours\ntitle: 新城区  # whose\nclosed:\n  2024-10-01: 国庆节  # said twice\n")
    added = quiet.call("calendar", "add", "2024-08-19..2024-08-20", "--rest", "--reason", "那达慕: 本地")
    assert added.code == 0
    assert added.result["version"].startswith(f"{LIBRARY.version} + ")
    text = (quiet.folder / FILE).read_text("utf-8")
    assert text.splitlines()[:4] == [
        "# ours",
        "title: 新城区  # whose",
        "closed:",
        "  2024-10-01: 国庆节  # said twice",
    ]
    assert quiet.call("calendar", "add", "2024-08-24", "--work", "--reason", "补班").code == 0
    own = {each["first"]: each for each in quiet.call("calendar", "check").result["own"]}
    assert {day: (each["works"], each["standing"]) for day, each in own.items()} == {
        "2024-08-19": (False, "differs"),
        "2024-08-24": (True, "differs"),
        "2024-10-01": (False, "agrees"),
    }
    assert own["2024-08-19"]["reason"] == "那达慕: 本地"
    month = {each["day"]: each for each in quiet.call("calendar", "show", "2024-08").result["days"]}
    assert month["2024-08-20"] == {"day": "2024-08-20", "works": False, "reason": "那达慕: 本地", "own": True}
    found = [check["found"] for check in quiet.call("doctor").result["checks"] if check["name"] == "calendar"]
    assert f"3 days are as {FILE} says" in found[0]


def test_the_first_day_of_ones_own_makes_the_file(quiet: Desk) -> None:
    """It bears the workspace's title, and nothing else is left beside it."""
    assert quiet.call("calendar", "add", "2024-08-19", "--rest", "--reason", "那达慕").code == 0
    shipped = {"commitments.yaml", "disclosure.yaml"}
    assert {file.name for file in (quiet.folder / "schedules").iterdir()} == {*shipped, "calendar.yaml"}
    assert (quiet.folder / FILE).read_text("utf-8") == "title: The sandbox city\nclosed:\n  2024-08-19: 那达慕\n"


def test_a_notice_extends_what_is_known(quiet: Desk, tmp_path: Path) -> None:
    """The year after the library's last one is counted then, and December days of its notice too."""
    outcome = quiet.call("calendar", "add", "--year", f"{NEXT}", "--from", with_notice(tmp_path))
    assert outcome.code == 0
    assert outcome.result["horizon"] == f"{NEXT}-12-31"
    assert quiet.call("calendar", "show", f"{NEXT}").code == 0
    calendar = Workspace.find(quiet.folder).calendar
    assert not calendar.is_workday(date(NEXT - 1, 12, 31))
    assert calendar.add(date(NEXT - 1, 12, 28), 7) > date(NEXT, 1, 1)
    again = quiet.call("calendar", "add", "--year", f"{NEXT}", "--from", with_notice(tmp_path))
    assert_named(again, 2, "calendar-stated", file=FILE, line=3)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "usage"),
        (("2024-08-19",), "usage"),
        (("--year", "2027"), "usage"),
        (("2024-08-19", "--rest", "--reason", "x", "--year", "2027"), "usage"),
        (("2024-08-19", "--rest"), "no-reason"),
        (("2024-02-30", "--rest", "--reason", "x"), "not-a-day"),
        (("2024-08-20", "--work", "--reason", "x"), "calendar-stated"),
        (("--year", "2027", "--from", "nowhere.json"), "unreadable-file"),
    ],
)
def test_what_cannot_be_added_is_refused_and_the_file_left_alone(
    quiet: Desk, words: tuple[str, ...], code: str
) -> None:
    """Half an order, no reason, no day, a day of which something is said already, no file."""
    written(quiet, "title: x\nclosed: {2024-08-19..2024-08-21: 那达慕}\n")
    before = (quiet.folder / FILE).read_bytes()
    assert_named(quiet.call("calendar", "add", *words), 2, code)
    assert (quiet.folder / FILE).read_bytes() == before


def test_the_notice_of_another_year_is_refused(quiet: Desk, tmp_path: Path) -> None:
    """Its own year stands in it."""
    outcome = quiet.call("calendar", "add", "--year", f"{NEXT}", "--from", with_notice(tmp_path, NEXT + 1))
    assert_named(outcome, 2, "calendar-other-year", line=1)
    assert not (quiet.folder / FILE).exists()


def test_a_file_of_another_layout_is_left_to_its_writer(quiet: Desk) -> None:
    """One alias for two sections cannot be added to; the lines to write by hand are given."""
    text = "title: x\nclosed: &none {}\nopen: *none\n"
    written(quiet, text)
    outcome = quiet.call("calendar", "add", "2024-08-19", "--rest", "--reason", "那达慕")
    error = assert_named(outcome, 2, "calendar-layout", file=FILE)
    assert "closed:\n  2024-08-19: 那达慕" in error["todo"]
    assert (quiet.folder / FILE).read_text("utf-8") == text


@pytest.mark.parametrize("words", [("calendar", "show"), ("calendar", "check"), ("run", "disclosure")])
def test_a_faulty_calendar_is_named_before_anything_else_happens(quiet: Desk, words: tuple[str, ...]) -> None:
    """Nothing is counted by half a calendar."""
    written(quiet, "title: x\nclosed:\n  2024-08-32: 那达慕\n")
    assert_named(quiet.call(*words), 2, "not-a-day", file=FILE, line=3)


def changes(desk: Desk) -> list[dict[str, Any]]:
    """What the journal tells of the bot's calendars."""
    with Journal.open(desk.folder / ".yinxin") as journal:
        assert journal.audit().whole
        return [json.loads(event.data) for event in journal.events(subject="bot/disclosure")]


def test_a_change_of_the_calendar_is_told_once_and_moves_deadlines(town: Town, desk: Desk) -> None:
    """The first run by other days recomputes, and the journal tells how many records still waiting it moves."""
    assert desk.call("run", "disclosure", "--dry-run").code == 1
    assert changes(desk) == [{"before": "", "now": LIBRARY.version, "moved": 0}]
    assert desk.call("calendar", "add", "2024-08-01..2024-08-02", "--rest", "--reason", "那达慕").code == 0
    version = Workspace.find(desk.folder).calendar.version
    run = desk.call("run", "disclosure", "--dry-run")
    assert run.code == 1
    assert desk.call("run", "disclosure", "--dry-run").code == 1
    first, second = changes(desk)
    assert (first["now"], second["before"], second["now"]) == (LIBRARY.version, LIBRARY.version, version)
    with Journal.open(desk.folder / ".yinxin") as journal:
        judged = [each for each in journal.verdicts_of(run.result["run"]) if each["bucket"] in ("due", "held")]
    decided = [(date.fromisoformat(each["decision_date"]), each["deadline"]) for each in judged if each["deadline"]]
    moved = sum(LIBRARY.add(day, 7).isoformat() != deadline for day, deadline in decided)
    assert second["moved"] == moved > 0
    number = next(each["document_number"] for each in judged if each["decision_date"] == "2024-07-31")
    deadline = desk.call("explain", number).result["records"][0]["deadline"]
    assert (deadline["last_day"], deadline["calendar"]) == ("2024-08-13", version)
    assert town.received == []
