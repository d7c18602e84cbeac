"""Adding to a declared file by hand: everything that stands there stays, and the file says one thing more."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schedules.editing import scalar, with_entry

NEW = ("closed", "2025-05-06", "停电检修")
TEXTS = [
    "",
    "# nothing yet\n",
    "title: x",
    "title: x\n\n# the end\n",
    "title: x\nclosed: {}\n",
    "title: x\nclosed: { }  # none\nopen: {2024-08-24: b}\n",
    "title: x\nclosed: {2024-08-19: a}\nopen:\n  2024-08-24: b\n",
    "closed: {\n  2024-08-19: a, # why\n  2024-08-20: 'b',  # and why\n}\ntitle: x\n",
    "closed:\n  2024-08-19: a\n\n# about what follows\nopen:\n  2024-08-24: b\n",
    "closed:\n    # first\n    2024-08-19: a  # why\n    # last\ntitle: x\n",
    "closed:\n  2024-08-19: |\n    two\n    lines\ntitle: x\n",
    "closed:\n  2024-08-19: >-\n    two\n    lines\n",
    'closed:\n  2024-08-19: "two\n    lines"\nopen: {}',
    "---\nclosed:\n  2024-08-19: a\n",
]
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@pytest.mark.parametrize("text", TEXTS)
def test_one_entry_more_and_nothing_else(text: str) -> None:
    """Whatever the layout: what the file said before, and the new day."""
    edited = with_entry(text, *NEW)
    wanted = yaml.load(text, yaml.BaseLoader) or {}
    wanted.setdefault("closed", {})["2025-05-06"] = "停电检修"
    assert yaml.load(edited, yaml.BaseLoader) == wanted


@pytest.mark.parametrize("text", TEXTS)
def test_every_character_that_was_there_stays_in_its_order(text: str) -> None:
    """The edited text is the old one with one piece put in, comments and blank lines included."""
    edited = with_entry(text, *NEW)
    same = next((at for at, (old, new) in enumerate(zip(text, edited, strict=False)) if old != new), len(text))
    assert text[:same] + edited[same : same + len(edited) - len(text)] + text[same:] == edited


@given(words)
def test_any_reason_is_read_as_it_was_given(reason: str) -> None:
    """Colons, quotes, signs and words that YAML takes for something else, in both layouts."""
    told = " ".join(reason.split())
    for text in ("title: x\n", "title: x\nclosed: {2024-08-19: a}\n"):
        edited = with_entry(text, "closed", "2025-05-06", reason)
        assert yaml.safe_load(edited.replace("2025-05-06:", "key:"))["closed"]["key"] == told
    assert yaml.safe_load(scalar(reason)) == told


@given(
    st.lists(st.tuples(st.sampled_from(["closed", "open"]), st.dates(), words), max_size=6, unique_by=lambda e: e[1])
)
def test_entries_add_up(entries: list[tuple[str, object, str]]) -> None:
    """One after the other, each finds its section."""
    text = "# ours\ntitle: x  # whose\n"
    wanted: dict[str, Any] = {"title": "x"}
    for section, day, reason in entries:
        text = with_entry(text, section, f"{day}", reason)
        wanted.setdefault(section, {})[f"{day}"] = " ".join(reason.split())
    assert yaml.load(text, yaml.BaseLoader) == wanted
    assert text.startswith("# ours\ntitle: x  # whose\n")


YEAR = {"holidays": {"2028-01-01..2028-01-03": "元旦"}, "workdays": {"2028-01-08": "元旦"}}


@pytest.mark.parametrize("year", [YEAR, {}])
@pytest.mark.parametrize("text", ["title: x\n", "title: x\nyears: {2027: {}}\n", "years:\n  2027:\n    workdays: []\n"])
def test_a_whole_year_is_added_in_the_layout_that_is_there(text: str, year: dict[str, dict[str, str]]) -> None:
    """Nested in blocks or in braces; a year without holidays is one, too."""
    edited = with_entry(text, "years", "2028", year)
    wanted = yaml.load(text, yaml.BaseLoader)
    wanted.setdefault("years", {})["2028"] = year
    assert yaml.load(edited, yaml.BaseLoader) == wanted
