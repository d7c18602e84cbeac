"""Kinds of connectors: those of the house, and those that another package adds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bots.workspace import Workspace
from connectors.base import Window
from connectors.browser import Browsers
from connectors.kinds import Kind, kind_of
from tests.end_to_end.town import Desk, assert_named, furnished
from words.errors import UsageError

_OURS = """
from connectors.base import Page, Row
from connectors.kinds import Connected, Kind, Reached


class MemoryDeclared(Connected):
    numbers: tuple[str, ...]

    @property
    def where(self):
        return "here"


class MemorySource:
    def __init__(self, given):
        self.name, self.title, self.mapping = given.name, given.declared.title, given.reading()
        self._given = given

    async def collect(self, window, known):
        await self._given.turns.turn()
        yield Page([Row(each, each, {"许可文书号": each}) for each in self._given.declared.numbers], 2)

    async def again(self, key):
        return None

    async def evidence(self):
        return []

    async def close(self):
        self._given.turns.close()


class MemoryKind(Kind):
    declared = MemoryDeclared

    def source(self, given):
        return MemorySource(given)

    async def reach(self, given, patience):
        return Reached("always here")


KIND = MemoryKind()
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package, as pip would install it."""
    site = tmp_path / "site"
    facts = site / "ours-1.0.dist-info"
    facts.mkdir(parents=True)
    (site / "ours_memory.py").write_text(_OURS, encoding="utf-8")
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n", encoding="utf-8")
    (facts / "entry_points.txt").write_text("[yinxin.connectors]\nmemory = ours_memory:KIND\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A workspace with a connector of that kind."""
    desk = furnished(tmp_path / "desk", None)
    text = "kind: memory\ntitle: 记忆\nmapping: bureau\nnumbers: [甲, 乙]\ncourtesy: {per_minute: 600}\n"
    (desk.folder / "connectors" / "memory.yaml").write_text(text, encoding="utf-8")
    return desk


@pytest.mark.usefixtures("installed")
def test_another_package_adds_a_kind_by_an_entry_point(desk: Desk) -> None:
    """It is listed, declared strictly, opened, and its requests wait for their turns as all others do."""
    assert isinstance(kind_of("memory"), Kind)
    listed = {each["name"]: each for each in desk.call("connectors", "list").result["connectors"]}
    assert (listed["memory"]["kind"], listed["memory"]["where"]) == ("memory", "here")

    async def read() -> list[str]:
        workspace = Workspace(desk.folder)
        source = workspace.source("memory", Browsers())
        try:
            window = Window(workspace.today, workspace.today)
            return [row.key async for page in source.collect(window, {}) for row in page.rows]
        finally:
            await source.close()

    assert asyncio.run(read()) == ["甲", "乙"]
    desk.change("connectors/memory.yaml", "numbers", "number")
    assert_named(desk.call("connectors", "list"), 2, "unknown-key", file="connectors/memory.yaml", line=4)


def test_a_kind_that_nobody_added_is_refused_with_those_there_are(desk: Desk) -> None:
    """By file and line."""
    assert_named(desk.call("connectors", "list"), 2, "unknown-kind", file="connectors/memory.yaml", line=1)


def test_a_kind_is_used_only_as_what_it_can_be(desk: Desk) -> None:
    """A portal holds no ledgers, and the sentence says which connector that is."""
    (desk.folder / "connectors" / "memory.yaml").unlink()
    with pytest.raises(UsageError) as caught:
        Workspace(desk.folder).ledgers("credit")
    assert caught.value.code == "wrong-kind"
    assert "credit" in caught.value.sentence
