"""What holds of every reconciliation, whatever the rows are: order, files, repetition and sides decide nothing.

The rows are nasty on purpose: few values, so that keys repeat, disagree, are written in several ways and are missing.
"""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.gathering import mapped_side
from mappings.apply import apply
from mappings.normalise import NORMALISERS, Unfit, document_number, normalise
from mappings.standards import LICENCE
from mappings.standards.fields import Kind
from mappings.written import number_key
from reconciliation.grouping import gather_groups
from reconciliation.linking import SIDES
from reconciliation.matching import IDENTITY, NORMALISED, NUMBER_KEY, RAW, RULES, Rule, match
from reconciliation.reconciled import Reconciliation
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.mappings.rows import raw, shipped
from tests.reconciliation.frames import Row, shuffled, sides
from tests.reconciliation.test_matching import Told, told
from tests.reconciliation.test_verdicts import CLOCK

two_sides = given(left=sides("source"), right=sides("feed"))
few = settings(deadline=None, max_examples=15)


def judge(source: pl.DataFrame, ledger: pl.DataFrame, feed: pl.DataFrame) -> Reconciliation:
    """Reconcile under the default policy."""
    return reconcile(dict(zip(SIDES, (source, ledger, feed), strict=True)), Terms(LICENCE, CLOCK))


def without_numbers(found: Reconciliation) -> list[list[tuple[str, ...]]]:
    """Return everything that was found, free of the order of rows and the numbers of groups."""
    frames = (found.verdicts, found.differences, found.members, found.tried)
    return [sorted(frame.drop("group").rows()) for frame in frames]


@few
@given(source=sides("source"), ledger=sides("ledger"), feed=sides("feed"), seed=st.integers(0, 99))
def test_neither_order_nor_files_nor_repetition_decide_anything(
    source: pl.DataFrame, ledger: pl.DataFrame, feed: pl.DataFrame, seed: int
) -> None:
    """Two auditors who sort and cut their books differently get the same verdicts, reasons and near rows."""
    first = judge(source, ledger, feed)
    assert all(
        frame.equals(again) for frame, again in zip(_frames(first), _frames(judge(source, ledger, feed)), strict=True)
    )
    cut = seed % (ledger.height + 1)
    files = pl.concat([ledger[cut:], ledger[:cut]])
    other = judge(shuffled(source, seed), shuffled(files, seed + 1), shuffled(feed, seed + 2))
    assert without_numbers(other) == without_numbers(first)


def _frames(found: Reconciliation) -> tuple[pl.DataFrame, ...]:
    return found.verdicts, found.differences, found.members, found.rows, found.tried


_SHOWN = st.fixed_dictionaries(
    {
        "许可决定文书号": st.sampled_from(["许[2024] 1号", "许〔2024〕1号", "许〔2024〕第01号", "/", None]),
        "企业名称": st.sampled_from(["李记饭馆", " 李记 饭馆", "张　伟", None]),
        "决定日期": st.sampled_from(["2024.3.15", "45366", "2024年3月32日", None]),
    }
)


@settings(deadline=None, max_examples=8)
@given(shown=st.lists(_SHOWN, max_size=6), cut=st.integers(0, 6))
def test_cutting_a_ledger_into_files_decides_nothing(shown: list[dict[str, str | None]], cut: int) -> None:
    """Two workbooks are read as one side, with the text behind every key that normalisation altered."""
    rows, ledger = raw(shown, ["许可决定文书号", "企业名称", "决定日期"]), shipped("ledger")
    whole, parts = ([apply(ledger, part) for part in cuts] for cuts in ([rows], [rows[:cut], rows[cut:]]))
    one, two = (mapped_side("ledger", each, LICENCE, rows.height) for each in (whole, parts))
    assert one.records.equals(two.records)
    assert sorted(one.quarantine.rows()) == sorted(two.quarantine.rows())
    for row in one.records.iter_rows(named=True):
        assert [name for raw_name, name in RAW.items() if row[raw_name] == row[name] is not None] == []


@few
@given(source=sides("source"), ledger=sides("ledger"), feed=sides("feed"))
def test_totals_always_balance(source: pl.DataFrame, ledger: pl.DataFrame, feed: pl.DataFrame) -> None:
    """Every row stands in one group, every source row in one bucket, and what stands alone says why."""
    frames = dict(zip(SIDES, (source, ledger, feed), strict=True))
    groups = gather_groups(frames)
    members = pl.concat(groups.of[side].to_frame("group").select("group", side=pl.lit(side)) for side in SIDES)
    numbers = members["group"].unique().sort()
    assert numbers.to_list() == list(range(1, numbers.len() + 1))
    twice = members.filter(members.is_duplicated())["group"]
    assert groups.table.filter(pl.col("group").is_in(twice.implode()), ~pl.col("ambiguous")).is_empty()
    found = judge(source, ledger, feed)
    assert found.rows["source_row"].to_list() == list(range(source.height))
    assert set(found.rows["bucket"]) <= {"due", "already_disclosed", "held"}
    joined = found.rows.join(found.verdicts, on="group")
    assert joined.filter(pl.col("bucket") == pl.col("bucket_right")).height == source.height
    said = {"reason": pl.col("bucket") == "held", "why_not": pl.col("verdict").str.starts_with("only_in_")}
    for column, where in said.items():
        assert found.verdicts.filter((pl.col(column) != "") != where).is_empty()
    assert found.verdicts.filter((pl.col("bucket") == "") != (pl.col("source_origin") == "")).is_empty()
    assert found.verdicts.null_count().sum_horizontal().to_list() == [0]


