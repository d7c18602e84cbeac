"""Pages lead to each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, READMES, ROOT, anchors, prose, read

_LINK = re.compile(r"\]\((?P<path>[^)#\s]*)(?:#(?P<anchor>[^)]+))?\)")


def _links(page: Path) -> list[tuple[str, str | None]]:
    found = [(match["path"], match["anchor"]) for match in _LINK.finditer(prose(page))]
    return [link for link in found if "://" not in link[0]]


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_resolves(page: Path) -> None:
    """A link names a file that is there, and a heading that stands in it."""
    for path, anchor in _links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert anchor is None or anchor in anchors(target), f"{path}#{anchor}"


def test_every_page_is_reached_from_the_index() -> None:
    """A page that nothing links to is not read."""
    linked = {(DOCS / path).resolve() for path, _anchor in _links(DOCS / "index.md")}
    assert {page.resolve() for page in PAGES} - linked == {(DOCS / "index.md").resolve()}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_names_a_machine(page: Path) -> None:
    """Absolute paths and registry hosts mean nothing on the reader's machine."""
    assert not re.search(r"(?<![\w.])/(?:work|home|root|tmp|usr)/|pypi|https?://(?!127\.0\.0\.1)", read(page))


@pytest.mark.parametrize("page", READMES, ids=_name)
def test_a_readme_is_read_in_one_sitting(page: Path) -> None:
    """Both READMEs keep to 90 to 150 lines of at most 120 columns, tables and pictures aside."""
    lines = read(page).splitlines()
    assert 90 <= len(lines) <= 150
    assert [line for line in lines if len(line) > 120 and not line.startswith(("|", "!["))] == []
