"""The cascade: what is a pair, what is a crowd, what is only near."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.standards import LICENCE
from reconciliation import comparing, meeting
from reconciliation.comparing import compare
from reconciliation.loose import Matching
from reconciliation.matching import Matches, match
from reconciliation.meeting import meet
from tests.reconciliation.frames import Row, licence, side, sides

Told = tuple[set[tuple[str, str, str]], set[tuple[str, frozenset[str]]]]


def told(found: Matches, left: pl.DataFrame, right: pl.DataFrame) -> Told:
    """Return pairs and crowds by origin, free of row numbers."""
    here, there = left["origin"].to_list(), right["origin"].to_list()
    pairs = {(here[a], there[b], rule) for a, b, rule in found.pairs.select("left", "right", "rule").iter_rows()}
    crowds: dict[tuple[str, int], set[str]] = {}
    for name, row, crowd, rule in found.crowds.select("side", "row", "crowd", "rule").iter_rows():
        crowds.setdefault((rule, crowd), set()).add((here if name == "left" else there)[row])
    return pairs, {(rule, frozenset(members)) for (rule, _crowd), members in crowds.items()}


@pytest.mark.parametrize(
    ("ledger", "rule"),
    [
        (licence(), "identity"),
        (licence(certificate_number=None), "document_number_and_name"),
        (licence(certificate_number="", name="晨光建设公司"), "document_number"),
        (licence(document_number="审批〔2024〕第001号"), "number_variant_and_name"),
        (
            licence(document_number="审批2024-1号", name="晨光", certificate_number=None),
            "number_variant_and_decision_date",
        ),
        (licence(document_number="", decision_date=""), "certificate_number_and_name"),
        (licence(document_number="x", name="晨光"), "certificate_number_and_decision_date"),
        (licence(document_number=None, certificate_number=None, decision_date="2024-03-18"), "name_date_and_item"),
        (licence(raw_name="晨光建设 有限公司"), "identity_normalised"),
    ],
)
def test_each_rule_pairs_what_it_is_named_for(ledger: Row, rule: str) -> None:
    """The first rule whose keys both sides state and share brings the pair together."""
    found = match(side("source", [licence()]), side("ledger", [ledger]))
    assert found.pairs.rows() == [(0, 0, rule)]


@pytest.mark.parametrize(
    ("source", "ledger"),
    [
        ([{}], [{"document_number": "审批〔2024〕2号"}]),
        ([{"uscc": "91150100MA0N12340B"}], [{"uscc": "92150102MA0P56783P"}]),
        ([{}], [{"content": "占道"}]),
        ([{}], [{"decision_date": "2024-03-23"}]),
        ([{}], [{"decision_date": ""}]),
        ([{}, {"document_number": "审批〔2024〕2号"}], [{}]),
        ([{}], [{}, {"decision_date": "2024-03-16"}]),
        ([{"counterpart_type": "自然人", "name": "张伟"}], [{"name": "张伟"}]),
        ([{"counterpart_type": "自然人", "name": "张伟", "id_number": "1"}], [{"name": "张伟", "id_number": "2"}]),
    ],
    ids=["number", "code", "item", "window", "undated", "two-there", "two-here", "citizen", "citizens"],
)
def test_the_loosest_rule_pairs_nothing_that_is_not_certain(
    source: list[dict[str, str]], ledger: list[dict[str, str]]
) -> None:
    """Another number, code, item or week, a second candidate, or a citizen's name without the number: no pair."""
    blank = {"document_number": None, "certificate_number": None}
    here = [licence(certificate_number=None, **row) for row in source]
    there = [licence(**{**blank, **row}) for row in ledger]
    assert match(side("source", here), side("ledger", there)).pairs.is_empty()


def test_a_claimed_row_that_tells_the_same_story_is_a_candidate_too() -> None:
    """Two licences of one item in one week: the ledger's row without a number may stand for either."""
    source = [licence(), licence(document_number="审批〔2024〕2号", certificate_number="XK2")]
    ledger = [licence(), licence(document_number=None, certificate_number=None)]
    found = match(side("source", source), side("ledger", ledger))
    assert found.pairs.rows() == [(0, 0, "identity")]


def test_one_citizen_is_known_by_the_own_number() -> None:
    """A name that many bear, with the number that one bears, is one person."""
    person = licence(counterpart_type="自然人", name="张伟", id_number="150102199003074514", certificate_number=None)
    ledger = {**person, "document_number": None, "counterpart_type": None, "decision_date": "2024-03-14"}
    assert match(side("source", [person]), side("ledger", [ledger])).pairs["rule"].to_list() == ["name_date_and_item"]


def test_a_bot_may_allow_the_loosest_rule_less() -> None:
    """A shorter window, or suggestions only."""
    left, right = side("source", [licence()]), side("ledger", [licence(document_number=None, certificate_number=None)])
    later = side("ledger", [licence(document_number=None, certificate_number=None, decision_date="2024-03-18")])
    assert match(left, right, matching=Matching(window=0)).pairs.height == 1
    assert match(left, later, matching=Matching(window=2)).pairs.is_empty()
    assert match(left, right, matching=Matching(loose="suggest")).pairs.is_empty()


def test_a_variant_of_a_number_alone_is_no_pair() -> None:
    """Neither name nor day agree: the number may be another department's."""
    other = licence(
        document_number="审批〔2024〕01号", name="某公司", decision_date="2024-04-15", certificate_number=""
    )
    assert match(side("source", [licence()]), side("ledger", [other])).pairs.is_empty()


