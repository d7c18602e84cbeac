"""One commitment around National Day, and what came of it after a morning."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from bots.story import Done
from mappings.standards.commitment import NOT_AT_ALL
from sandbox.commitment_planting import OTHER_UNIT, UNIT
from sandbox.commitment_scenes import Scene
from tests.commitments.cities import city_of
from tests.commitments.pretend import Desk, report_of

DUE = date(2024, 9, 30)
SCENE = Scene(DUE, UNIT, OTHER_UNIT, Random(1))
BEFORE, PUSH, AFTER, LATER = (SCENE.late(days) for days in (6, 7, 8, 9))
PLAIN = city_of(DUE)


def line(done: Done) -> dict[str, Any]:
    """Return what a run tells of the one commitment; it adds up in any case."""
    assert done.report.counts.balanced
    return report_of(done).cases.row(0, named=True)


def standing(done: Done) -> tuple[str, str]:
    """Return where the one commitment ended, and why a person must look."""
    told = line(done)
    return told["bucket"], told["why"]


def pushed(desk: Desk) -> list[tuple[date, str, str]]:
    """Return everything that was ever brought to the platform: day, action, performance."""
    return [(day, action, performance) for day, action, _code, performance in desk.workspace.platform.pushes]


def once(desk: Desk, day: date) -> None:
    """Check that the failure was pushed once, on a day, and that the journal is whole."""
    assert pushed(desk) == [(day, "publish", NOT_AT_ALL)]
    assert desk.journal.audit().whole
