"""What a run gives cause for: who must act, what is over, and what a run cannot know."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bots.alarming import alarms_after
from bots.messages import line_of
from bots.story import Done
from bots.workspace import Workspace
from journal import Alarm, Busy, Journal, LeaseRow, Prepared
from reconciliation.commitments.report import CASE_COLUMNS, TIMELINE_COLUMNS, CommitmentReport, WatchCounts
from reconciliation.report import VERDICT_COLUMNS, Counts, Report
from tests.alarms.receivers import workspace_with
from tests.reconciliation.builders import empty_report, text_frame
from words.errors import (
    BusinessError,
    DeliveryError,
    DriftError,
    LoginNeeded,
    Place,
    SystemFailure,
    UsageError,
    YinxinError,
)

BOTS = Path(__file__).parents[2] / "bots"
NOON = datetime(2024, 8, 13, 12).astimezone()
TODAY = "2024-08-13"
DRIFT = DriftError("headings-changed", "Headings changed.", todo="Accept them.", place=Place(system="审批平台"))
#: All that a bot looks at by itself.
WHOLE = {"since": "2024-06-14", "until": TODAY, "as_of": TODAY}

After = Callable[[Report | YinxinError | BaseException], dict[str, Alarm]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one bot."""
    workspace = workspace_with(tmp_path)
    (tmp_path / "bots").mkdir()
    shutil.copy(BOTS / "disclosure.yaml", tmp_path / "bots")
    return workspace


@pytest.fixture
def journal(workspace: Workspace) -> Iterator[Journal]:
    """Its journal."""
    with workspace.journal() as opened:
        yield opened


@pytest.fixture
def after(workspace: Workspace, journal: Journal) -> After:
    """Say how a run ended, and return what is open then, by the end of its key."""

    def ended(outcome: Report | BaseException) -> dict[str, Alarm]:
        told = Done(outcome, ()) if isinstance(outcome, Report) else outcome
        alarms_after(workspace, journal, "disclosure", told, NOON)
        return {each.key.removeprefix("bot/disclosure/"): each for each in journal.alarms()}

    return ended


def ran(counts: Counts | None = None, **days: str) -> Report:
    """The report of a run over the whole window, unless the days say otherwise."""
    report = empty_report()
    for name, day in (WHOLE | days).items():
        setattr(report, name, day)
    report.counts = counts or Counts()
    return report


@pytest.mark.parametrize(
    ("kind", "actor", "call"),
    [
        (BusinessError, "business", "For a clerk"),
        (SystemFailure, "system", "For whoever looks after the machines"),
        (LoginNeeded, "login", "For whoever holds the account"),
        (DeliveryError, "delivery", "For whoever talks to the feed's operator"),
        (UsageError, "usage", "For an administrator"),
    ],
)
def test_an_error_fails_the_bot_and_names_who_acts(
    workspace: Workspace, after: After, kind: type[YinxinError], actor: str, call: str
) -> None:
    """One line says of what, who must act, what is wrong where, and what to do."""
    (alarm,) = after(kind("code", "It broke.", todo="Mend it.", place=Place(system="信用平台"))).values()
    assert (alarm.key, alarm.kind, alarm.actor) == ("bot/disclosure/error/code", "failed", actor)
    assert line_of(workspace, alarm) == f"[Yinxin · 双公示自动公示] {call}: 信用平台: It broke. Mend it."


def test_drift_degrades(after: After) -> None:
    """A layout that changed stops the push, and an integrator has to look."""
    (alarm,) = after(DRIFT).values()
    assert (alarm.kind, alarm.actor, alarm.sentence) == ("degraded", "drift", "审批平台: Headings changed.")


def test_a_sentence_with_a_persons_values_is_not_passed_on(after: After) -> None:
    """What a page shows of people stays out of chats."""
    told = "The page shows “王芳” where its own request answers “王方”."
    (alarm,) = after(DriftError("two-readings-differ", told, todo="Compare.", place=Place(field="name"))).values()
    assert "王" not in alarm.sentence


def test_what_is_unforeseen_is_told_without_its_words(after: After) -> None:
    """An error of the program itself may quote anything."""
    (alarm,) = after(KeyError("Yinxin-2024-password")).values()
    assert alarm.kind == "failed"
    assert "password" not in alarm.sentence


@pytest.mark.parametrize(
    "outcome",
    [
        KeyboardInterrupt(),
        Busy(LeaseRow("bot disclosure", "x", "somebody", 0)),
        UsageError("empty-window", "x", todo="x"),
    ],
)
def test_what_says_nothing_of_a_bot_is_no_alarm(after: After, outcome: BaseException) -> None:
    """Somebody interrupted it, is at work already, or mistyped an option."""
    assert after(outcome) == {}


def test_a_dry_run_raises_and_ends_nothing(workspace: Workspace, journal: Journal, after: After) -> None:
    """It only looks."""
    after(DRIFT)
    alarms_after(workspace, journal, "disclosure", LoginNeeded("x", "x", todo="x"), NOON, dry_run=True)
    assert set(after(replace(ran(Counts(held=3)), dry_run=True))) == {"error/headings-changed"}


