"""Verdicts: where a decision is, whether its values agree, and whether it is on time."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from mappings.standards import LICENCE
from reconciliation.clocks import Clock
from reconciliation.linking import SIDES
from reconciliation.reconciled import Reconciliation
from reconciliation.report import DIFFERENCE_COLUMNS, MEMBER_COLUMNS, VERDICT_COLUMNS
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.reconciliation.frames import Row, licence, side

CLOCK = Clock(
    as_of="2024-03-25",
    deadlines={"2024-03-15": "2024-03-26", "2024-03-18": "2024-03-27", "2024-03-01": "2024-03-12"},
    soon="2024-03-26",
)


def judge(
    source: Sequence[Row] = (),
    ledger: Sequence[Row] = (),
    feed: Sequence[Row] = (),
    clock: Clock = CLOCK,
    *,
    exact: bool = True,
) -> Reconciliation:
    """Reconcile three lists of rows under the default policy."""
    frames = side("source", source), side("ledger", ledger), side("feed", feed)
    return reconcile(dict(zip(SIDES, frames, strict=True)), Terms(LICENCE, clock, exact=exact))


def one(found: Reconciliation, *columns: str) -> tuple[str, ...]:
    """Return some columns of the only group."""
    assert found.verdicts.height == 1
    return found.verdicts.select(columns).row(0)


@pytest.mark.parametrize(
    ("source", "ledger", "feed", "verdict"),
    [
        ([licence()], [licence()], [licence()], "agreed"),
        ([licence()], [licence()], [], "agreed"),
        ([licence()], [], [], "only_in_source"),
        ([licence()], [], [licence()], "only_in_source"),
        ([], [licence()], [], "only_in_ledger"),
        ([], [licence()], [licence()], "only_in_ledger"),
        ([], [], [licence()], "only_in_feed"),
        ([licence()], [licence(content="占道")], [], "differs"),
        ([licence()], [licence()], [licence(content="占道")], "differs"),
        ([], [licence()], [licence(content="占道")], "differs"),
        ([licence(), licence()], [], [], "ambiguous"),
        ([licence()], [licence(), licence()], [licence()], "ambiguous"),
    ],
)
def test_the_verdict_says_where_a_record_is(
    source: list[Row], ledger: list[Row], feed: list[Row], verdict: str
) -> None:
    """Doubt comes before difference, difference before place."""
    assert one(judge(source, ledger, feed), "verdict") == (verdict,)


def test_a_difference_shows_both_values_and_where_the_other_stands() -> None:
    """Each differing field is one row, the ledger's before the feed's."""
    found = judge([licence()], [licence(name="晨光公司", content="占道")], [licence(content="挖掘")])
    shown = found.differences.select("field", "against", "source_value", "other_value", "origin").rows()
    assert shown == [
        ("name", "ledger", "晨光建设有限公司", "晨光公司", "ledger/1"),
        ("content", "ledger", "施工", "占道", "ledger/1"),
        ("content", "feed", "施工", "挖掘", "feed/1"),
    ]
    assert one(found, "differing") == ("name,content",)
    assert found.differences.columns == list(DIFFERENCE_COLUMNS)


def test_what_a_side_never_states_is_not_compared() -> None:
    """Null is silence; empty text is a statement and differs."""
    silent, empty = licence(content=None), licence(content="")
    assert one(judge([licence()], [silent]), "verdict") == ("agreed",)
    assert one(judge([licence()], [empty]), "verdict") == ("differs",)


def test_a_column_that_a_ledger_lacks_is_never_stated() -> None:
    """A ledger of three columns agrees when these three do."""
    ledger = side("ledger", [licence()]).select("origin", "document_number", "name", "content")
    frames = side("source", [licence()]), ledger, pl.DataFrame()
    found = reconcile(dict(zip(SIDES, frames, strict=True)), Terms(LICENCE, CLOCK))
    assert one(found, "verdict", "rule", "source_origin", "ledger_origin", "feed_origin") == (
        "agreed",
        "document_number_and_name",
        "source/1",
        "ledger/1",
        "",
    )


def test_equal_fingerprints_are_opened_only_in_exact_mode() -> None:
    """The daily run believes the stored fingerprint; the audit believes nothing but the values."""
    source, feed = licence(fingerprint="same"), licence(fingerprint="same", content="占道")
    assert one(judge([source], [], [feed], exact=False), "differing") == ("",)
    assert one(judge([source], [], [feed]), "differing") == ("content",)


def test_a_missing_fingerprint_is_always_opened() -> None:
    """Two records without a fingerprint are not equal for that reason."""
    source, feed = licence(fingerprint=None), licence(fingerprint=None, content="占道")
    assert one(judge([source], [], [feed], exact=False), "differing") == ("content",)


@pytest.mark.parametrize(
    ("decided", "received", "as_of", "timeliness"),
    [
        ("2024-03-15", "2024-03-26", "2024-04-30", "on_time"),
        ("2024-03-15", "2024-03-27", "2024-04-30", "late"),
        ("2024-03-15", None, "2024-03-27", "late"),
        ("2024-03-15", None, "2024-03-25", "due_soon"),
        ("2024-03-15", None, "2024-03-26", "due_soon"),
        ("2024-03-18", None, "2024-03-25", "on_time"),
        ("2024-03-15", "", "2024-03-25", "on_time"),
        ("2024-03-15", "", "2024-04-30", ""),
        ("unreadable", None, "2024-03-25", ""),
        (None, "2024-03-26", "2024-03-25", ""),
    ],
)
def test_timeliness_is_the_receipt_day_against_the_deadline(
    decided: str | None, received: str | None, as_of: str, timeliness: str
) -> None:
    """On the last day it is still on time; what was received on an unknown day is not called late."""
    feed = [] if received is None else [licence(decision_date=decided, received=received)]
    clock = Clock(as_of, CLOCK.deadlines, "2024-03-26")
    assert one(judge([licence(decision_date=decided)], [], feed, clock), "timeliness") == (timeliness,)


def test_the_decision_date_comes_from_the_ledger_where_the_source_is_silent() -> None:
    """A ledger's decision has its deadline too."""
    assert one(judge([], [licence()]), "decision_date", "deadline") == ("2024-03-15", "2024-03-26")


