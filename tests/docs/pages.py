"""The pages as tests see them: which there are, their fenced blocks, their headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DOCS = ROOT / "docs"
PAGES = (*READMES, *sorted(DOCS.rglob("*.md")))
_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w+)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block, without the indentation of the list it stands in."""

    kind: str
    text: str


def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path, kind: str) -> list[Block]:
    """Return the fenced blocks of one kind."""
    found = [
        Block(match["kind"], re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE))
        for match in _FENCE.finditer(read(page))
    ]
    return [block for block in found if block.kind == kind]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", read(page))


def anchors(page: Path) -> set[str]:
    """Return the anchors that a repository's web page makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
