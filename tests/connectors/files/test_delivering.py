"""A drop folder under the courier: whatever dies, each record gets to the receiver once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bots.asking import ask, look
from bots.declared import Release
from bots.delivering import Courier
from bots.gating import Gate
from bots.watching import Watch
from connectors.files import KIND
from connectors.files.folders import LocalFolder
from journal import Journal
from mappings.identity import with_identity
from mappings.profiles import Profile
from mappings.standards import LICENCE
from tests.connectors.files.drawers import ROOT, given
from tests.mappings.rows import canonical, record

TEXT = (ROOT / "mappings/credit.profile.yaml").read_text(encoding="utf-8")
CREDIT = Profile.parse(TEXT, "credit.profile.yaml", "credit")
DROP = "drop: {folder: out, name: '{number:05}.xml', form: xml, named: codes, settles: 0, rows: 2"
RECORDS = with_identity(canonical(*(record(document_number=f"呼审批许〔2024〕{n}号") for n in range(1, 4))), LICENCE)


class Killed(BaseException):
    """The process died."""


class Desk:
    """A bureau, the folder it delivers into, and a receiver that takes the files and publishes them."""

    def __init__(self, folder: Path, published: str = "") -> None:
        self.folder = folder
        for name in ("out", "shown"):
            (folder / name).mkdir()
        self.text = f"{DROP}{published}}}"
        self.taken: list[str] = []

    def take(self) -> None:
        """Take all files that have their name, and publish them as they are."""
        for file in sorted((self.folder / "out").glob("[0-9]*.xml")):
            self.taken.append(file.name)
            file.rename(self.folder / "shown" / file.name)

    def run(self) -> dict[str, int]:
        """Run once in a process of its own; return how many deliveries stand in each state, and -1 if it died."""
        with Journal.open(self.folder / "state") as journal:
            try:
                asyncio.run(self._story(journal))
            except Killed:
                return {"died": 1}
            assert journal.verify() is None
            states = [each.state.value for each in journal.deliveries()]
        return {state: states.count(state) for state in sorted(set(states))}

    async def _story(self, journal: Journal) -> None:
        handed = given(self.folder, self.text, profile="credit")
        feed = KIND.feed(replace(handed, profile=CREDIT))
        run_id = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
        await ask(journal, run_id, feed, await look(feed, journal))
        shown = await look(feed, journal)
        due = RECORDS.filter(~RECORDS["record_id"].is_in(list(shown.rows)))
        gated = Gate(journal, feed, Release(), "rules", "张三").judge(due, shown)
        ids = {each.id for each in journal.prepare(run_id, feed.name, gated.items)}
        courier = Courier(journal, run_id, feed, Watch(), within=0)
        await courier.deliver(ids)
        await courier.confirm()
        journal.finish_run(run_id, "done", {}, {})


PUBLISHED = ", published: {folder: shown}"


def test_what_the_receiver_publishes_is_confirmed(tmp_path: Path) -> None:
    """Sent once, accepted because it was put there, confirmed because it came back field by field."""
    desk = Desk(tmp_path, PUBLISHED)
    assert desk.run() == {"accepted": 3}
    desk.take()
    assert desk.run() == {"confirmed": 3}
    assert desk.run() == {"confirmed": 3}
    assert desk.taken == ["00001.xml", "00002.xml"]


def test_without_a_list_of_the_receiver_nothing_is_sent_twice(tmp_path: Path) -> None:
    """What was put there waits for ever, and stays the only one."""
    desk = Desk(tmp_path)
    assert desk.run() == {"accepted": 3}
    desk.take()
    assert desk.run() == {"accepted": 3}
    desk.take()
    assert desk.taken == ["00001.xml", "00002.xml"]


def dying(step: Callable[..., None], *, before: bool, times: list[int]) -> Callable[..., None]:
    """Return a step that kills its process the first time, before or after it is done."""

    def killing(folder: LocalFolder, *given_: object) -> None:
        if times and before:
            times.pop()
            raise Killed
        step(folder, *given_)
        if times:
            times.pop()
            raise Killed

    return killing


@pytest.mark.parametrize("published", ["", PUBLISHED])
@pytest.mark.parametrize("step", ["_write", "_rename"])
@pytest.mark.parametrize("before", [True, False])
def test_a_death_on_the_way_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: str, step: str, before: bool
) -> None:
    """The next run looks up what became of the file, and sends only what never got its name."""
    desk = Desk(tmp_path, published)
    monkeypatch.setattr(LocalFolder, step, dying(getattr(LocalFolder, step), before=before, times=[1]))
    assert desk.run() == {"died": 1}
    desk.take()
    desk.run()
    desk.take()
    assert desk.run() == ({"confirmed": 3} if published else {"accepted": 3})
    rows = [file.read_text(encoding="gb18030").count("<XK_WSH>") for file in (tmp_path / "shown").iterdir()]
    assert sum(rows) == 3
    assert [file.name for file in (tmp_path / "out").iterdir()] == []
