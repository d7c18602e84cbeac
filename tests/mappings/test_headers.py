"""How a column's heading is compared, whatever a department typed around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.headers import find_columns, plain_header
from tests.mappings.rows import messy, patient

DRESSED = [
    "许可决定\n文书号 *",
    "３.许可决定文书号（必填）：",
    "许可决定文书号(必填)",
    "许可决定文书号（选填）",
    "＊许可决定文书号",
    "许 可 决 定 文 书 号",
    "15、许可决定文书号:",
    "1)许可决定文书号",
    "许可决定文书号\r\n（必填项）",
    "\u3000许可决定文书号\u3000",
    "3.许可决定文书号：：",
]


@pytest.mark.parametrize("heading", DRESSED)
def test_a_dressed_heading_is_its_plain_words(heading: str) -> None:
    """Line breaks, stars, required marks, numbering, width and a final colon are no words."""
    assert plain_header(heading) == "许可决定文书号"


@pytest.mark.parametrize(
    ("heading", "other"),
    [
        ("行政相对人代码＿1（统一社会信用代码）", "行政相对人代码_1(统一社会信用代码)"),
        ("行政相对人代码-1〔统一社会信用代码〕", "行政相对人代码_1(统一社会信用代码)"),
        ("USCC", "ｕｓｃｃ"),
        ("法定代表人【负责人】", "法定代表人(负责人)"),
    ],
)
def test_brackets_dashes_and_capitals_are_all_alike(heading: str, other: str) -> None:
    """A heading is found in whatever brackets, dashes and letters it is written."""
    assert plain_header(heading) == plain_header(other)


@pytest.mark.parametrize("heading", ["2024年许可数", "18位代码", "1", "3.14"])
def test_a_number_that_is_no_numbering_stays(heading: str) -> None:
    """Only a number with its mark in front of a word is a numbering."""
    assert plain_header(heading) == heading


@given(word=st.from_regex(r"[\u4e00-\u9fa5]{2,12}", fullmatch=True), number=st.integers(1, 99), data=st.data())
@patient
def test_dressing_never_changes_a_heading(word: str, number: int, data: st.DataObject) -> None:
    """Any numbering, break, width and required mark around any heading leaves the heading."""
    start = data.draw(st.sampled_from(["", "*", f"{number}.", f"{number}、", "＊ ", "\n"]))
    end = data.draw(st.sampled_from(["", " *", "（必填）", "(选填)：", ":", "\n（必填）", "　"]))
    broken = word[:1] + data.draw(st.sampled_from(["", "\n", " ", "\r\n"])) + word[1:]
    assert plain_header(f"{start}{broken}{end}") == word


@given(text=messy)
@patient
def test_a_plain_heading_has_no_white_space(text: str) -> None:
    """What is compared is one word."""
    assert not set(plain_header(text)) & set(" \t\n\r*")


def test_columns_are_found_by_alias_in_the_order_of_the_aliases() -> None:
    """Every heading that answers to a wanted word is returned once, so that two can be refused."""
    headers = ["序号", "文号", "许可决定\n文书号*", "许可决定文书号（必填）"]
    assert find_columns(headers, ("许可决定文书号", "文号")) == ["许可决定\n文书号*", "许可决定文书号（必填）", "文号"]
    assert find_columns(headers, ("文书号",)) == []
    assert find_columns([], ("文书号",)) == []
    assert find_columns(headers, ("文号", "文 号")) == ["文号"]


@pytest.mark.parametrize("heading", ["日期", "名称", "编号", "单位", "文书"])
def test_a_part_of_a_heading_is_not_the_heading(heading: str) -> None:
    """Ambiguous words are never matched to a longer one."""
    assert find_columns([heading], ("许可决定日期", "单位名称", "许可编号", "文书号")) == []
