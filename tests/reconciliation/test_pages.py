"""A run's report as one page, and as data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reconciliation.bars import FOOT, HEIGHT, TOP, Chart
from reconciliation.pages import ROWS, rendered
from reconciliation.renderings import as_json, lists_of, page_of, write
from reconciliation.report import Report
from tests.reconciliation.builders import IDENTITY_NUMBER, empty_report, report
from words.errors import UsageError
from words.languages import choose


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


def page(made: Report) -> HTMLParser:
    """Return the page of a report as a browser sees it."""
    return HTMLParser(rendered(page_of(made)))


def first(found: HTMLParser, selector: str) -> Any:
    """Return the first of what is found; something has to be."""
    return found.css(selector)[0]


def test_every_list_of_the_workbook_stands_on_the_page() -> None:
    """One report, several renderings: the same lists under the same names with the same rows."""
    made = report()
    found = page(made)
    tables = lists_of(made)
    assert [each.text(deep=False).strip() for each in found.css("section.list h2")] == [
        *(table.name for table in tables),
        "Notes",
    ]
    assert [len(each.css("tbody tr")) for each in found.css("section.list .scroll")] == [each.height for each in tables]


def test_nothing_comes_from_outside() -> None:
    """The page holds its own style and script, and its policy allows only these two."""
    text = rendered(page_of(report()))
    found = HTMLParser(text)
    policy = first(found, "meta[http-equiv=Content-Security-Policy]").attributes["content"] or ""
    for tag in ("style", "script"):
        (own,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert not found.css("[src], link, [style], [onclick], iframe")
    links = [each.attributes["href"] or "" for each in found.css("a")]
    assert {link[:1] for link in links} == {"#", "."}


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "</style><b>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
)
def test_what_systems_say_stays_text(text: str) -> None:
    """Whatever stands in a field, a title, a note or a difference, the page shows it and does not follow it."""
    made = report(20)
    made.title, made.notes = text, {"Mappings": text}
    made.records = made.records.with_columns(content=pl.lit(text))
    made.differences = made.differences.with_columns(field=pl.lit("content"), other_value=pl.lit(text))
    found = page(made)
    assert len(found.css("script")) == 1
    assert not found.css("img, td b")
    assert first(found, "h1").text() == text
    assert text in {cell.text() for cell in found.css("td")}
    assert text in {cell.text() for cell in found.css("td.marked")}


@pytest.mark.parametrize(
    "path", ["javascript:alert(1)", "//example.org/x", 'x" onclick="y', "../.yinxin/evidence/回执.png"]
)
def test_a_link_leads_to_a_file_and_nowhere_else(path: str) -> None:
    """A path is encoded, so that it names neither a scheme nor an attribute."""
    made = report()
    made.evidence = made.evidence.with_columns(path=pl.lit(path))
    links = [each.attributes for each in page(made).css("td a")]
    assert all(set(each) == {"href"} and ":" not in (each["href"] or "") for each in links)
    assert not any((each["href"] or "").startswith("//") for each in links)


def test_personal_numbers_are_masked() -> None:
    """No rendering shows an identity number in full."""
    for text in (rendered(page_of(report())), as_json(report())):
        assert IDENTITY_NUMBER not in text
        assert "150102************" in text


def test_the_same_report_gives_the_same_text() -> None:
    """Two auditors can compare hashes of the page and of the data."""
    assert rendered(page_of(report())) == rendered(page_of(report()))
    assert as_json(report()) == as_json(report())


def test_a_long_list_is_cut_and_says_so() -> None:
    """A page shows some thousand rows of a list, and where the rest is."""
    made = report(2)
    made.records = pl.concat([made.records.head(1)] * (ROWS + 1))
    found = page(made)
    (rest,) = found.css("p.rest")
    assert rest.text() == f"The first 2,000 of 2,001 rows; the workbook of the run {made.run_id} holds all of them."
    assert max(len(each.css("tbody tr")) for each in found.css(".scroll")) == ROWS


def test_differences_are_marked_as_in_the_workbook() -> None:
    """Only the stretch in which two values differ is marked."""
    marked = [each.text() for each in page(report()).css("td.marked span.differs")]
    assert marked[:3] == ["B", "C", "图雅"]


def test_a_run_that_does_not_add_up_shows_it() -> None:
    """The page bears a cross where an equation is broken, and says when nothing was delivered."""
    made = report(dry_run=True)
    made.counts.quarantined += 1
    found = page(made)
    assert [each.text() for each in found.css(".broken")] == ["✗"]
    assert first(found, ".warning").text() == "Dry run: nothing was delivered."
    assert not page(report()).css(".broken, .warning")


def test_a_run_without_anything_has_a_page() -> None:
    """Where there is nothing, the page says so with zeros."""
    found = page(empty_report())
    assert [each.text() for each in found.css(".term b")] == ["0"] * 13
    assert not found.css("svg")


def test_chinese_readers_get_a_chinese_page() -> None:
    """Language and labels are the reader's."""
    choose("zh")
    found = page(report())
    assert first(found, "html").attributes["lang"] == "zh"
    assert "行政许可决定文书号" in {each.text() for each in found.css("th")}


def test_data_name_their_columns_and_keep_codes_whole() -> None:
    """Another program finds a list's columns by the names of the standard, and long codes are text."""
    told = json.loads(as_json(report()))
    assert (told["schema"], told["balanced"]) == (1, True)
    full = next(each for each in told["lists"] if each["name"] == "Full list")
    names = [each["name"] for each in full["columns"]]
    assert {row[names.index("uscc")] for row in full["rows"]} == {"91150100MA0N12340B"}
    differs = next(each for each in told["lists"] if each["name"] == "Differs")
    assert {"record_id", "seal"} <= {each["name"] for each in differs["columns"]}


def test_a_report_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    """A place where nothing can be written ends in one sentence and what to do."""
    (tmp_path / "run.html").mkdir()
    with pytest.raises(UsageError, match="cannot be written") as raised:
        write(report(1), tmp_path / "run.html", as_page=True)
    assert raised.value.place.file == str(tmp_path / "run.html")


@given(st.lists(st.tuples(*[st.integers(0, 100_000)] * 3), min_size=1, max_size=12))
def test_a_chart_is_true_to_its_numbers(months: list[tuple[int, int, int]]) -> None:
    """Every column is as high as its counts say, on one scale, and none leaves the drawing."""
    kinds = ("a", "b", "c")
    chart = Chart(kinds, [(str(n), dict(zip(kinds, counts, strict=True))) for n, counts in enumerate(months)])
    bars = list(chart.bars)
    assert len(bars) == sum(count > 0 for counts in months for count in counts)
    room, top = HEIGHT - TOP - FOOT, int(chart.lines[-1].text.replace(",", ""))
    for each in bars:
        count = int(each.text.rpartition(" ")[2].replace(",", ""))
        assert abs(each.height - room * count / top) <= 0.2
        assert TOP - 0.1 <= each.y <= HEIGHT - FOOT
