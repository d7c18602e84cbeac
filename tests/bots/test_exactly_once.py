"""Whatever the receiver does and wherever the process dies: each record is stored once, as it was meant."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.asking import ask, look
from bots.declared import Release
from bots.delivering import Courier
from bots.gating import Gate
from bots.watching import Watch
from journal import Action, Journal, State
from mappings.identity import with_identity
from mappings.standards import LICENCE
from tests.bots.hostile import CONTENT, NUMBER, WAYS, HostileFeed
from tests.mappings.rows import canonical, record


class Killed(BaseException):
    """The process died."""


@dataclass(slots=True)
class Fuse:
    """Lets the process die at the n-th door it passes: around every writing of the journal, and at the hand-over."""

    left: int

    def burn(self, _where: str = "") -> None:
        """Pass one door."""
        self.left -= 1
        if self.left == 0:
            raise Killed


@dataclass(slots=True)
class Bureau:
    """Records at their source, a receiver, and a journal that outlives every process."""

    folder: Path
    feed: HostileFeed
    records: list[dict[str, str]] = field(default_factory=list)

    @property
    def due(self) -> pl.DataFrame:
        """All records; the bot would have left out those that the feed shows as they are."""
        return with_identity(canonical(*self.records), LICENCE)

    def run(self, fuse: int = 0) -> bool:
        """Run once in a process of its own; tell whether it came to its end."""
        burning = Fuse(fuse)
        self.feed.interrupt = burning.burn
        with Journal.open(self.folder) as journal:
            if fuse:
                _wire(journal, burning)
            try:
                asyncio.run(self._story(journal))
            except Killed:
                return False
            finally:
                self.feed.interrupt = lambda _where: None
        return True

    async def _story(self, journal: Journal) -> None:
        run_id = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
        shown = await look(self.feed, journal)
        await ask(journal, run_id, self.feed, shown)
        shown = await look(self.feed, journal)
        pairs = self.due.select("record_id", "fingerprint").iter_rows()
        fresh = [fingerprint not in shown.forms(record_id) for record_id, fingerprint in pairs]
        due = self.due.filter(pl.Series(fresh, dtype=pl.Boolean))
        gated = Gate(journal, self.feed, Release(), "rules", "张三").judge(due, shown)
        journal.discarded(gated.overtaken, "overtaken", run_id)
        ids = {each.id for each in journal.prepare(run_id, self.feed.name, gated.items)}
        courier = Courier(journal, run_id, self.feed, Watch(), within=0)
        await courier.deliver(ids)
        await courier.confirm()
        journal.finish_run(run_id, "done", {}, {})

    def states(self) -> Counter[str]:
        """How many deliveries stand in each state."""
        with Journal.open(self.folder) as journal:
            assert journal.verify() is None
            return Counter(each.state.value for each in journal.deliveries())

    def stored(self) -> Counter[str]:
        """How often the receiver has each document number."""
        return Counter(row[NUMBER] for row in self.feed.stored)


def _wire(journal: Journal, fuse: Fuse) -> None:
    """Let every transaction be a door: before it, when all is written, and when it is durable."""
    from contextlib import contextmanager

    writing = journal._writing

    @contextmanager
    def doors() -> Any:
        fuse.burn()
        with writing() as connection:
            yield connection
            fuse.burn()
        fuse.burn()

    journal._writing = doors  # type: ignore[method-assign]


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """Five records that nobody has sent."""
    return Bureau(tmp_path, HostileFeed(), _records(5))


def _records(number: int) -> list[dict[str, str]]:
    return [
        record(document_number=f"呼审批许〔2024〕{n}号", certificate_number=f"1501022024031501{n:02}")
        for n in range(1, number + 1)
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.integers(1, 6),
    ways=st.lists(st.sampled_from(WAYS), max_size=5),
    doubles=st.booleans(),
    hides=st.integers(0, 2),
    fuses=st.lists(st.integers(1, 40), max_size=4),
)
def test_faults_and_deaths_in_any_order_lose_nothing_and_double_nothing(
    number: int, ways: list[Any], doubles: bool, hides: int, fuses: list[int]
) -> None:
    """After a last run without either, each record is stored once, and only what was cut differs."""
    if "lost" in ways or "half" in ways:
        hides = 0  # a receiver that hides records and keeps no receipt cannot be told from a deaf one
    with tempfile.TemporaryDirectory() as folder:
        bureau = Bureau(Path(folder), HostileFeed(ways=list(ways), doubles=doubles, hides=hides), _records(number))
        for fuse in fuses:
            bureau.run(fuse)
        bureau.feed.ways.clear()
        for _turn in range(hides + 3):
            assert bureau.run()
        states = bureau.states()
        refused = bureau.feed.received and states["rejected"]
        assert set(bureau.stored().values()) <= {1}
        assert bureau.stored().total() == number, (states, refused)
        assert not set(states) & {"sent", "unknown", "accepted", "prepared", "held"}
        cut = sum(row[CONTENT] != record()["content"] for row in bureau.feed.stored)
        assert states["differs"] == cut
        assert states["confirmed"] + states["differs"] + states["discarded"] >= number - cut


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fuse", [4, 13, 22, 31])
def test_a_death_along_the_way_with_every_fault(tmp_path: Path, way: Any, fuse: int) -> None:
    """Each fault, and death at doors all along the way."""
    bureau = Bureau(tmp_path, HostileFeed(ways=[way]), _records(3))
    bureau.run(fuse)
    bureau.feed.ways.clear()
    assert bureau.run()
    assert bureau.run()
    assert bureau.stored() == Counter({each["document_number"]: 1 for each in bureau.records})


def test_what_is_refused_is_not_sent_again_by_itself(bureau: Bureau) -> None:
    """A refusal stands until a person or another form of the record comes."""
    bureau.feed.ways = ["refuse"]
    bureau.run()
    assert bureau.states() == {"confirmed": 4, "rejected": 1}


def test_a_cut_field_differs_and_is_named(bureau: Bureau) -> None:
    """The receiver shortened a field without a word: read back, that is not what was sent."""
    bureau.feed.ways = ["cut"]
    bureau.run()
    assert bureau.states() == {"confirmed": 4, "differs": 1}
    with Journal.open(bureau.folder) as journal:
        (differing,) = journal.deliveries(states=[State.DIFFERS])
    assert differing.reason == "content"


def test_an_older_value_differs_until_the_new_one_shows(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction whose old form still shows is not confirmed; it is when the new one does."""
    bureau.run()
    bureau.records[0] = bureau.records[0] | {"content": "准予延期施工。"}
    old = [dict(row) for row in bureau.feed.stored]
    send = bureau.feed._import

    def slowly(*words: Any) -> dict[int, str]:
        refused = send(*words)
        bureau.feed.stored = [dict(row) for row in old]
        return refused

    monkeypatch.setattr(bureau.feed, "_import", slowly)
    bureau.run()
    assert bureau.states() == {"confirmed": 5, "differs": 1}
    monkeypatch.undo()
    bureau.feed.stored[0][CONTENT] = "准予延期施工。"
    bureau.run()
    assert bureau.states() == {"confirmed": 5, "superseded": 1}


