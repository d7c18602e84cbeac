"""In parts or in one go: the verdicts, differences and groups are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.standards import LICENCE
from reconciliation.clocks import Clock
from reconciliation.linking import SIDES
from reconciliation.partitions import partition, words
from reconciliation.parts import Part, in_parts, merge, reconcile_in_parts
from reconciliation.reconciled import Reconciliation
from reconciliation.terms import Terms
from reconciliation.verdicts import judge, reconcile
from tests.reconciliation.frames import licence, side, sides

CLOCK = Clock("2024-04-01", {"2024-03-15": "2024-03-22", "2024-03-18": "2024-04-03"}, "2024-04-03")
Frames = Mapping[str, pl.DataFrame]
three = st.fixed_dictionaries({name: sides(name) for name in SIDES})


def told_of(frames: Frames) -> dict[str, pl.DataFrame]:
    """Return the words of every side."""
    return {name: words(frames[name].lazy(), LICENCE).collect() for name in SIDES}


def same(one: Reconciliation, other: Reconciliation) -> bool:
    """Tell whether two reconciliations say the same in the same order."""
    return all(getattr(one, each.name).equals(getattr(other, each.name)) for each in fields(Reconciliation))


def on(*, exact: bool) -> Terms:
    """Return how sides are reconciled here."""
    return Terms(LICENCE, CLOCK, exact=exact)


@settings(deadline=None, max_examples=15)
@given(frames=three, size=st.integers(1, 8), exact=st.booleans())
def test_in_parts_as_in_one_go(frames: Frames, size: int, *, exact: bool) -> None:
    """However small the parts, they add up to the result of the whole, row by row and in its order."""
    found = in_parts(frames, on(exact=exact), size)
    assert same(found, reconcile(frames, on(exact=exact)))


@settings(deadline=None, max_examples=8)
@given(frames=three, size=st.integers(1, 8))
def test_from_files_as_in_memory(tmp_path_factory: pytest.TempPathFactory, frames: Frames, size: int) -> None:
    """Sides that lie in files, of which only a part is read at a time, give the same."""
    folder, terms = tmp_path_factory.mktemp("sides"), on(exact=True)
    for name in SIDES:
        frames[name].write_parquet(folder / f"{name}.parquet")
    lazy = {name: pl.scan_parquet(folder / f"{name}.parquet") for name in SIDES}
    told = {name: words(lazy[name], LICENCE).collect() for name in SIDES}
    found = reconcile_in_parts(told, size, lambda name, rows: lazy[name].collect()[rows], terms)
    assert same(found, reconcile(frames, terms))


@settings(deadline=None, max_examples=15)
@given(frames=three, data=st.data())
def test_any_distribution_of_the_sets_adds_up(frames: Frames, data: st.DataObject) -> None:
    """Which sets of rows share a part, and which part is done first, changes nothing."""
    terms = on(exact=True)
    smallest = partition(told_of(frames), 1)
    bins = [data.draw(st.integers(0, 2)) for _part in smallest]
    parts = []
    for number in data.draw(st.permutations(sorted(set(bins)))):
        mine = [part for part, own in zip(smallest, bins, strict=True) if own == number]
        rows = {name: pl.concat([part[name] for part in mine]).sort() for name in SIDES}
        parts.append(Part(rows, judge({name: frames[name][rows[name]] for name in SIDES}, terms)))
    found = merge(parts, {name: frames[name].height for name in SIDES})
    assert same(found, judge(frames, terms))


@settings(deadline=None, max_examples=15)
@given(frames=three, size=st.integers(1, 8))
def test_every_row_is_in_one_part(frames: Frames, size: int) -> None:
    """No row is lost and none is looked at twice."""
    parts = partition(told_of(frames), size)
    for name in SIDES:
        assert sorted(row for part in parts for row in part[name]) == list(range(frames[name].height))


def test_what_hangs_together_over_others_stays_together() -> None:
    """Two rows without a common key are in one part when a third has one with each."""
    source = side(
        "source", [licence(document_number="a", certificate_number="1", name="甲", decision_date="2024-01-01")]
    )
    ledger = side(
        "ledger", [licence(document_number="a", certificate_number="2", name="乙", decision_date="2024-01-02")]
    )
    feed = side("feed", [licence(document_number="b", certificate_number="3", name="乙", decision_date="2024-01-03")])
    assert len(partition(told_of({"source": source, "ledger": ledger, "feed": feed}), 1)) == 1


def test_a_side_that_lacks_every_key_has_no_words() -> None:
    """Rows that state nothing are parts of their own, with a word for none of the sets."""
    told = words(pl.LazyFrame({"origin": ["a", "b"]}), LICENCE).collect()
    assert told.height == 2
    assert all(column.null_count() == 2 for column in told)


@pytest.mark.parametrize("size", [50, 1000])
def test_parts_are_about_as_large_as_wanted(size: int) -> None:
    """Sets are put together until a part is full."""
    rows = [licence(document_number=str(n), certificate_number=str(n), name=str(n)) for n in range(500)]
    frames = {name: side(name, rows) for name in SIDES}
    heights = [sum(len(part[name]) for name in SIDES) for part in partition(told_of(frames), size)]
    assert sum(heights) == 1500
    assert max(heights) <= size + 2
