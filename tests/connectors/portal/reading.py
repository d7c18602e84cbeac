"""Reading an office through a connector's file, as a run does it, with one browser for a whole module of tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml

from connectors.base import Known, Row, Window
from connectors.browser import Browsers
from connectors.courtesy import UNLIMITED
from connectors.kinds import Given
from connectors.portal.declared import PortalDeclared
from connectors.portal.kind import KIND
from connectors.portal.source import PortalSource
from connectors.secrets import Secrets
from tests.connectors.portal.office import PASSWORD, Office
from words.declared import parse

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "portals"
YEAR = Window(date(2026, 1, 1), date(2026, 12, 31))


def example(name: str, url: str, **changes: Any) -> PortalDeclared:
    """An example's file, read as a workspace reads it; ``changes`` (dotted) replace keys of it."""
    told = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text("utf-8"))
    told["timeout"] = 15
    for path, value in changes.items():
        *outer, last = path.split("__")
        inner = told
        for step in outer:
            inner = inner.setdefault(step, {})
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = value
    text = yaml.safe_dump(told, allow_unicode=True)
    return cast("PortalDeclared", parse(PortalDeclared, text, f"connectors/{name}.yaml").at({"office": url}))


def given(declared: PortalDeclared, folder: Path, browsers: Browsers) -> Given[PortalDeclared]:
    """What a workspace hands over."""
    folder.mkdir(parents=True, exist_ok=True)
    secrets = folder / "secrets.toml"
    secrets.touch(mode=0o600)
    secrets.write_text(f'office_password = "{PASSWORD}"\n')
    mapping = cast("Any", object())
    return Given("office", declared, mapping, None, folder, Secrets(secrets), browsers, UNLIMITED)


@asynccontextmanager
async def source_at(declared: PortalDeclared, folder: Path, browsers: Browsers) -> AsyncIterator[PortalSource]:
    """A source, closed afterwards."""
    source = KIND.source(given(declared, folder, browsers))
    try:
        yield cast("PortalSource", source)
    finally:
        await source.close()


@dataclass
class Read:
    """What came of a reading."""

    rows: list[Row]

    @property
    def keys(self) -> list[str]:
        """The rows' keys, as they came."""
        return [row.key for row in self.rows]


async def read(
    declared: PortalDeclared, folder: Path, browsers: Browsers, window: Window = YEAR, known: Known | None = None
) -> Read:
    """Read a window of a source whole."""
    rows: list[Row] = []
    async with source_at(declared, folder, browsers) as source:
        async for page in source.collect(window, known or {}):
            rows += page.rows
        pictures = await source.evidence()
    assert not rows or {piece.kind for piece in pictures} == {"screenshot", "page"}
    return Read(rows)


def whole(found: Read, office: Office, key: str) -> None:
    """Every case came once, with what the list and its detail show."""
    assert found.keys == [case[key] for case in office.cases]
    assert sorted(office.opened) == [case["id"] for case in office.cases]
    for row, case in zip(found.rows, office.cases, strict=True):
        assert row.payload.items() >= {**office.detail(case), "申请人": case["name"], "决定日期": case["day"]}.items()
