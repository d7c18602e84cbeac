"""A workspace whose systems are doubles. Nothing goes over a wire, so that years of mornings pass in minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, cast

from bots.commitments import Commitments
from bots.declared import CommitmentsDeclared
from bots.order import Order
from bots.story import Done
from bots.watching import Watch
from bots.workspace import Workspace
from journal import Journal
from reconciliation.commitments.report import CommitmentReport
from sandbox.model import City
from tests.commitments.doubles import PretendPlatform, PretendSystem

OPENING = time(9)


class PretendWorkspace(Workspace):
    """A workspace in front of the doubles."""

    system: PretendSystem
    platform: PretendPlatform
    declared: CommitmentsDeclared

    def watching(self, _name: str) -> CommitmentsDeclared:
        """Return the bot."""
        return self.declared

    def source(self, _name: str, _browsers: object, _mapping: str | None = None) -> Any:
        """Return the double of the construction system."""
        return self.system

    def feed(self, _name: str, _browsers: object) -> Any:
        """Return the double of the platform."""
        return self.platform

    def connector(self, _name: str) -> Any:
        """Return what a bot looks at in a declaration."""
        return cast("Any", _Declaration())


class _Declaration:
    connections, canary = 4, ""


@dataclass
class Desk:
    """A bureau with its doubles and its journal; ``morning`` is one run at nine."""

    workspace: PretendWorkspace
    journal: Journal

    def show(self, city: City) -> None:
        """Let the construction system show another city from now on."""
        object.__setattr__(self.workspace, "system", PretendSystem(city))

    async def morning(self, day: date, *, at: time = OPENING, as_of: date | None = None, resumed: str = "") -> Done:
        """Run the bot on a day, or resume a run; ``as_of`` is what its own clock says."""
        self.workspace.system.now = datetime.combine(day, at)
        self.workspace.platform.today = day
        believed = as_of or day
        order = Order("commitments", believed, believed, believed)
        return await Commitments(self.workspace, self.journal, order, Watch()).run(resumed)


def report_of(done: Done) -> CommitmentReport:
    """Return what a run found."""
    assert isinstance(done.report, CommitmentReport)
    return done.report


def declared(**changes: Any) -> CommitmentsDeclared:
    """Return a bot that needs no second person, with changes."""
    told = {"kind": "commitments", "title": "告知承诺", "sources": ["construction"], "feed": "commitments"}
    return CommitmentsDeclared.model_validate({**told, "release": {}, "visible_within": 0, **changes})


def desk(folder: Path, city: City, journal: Journal, **changes: Any) -> Desk:
    """Open a bureau in a folder."""
    (folder / "yinxin.toml").write_text('title = "双"\n', encoding="utf-8")
    workspace = PretendWorkspace(folder)
    for name, value in (
        ("system", PretendSystem(city)), ("platform", PretendPlatform()), ("declared", declared(**changes)),
    ):  # fmt: skip
        object.__setattr__(workspace, name, value)
    return Desk(workspace, journal)
