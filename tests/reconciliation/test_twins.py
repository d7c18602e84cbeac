"""One decision under two spellings of its number in one system is not delivered twice."""

from __future__ import annotations

import pytest

from mappings.standards import LICENCE
from reconciliation.clocks import Clock
from reconciliation.linking import SIDES
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.reconciliation.frames import Row, licence, side

PLAIN = licence(document_number="呼审批许〔2024〕12号", certificate_number="")
PADDED = licence(document_number="呼审批许〔2024〕012号", certificate_number="")
OTHERS = licence(document_number="呼审批许〔2024〕012号", certificate_number="", name="又一家公司")
NUMBERLESS = licence(document_number="", certificate_number="")


def buckets(source: list[Row], ledger: list[Row], feed: list[Row]) -> list[tuple[str, bool]]:
    """Return what becomes of each source row, and whether the reason names another spelling."""
    frames = (side("source", source), side("ledger", ledger), side("feed", feed))
    found = reconcile(dict(zip(SIDES, frames, strict=True)), Terms(LICENCE, Clock("2024-04-01", {}, "")))
    reasons = found.verdicts["reason"].gather(found.rows["group"] - 1)
    return [(bucket, "〔2024〕" in reason) for bucket, reason in zip(found.rows["bucket"], reasons, strict=True)]


DUE, HELD, SHOWN = ("due", False), ("held", True), ("already_disclosed", False)


@pytest.mark.parametrize(
    ("source", "ledger", "feed", "expected"),
    [
        ([PLAIN, PADDED], [], [], [HELD, HELD]),
        ([PLAIN, PADDED], [PLAIN], [], [DUE, HELD]),
        ([PADDED, PLAIN], [], [PLAIN], [HELD, SHOWN]),
        ([PLAIN, PADDED], [PLAIN, PADDED], [], [DUE, DUE]),
        ([PLAIN, OTHERS], [], [], [DUE, DUE]),
        ([PLAIN], [], [], [DUE]),
        ([NUMBERLESS, licence(document_number="", certificate_number="2", content="b")], [], [], [DUE, DUE]),
    ],
)
def test_the_spelling_that_nobody_else_knows_is_held(
    source: list[Row], ledger: list[Row], feed: list[Row], expected: list[tuple[str, bool]]
) -> None:
    """What ledger or feed know is the decision; where neither knows any of them, all wait for a person."""
    assert buckets(source, ledger, feed) == expected
