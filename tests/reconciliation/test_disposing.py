"""What a decision of a person does to what a run found, and for how long it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.bases import with_bases
from reconciliation.disposing import STANDING_COLUMNS, dispose
from reconciliation.headings import DISPOSITIONS
from reconciliation.rates import rates
from reconciliation.reconciled import Reconciliation
from reconciliation.report import REVIEW_COLUMNS
from tests.reconciliation.frames import Row, licence, shuffled, sides
from tests.reconciliation.test_verdicts import judge
from words.languages import choose

OTHER = licence(name="星河建设有限公司")  # differs in an identifying field, so that the usual policy holds it


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


def based(found: Reconciliation) -> pl.DataFrame:
    """The verdicts with what each stands on."""
    return with_bases(found.verdicts, found.differences, found.members)


def stands(found: Reconciliation, disposition: str, objections: str = "") -> pl.DataFrame:
    """One decision about every group, as it was found."""
    rows = based(found).select("record_id", "basis").unique("record_id", keep="first", maintain_order=True)
    said = {"disposition": disposition, "reviewer": "张三", "review_reason": "看过", "objections": objections}
    told = rows.with_columns(**{name: pl.lit(text) for name, text in said.items()}, newest=pl.lit(True))
    return told.select(STANDING_COLUMNS)


def decided(found: Reconciliation, disposition: str, *, before: Reconciliation | None = None) -> tuple[str, str, str]:
    """Bucket, reason and earlier word of the one group, after it was decided about as it was found ``before``."""
    after, reviews = dispose(found, stands(before or found, disposition))
    bucket, reason = after.verdicts.select("bucket", "reason").row(0)
    assert after.rows["bucket"].to_list() == [bucket] * after.rows.height
    return bucket, reason, reviews["earlier"][0]


@pytest.mark.parametrize(
    ("sides", "disposition", "bucket"),
    [
        (([licence()], [OTHER], []), "deliver", "due"),
        (([licence()], [OTHER], []), "hold", "held"),
        (([licence()], [OTHER], []), "exempt", "exempt"),
        (([licence()], [OTHER], []), "no_action", "held"),
        (([licence()], [OTHER], []), "correct_source", "held"),
        (([licence()], [licence()], []), "deliver", "due"),
        (([licence()], [licence()], []), "hold", "held"),
        (([licence()], [licence()], []), "correct_source", "held"),
        (([licence()], [licence()], []), "correct_ledger", "due"),
        (([licence()], [licence()], []), "exempt", "exempt"),
        (([licence()], [], [licence()]), "hold", "already_disclosed"),
        (([licence()], [], [licence()]), "exempt", "already_disclosed"),
        (([licence(malformed="too long")], [], []), "deliver", "held"),
        (([licence(), licence()], [], []), "deliver", "held"),
    ],
)
def test_each_decision_has_one_effect(
    sides: tuple[Sequence[Row], Sequence[Row], Sequence[Row]], disposition: str, bucket: str
) -> None:
    """It moves what it may move, and never lets go what is malformed or ambiguous, nor takes back what is shown."""
    assert decided(judge(*sides), disposition)[0] == bucket


def test_the_reason_names_who_decided() -> None:
    """What is held by a person says so; what is let go says nothing any more."""
    assert decided(judge([licence()]), "hold")[1] == "Hold, decided by 张三: 看过"
    assert decided(judge([licence()], [OTHER]), "deliver")[1] == ""


def test_an_exempt_decision_has_no_deadline_and_is_not_concealed() -> None:
    """It is left out of the concealment rate, of what a source holds and of what only a ledger does."""
    for found in (judge([licence()]), judge([], [licence()])):
        (before,) = [each for each in rates(found.verdicts, as_of="2024-03-25") if each.name == "concealment"][:1]
        after, _reviews = dispose(found, stands(found, "exempt"))
        told = [each for each in rates(after.verdicts, as_of="2024-03-25") if each.name == "concealment"]
        assert (before.numerator, before.denominator) == (1, 1)
        assert (told[0].numerator, told[0].denominator) == (0, 0)
        assert after.verdicts.select("deadline", "timeliness").row(0) == ("", "")


@pytest.mark.parametrize(
    ("ledger", "changes"),
    [
        ([licence(name="星河建设有限公司", origin="ledger/9")], False),
        ([licence(name="辰光建设有限公司")], True),
        ([licence()], True),
    ],
)
def test_a_decision_stands_for_what_it_was_made_on(ledger: Sequence[Row], changes: bool) -> None:
    """Where a row stands does not matter; another value on another side, or another verdict, opens it again."""
    before = judge([licence()], [OTHER])
    bucket, _reason, earlier = decided(judge([licence()], ledger), "exempt", before=before)
    assert (bucket != "exempt", earlier != "") == (changes, changes)
    if changes:
        assert earlier == "Open again, for it has changed since. Before: Exempt, decided by 张三: 看过"


def test_a_hold_outlasts_a_change_and_a_correction_does_not() -> None:
    """What a person holds back waits for a person; what was to be corrected is judged anew."""
    before, now = judge([licence()]), judge([licence(content="占道", record_id="source-1")])
    assert decided(now, "hold", before=before)[:2] == ("held", "Hold, decided by 张三: 看过")
    assert decided(now, "correct_source", before=before)[0] == "due"


def test_a_disagreement_is_told_beside_what_is_in_force() -> None:
    """The one in force acts, and the others are named."""
    found = judge([licence()], [OTHER])
    after, reviews = dispose(found, stands(found, "deliver", "李四: Hold (等待)"))
    assert after.verdicts["bucket"].to_list() == ["due"]
    assert reviews.row(0, named=True)["earlier"] == "Others disagree: 李四: Hold (等待)"


@settings(max_examples=8, deadline=None)
@given(sides("source"), sides("ledger"), sides("feed"), st.sampled_from(sorted(DISPOSITIONS)), st.integers(0, 9))
def test_whatever_is_decided_every_row_ends_once(
    source: pl.DataFrame, ledger: pl.DataFrame, feed: pl.DataFrame, disposition: str, seed: int
) -> None:
    """Rows and groups stay as many and agree with each other; and what a decision stands on knows no order of rows."""
    found = judge(source.to_dicts(), ledger.to_dicts(), feed.to_dicts())
    after, reviews = dispose(found, stands(found, disposition))
    assert after.verdicts.columns == found.verdicts.columns
    assert after.rows.select("source_row", "group").equals(found.rows.select("source_row", "group"))
    by_group = dict(after.verdicts.select("group", "bucket").iter_rows())
    assert [by_group[group] for group in after.rows["group"]] == after.rows["bucket"].to_list()
    assert set(after.rows["bucket"]) <= {"due", "held", "already_disclosed", "exempt"}
    assert reviews.columns == list(REVIEW_COLUMNS)
    assert reviews["record_id"].is_unique().all()
    mixed = judge(shuffled(source, seed).to_dicts(), ledger.to_dicts(), feed.to_dicts())
    assert sorted(based(mixed)["basis"]) == sorted(based(found)["basis"])
