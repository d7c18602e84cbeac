"""The cascade: what is a pair, what is a crowd, what is only near."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.standards import LICENCE
from reconciliation import comparing, meeting
from reconciliation.comparing import compare
from reconciliation.matching import IDENTITY, RULES, Matches, Rule, match
from reconciliation.meeting import meet
from tests.reconciliation.frames import Row, licence, shuffled, side, sides

Key = tuple[str, ...]
Told = tuple[set[tuple[str, str, str]], set[tuple[str, frozenset[str]]]]


def told(found: Matches, left: pl.DataFrame, right: pl.DataFrame) -> Told:
    """Return pairs and crowds by origin, free of row numbers."""
    here, there = left["origin"].to_list(), right["origin"].to_list()
    pairs = {(here[a], there[b], rule) for a, b, rule in found.pairs.select("left", "right", "rule").iter_rows()}
    crowds: dict[tuple[str, int], set[str]] = {}
    for name, row, crowd, rule in found.crowds.select("side", "row", "crowd", "rule").iter_rows():
        crowds.setdefault((rule, crowd), set()).add((here if name == "left" else there)[row])
    return pairs, {(rule, frozenset(members)) for (rule, _crowd), members in crowds.items()}


def near(found: Matches, left: pl.DataFrame, right: pl.DataFrame) -> set[tuple[str, str]]:
    """Return (row, nearest row) by origin."""
    origins = {"left": left["origin"], "right": right["origin"]}
    other = {"left": "right", "right": "left"}
    return {(origins[name][row], origins[other[name]][to]) for name, row, to in found.near.iter_rows()}


def by_hand(left: pl.DataFrame, right: pl.DataFrame) -> Told:
    """Do the cascade again with dictionaries, one row at a time."""
    pools: list[dict[str, Row]] = [
        {row["origin"]: row for row in frame.iter_rows(named=True)} for frame in (left, right)
    ]
    pairs: set[tuple[str, str, str]] = set()
    crowds: set[tuple[str, frozenset[str]]] = set()
    for rule in RULES:
        here, there = (standing(pool, rule) for pool in pools)
        if rule.one_sided:
            crowds |= {
                (rule.name, frozenset(same)) for side in (here, there) for same in side.values() if len(same) > 1
            }
        for key in set() if rule.one_sided else here.keys() & there.keys():
            if len(here[key]) == len(there[key]) == 1:
                pairs.add((here[key][0], there[key][0], rule.name))
            else:
                crowds.add((rule.name, frozenset(here[key] + there[key])))
        gone = {origin for a, b, _rule in pairs for origin in (a, b)} | {o for _rule, crowd in crowds for o in crowd}
        pools = [{origin: row for origin, row in pool.items() if origin not in gone} for pool in pools]
    return pairs, crowds


def standing(pool: dict[str, Row], rule: Rule) -> dict[Key, list[str]]:
    """Return the origins per key of the rows to which the rule applies."""
    found: dict[Key, list[str]] = {}
    for origin, row in pool.items():
        key = tuple(row[name] or "" for name in rule.keys)
        if any(key) if rule.one_sided else all(key):
            found.setdefault(key, []).append(origin)
    return found


@pytest.mark.parametrize(
    ("ledger", "rule"),
    [
        (licence(), "identity"),
        (licence(certificate_number=None), "document_number_and_name"),
        (licence(certificate_number="", name="晨光建设公司"), "document_number"),
        (licence(document_number="", decision_date=""), "certificate_number_and_name"),
        (licence(document_number="x", name="晨光"), "certificate_number_and_decision_date"),
    ],
)
def test_each_rule_pairs_what_it_is_named_for(ledger: Row, rule: str) -> None:
    """The first rule whose keys both sides state and share brings the pair together."""
    found = match(side("source", [licence()]), side("ledger", [ledger]))
    assert found.pairs.rows() == [(0, 0, rule)]


def test_a_certificate_number_alone_is_only_a_suggestion() -> None:
    """Certificate numbers repeat between departments, so without a second witness they suggest."""
    left = side("source", [licence()])
    right = side("ledger", [licence(document_number="x", name="另一公司", decision_date="2024-01-02")])
    found = match(left, right)
    assert found.pairs.is_empty()
    assert near(found, left, right) == {("source/1", "ledger/1"), ("ledger/1", "source/1")}


def test_same_name_and_day_is_only_a_suggestion() -> None:
    """A licensee may receive several decisions on one day, so the first by origin is shown, not taken."""
    left = side("source", [licence()])
    others = [licence(document_number=number, certificate_number=None) for number in ("y", "x")]
    found = match(left, side("ledger", others))
    assert found.pairs.is_empty()
    assert found.near.filter(pl.col("side") == "left").rows() == [("left", 0, 0)]


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


@settings(deadline=None, max_examples=60)
@given(left=sides("source"), right=sides("feed"))
def test_the_cascade_equals_the_cascade_done_by_hand(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Joins of words tell the same pairs and crowds as a plain reading of the rules."""
    assert told(match(left, right), left, right) == by_hand(left, right)


@settings(deadline=None, max_examples=60)
@given(left=sides("source"), right=sides("feed"))
def test_no_pair_rests_on_a_key_that_is_not_unique(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """No row stands in two pairs or in a pair and a crowd, and no paired identity stands twice on its side."""
    found = match(left, right)
    for name, frame in (("left", left), ("right", right)):
        crowd = found.crowds.filter(pl.col("side") == name)["row"].to_list()
        rows = found.pairs[name].to_list()
        assert len(set(rows + crowd)) == len(rows + crowd)
        identities = frame.with_row_index("row").with_columns(pl.col(IDENTITY).fill_null(""))
        twice = identities.filter(pl.struct(IDENTITY).is_duplicated(), pl.any_horizontal(pl.col(IDENTITY) != ""))
        assert not set(twice["row"]) & set(rows)


@settings(deadline=None, max_examples=60)
@given(left=sides("source"), right=sides("feed"), seed=st.integers(0, 99))
def test_the_order_of_rows_decides_nothing(left: pl.DataFrame, right: pl.DataFrame, seed: int) -> None:
    """Permuting either side gives the same pairs, crowds and suggestions."""
    other = shuffled(left, seed), shuffled(right, seed + 1)
    assert told(match(*other), *other) == told(match(left, right), left, right)
    assert near(match(*other), *other) == near(match(left, right), left, right)


@settings(deadline=None, max_examples=60)
@given(left=sides("source"), right=sides("feed"))
def test_swapping_the_sides_mirrors_the_result(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Neither side is the truth: matched the other way round, the same rows belong together."""
    pairs, crowds = told(match(left, right), left, right)
    assert told(match(right, left), right, left) == ({(b, a, rule) for a, b, rule in pairs}, crowds)
    assert near(match(right, left), right, left) == near(match(left, right), left, right)


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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meeting, "_FEW", 0)
        assert told(match(left, right, exact=exact), left, right) == by_hand(left, right)


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