def test_two_ways_of_writing_one_number_on_one_side_are_a_crowd_for_a_third() -> None:
    """The exact number goes first; a third way of writing it may stand for either, and is paired with none."""
    ledger = side("ledger", [licence(certificate_number=None), licence(document_number="审批〔2024〕01号")])
    exact, third = side("source", [licence()]), side("source", [licence(document_number="审批2024-1号")])
    assert told(match(exact, ledger), exact, ledger)[0] == {("source/1", "ledger/1", "document_number_and_name")}
    crowd = frozenset({"source/1", "ledger/1", "ledger/2"})
    assert told(match(third, ledger), third, ledger) == (set(), {("number_variant_and_name", crowd)})


def test_duplicates_are_a_crowd_even_without_a_counterpart() -> None:
    """The same identity twice on one side cannot be told apart, whatever the other side holds."""
    left, right = side("source", [licence(certificate_number=None), licence(certificate_number="")]), side("ledger", [])
    assert told(match(left, right), left, right) == (set(), {("duplicate", frozenset({"source/1", "source/2"}))})


def test_duplicates_take_the_rows_of_their_document_number_along() -> None:
    """What the other side has under the number of a duplicate is shown in the same crowd."""
    left, right = side("source", [licence(), licence()]), side("ledger", [licence(name="另一公司")])
    crowd = frozenset({"source/1", "source/2", "ledger/1"})
    assert told(match(left, right), left, right) == (set(), {("document_number", crowd)})


def test_rows_that_state_no_identity_are_not_duplicates() -> None:
    """Rows that state nothing have nothing in common."""
    left, right = side("source", [{}, {}]), side("ledger", [{}])
    assert told(match(left, right), left, right) == (set(), set())


@pytest.fixture
def colliding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every row the same word, however few there are."""
    monkeypatch.setattr(meeting, "_FEW", 0)
    monkeypatch.setattr(
        meeting, "word_of", lambda keys: pl.col(keys[0]).str.len_bytes().cast(pl.UInt64) * 0 + (7 << 40)
    )


@pytest.mark.usefixtures("colliding")
def test_words_that_collide_never_make_a_pair() -> None:
    """When every key hashes to one word, the text of the keys still tells pairs and crowds apart."""
    keys = ("document_number",)
    left = pl.DataFrame({"document_number": ["a", "b", "c", "c"], "row": [0, 1, 2, 3]})
    right = pl.DataFrame({"document_number": ["b", "a", "c", "d"], "row": [0, 1, 2, 3]})
    pairs, crowds = meet(left, right, keys)
    assert set(pairs.select("left", "right").rows()) == {(0, 1), (1, 0)}
    assert set(crowds.select("side", "row").rows()) == {("left", 2), ("left", 3), ("right", 2)}


@pytest.mark.usefixtures("colliding")
def test_one_collision_of_words_is_found_on_the_text() -> None:
    """A single word on both sides is not believed before the keys themselves were compared."""
    left = pl.DataFrame({"document_number": ["a"], "row": [0]})
    right = pl.DataFrame({"document_number": ["b"], "row": [0]})
    assert [part.height for part in meet(left, right, ("document_number",))] == [0, 0]


@settings(deadline=None, max_examples=25)
@given(left=sides("source"), right=sides("feed"), exact=st.booleans())
def test_sorted_words_tell_what_the_text_tells(left: pl.DataFrame, right: pl.DataFrame, *, exact: bool) -> None:
    """Many rows are met by their sorted words; the pairs and crowds are those of the plain reading."""
    read = told(match(left, right, exact=exact), left, right)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meeting, "_FEW", 0)
        assert told(match(left, right, exact=exact), left, right) == read


def test_one_key_on_thousands_of_rows_is_one_crowd() -> None:
    """What repeats is never multiplied: the crowd has as many rows as the sides have, not their product."""
    keys = ("document_number",)
    side = pl.DataFrame({"document_number": ["a"] * 30_000, "row": range(30_000)})
    pairs, crowds = meet(side, side, keys)
    assert (pairs.height, crowds.height, crowds["crowd"].n_unique()) == (0, 60_000, 1)


@settings(deadline=None, max_examples=20)
@given(left=sides("source"), right=sides("feed"), exact=st.booleans())
def test_many_pairs_are_compared_as_few(left: pl.DataFrame, right: pl.DataFrame, *, exact: bool) -> None:
    """Field by field or in one query, in chunks or not, the same values differ."""
    pairs = match(left, right, exact=exact).pairs
    few = compare(left, right, pairs, LICENCE.names, exact=exact)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "_FEW", 0)
        many = compare(pl.concat([left, left.clear()], rechunk=False), right, pairs, LICENCE.names, exact=exact)
    order = ["pair", "place"]
    assert many.sort(order).equals(few.sort(order))
    told = {
        (left["origin"][a], name)
        for a, b in pairs.select("left", "right").rows()
        for name in _differing(left, a, right, b)
    }
    assert {(left["origin"][pairs["left"][pair]], field) for pair, field in few.select("pair", "field").rows()} == told


def _differing(left: pl.DataFrame, a: int, right: pl.DataFrame, b: int) -> list[str]:
    mine, other = left.row(a, named=True), right.row(b, named=True)
    both = ((name, mine[name], other[name]) for name in LICENCE.names)
    return [name for name, value, its in both if None not in {value, its} and value != its]