@pytest.mark.parametrize("way", ["well", "deaf", "mute", "lost"])
@pytest.mark.parametrize("fuse", [0, 5, 17, 29, 41, 53])
def test_a_reissue_withdraws_before_it_publishes(tmp_path: Path, way: Any, fuse: int) -> None:
    """At a receiver that replaces nothing, the old form is seen to be gone before the new one leaves."""
    bureau = Bureau(tmp_path, HostileFeed(corrects="reissue"), _records(2))
    assert bureau.run()
    bureau.records[0] = bureau.records[0] | {"content": "准予延期施工。"}
    bureau.feed.ways = [way]
    bureau.run(fuse)
    bureau.feed.ways.clear()
    for _turn in range(2):
        assert bureau.run()
    assert bureau.stored() == Counter({each["document_number"]: 1 for each in bureau.records})
    assert {row[CONTENT] for row in bureau.feed.stored} == {"准予延期施工。", "准予建筑工程施工。"}
    states = bureau.states()
    assert (states["confirmed"], states["withdrawn"]) == (2, 1)


def test_a_receiver_without_lists_is_given_time(bureau: Bureau) -> None:
    """Where no file can be looked up, what is not shown counts as never arrived only after the settling time."""
    bureau.feed.listing, bureau.feed.settles, bureau.feed.hides, bureau.feed.ways = False, 0.3, 1, ["mute"]
    bureau.run()
    bureau.run()
    assert set(bureau.stored().values()) == {1}


def test_another_form_overtakes_one_that_never_left(bureau: Bureau) -> None:
    """An intent that did not leave is taken out when its record has another form by now."""
    assert not bureau.run(fuse=8)
    with Journal.open(bureau.folder) as journal:
        before = journal.deliveries()
    assert {each.state for each in before} == {State.PREPARED}
    bureau.records[0] = bureau.records[0] | {"content": "准予延期施工。"}
    assert bureau.run()
    assert bureau.states() == {"discarded": 1, "confirmed": 5}
    assert bureau.stored().total() == 5


def test_a_record_with_a_form_on_its_way_waits_for_it(tmp_path: Path) -> None:
    """Two forms of a record are never on their way at once."""
    bureau = Bureau(tmp_path, HostileFeed(hides=30), _records(1))
    bureau.run()
    bureau.records[0] = bureau.records[0] | {"content": "准予延期施工。"}
    bureau.run()
    assert bureau.states() == {"accepted": 1}
    bureau.feed._hidden.clear()
    bureau.run()
    assert bureau.states() == {"superseded": 1, "confirmed": 1}
    assert [row[CONTENT] for row in bureau.feed.stored] == ["准予延期施工。"]


def test_corrections_name_what_they_replace(bureau: Bureau) -> None:
    """The intent says which form the feed showed."""
    bureau.run()
    bureau.records[0] = bureau.records[0] | {"content": "准予延期施工。"}
    bureau.run()
    with Journal.open(bureau.folder) as journal:
        first, *_others, last = journal.deliveries()
    assert (last.action, last.replaces) == (Action.CORRECT, first.fingerprint)
