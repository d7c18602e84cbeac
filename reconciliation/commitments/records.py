"""The record that is published of a commitment, made of its case alone: the same case gives the same record."""

from __future__ import annotations

from mappings.standards import COMMITMENT
from mappings.standards.commitment import FULLY, NOT_AT_ALL, PROMISE
from reconciliation.commitments.cases import Case
from reconciliation.commitments.judging import Judgement


def record_of(case: Case, judgement: Judgement) -> dict[str, str]:
    """Return the canonical values of the record.

    What was not kept is the commitment itself, or what the department said is missing; what follows is what the builder
    agreed to. A failure is determined on the push day, whenever it leaves; a performance on the day it was confirmed.
    """
    performance, decided = judgement.performance, judgement.decided
    values = {name: case.values.get(name) or "" for name in PROMISE}
    missing = "" if performance == FULLY else (decided.text if decided else "") or values["content"]
    day = decided.at[:10] if decided and performance != NOT_AT_ALL else _iso(judgement)
    told = {
        "performance": performance,
        "unperformed": missing,
        "accountability": "" if performance == FULLY else values["liability"],
        "determined_on": day,
        "determiner_name": values["authority_name"],
        "determiner_code": values["authority_code"],
        "remarks": _remarks(case),
    }
    return dict.fromkeys(COMMITMENT.names, "") | values | told


def _iso(judgement: Judgement) -> str:
    return judgement.push_day.isoformat() if judgement.push_day else ""


def _remarks(case: Case) -> str:
    """Return by which permit and project a reader finds the case; the receiver's own language."""
    permit, project = case.values.get("permit_number"), case.values.get("project_name")
    return "；".join(
        f"{label}{value}" for label, value in (("施工许可证编号：", permit), ("项目名称：", project)) if value
    )
