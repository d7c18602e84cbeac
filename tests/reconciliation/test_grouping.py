"""The three sides as groups: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import polars as pl

from reconciliation.grouping import gather_groups
from reconciliation.linking import SIDES
from tests.reconciliation.frames import Row, licence, side

Told = set[tuple[frozenset[str], bool, str]]


def told(source: pl.DataFrame, ledger: pl.DataFrame, feed: pl.DataFrame) -> Told:
    """Return each group as its origins, whether it is ambiguous, and its rule."""
    frames = dict(zip(SIDES, (source, ledger, feed), strict=True))
    groups = gather_groups(frames)
    members: dict[int, set[str]] = {}
    for name, frame in frames.items():
        for group, origin in zip(groups.of[name], frame["origin"], strict=True):
            members.setdefault(group, set()).add(origin)
    about = groups.table.select("group", "ambiguous", "rule").iter_rows()
    return {(frozenset(members.pop(group)), ambiguous, rule) for group, ambiguous, rule in about}


def group(source: list[Row], ledger: list[Row], feed: list[Row]) -> Told:
    """Return the groups of three lists of rows."""
    return told(side("source", source), side("ledger", ledger), side("feed", feed))


def test_one_decision_on_three_sides_is_one_group() -> None:
    """The loosest rule that was needed names the group."""
    groups = group([licence()], [licence(certificate_number="")], [licence()])
    assert groups == {(frozenset({"source/1", "ledger/1", "feed/1"}), False, "document_number_and_name")}


def test_ledger_and_feed_are_matched_where_no_source_row_claimed_them() -> None:
    """A decision that the source does not know still belongs together on the other two sides."""
    groups = group([licence(document_number="z", certificate_number="z", name="z")], [licence()], [licence()])
    assert (frozenset({"ledger/1", "feed/1"}), False, "identity") in groups


def test_crowds_that_share_a_source_row_are_one_group() -> None:
    """Doubt spreads through every row that it touches, on all sides."""
    same = licence(certificate_number=None)
    sources = [same, licence(name="乙", certificate_number=None)]
    ledgers = [licence(certificate_number=None), licence(certificate_number=None), sources[1]]
    feeds = [licence(name="丙", certificate_number=None, received="2024-03-20")]
    everyone = frozenset({"source/1", "source/2", "ledger/1", "ledger/2", "ledger/3", "feed/1"})
    assert {members for members, ambiguous, _rule in group(sources, ledgers, feeds) if ambiguous} == {everyone}


def test_duplicates_on_the_ledger_alone_are_ambiguous() -> None:
    """The ledger's own duplicates are shown even when neither source nor feed know them."""
    assert group([], [licence(), licence()], []) == {(frozenset({"ledger/1", "ledger/2"}), True, "duplicate")}


def test_ledger_duplicates_take_the_feed_row_along() -> None:
    """Duplicates that no source row claims are still matched with the feed."""
    groups = group([licence(document_number="z", certificate_number="z")], [licence(), licence()], [licence()])
    assert (frozenset({"ledger/1", "ledger/2", "feed/1"}), True, "identity") in groups
