"""What will be late, before it is: sorted by the last day, with who must act."""

from __future__ import annotations

import polars as pl

from reconciliation.rates import flagged
from reconciliation.upcoming import upcoming
from tests.reconciliation.test_rates import frame, verdict

TODAY = "2024-03-26"
ROWS = frame(
    verdict(1, deadline="2024-03-28", source_origin="", ledger_origin="sheet 1", bucket="", verdict="only_in_ledger"),
    verdict(2, deadline="2024-03-27", bucket="held", reason="differs"),
    verdict(3, deadline="2024-03-27", outcome="rejected", reason="too long"),
    verdict(4, deadline="2024-03-26"),
    verdict(5, deadline="2024-03-25"),
    verdict(6, deadline="2024-03-26", outcome="confirmed"),
    verdict(7, deadline="2024-03-26", feed_origin="f7", bucket="already_disclosed"),
    verdict(8, deadline="2024-04-26"),
    verdict(9, deadline=""),
)
UNREAD = pl.DataFrame({"document_number": ["D10"], "name": ["乙"], "deadline": ["2024-03-26"], "reason": ["bad date"]})


def test_what_is_not_disclosed_comes_by_its_last_day_with_who_must_act() -> None:
    """Today's first; what is late already, disclosed, without a last day or further ahead is not there."""
    found = upcoming(flagged(ROWS, TODAY, UNREAD), TODAY, "2024-03-28")
    assert found.select("deadline", "document_number", "actor", "reason").rows() == [
        ("2024-03-26", "D10", "source", "bad date"),
        ("2024-03-26", "D4", "run", ""),
        ("2024-03-27", "D2", "held", "differs"),
        ("2024-03-27", "D3", "refused", "too long"),
        ("2024-03-28", "D1", "department", ""),
    ]


def test_in_the_shadow_a_clerk_has_to_upload() -> None:
    """No run sends anything there."""
    assert upcoming(flagged(ROWS, TODAY), TODAY, TODAY, shadow=True)["actor"].to_list() == ["upload"]
