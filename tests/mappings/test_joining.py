"""Joining two systems' rows: each row ends in one place, and nothing is paired that is not alone in its likeness."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mappings.joining import On, join, together

RULES = (On(first=("案号",), second=("编号",)), On(first=("名称", "事项"), second=("单位", "事项")))
texts = st.sampled_from(["", "1", "２", "2", " 1 ", "甲", "乙"])
firsts = st.lists(st.fixed_dictionaries({"案号": texts, "名称": texts, "事项": texts}), max_size=8)
seconds = st.lists(st.fixed_dictionaries({"编号": texts, "单位": texts, "事项": texts}), max_size=8)


@given(firsts, seconds)
def test_every_row_is_in_one_place(first: list[dict[str, str]], second: list[dict[str, str]]) -> None:
    """In one pair, in one group, or alone."""
    found = join(first, second, RULES)
    left = (
        [one for one, _other, _rule in found.pairs] + found.first + [row for group, _ in found.unclear for row in group]
    )
    right = [other for _, other, _ in found.pairs] + found.second + [row for _, group in found.unclear for row in group]
    assert sorted(left) == list(range(len(first)))
    assert sorted(right) == list(range(len(second)))


@given(firsts, seconds, st.randoms())
def test_the_order_of_rows_means_nothing(
    first: list[dict[str, str]], second: list[dict[str, str]], rng: object
) -> None:
    """The same rows in another order make the same pairs."""
    import random

    assert isinstance(rng, random.Random)
    order = list(range(len(second)))
    rng.shuffle(order)
    there = {(one, other) for one, other, _ in join(first, second, RULES).pairs}
    here = {(one, order[other]) for one, other, _ in join(first, [second[each] for each in order], RULES).pairs}
    assert here == there


def test_a_surer_rule_goes_first_and_what_it_leaves_open_no_weaker_one_decides() -> None:
    """Two results under one case are a group, although their names would tell them apart."""
    first = [{"案号": "7", "名称": "甲", "事项": "a"}]
    second = [{"编号": "7", "单位": "甲", "事项": "a"}, {"编号": "７", "单位": "乙", "事项": "a"}]
    found = join(first, second, RULES)
    assert (found.pairs, found.unclear) == ([], [((0,), (0, 1))])


def test_blank_keys_join_nothing_and_the_next_rule_is_asked() -> None:
    """A forgotten number is not a number that others forgot, too."""
    first = [{"案号": "", "名称": "甲", "事项": "a"}, {"案号": "", "名称": "乙", "事项": "a"}]
    second = [{"编号": "", "单位": "乙", "事项": "a"}]
    assert join(first, second, RULES).pairs == [(1, 0, 1)]


def test_a_column_of_both_stands_under_both_names_and_under_its_own_where_they_agree() -> None:
    """Which of two texts counts is for the mapping to say."""
    whole = together({"名": "甲", "日": "1", "独": "x"}, {"名": "乙", "日": "１", "空": ""}, ("hall", "archive"))
    assert whole == {
        **{"hall.名": "甲", "archive.名": "乙", "hall.日": "1", "archive.日": "１", "日": "1", "独": "x", "空": ""},
    }