def test_a_stopped_run_ends_nothing(after: After) -> None:
    """It has seen too little to say that anything is over."""
    after(ran(Counts(held=3, mapped=3, collected=3)))
    assert set(after(DRIFT)) == {"held", "error/headings-changed"}
    assert set(after(ran(Counts(held=3, mapped=3, collected=3)))) == {"held"}
    assert after(ran()) == {}


@pytest.mark.parametrize("days", [{"since": "2024-08-01"}, {"as_of": "2024-07-01"}, {"until": "2024-08-12"}])
def test_a_run_over_a_part_ends_errors_only(after: After, days: dict[str, str]) -> None:
    """What it did not look at may still be held, and finding nothing there is no wonder."""
    after(ran(Counts(held=3, mapped=3, collected=3)))
    after(DRIFT)
    assert set(after(ran(None, **days))) == {"held"}


def test_counts_become_alarms(after: After) -> None:
    """Held, unreadable and refused rows are a clerk's; the counts are those of the newest run."""
    counts = Counts(collected=9, mapped=7, quarantined=2, held=3, due=4, rejected=4)
    assert {key: each.sentence for key, each in after(ran(counts)).items()} == {
        "held": "3 records are held for a person.",
        "quarantined": "2 rows cannot be read.",
        "rejected": "The feed refuses 4 records.",
    }
    fewer = after(ran(Counts(collected=1, mapped=1, held=1)))
    assert {key: (each.sentence, each.times) for key, each in fewer.items()} == {
        "held": ("1 record is held for a person.", 2)
    }


def test_a_run_that_does_not_add_up_has_failed(after: After) -> None:
    """Whatever else went well."""
    assert after(ran(Counts(collected=5, mapped=4)))["unbalanced"].kind == "failed"


def test_late_and_due_soon_are_what_nobody_can_see_yet(after: After) -> None:
    """What the feed shows, or has taken, is late by now only in the rates."""
    sides: dict[str, object] = {"group": 1, "timeliness": "late", "source_origin": "审批平台 › 1"}
    report = ran()
    verdicts = (
        {**sides},
        {**sides, "timeliness": "due_soon"},
        {**sides, "timeliness": "due_soon", "outcome": "unknown"},
        {**sides, "feed_origin": "信用平台 › 1"},
        {**sides, "outcome": "confirmed"},
        {**sides, "timeliness": "on_time"},
    )
    report.verdicts = text_frame(verdicts, VERDICT_COLUMNS)
    found = after(report)
    assert {key: each.sentence.split()[0] for key, each in found.items()} == {"late": "1", "due_soon": "2"}


def test_nothing_collected_is_an_alarm_where_something_came_before(journal: Journal, after: After) -> None:
    """It lasts as long as nothing comes, and a bot that never got anything is left in peace."""

    def collected(rows: int) -> dict[str, Alarm]:
        run = journal.begin_run("disclosure", WHOLE["since"], TODAY, TODAY)
        counts = Counts(collected=rows, mapped=rows, already_disclosed=rows)
        journal.finish_run(run, "done", counts.as_dict(), {})
        return after(replace(ran(counts), run_id=run))

    assert [set(collected(rows)) for rows in (0, 12, 0, 0, 5)] == [set(), set(), {"nothing"}, {"nothing"}, set()]


def test_unknown_deliveries_are_told_however_the_run_ended(journal: Journal, after: After) -> None:
    """Until the feed was asked."""
    run = journal.begin_run("disclosure", WHOLE["since"], TODAY, TODAY)
    (delivery,) = journal.prepare(run, "credit", [Prepared("r1", "f1", {"行政相对人名称": "某某公司"})])
    journal.sent([delivery.id], "a" * 64, "batch.xlsx", run)
    journal.unknown([delivery.id], "no answer", run)
    assert set(after(SystemFailure("no-answer", "x", todo="x"))) == {"error/no-answer", "unknown"}
    assert set(after(ran())) == {"unknown"}
    journal.confirmed([delivery.id], run)
    assert after(ran()) == {}


def test_commitments_are_late_when_their_push_day_is_over(workspace: Workspace, journal: Journal) -> None:
    """One that the feed shows, or has taken, is not; one at risk is due soon."""
    cases = (
        {"late": "2", "stage": "breached"},
        {"late": "2", "stage": "breached", "outcome": "confirmed"},
        {"late": "2", "stage": "breached", "pushed_on": "2024-08-12"},
        {"stage": "at_risk"},
        {"stage": "running"},
    )
    shutil.copy(BOTS / "commitments.yaml", workspace.folder / "bots")
    empty = empty_report()
    report = CommitmentReport(
        since=TODAY,
        until=TODAY,
        as_of=TODAY,
        run_id="commitments-20240813-000000",
        bot="commitments",
        title="x",
        counts=WatchCounts(collected=5, mapped=5, not_due=5),
        quarantine=empty.quarantine,
        evidence=empty.evidence,
        cases=text_frame([{**each} for each in cases], CASE_COLUMNS),
        timeline=text_frame([], TIMELINE_COLUMNS),
    )
    alarms_after(workspace, journal, "commitments", Done(report, ()), NOON)
    found = {each.key: each.sentence.split()[0] for each in journal.alarms()}
    assert found == {"bot/commitments/late": "1", "bot/commitments/due_soon": "1"}
