"""One reconciliation on the workers of several machines: they take parts, one of them dies, the report is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bots.sharing import folder_of
from bots.workspace import Workspace
from tests.end_to_end.duty import on_duty, until
from tests.end_to_end.machines import lay_on, other_machine
from tests.end_to_end.town import Desk, Town, finished, furnished
from tests.postgres import Cluster, cluster

JUDGED = "is judged"


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A server of its own."""
    with cluster() as running:
        yield running


@pytest.fixture
def desk(town: Town, server: Cluster, tmp_path: Path) -> Desk:
    """A workspace whose journal lies on the server, and that reconciles a handful of rows at a time."""
    desk = lay_on(furnished(tmp_path / "desk", town), server.fresh())
    desk.change("yinxin.toml", "title =", "rows_at_once = 1\ntitle =")
    return desk


def test_parts_that_machines_share_add_up_to_the_same_report(town: Town, desk: Desk, tmp_path: Path) -> None:
    """Two workers judge parts, one is killed at it; verdicts and deliveries are those of a run that nobody helped."""
    machines = [other_machine(desk, tmp_path / f"machine{n}", shared=True) for n in range(2)]
    finished(desk.process("status"))
    with ExitStack() as stack:
        workers = [stack.enter_context(on_duty(machine, "worker")) for machine in machines]
        running = desk.process("run", "disclosure", "--json")
        until(lambda: any(JUDGED in machine.log() for machine in machines))
        workers[0].kill()
        outcome = finished(running)
    assert outcome.code == 1, outcome.out + outcome.err
    assert outcome.result["verdicts"] == town.truth["verdicts"]
    assert town.stored() == town.due()
    assert not any(folder_of(Workspace.find(desk.folder)).iterdir())
