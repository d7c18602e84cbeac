"""Policies: what is delivered, what waits for a person, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mappings.standards import LICENCE
from reconciliation.linking import SIDES
from reconciliation.policies import Policy
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.reconciliation.frames import Row, licence, side
from tests.reconciliation.test_verdicts import CLOCK
from words import languages
from words.declared import parse
from words.errors import UsageError

OTHER = licence(content="占道")
RENAMED = licence(name="晨光公司")
BROKEN = licence(malformed="许可编号过长")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English, and leave the language of the process as it was."""
    before = languages.current()
    languages.choose("en")
    yield
    languages.choose(before)


def judge(source: list[Row], ledger: list[Row], feed: list[Row], policy: Policy) -> tuple[str, str]:
    """Return bucket and reason of the only group that has a source row."""
    frames = side("source", source), side("ledger", ledger), side("feed", feed)
    found = reconcile(dict(zip(SIDES, frames, strict=True)), Terms(LICENCE, CLOCK, policy))
    rows = found.verdicts.filter(found.verdicts["source_origin"] != "")
    return rows.select("bucket", "reason").row(0)


@pytest.mark.parametrize(
    ("source", "ledger", "feed", "bucket", "reason"),
    [
        ([licence()], [licence()], [], "due", ""),
        ([licence()], [], [], "due", ""),
        ([licence()], [licence()], [licence()], "already_disclosed", ""),
        ([licence()], [OTHER], [], "due", ""),
        ([licence()], [RENAMED], [], "held", "It differs from the ledger: Licensee"),
        ([licence()], [RENAMED], [licence()], "already_disclosed", ""),
        ([licence()], [], [OTHER], "held", "It differs from what the feed shows: Licence content"),
        ([licence()], [RENAMED], [OTHER], "held", "It differs from what the feed shows: Licence content"),
        ([BROKEN], [], [], "held", "The receiver would refuse it: 许可编号过长"),
        ([BROKEN], [], [licence()], "already_disclosed", ""),
        (
            [licence(), licence()],
            [],
            [licence()],
            "held",
            "Several records carry the same key; a person has to say which is which.",
        ),
    ],
)
def test_the_default_policy_waits_only_where_a_person_is_needed(
    source: list[Row], ledger: list[Row], feed: list[Row], bucket: str, reason: str
) -> None:
    """The law's clock does not wait for a ledger, but a doubt about identity does."""
    assert judge(source, ledger, feed, Policy()) == (bucket, reason)


@pytest.mark.parametrize(
    ("policy", "source", "ledger", "feed", "bucket"),
    [
        (Policy(agreed="hold"), [licence()], [licence()], [], "held"),
        (Policy(agreed="hold"), [licence()], [licence()], [licence()], "already_disclosed"),
        (Policy(only_in_source="hold"), [licence()], [], [], "held"),
        (Policy(differs="hold"), [licence()], [OTHER], [], "held"),
        (Policy(differs_in_identity="deliver"), [licence()], [RENAMED], [], "due"),
        (Policy(differs_from_feed="deliver"), [licence()], [], [OTHER], "due"),
        (Policy(fields={"content": "hold"}), [licence()], [OTHER], [], "held"),
        (Policy(fields={"name": "deliver"}), [licence()], [RENAMED], [], "due"),
        (Policy(malformed="deliver"), [BROKEN], [], [], "due"),
    ],
)
def test_each_setting_of_a_policy_is_obeyed(
    policy: Policy, source: list[Row], ledger: list[Row], feed: list[Row], bucket: str
) -> None:
    """What the administrator declares per verdict or field decides the bucket."""
    assert judge(source, ledger, feed, policy)[0] == bucket


def test_a_reason_names_only_the_fields_that_hold() -> None:
    """A field in which a difference is delivered is no reason to wait."""
    ledger = [licence(name="晨光公司", certificate_number="XK2", content="占道")]
    assert judge([licence()], ledger, [], Policy())[1] == "It differs from the ledger: Licensee, Certificate number"


def test_a_reason_speaks_the_readers_language() -> None:
    """A Chinese reader gets the standard's own labels."""
    languages.choose("zh")
    assert "行政相对人名称" in judge([licence()], [RENAMED], [], Policy())[1]


def test_a_field_that_the_standard_does_not_have_is_refused() -> None:
    """A misspelt field would silently deliver what should be held."""
    with pytest.raises(UsageError, match="valid_untill") as caught:
        judge([licence()], [], [], Policy(fields={"valid_untill": "hold"}))
    assert caught.value.todo == "Did you mean “valid_until”?"


def test_ambiguity_cannot_be_declared_deliverable() -> None:
    """No setting sends a record that cannot be told apart from another."""
    with pytest.raises(UsageError):
        parse(Policy, "ambiguous: deliver", "bots/disclosure.yaml")
