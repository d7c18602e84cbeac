"""What a source shows is believed only as far as it agrees with what it showed before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from bots.guarding import Guard, accept, changes
from connectors.base import Evidence, Known, Page, Row, Window
from journal import Journal
from mappings.mapping import Mapping as FieldMapping
from schedules.workdays import Calendar
from words.errors import DriftError

FILE = Path(__file__).parents[2] / "mappings" / "bureau.yaml"
MAPPING = FieldMapping.parse(FILE.read_text("utf-8"), "mappings/bureau.yaml", "bureau")
ROW = {"许可文书号": "A〔2024〕1号", "被许可人": "某公司", "许可内容": "准予", "批准日期": "2024-08-01"}
MONDAY = date(2024, 8, 12)


@dataclass
class Shown:
    """A source that has some rows behind its list."""

    there: set[str] = field(default_factory=set)
    name: str = "bureau"
    title: str = "老业务系统"
    mapping: FieldMapping = MAPPING

    async def collect(self, window: Window, known: Known) -> AsyncIterator[Page]:
        """Not asked here."""
        del window, known
        raise NotImplementedError
        yield Page([], 0)

    async def again(self, key: str) -> Mapping[str, str] | None:
        """Return what is behind a row."""
        return ROW if key in self.there else None

    async def evidence(self) -> Sequence[Evidence]:
        """Nothing is kept."""
        return []

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Bureau:
    """A journal, and days on which its source is looked at."""

    journal: Journal
    source: Shown = field(default_factory=Shown)
    canary: str = ""

    def looks(self, *payloads: Mapping[str, str], day: date = MONDAY, days: int = 30) -> None:
        """Look at what came."""
        run = self.journal.begin_run("disclosure", str(day), str(day), str(day))
        rows = [Row(str(number), "d", payload) for number, payload in enumerate(payloads)]
        window = Window(day - timedelta(days=days - 1), day)
        guard = Guard(self.journal, run, self.source, window, Calendar(), self.canary)
        asyncio.run(guard.look(rows))

    def drift(self, *payloads: Mapping[str, str], day: date = MONDAY, days: int = 30) -> DriftError:
        """Return why what came is not believed."""
        with pytest.raises(DriftError) as caught:
            self.looks(*payloads, day=day, days=days)
        return caught.value


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """A bureau whose source was looked at before."""
    made = Bureau(Journal.open(tmp_path / ".yinxin"))
    for before in (3, 2, 1):
        made.looks(*[ROW] * 40, day=MONDAY - timedelta(days=before))
    return made


def test_a_column_that_is_gone_stops_until_somebody_accepts_it(bureau: Bureau) -> None:
    """It says what is gone and what is new; accepted, it is what is expected from then on."""
    renamed = {("决定书号" if name == "许可文书号" else name): text for name, text in ROW.items()}
    error = bureau.drift(*[renamed] * 5)
    assert error.code == "layout-changed"
    assert "许可文书号" in error.sentence
    assert "决定书号" in error.sentence
    assert "connectors accept bureau" in error.todo
    [pending] = [each for each in bureau.journal.layouts("bureau") if each.found]
    assert {"what": "许可文书号", "before": "100 %", "now": ""} in changes(pending)
    assert bureau.drift(*[renamed] * 5).code == "layout-changed"
    accept(bureau.journal, "bureau", "王五")
    bureau.looks(*[renamed] * 5)
    kinds = [event.kind for event in bureau.journal.events("connector/bureau")]
    assert kinds == ["layout.first", "layout.changed", "layout.accepted"]
    assert bureau.journal.audit().whole


def test_a_system_that_is_as_before_again_is_believed_again(bureau: Bureau) -> None:
    """A bad day of the system leaves nothing to be accepted."""
    bureau.drift(*[{"被许可人": "某公司"}] * 5)
    bureau.looks(*[ROW] * 5)
    assert not [each for each in bureau.journal.layouts("bureau") if each.found]


def test_an_empty_list_is_not_believed_where_rows_always_came(bureau: Bureau) -> None:
    """Over many days every visit counts; accepted, an empty list is one."""
    assert bureau.drift().code == "silent-zero"
    assert [each.aspect for each in accept(bureau.journal, "bureau", "王五")] == ["zero"]
    bureau.looks()


def test_over_one_day_only_days_alike_are_compared(tmp_path: Path) -> None:
    """Mondays expect what came on Mondays; the make-up Sunday and the Monday of a holiday are days of their own."""
    bureau = Bureau(Journal.open(tmp_path / ".yinxin"))
    for week in range(1, 5):
        bureau.looks(*[ROW] * 3, day=MONDAY - timedelta(weeks=week), days=1)
    bureau.looks(day=MONDAY + timedelta(days=1), days=1)
    bureau.looks(day=date(2024, 9, 16), days=1)  # 中秋节, a Monday
    assert bureau.drift(day=MONDAY, days=1).code == "silent-zero"


def test_the_row_that_is_always_there_has_to_be_found(bureau: Bureau) -> None:
    """A source that lacks it shows less than it has, however many rows it shows."""
    bureau.canary = "k1"
    assert bureau.drift(*[ROW] * 40).code == "canary-gone"
    bureau.source.there.add("k1")
    bureau.looks(*[ROW] * 40)
