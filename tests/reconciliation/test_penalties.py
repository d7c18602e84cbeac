"""Penalties reconciled: matched by what they have, told apart by party, rated by the same rules."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from mappings.standards import LICENCE, PENALTY
from reconciliation.clocks import Clock
from reconciliation.linking import SIDES
from reconciliation.matching import RULES, rules_for
from reconciliation.policies import Policy
from reconciliation.rates import rates
from reconciliation.reconciled import Reconciliation
from reconciliation.report import Report
from reconciliation.shipping import pack, unpack
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.reconciliation.builders import report
from words.errors import UsageError

CLOCK = Clock(as_of="2024-03-25", deadlines={"2024-03-15": "2024-03-26"}, soon="2024-03-26")
USUAL = {
    "document_number": "呼交罚〔2024〕33号",
    "name": "某某物流有限公司",
    "penalty_kind": "罚款",
    "fine": "0.3",
    "decision_date": "2024-03-15",
    "authority_name": "市交通运输局",
}


def side(name: str, *rows: Mapping[str, str]) -> pl.DataFrame:
    """Return penalties with some fields changed as the canonical records of one side."""
    extra = {"source": "malformed", "ledger": "", "feed": "received"}[name]
    filled = [
        {"origin": f"{name}/{number}", "record_id": f"{name}-{number}", **USUAL, **row}
        for number, row in enumerate(rows, 1)
    ]
    columns = ["record_id", "fingerprint", "origin", *PENALTY.names, *filter(None, [extra])]
    return pl.DataFrame(filled, schema=dict.fromkeys(columns, pl.String))


def judge(
    source: Sequence[Mapping[str, str]],
    ledger: Sequence[Mapping[str, str]] = (),
    feed: Sequence[Mapping[str, str]] = (),
    **policy: object,
) -> Reconciliation:
    """Reconcile three lists of penalties."""
    frames = side("source", *source), side("ledger", *ledger), side("feed", *feed)
    return reconcile(dict(zip(SIDES, frames, strict=True)), Terms(PENALTY, CLOCK, Policy.model_validate(policy)))


def test_the_cascade_has_only_rules_whose_fields_there_are() -> None:
    """Licences keep every rule; penalties have no certificate number to be matched by."""
    assert rules_for(LICENCE) == RULES
    assert [(rule.name, rule.keys, rule.one_sided) for rule in rules_for(PENALTY)] == [
        ("identity", ("document_number", "name"), False),
        ("document_number", ("document_number",), False),
        ("number_variant_and_name", ("number_key", "name"), False),
        ("duplicate", ("document_number", "name"), True),
        ("number_variant_and_decision_date", ("number_key", "decision_date"), False),
        ("name_date_and_item", ("name", "decision_date"), False),
    ]


@pytest.mark.parametrize(
    ("source", "ledger", "feed", "expected"),
    [
        ([{}], [{}], [], [("agreed", "identity", "due")]),
        ([{}], [{"name": "别的公司"}], [], [("differs", "document_number", "held")]),
        ([{}], [{"fine": "3"}], [], [("differs", "identity", "due")]),
        ([{}], [], [{"fine": "3"}], [("differs", "identity", "held")]),
        ([{}], [], [{}], [("only_in_source", "identity", "already_disclosed")]),
        ([{}, {}], [], [], [("ambiguous", "duplicate", "held")]),
        ([{}], [{}, {}], [], [("ambiguous", "identity", "held")]),
        (
            [{}, {"name": "别的公司"}],
            [{"name": "别的公司"}, {}],
            [],
            [("agreed", "identity", "due"), ("agreed", "identity", "due")],
        ),
        ([], [{}], [], [("only_in_ledger", "", "")]),
    ],
)
def test_penalties_are_matched_by_number_and_party(
    source: list[dict[str, str]],
    ledger: list[dict[str, str]],
    feed: list[dict[str, str]],
    expected: list[tuple[str, str, str]],
) -> None:
    """Two parties to one decision are two records; one party that stands twice is never paired by order."""
    assert judge(source, ledger, feed).verdicts.select("verdict", "rule", "bucket").rows() == expected


def test_a_policy_may_hold_what_differs_in_a_fine() -> None:
    """A field of penalties can be named; one of licences cannot."""
    held = judge([{}], [{"fine": "3"}], fields={"fine": "hold"}).verdicts
    assert held.select("bucket", "reason").row(0) == ("held", "It differs from the ledger: Fine (10,000 yuan)")
    with pytest.raises(UsageError, match="valid_until"):
        judge([{}], fields={"valid_until": "hold"})


def test_the_rates_of_penalties_are_counted_by_the_same_rules() -> None:
    """What is due and not sent is concealed; nothing else of licences is in the way."""
    found = rates(judge([{}, {"document_number": "呼交罚〔2024〕34号"}], feed=[{}]).verdicts, as_of="2024-03-25")
    concealed = next(rate for rate in found if (rate.name, rate.scope) == ("concealment", "all"))
    assert (concealed.numerator, concealed.denominator) == (1, 2)


def test_a_report_says_of_which_standard_it_is() -> None:
    """What was kept before reports said so is of licences."""
    made = report(1)
    made.standard = "penalty"
    kept = unpack(pack(made))
    assert isinstance(kept, Report)
    assert kept.standard == "penalty"
    plain = json.loads(gzip.decompress(pack(report(1))))
    del plain["standard"]
    old = unpack(gzip.compress(json.dumps(plain).encode()))
    assert isinstance(old, Report)
    assert old.standard == "licence"
