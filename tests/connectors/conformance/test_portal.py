"""Portals keep what every connector has to keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from bots.workspace import Workspace
from connectors.base import Feed
from connectors.browser import Browsers
from connectors.conformance import FeedConformance, FeedTrouble, SourceConformance
from mappings.apply import ORIGIN, ROW_KEY, apply
from sandbox.faults import Fault
from tests.connectors.conformance.portals import PortalSystem
from tests.end_to_end.town import SMALL, Town, city_of, furnished, served, serving

_FAULTS: dict[FeedTrouble, str] = {
    "takes-and-says-nothing": "drop_after_commit",
    "takes-nothing-and-breaks-off": "drop_before_commit",
}


class TestPortal(SourceConformance):
    """As a source, by the page's own request and by server-rendered pages."""

    @pytest.fixture(params=["replay", "html"])
    def system(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PortalSystem]:
        """Return a portal."""
        system = PortalSystem(tmp_path, request.param)
        with served(system.app()) as url:
            system.url = url
            yield system


@dataclass
class CreditPlatform:
    """The sandbox's platform, which nobody has reported to."""

    town: Town
    workspace: Workspace
    secret: str = ""
    refusing: bool = False

    def empty(self) -> None:
        """Nothing was taken yet: each test has a platform of its own."""

    def stored(self) -> Sequence[str]:
        """Return what it took."""
        return list(self.town.stored().elements())

    def connect(self) -> Feed:
        """Open it."""
        return self.workspace.feed("credit", Browsers())

    def records(self, count: int) -> pl.DataFrame:
        """Return decisions that the platform takes; one that it refuses first, where that is wanted."""
        reading = self.workspace.profile("credit").reading()
        good = [each.values for each in self.town.city.decisions if each.values["XK_WSH"] in self.town.due()]
        rows = [{**values, ORIGIN: "x", ROW_KEY: str(at)} for at, values in enumerate(good[:count])]
        if self.refusing:
            rows[0]["XK_XDR_MC"] = "*" + rows[0]["XK_XDR_MC"]
        return apply(reading, pl.DataFrame(rows).cast(pl.String)).records

    def trouble(self, what: FeedTrouble) -> bool:
        """What a platform does."""
        if what == "refuses-first":
            self.refusing = True
        else:
            self.town.faults.order(Fault("credit", _FAULTS[what]))
        return True


class TestUpload(FeedConformance):
    """As a feed that takes filled templates."""

    @pytest.fixture
    def system(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CreditPlatform]:
        """Return a platform that shows nothing yet."""
        bare = replace(city_of(1, SMALL), published=())
        monkeypatch.setattr("tests.end_to_end.town.city_of", lambda _seed, _scale: bare)
        with serving(tmp_path / "city") as town:
            desk = furnished(tmp_path / "desk", town)
            desk.change("connectors/credit.yaml", "connections: 4", "connections: 4\ntimeout: 4")
            yield CreditPlatform(town, Workspace(desk.folder))
