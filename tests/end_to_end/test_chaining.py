"""One record from two systems: the hall knows the case, the archive its result."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from sandbox.halves import split, truth
from tests.end_to_end.town import ROOT, Desk, Town


@pytest.fixture
def chained(desk: Desk) -> Desk:
    """A workspace with the files of the example."""
    shutil.copytree(ROOT / "docs" / "examples" / "chaining", desk.folder, dirs_exist_ok=True)
    return desk


def test_whole_records_are_delivered_once_and_halves_wait(town: Town, chained: Desk) -> None:
    """By case number, however it was typed, or by applicant and item; what is open, or told twice, is not guessed."""
    halves = split(town.city.seed, 45, town.city.today)
    wanted = truth(halves)
    ran = chained.call("run", "halves")
    assert ran.code == 1, ran.out + ran.err
    assert ran.result["balanced"] is True
    due = sorted(number for number, end in wanted.items() if end == "due")
    assert sorted(town.stored().elements()) == due
    assert ran.result["counts"]["confirmed"] == len(due)
    held = chained.call("quarantine", "list").result["quarantine"]
    assert sorted(each["rule"] for each in held) == ["half-waiting", *["halves-unclear"] * 3]
    chained.call("run", "halves")
    assert sorted(town.stored().elements()) == due
    told = chained.call("explain", due[0])
    assert "政务服务大厅" in told.out
    assert "证照档案系统" in told.out


def test_a_half_that_waited_too_long_is_told_to_a_person(chained: Desk, town: Town) -> None:
    """Its wait counts from the day on which it was last seen to change."""
    chained.call("run", "halves")
    later = town.city.today + timedelta(days=11)
    chained.call("run", "halves", "--as-of", later.isoformat(), "--until", later.isoformat())
    rules = [each["rule"] for each in chained.call("quarantine", "list").result["quarantine"]]
    assert "half-overdue" in rules
    assert "half-waiting" not in rules
