"""告知承诺 in a browser: what the platform received is the truth's, and a source that is silent pushes nobody."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from reconciliation.commitments.words import reason
from sandbox.commitment_truth import commitment_truth
from sandbox.faults import Fault
from sandbox.workdays import after, push_day
from tests.commitments.campaign import REASONS
from tests.end_to_end.town import Desk, Outcome, Town, furnished, serving

SMALL = 0.02
NINE = time(9)
FOREVER = 100_000
#: Every city has a commitment that is to be pushed on this day.
TODAY = date(2024, 8, 13)
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """A city with a workspace before it, and what every morning and the platform said."""

    town: Town
    desk: Desk
    outcomes: dict[date, Outcome] = field(default_factory=dict)
    received: dict[date, list[Line]] = field(default_factory=dict)

    def morning(self, day: date, desk: Desk | None = None) -> Outcome:
        """Run the bot at nine of a day of the city's own."""
        self.town.turn(datetime.combine(day, NINE))
        return (desk or self.desk).call("run", "commitments", "--as-of", day.isoformat())

    def keep(self, day: date) -> None:
        """Run a morning, and keep what came of it."""
        self.outcomes[day], self.received[day] = self.morning(day), self.log()

    def log(self) -> list[Line]:
        """Everything that the platform was ever brought of commitments."""
        log = self.town.state / "received_commitments.jsonl"
        return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []

    @property
    def told(self) -> dict[str, Line]:
        """The truth about each commitment by its code."""
        return {entry["code"]: entry for entry in cast("list[Line]", self.town.truth["commitments"])}

    @property
    def first(self) -> date:
        """The bot's first day."""
        return next(iter(self.outcomes))


def begun(folder: Path, town: Town) -> Watched:
    """Lay out a workspace whose pushes wait for nobody."""
    desk = furnished(folder / "desk", town)
    desk.change("bots/commitments.yaml", "adverse: {performance: [全部未履行, 部分履行]}", "adverse: {}")
    return Watched(town, desk)


@pytest.fixture(scope="module", params=[1, 7, 42])
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A city on three mornings: the day before a push, its day, and the day after, when it was kept after all."""
    folder = tmp_path_factory.mktemp("watched")
    with pytest.MonkeyPatch.context() as patch, serving(folder / "city", request.param, SMALL) as town:
        patch.setenv("YINXIN_LANG", "en")
        watched = begun(folder, town)
        (entry,) = [each for each in watched.told.values() if each["kind"] == "confirmed_just_after"]
        for step in (-1, 0, 1):
            watched.keep(after(date.fromisoformat(entry["push"]), step) if step else date.fromisoformat(entry["push"]))
        yield watched


def shown(lines: list[Line]) -> dict[str, tuple[str, str]]:
    """Return by code the status that the platform has now, and the day on which it first got one."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines:
        code, status = line["values"]["CN_BM"], line["values"]["CN_LXZT"]
        found[code] = status, found.get(code, ("", line["at"][:10]))[1]
    return found


def test_every_morning_the_platform_shows_what_is_true(watched: Watched) -> None:
    """Which are pushed, since when, and with which status: on the push day, and when it was kept after all."""
    for day, lines in watched.received.items():
        truth = commitment_truth(watched.town.city, day, since=watched.first)
        expected = {code: (each.status, str(each.pushed)) for code, each in truth.items() if each.pushed}
        assert shown(lines) == expected, day
        assert {line["result"] for line in lines} <= {"stored", "corrected"}
        cases = {case["document_number"]: case for case in watched.outcomes[day].result["cases"]}
        assert {code for code, case in cases.items() if case["pushed_on"] or case["outcome"] == "confirmed"} == set(
            expected
        )


def test_every_morning_a_person_is_told_what_is_true(watched: Watched) -> None:
    """What is held, and why; that it adds up, and that it needs somebody, as the exit code says."""
    for day, outcome in watched.outcomes.items():
        assert outcome.code == 1, outcome.out + outcome.err
        assert outcome.result["balanced"]
        assert outcome.result["counts"]["confirmed"] == outcome.result["counts"]["due"]
        truth = commitment_truth(watched.town.city, day, since=watched.first)
        expected = {code: reason(REASONS[each.held]) for code, each in truth.items() if each.held}
        held = {each["document_number"]: each["why"] for each in outcome.result["cases"] if each["bucket"] == "held"}
        unread = {code for code, why in expected.items() if why == reason("vanished")} - held.keys()
        assert len(unread) == outcome.result["counts"]["quarantined"]
        assert held == {code: why for code, why in expected.items() if code not in unread}


