"""Files hold what every connector has to hold."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml

from connectors.base import Batch, Feed, Receipt, Source
from connectors.files import KIND
from connectors.files.declared import Limits, Reading
from connectors.files.feed import FilesFeed
from connectors.files.opening import sheets_of
from connectors.files.places import Places
from mappings.identity import with_identity
from mappings.mapping import Mapping as FieldMapping
from mappings.profiles import Profile
from mappings.standards import LICENCE
from tests.connectors.files.drawers import ROOT, given
from tests.mappings.rows import canonical, record
from words.errors import DeliveryError

conformance = pytest.importorskip("connectors.conformance")
hostile = pytest.importorskip("connectors.conformance.hostile")

NUMBER = "行政许可决定文书号"
FIELDS = {"document_number": "文书号", "name": "名称", "decision_date": "日期", "content": "内容"}
MAPPING = FieldMapping.parse(
    yaml.safe_dump({"standard": "licence", "partial": True, "fields": FIELDS}, allow_unicode=True), "m", "m"
)
CREDIT = Profile.parse((ROOT / "mappings/credit.profile.yaml").read_text(encoding="utf-8"), "credit", "credit")


class Drawer:
    """A folder into which a department puts its list, in one form, three rows a file."""

    secret = ""

    def __init__(self, folder: Path, ending: str) -> None:
        self._folder, self._ending = folder, ending
        self._columns = {name: name for name in hostile.COLUMNS}
        self._shown: Sequence[Mapping[str, str]] = []
        (folder / "in").mkdir()

    def show(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Show exactly these rows from now on."""
        self._shown = rows
        for old in (self._folder / "in").iterdir():
            old.unlink()
        parts = [rows[start : start + 3] for start in range(0, len(rows), 3)] or [[]]
        for number, part in enumerate(parts):
            (self._folder / "in" / f"{number:03}.{self._ending}").write_bytes(self._written(part))

    def _written(self, rows: Sequence[Mapping[str, str]]) -> bytes:
        frame = pl.DataFrame(list(rows), schema=dict.fromkeys(hostile.COLUMNS, pl.String)).rename(self._columns)
        if self._ending == "json":
            return json.dumps(frame.to_dicts(), ensure_ascii=False).encode()
        if self._ending == "csv":
            return frame.write_csv().encode("gb18030")
        book = openpyxl.Workbook()
        for line in [frame.columns, *frame.rows()]:
            book.worksheets[0].append(list(line))
            for cell in book.worksheets[0][book.worksheets[0].max_row]:
                cell.data_type = "s"
        book.save(content := io.BytesIO())
        return content.getvalue()

    def connect(self) -> Source:
        """Return the source as a new run opens it."""
        text = "{folder: in, pattern: '*', mapping: m, rows: {key: 编号, date: 日期}}"
        return KIND.source(replace(given(self._folder, text), mapping=MAPPING))

    def trouble(self, what: str) -> bool:
        """A copy breaks off, or a department calls a column by another name."""
        if what == "renamed-heading":
            self._columns["内容"] = "正文"
            self.show(self._shown)
            return True
        if what != "breaks-off" or self._ending == "csv":
            return False
        file = sorted((self._folder / "in").iterdir())[1]
        file.write_bytes(file.read_bytes()[:-30])
        return True


@pytest.fixture(params=["csv", "xlsx", "json"])
def drawer(tmp_path: Path, request: pytest.FixtureRequest) -> Drawer:
    """Return a folder of files of one form."""
    return Drawer(tmp_path, request.param)


class TestSource(conformance.SourceConformance):  # type: ignore[name-defined,misc]
    """A folder of files as a source."""

    @pytest.fixture
    def system(self, drawer: Drawer) -> Drawer:
        """Return the folder."""
        return drawer


class Counter:
    """A receiver that takes files out of a folder, answers each with a receipt, and publishes what it has."""

    secret = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: list[dict[str, str]] = []
        self.refuses = self.silent = self.broken = False
        for name in ("out", "back", "shown"):
            (folder / name).mkdir()
        self._runs = itertools.count()

    def empty(self) -> None:
        """Forget everything."""
        self._rows = []
        self._publish()

    def stored(self) -> Sequence[str]:
        """Return the numbers of everything it has."""
        return [row[NUMBER] for row in self._rows]

    def take(self) -> None:
        """Take what is there."""
        for file in sorted((self.folder / "out").glob("[!.]*")):
            (sheet,) = sheets_of(file.read_bytes(), file.name, Reading(), Limits(), frozenset())
            rows = [dict(zip(sheet.headings, row, strict=True)) for row in sheet.cells.iter_rows()]
            taken = rows[1:] if self.refuses else rows
            numbers = {row[NUMBER] for row in taken}
            kept = [row for row in self._rows if row[NUMBER] not in numbers] if file.name[0] == "G" else self._rows
            self._rows = [*kept, *taken]
            if not self.silent:
                told = "行号,结果,原因\n" + "".join(
                    f"{number},{'成功' if row in taken else '失败'},内容不合规\n" for number, row in enumerate(rows, 1)
                )
                (self.folder / "back" / f"{file.stem}.csv").write_text(told, encoding="utf-8")
            self.refuses = self.silent = False
            file.unlink()
        self._publish()

    def _publish(self) -> None:
        text = json.dumps(self._rows, ensure_ascii=False)
        (self.folder / "shown/list.json").write_text(text, encoding="utf-8")

    def connect(self) -> Feed:
        """Return the feed as a new run opens it."""
        text = """
drop:
  folder: out
  name: "{number:05}.json"
  corrections: "G{number:05}.json"
  form: json
  settles: 0.4
  answers: {folder: back, name: "{stem}.csv", row: 行号, outcome: 结果, accepted: 成功, reason: 原因}
  published: {folder: shown}
invalidate: {set: {status: 无效}}
"""
        declared = given(self.folder, text, profile="credit").declared
        assert declared.drop is not None
        places = Places(declared, self.folder)
        return _Served("files", declared, declared.drop, CREDIT, places, self.folder / "numbers").visited_by(self)

    def records(self, count: int) -> pl.DataFrame:
        """Return records that it takes."""
        first = next(self._runs) * 100
        made = [record(document_number=f"呼审批许〔2024〕{first + number}号") for number in range(1, count + 1)]
        return with_identity(canonical(*made), LICENCE)

    def trouble(self, what: str) -> bool:
        """Let something happen at the next file."""
        self.refuses = what == "refuses-first"
        self.silent = what == "takes-and-says-nothing"
        self.broken = what == "takes-nothing-and-breaks-off"
        return True


class _Served(FilesFeed):
    """A feed whose receiver comes by while it waits."""

    _counter: Counter

    def visited_by(self, counter: Counter) -> Feed:
        """Say who comes by."""
        self._counter = counter
        return self

    async def send(self, batch: Batch) -> Receipt:
        if self._counter.broken:
            self._counter.broken = False
            raise DeliveryError("delivery-failed", "silence", todo="-")

        async def come() -> None:
            await asyncio.sleep(0.1)
            self._counter.take()

        receipt, _none = await asyncio.gather(super().send(batch), come(), return_exceptions=True)
        if isinstance(receipt, BaseException):
            raise receipt
        return receipt


class TestFeed(conformance.FeedConformance):  # type: ignore[name-defined,misc]
    """A drop folder as a feed."""

    @pytest.fixture
    def system(self, tmp_path: Path) -> Any:
        """Return the receiver."""
        return Counter(tmp_path)