@few
@given(source=sides("source"), ledger=sides("ledger"))
def test_swapping_source_and_ledger_only_renames_the_verdicts(source: pl.DataFrame, ledger: pl.DataFrame) -> None:
    """Neither book is the truth: looked at from the other side, the same rows stand together or alone."""
    other = {"only_in_source": "only_in_ledger", "only_in_ledger": "only_in_source"}
    columns = ["verdict", "rule", "differing", "source_origin", "ledger_origin"]
    one_way = judge(source, ledger, pl.DataFrame()).verdicts.select(columns)
    back = judge(ledger, source, pl.DataFrame()).verdicts.select(columns)
    back = back.rename({"source_origin": "ledger_origin", "ledger_origin": "source_origin"}).select(columns)
    assert sorted(one_way.rows()) == sorted(back.with_columns(pl.col("verdict").replace(other)).rows())


@settings(deadline=None, max_examples=30)
@two_sides
def test_the_cascade_equals_the_cascade_done_by_hand(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Joins of words tell the same pairs and crowds as a plain reading of the rules, whichever side is called left."""
    plain = RULES[:-1]
    pairs, crowds = by_hand(left, right, plain)
    assert told(match(left, right, plain), left, right) == (pairs, crowds)
    assert told(match(right, left, plain), right, left) == ({(b, a, rule) for a, b, rule in pairs}, crowds)


@settings(deadline=None, max_examples=30)
@two_sides
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


_WRITTEN = st.text(st.sampled_from("许呼〔〕[]（）【】{}第号年-—· 　\t\u200b0012３４９aＡz/无元万.,*"), max_size=14)


@pytest.mark.parametrize("kind", NORMALISERS)
@settings(deadline=None, max_examples=60)
@given(text=_WRITTEN)
def test_normalising_twice_is_normalising_once(kind: Kind, text: str) -> None:
    """What is canonical stays as it is."""
    try:
        once = normalise(kind, text)
    except Unfit:
        return
    assert normalise(kind, once) == once


_WAYS = (
    "{p}〔{y}〕{n}号",
    "{p}[{y}]{n}号",
    "{p}（{y}）第{n}号",
    "{p}{y}年第{n}号",
    "{p}{y}-{n}",
    "{p} {{{y}}} 0{n} 号",
    "{p}{y}—00{n}号",
)


@settings(deadline=None, max_examples=60)
@given(year=st.integers(1990, 2030), number=st.integers(1, 99999), other=st.integers(1, 99999))
def test_one_number_has_one_key_however_it_is_written(year: int, number: int, other: int) -> None:
    """Brackets, blanks, dashes, 第, 年 and zeros tell no numbers apart; digits do, and no way of writing joins them."""
    written = [way.format(p="呼审批许", y=year, n=number) for way in _WAYS]
    others = [way.format(p="呼审批许", y=year, n=other) for way in _WAYS]
    keys, foreign = (_keys(texts) for texts in (written, others))
    assert len(keys) == 1
    assert (keys == foreign) == (number == other)


def _keys(texts: list[str]) -> set[str]:
    numbers = pl.Series("number", [document_number(text) for text in texts])
    return set(numbers.to_frame().select(number_key(pl.col("number"))).to_series())


def by_hand(left: pl.DataFrame, right: pl.DataFrame, rules: tuple[Rule, ...]) -> Told:
    """Do the cascade again with dictionaries, one row at a time."""
    pools: list[dict[str, Row]] = [
        {row["origin"]: row for row in frame.iter_rows(named=True)} for frame in (left, right)
    ]
    altered = {origin for pool in pools for origin, row in pool.items() if row["raw_name"]}
    pairs: set[tuple[str, str, str]] = set()
    crowds: set[tuple[str, frozenset[str]]] = set()
    for rule in rules:
        here, there = (_standing(pool, rule) for pool in pools)
        if rule.one_sided:
            crowds |= {(rule.name, frozenset(same)) for one in (here, there) for same in one.values() if len(same) > 1}
        for key in set() if rule.one_sided else here.keys() & there.keys():
            if len(here[key]) == len(there[key]) == 1:
                pair = here[key][0], there[key][0]
                pairs.add((*pair, NORMALISED if rule.name == "identity" and altered & set(pair) else rule.name))
            else:
                crowds.add((rule.name, frozenset(here[key] + there[key])))
        gone = {origin for a, b, _rule in pairs for origin in (a, b)} | {o for _rule, crowd in crowds for o in crowd}
        pools = [{origin: row for origin, row in pool.items() if origin not in gone} for pool in pools]
    return pairs, crowds


def _standing(pool: dict[str, Row], rule: Rule) -> dict[tuple[str, ...], list[str]]:
    """Return the origins per key of the rows to which the rule applies."""
    found: dict[tuple[str, ...], list[str]] = {}
    for origin, row in pool.items():
        key = tuple(_key(row["document_number"]) if name == NUMBER_KEY else row[name] or "" for name in rule.keys)
        if any(key) if rule.one_sided else all(key):
            found.setdefault(key, []).append(origin)
    return found


def _key(number: str | None) -> str:
    if not re.search("[0-9]", number or ""):
        return ""
    parts = re.findall("[0-9]+|[A-Z许]+", number or "")
    return "|".join(str(int(part)) if part.isdigit() else part for part in parts)
