"""The regulator's rates, and the rows behind them."""

from __future__ import annotations

import polars as pl
import pytest

from reconciliation.rates import rate_rows, rates
from reconciliation.report import VERDICT_COLUMNS, Rate

AS_OF = "2024-03-27"


def verdict(number: int, **changed: str) -> dict[str, str | int]:
    """Return one group that the source knows, decided on 15 March by one authority, not yet disclosed."""
    usual = {
        "document_number": f"D{number}",
        "name": "甲",
        "source_origin": f"row {number}",
        "bucket": "due",
        "authority_name": "审批局",
        "item": "食品经营许可证",
        "decision_date": "2024-03-15",
        "deadline": "2024-03-26",
    }
    return {**dict.fromkeys(VERDICT_COLUMNS[1:], ""), "group": number, **usual, **changed}


def frame(*rows: dict[str, str | int]) -> pl.DataFrame:
    """Return groups as the frame of verdicts."""
    texts = dict.fromkeys(VERDICT_COLUMNS[1:], pl.String)
    return pl.DataFrame(list(rows), schema={"group": pl.Int64, **texts})


VERDICTS = frame(
    verdict(1, bucket="already_disclosed", feed_origin="f1", disclosed_on="2024-03-20"),
    verdict(2, bucket="already_disclosed", feed_origin="f2", disclosed_on="2024-03-27"),
    verdict(3, outcome="confirmed", decision_date="2024-04-01", deadline="2024-04-11"),
    verdict(4, outcome="waiting", authority_name="住建局"),
    verdict(5, outcome="rejected"),
    verdict(6, outcome="unknown"),
    verdict(7, bucket="held"),
    verdict(8, source_origin="", ledger_origin="sheet 1", bucket="", decision_date="unreadable", deadline=""),
    verdict(9, source_origin="", feed_origin="f9", bucket=""),
)
QUARANTINED = pl.DataFrame({"authority_name": ["住建局", None], "decision_date": ["2024-03-18", None]})


def behind(name: str, part: str) -> list[int | None]:
    """Return the groups behind one part of a rate."""
    chosen = "denominator" if part == "denominator" else "numerator"
    rows = rate_rows(name, VERDICTS, as_of=AS_OF, quarantined=QUARANTINED, part=chosen)  # type: ignore[arg-type]
    return rows["group"].to_list()


@pytest.mark.parametrize(
    ("name", "above", "below"),
    [
        ("compliance", [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]),
        ("late", [2, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
        ("concealment", [5, 6, 7, 8, None, None], [1, 2, 3, 4, 5, 6, 7, 8, None, None]),
    ],
)
def test_a_rate_counts_exactly_the_rows_behind_it(name: str, above: list[int | None], below: list[int | None]) -> None:
    """Numerator and denominator are lists of rows that an auditor can open."""
    assert behind(name, "numerator") == above
    assert behind(name, "denominator") == below
    overall = rates(VERDICTS, as_of=AS_OF, quarantined=QUARANTINED)
    assert Rate(name, "all", "", len(above), len(below)) in overall


def test_rates_are_given_per_authority_item_and_month() -> None:
    """Members are sorted; what states no authority, item or readable date counts under the empty member."""
    found = [rate for rate in rates(VERDICTS, as_of=AS_OF, quarantined=QUARANTINED) if rate.name == "concealment"]
    assert [(rate.scope, rate.member, rate.numerator, rate.denominator) for rate in found] == [
        ("all", "", 6, 10),
        ("authority", "", 1, 1),
        ("authority", "住建局", 1, 2),
        ("authority", "审批局", 4, 7),
        ("item", "", 2, 2),
        ("item", "食品经营许可证", 4, 8),
        ("month", "", 2, 2),
        ("month", "2024-03", 4, 7),
        ("month", "2024-04", 0, 1),
    ]


def test_a_quarantined_decision_that_the_ledger_knows_is_counted_once() -> None:
    """The same decision is not concealed twice because two books hold it."""
    ledger = frame(verdict(1, source_origin="", ledger_origin="sheet 1", bucket=""))
    quarantined = pl.DataFrame({"document_number": ["D1", "D2"], "name": ["甲", "甲"]})
    concealed = rate_rows("concealment", ledger, as_of=AS_OF, quarantined=quarantined)
    assert concealed["document_number"].to_list() == ["D1", "D2"]


def test_rates_of_an_empty_run_have_no_value() -> None:
    """Nothing counted is no rate, not a perfect one."""
    found = rates(frame(), as_of=AS_OF)
    assert [(rate.name, rate.scope, rate.value) for rate in found] == [
        ("compliance", "all", None),
        ("late", "all", None),
        ("concealment", "all", None),
    ]