def test_an_ambiguous_group_is_as_late_as_its_worst_source_row() -> None:
    """The legal period that ends first decides, and the earliest receipt answers it."""
    rows = [licence(decision_date=day) for day in ("2024-03-18", "2024-03-01", "unreadable")]
    feed = [licence(received=day) for day in ("2024-03-20", "2024-03-14")]
    found = judge(rows, [], feed)
    assert one(found, "decision_date", "deadline", "disclosed_on", "timeliness") == (
        "2024-03-01",
        "2024-03-12",
        "2024-03-14",
        "late",
    )


def test_compliance_is_told_of_source_rows_alone() -> None:
    """One malformed row makes a group malformed; without a source row there is nothing to tell."""
    assert one(judge([licence(malformed="名称过长")]), "compliance") == ("malformed",)
    assert one(judge([licence(), licence(malformed="名称过长")]), "compliance") == ("malformed",)
    assert one(judge([licence()]), "compliance") == ("compliant",)
    assert one(judge([], [licence()]), "compliance") == ("",)


def test_an_ambiguous_group_is_shown_whole() -> None:
    """Every record of it is listed with its values, in the order of sides and origins, and none is paired."""
    found = judge([licence(origin="b", content="占道"), licence(origin="a")], [licence(content="挖掘")])
    assert found.members.columns == [*MEMBER_COLUMNS, *LICENCE.names]
    assert found.members.select("group", "side", "origin", "content").rows() == [
        (1, "source", "a", "施工"),
        (1, "source", "b", "占道"),
        (1, "ledger", "ledger/1", "挖掘"),
    ]
    assert found.differences.is_empty()
    assert one(found, "source_origin") == ("a",)


def test_the_nearest_record_is_suggested_on_both_sides() -> None:
    """A mistyped number leaves two groups that name each other."""
    found = judge([licence()], [licence(document_number="审批〔2024〕10号", certificate_number="")])
    assert dict(found.verdicts.select("verdict", "suggestion").iter_rows()) == {
        "only_in_source": "In the ledger: 审批〔2024〕10号 晨光建设有限公司 (ledger/1)",
        "only_in_ledger": "In the source: 审批〔2024〕1号 晨光建设有限公司 (source/1)",
    }


def test_no_rows_at_all_give_empty_frames_of_the_right_shape() -> None:
    """A quiet day is a report with nothing in it, not an error."""
    found = reconcile(dict.fromkeys(SIDES, pl.DataFrame()), Terms(LICENCE, CLOCK))
    texts = dict.fromkeys(VERDICT_COLUMNS[1:], pl.String)
    assert found.verdicts.schema == pl.Schema({"group": pl.Int64, **texts})
    assert found.differences.schema == pl.Schema(
        {name: pl.Int64 if name == "group" else pl.String for name in DIFFERENCE_COLUMNS}
    )
    assert found.members.schema == pl.Schema(
        {name: pl.Int64 if name == "group" else pl.String for name in (*MEMBER_COLUMNS, *LICENCE.names)}
    )
    assert found.rows.schema == pl.Schema({"source_row": pl.Int64, "group": pl.Int64, "bucket": pl.String})
    assert [frame.height for frame in (found.verdicts, found.differences, found.members, found.rows)] == [0] * 4


def test_a_workspace_without_deadlines_calls_nothing_late() -> None:
    """Without a legal period there is no timeliness."""
    assert one(judge([licence()], clock=Clock("2024-03-25", {}, "2024-03-26")), "timeliness", "deadline") == ("", "")
