"""Two runs that start in the same second: each record is delivered once, whatever the journal lies on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.workspace import Workspace
from tests.end_to_end.machines import lay_on, other_machine
from tests.end_to_end.test_runs import once
from tests.end_to_end.town import Desk, Town, finished
from tests.postgres import postgres  # noqa: F401 - a fixture


@pytest.fixture(params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, desk: Desk, tmp_path: Path) -> tuple[Desk, Desk]:
    """One workspace twice over a file, or the workspaces of two machines that share a server."""
    if request.param == "sqlite":
        return desk, desk
    lay_on(desk, request.getfixturevalue("postgres").fresh())
    return desk, other_machine(desk, tmp_path / "other", shared=True)


def test_two_runs_in_the_same_second_deliver_each_record_once(town: Town, pair: tuple[Desk, Desk]) -> None:
    """One waits for the other and then finds nothing left to send; both add up, and no lease is left behind."""
    outcomes = [finished(process) for process in [desk.process("run", "disclosure", "--json") for desk in pair]]
    assert [outcome.code for outcome in outcomes] == [1, 1], [outcome.err for outcome in outcomes]
    assert all(outcome.result["balanced"] for outcome in outcomes)
    assert sorted(outcome.result["counts"]["due"] for outcome in outcomes) == [0, town.due().total()]
    once(town, pair[0])
    with Workspace.find(pair[0].folder).journal() as journal:
        assert journal.leases() == []
        assert len({run.run_id for run in journal.runs()}) == 2
    assert pair[1].call("audit", "verify").code == 0