def test_what_was_received_is_the_truth_field_by_field(watched: Watched) -> None:
    """The promise as the system has it; what is missing, what follows, the day and unit as the bureau words them."""
    stored = [line["values"] for line in watched.log() if line["result"] == "stored"]
    assert stored
    for values in stored:
        record = watched.told[values["CN_BM"]]["record"]
        promised = {code: text for code, text in record.items() if code != "CN_LXZT"}
        assert {code: values[code] for code in promised} == promised
        if values["CN_LXZT"] == record["CN_LXZT"]:
            ends = datetime.strptime(record["CN_YXQ"], "%Y/%m/%d").date()  # noqa: DTZ007 - a day
            assert (values["CN_WLXNR"], values["CN_ZRZJ"]) == (record["CN_NR"], record["CN_WNZR"])
            assert values["CN_RDRQ"] == f"{push_day(ends):%Y/%m/%d}"
        assert (values["CN_RDDW"], values["CN_RDDWDM"]) == (record["CN_SLDW"], record["CN_SLDWDM"])


def test_what_was_kept_after_all_is_corrected_and_says_so(watched: Watched) -> None:
    """The same record with its new status: nothing is missing any more, and the day is the department's."""
    corrected = [line["values"] for line in watched.log() if line["result"] == "corrected"]
    (values,) = [each for each in corrected if watched.told[each["CN_BM"]]["kind"] == "confirmed_just_after"]
    (later,) = watched.told[values["CN_BM"]]["later"]
    assert (values["CN_LXZT"], values["CN_WLXNR"], values["CN_ZRZJ"]) == ("全部履行", "", "")
    assert values["CN_RDRQ"] == later["at"][:10].replace("-", "/")


def test_a_deadline_that_cannot_be_is_told_and_never_pushed(watched: Watched) -> None:
    """No deadline, one before the commitment, one in a year without a notice: each with its reason in the envelope."""
    kinds = ("no_deadline", "deadline_before_made", "unknown_year")
    for outcome in watched.outcomes.values():
        cases = {case["document_number"]: case for case in outcome.result["cases"]}
        for kind in kinds:
            (code,) = [code for code, entry in watched.told.items() if entry["kind"] == kind]
            told = {name: cases[code][name] for name in ("bucket", "stage", "why", "push_day")}
            assert told == {"bucket": "held", "stage": "unclear", "why": reason(REASONS[kind]), "push_day": ""}
            assert code not in shown(watched.log())


@pytest.fixture
def remembered(tmp_path: Path) -> Iterator[Watched]:
    """A small city on the morning of a push, the day before of which the bot has seen."""
    with serving(tmp_path / "city", 1, SMALL) as town:
        watched = begun(tmp_path, town)
        watched.desk.change("connectors/construction.yaml", "connections:", "timeout: 2\nconnections:")
        watched.keep(TODAY - timedelta(days=1))
        yield watched


def test_a_source_that_fails_on_the_push_day_pushes_nothing_and_is_told(remembered: Watched, tmp_path: Path) -> None:
    """However it fails, the case is held, and the exit code is the failure's; once it answers, the case goes out."""
    (code,) = [
        code for code, entry in remembered.told.items() if (entry["kind"], entry["push"]) == ("plain", str(TODAY))
    ]
    before = remembered.log()
    failures = [
        (Fault("construction", "error_500", 1, FOREVER), 4, "not-re-read"),
        (Fault("construction", "hang", 0, FOREVER), 4, "not-re-read"),
        (Fault("construction", "login_page", 0, FOREVER), 3, "not-re-read"),
        (Fault("construction", "short_page", 0, FOREVER), 5, "not-re-read"),
        (Fault("construction", "older_state", 0, FOREVER, 36_000), 1, "older-state"),
        (None, 4, "not-re-read"),
    ]
    for number, (fault, exit_code, why) in enumerate(failures):
        desk = Desk(shutil.copytree(remembered.desk.folder, tmp_path / f"desk{number}"))
        if fault is None:
            desk.change("connectors/construction.yaml", '"{sandbox}/construction"', "http://127.0.0.1:9/construction")
        else:
            remembered.town.faults.order(fault)
        outcome = remembered.morning(TODAY, desk)
        remembered.town.faults.open.clear()
        assert outcome.code == exit_code, (fault, outcome.out, outcome.err)
        (case,) = [each for each in outcome.result["cases"] if each["document_number"] == code]
        assert (case["bucket"], case["why"]) == ("held", reason(why)), fault
        assert remembered.log() == before
    remembered.keep(TODAY)
    assert shown(remembered.log())[code] == ("全部未履行", str(TODAY))
