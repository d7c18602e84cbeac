"""The hashes can be recomputed as the page says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import Journal
from mappings import identity
from mappings.standards import LICENCE
from tests.docs.pages import DOCS, blocks

VALUES = {name: f"{number}·值" for number, name in enumerate(LICENCE.names)} | {"certificate_number": ""}


@pytest.fixture
def example() -> dict[str, Callable[..., Any]]:
    """What the page's example defines."""
    (block,) = blocks(DOCS / "reference/identity.md", "python")
    defined: dict[str, Any] = {}
    exec(block.text, defined)
    return defined


def test_the_example_computes_identity_and_fingerprint(example: dict[str, Callable[..., Any]]) -> None:
    """The ten lines of the page and the program come to the same hashes."""
    assert example["record_id"](VALUES) == identity.record_id(LICENCE, VALUES)
    assert example["fingerprint"](VALUES) == identity.fingerprint(LICENCE, VALUES)


def test_the_example_recomputes_the_chain(example: dict[str, Callable[..., Any]], tmp_path: Path) -> None:
    """The example ends at the journal's own head."""
    with Journal.open(tmp_path) as journal:
        run = journal.begin_run("disclosure", "2024-08-01", "2024-08-13", "2024-08-13", dry_run=False)
        journal.keep_evidence(run, "page", "信用平台 /列表", "内容".encode(), ".html")
        head = journal.head()
    assert example["chain"](tmp_path / "journal.db") == head
