"""The pure rooms do no I/O: their sources import and call nothing that could."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MATCHING = (
    *("matching", "meeting", "linking", "grouping", "comparing", "clocks", "describing", "policies", "verdicts"),
    *("reconciled", "neighbours", "nearest", "apart", "terms", "parts"),
    *("partitions", "rates", "report", "shipping", "summary", "history", "monthly", "shadow"),
    *("bases", "disposing", "reviews", "handed", "returned", "answers"),
)
MODULES = [
    *sorted((ROOT / "mappings").rglob("*.py")),
    *(ROOT / "reconciliation" / f"{name}.py" for name in MATCHING),
]
IMPORTS = {
    *("aiohttp", "asyncio", "ftplib", "glob", "http", "httpx", "io", "logging", "loguru", "multiprocessing", "os"),
    *("openpyxl", "pathlib", "playwright", "random", "requests", "secrets", "shutil", "signal", "smtplib", "socket"),
    *("sqlalchemy", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "fastexcel"),
    *("xlsxwriter", "journal", "connectors", "bots", "cli", "schedules", "sandbox", "importlib", "builtins", "runpy"),
}
CALLS = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"}
#: Of a library that can do both: what reads, writes, or asks the clock.
METHODS = {"today", "now", "utcnow", "read_text", "read_bytes", "write_text", "write_bytes", "getenv"}
PREFIXES = ("read_", "write_", "scan_", "sink_")


def impure(source: str) -> list[str]:
    """Return every import and call of a source that does I/O, with its line."""
    return [f"{line}: {what}" for line, what in _found(ast.parse(source))]


def _found(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from ((node.lineno, name) for name in modules if name.split(".")[0] in IMPORTS)
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in CALLS:
                yield node.lineno, called.id
            if isinstance(called, ast.Attribute) and (called.attr in METHODS or called.attr.startswith(PREFIXES)):
                yield node.lineno, called.attr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_module_does_no_io(module: Path) -> None:
    """Nothing here reads, writes, connects, logs, or asks the clock."""
    assert impure(module.read_text(encoding="utf-8")) == []


def test_the_pure_modules_are_all_there() -> None:
    """A module that is renamed does not slip out of the rule."""
    assert len(MODULES) > len(MATCHING) + 8


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "import os.path as p",
        "from pathlib import Path",
        "from urllib.request import urlopen",
        "import logging",
        "def f():\n    import sqlite3",
        "from sqlalchemy import text",
        "from connectors.files import LedgerFiles",
        "open('x')",
        "print(1)",
        "input()",
        "import polars as pl\npl.read_csv('x')",
        "frame.write_parquet('x')",
        "date.today()",
        "__import__('os')",
    ],
)
def test_the_rule_finds_what_it_forbids(source: str) -> None:
    """The net has no hole where it matters."""
    assert impure(source)
