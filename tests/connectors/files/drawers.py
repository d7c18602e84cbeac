"""What the tests of files share: connectors over folders of a test, and payloads to put into them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from connectors.base import Row, Table, Window
from connectors.browser import Browsers
from connectors.courtesy import UNLIMITED
from connectors.files import KIND, FilesDeclared, LedgerFiles
from connectors.files.feed import FilesFeed
from connectors.files.source import FilesSource
from connectors.kinds import Given
from connectors.secrets import Secrets
from mappings.mapping import Mapping
from mappings.profiles import Profile
from words.declared import parse

ROOT = Path(__file__).parents[3]
LEDGER = Mapping.parse((ROOT / "mappings/ledger.yaml").read_text(encoding="utf-8"), "mappings/ledger.yaml", "ledger")
PROFILE = Profile.parse(
    """
standard: licence
edition: "2018"
title: 信用平台
encoding: utf-8
columns:
  - {field: name}
  - {field: document_number}
  - {field: decision_date}
  - {field: status, codes: {有效: "1", 无效: "2"}}
  - {field: remarks}
""",
    "credit.profile.yaml",
    "credit",
)
HEADER = ["序号", "单位名称", "统一社会信用代码", "文书编号", "签发日期", "备注"]
FIRST = ["1", "甲公司", "91150100MA0N12340B", "审〔2024〕1号", "2024-03-05", "无"]
SECOND = ["2", "乙公司", "92150102MA0P56783P", "审〔2024〕2号", "2024-03-06", ""]


def given(workspace: Path, text: str, **more: Any) -> Given[FilesDeclared]:
    """Return what a workspace hands over for a connector's file."""
    found = {"kind": "files", "title": "文件", "still": 0, **more, **(yaml.safe_load(text) or {})}
    declared = parse(FilesDeclared, yaml.safe_dump(found, allow_unicode=True), "connectors/files.yaml")
    return Given(
        "files",
        declared,
        LEDGER if declared.mapping else None,
        PROFILE if declared.profile else None,
        workspace,
        Secrets(workspace / "secrets.toml"),
        Browsers(),
        UNLIMITED,
    )


def ledgers(workspace: Path, text: str = "", **more: Any) -> LedgerFiles:
    """Return a folder of ledgers, of every ending."""
    return KIND.ledgers(given(workspace, text, **{"folder": "in", "pattern": "*", "mapping": "ledger", **more}))


def source(workspace: Path, text: str = "rows: {}", **more: Any) -> FilesSource:
    """Return a folder of files as a source."""
    found = KIND.source(given(workspace, text, **{"folder": "in", "pattern": "*", "mapping": "ledger", **more}))
    assert isinstance(found, FilesSource)
    return found


def feed(workspace: Path, text: str, **more: Any) -> FilesFeed:
    """Return a folder that files are put into."""
    found = KIND.feed(given(workspace, text, **{"profile": "credit", **more}))
    assert isinstance(found, FilesFeed)
    return found


async def collected(files: FilesSource, window: Window, known: dict[str, Any] | None = None) -> list[Row]:
    """Return all rows of a window."""
    rows: list[Row] = []
    async for page in files.collect(window, known or {}):
        rows += page.rows
    return rows


def values(table: Table, *headings: str) -> list[tuple[str, ...]]:
    """Return some columns of a table."""
    return table.rows.select(headings or HEADER).rows()


def payloads(*numbers: str) -> pl.DataFrame:
    """Return one payload for each document number, with its record."""
    return pl.DataFrame(
        [
            dict(zip(PROFILE.headers, ("甲公司", number, "2024/03/05", "1", ""), strict=True))
            | {"record_id": f"r-{number}"}
            for number in numbers
        ]
    )


def lines(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Return rows as plain lines."""
    return "".join(f"{delimiter.join(row)}\n" for row in rows)
