"""The shape of what a system shows: what proves that it changed, and what does not."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mappings.mapping import Mapping
from mappings.shapes import Shape, coverage, losses, shape_of

FILE = Path(__file__).parents[2] / "mappings" / "bureau.yaml"
MAPPING = Mapping.parse(FILE.read_text("utf-8"), "mappings/bureau.yaml", "bureau")
ROW = {
    "受理编号": "1",
    "许可文书号": "A〔2024〕1号",
    "被许可人": "某公司",
    "许可内容": "施工许可",
    "批准日期": "2024-08-01",
}
MANY = shape_of([ROW] * 500)

rows = st.lists(st.dictionaries(st.sampled_from("甲乙丙"), st.sampled_from(["", " ", "有"])), max_size=20)


@given(rows, rows)
def test_shapes_of_parts_add_up_to_that_of_the_whole(some: list[dict[str, str]], more: list[dict[str, str]]) -> None:
    """Counted page by page or at once, it is the same."""
    assert shape_of(some) + shape_of(more) == shape_of([*some, *more])
    assert Shape.of_dict(shape_of(some).as_dict()) == shape_of(some)


@given(st.integers(1, 400), st.integers(1, 400))
def test_what_looks_like_before_is_never_suspected(before: int, now: int) -> None:
    """However few or many rows there are."""
    assert losses(shape_of([ROW] * before), shape_of([ROW] * now), MAPPING) == []


def test_a_column_that_is_gone_is_found_at_once() -> None:
    """Two rows without it are enough where it never lacked; one that nobody reads may go."""
    without = {name: text for name, text in ROW.items() if name != "许可文书号"}
    assert [(each.column, each.how) for each in losses(MANY, shape_of([without] * 3), MAPPING)] == [
        ("许可文书号", "gone")
    ]
    assert losses(MANY + shape_of([{**ROW, "备用": "x"}] * 500), shape_of([ROW] * 50), MAPPING) == []


def test_a_mandatory_column_that_empties_is_suspected_and_one_odd_row_is_not() -> None:
    """One empty cell is a row's own fault; half of them are the system's."""
    empty = {**ROW, "许可文书号": ""}
    assert losses(MANY, shape_of([ROW] * 20 + [empty]), MAPPING) == []
    assert [each.how for each in losses(MANY, shape_of([ROW] * 10 + [empty] * 20), MAPPING)] == ["empty"]


def test_a_column_that_only_some_rows_have_may_lack_in_a_few() -> None:
    """A key that is left out where it is empty proves nothing in three rows, and much in three hundred."""
    some = {name: text for name, text in ROW.items() if name != "许可内容"}
    before = shape_of([ROW] * 250 + [some] * 250)
    assert losses(before, shape_of([some] * 3), MAPPING) == []
    assert [each.column for each in losses(before, shape_of([some] * 300), MAPPING)] == ["许可内容"]


def test_a_moved_column_and_a_new_one_are_no_loss() -> None:
    """Columns are found by their headings."""
    moved = dict(reversed([*ROW.items(), ("新栏", "x")]))
    assert losses(MANY, shape_of([moved] * 50), MAPPING) == []


def test_coverage_names_what_no_column_answers_and_what_no_field_reads() -> None:
    """For whoever connects a system."""
    unanswered, unread = coverage([*ROW, "新栏"], MAPPING)
    assert "新栏" in unread
    assert "document_number" not in unanswered
