"""What the matching tried between a record and the one that is nearest to it, and on which field each rule failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bots.explained import Tried
from mappings.standards import STANDARDS
from reconciliation.linking import SIDES
from reconciliation.matching import rules_for
from reconciliation.report import Report

_ENDS = ")）"


def tried_on(report: Report, record_id: str, suggestion: str) -> Iterator[Tried]:
    """Yield per rule of the cascade the first field that kept a record and its suggestion apart.

    Args:
        report: of the run that suggested.
        record_id: the record.
        suggestion: the sentence that names the nearest record; it ends with where that one stands.
    """
    groups = list(report.verdicts.iter_rows(named=True))
    mine = next((group for group in groups if group["record_id"] == record_id), None)
    near = next((group for group in groups if group is not mine and _is_named(group, suggestion)), None)
    if mine is None or near is None:
        return
    for rule in rules_for(STANDARDS[report.standard]):
        failed = next((key for key in rule.keys if not mine[key] or mine[key] != near[key]), "")
        if failed and not rule.one_sided:
            yield Tried(rule.name, failed, mine[failed], near[failed])


def _is_named(group: Mapping[str, str], suggestion: str) -> bool:
    """An origin may begin like another, so that it counts only with the bracket that ends the sentence."""
    origins = (group[f"{side}_origin"] for side in SIDES)
    return any(f"{origin}{end}" in suggestion for origin in origins if origin for end in _ENDS)
