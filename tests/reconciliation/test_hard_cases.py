"""The hard cases, told in the words of a department, through matching, the sentences and the command that explains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from bots.explaining import explain
from bots.workspace import Workspace
from cli.telling import sections
from journal import RecordRow
from mappings.choices import canonical
from mappings.standards import LICENCE, PENALTY, Standard
from reconciliation.clocks import Clock
from reconciliation.matching import RAW
from reconciliation.reconciled import Reconciliation
from reconciliation.shipping import pack
from reconciliation.terms import Terms
from reconciliation.verdicts import reconcile
from tests.end_to_end.town import furnished
from tests.reconciliation.builders import empty_report
from words import languages

TOLD = yaml.safe_load((Path(__file__).parent / "hard_cases.yaml").read_text("utf-8"))
CASES: list[dict[str, Any]] = TOLD["难例"]
SIDES = {"业务系统": "source", "台账": "ledger", "公示": "feed"}
FIELDS = {
    "文书号": "document_number",
    "名称": "name",
    "信用代码": "uscc",
    "证书编号": "certificate_number",
    "证书名称": "certificate_name",
    "内容": "content",
    "日期": "decision_date",
    "机关": "authority_name",
    "类别": "counterpart_type",
    "身份证号": "id_number",
    "状态": "status",
    "罚款": "fine",
}
VERDICTS = {
    "一致": "agreed",
    "不一致": "differs",
    "仅业务系统有": "only_in_source",
    "仅台账有": "only_in_ledger",
    "仅公示通道有": "only_in_feed",
    "存疑": "ambiguous",
}
CLOCK = Clock(as_of="2024-03-25", deadlines={"2024-03-15": "2024-03-26"}, soon="2024-03-26")


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    languages.choose("zh")
    yield
    languages.choose("en")


def standard_of(case: dict[str, Any]) -> Standard:
    """Return what kind of records a case is of."""
    return PENALTY if case.get("种类") == "处罚" else LICENCE


def side(case: dict[str, Any], told: str) -> pl.DataFrame:
    """Return one side of a case as a mapping would read it, with what was shown where that is something else."""
    standard = standard_of(case)
    rows = [_row(standard, told, at, row) for at, row in enumerate(case.get(told, []), 1)]
    names = ("record_id", "fingerprint", "origin", *standard.names, *RAW, "malformed", "received")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _row(standard: Standard, told: str, at: int, row: dict[str, Any]) -> dict[str, str | None]:
    shown = {FIELDS[key]: value for key, value in {**TOLD["常见"], **row}.items() if key in FIELDS}
    stated = {name: str(value) for name, value in shown.items() if value is not None and name in standard.by_name}
    values = {name: canonical(standard.by_name[name], value) for name, value in stated.items()}
    raw = {key: stated[name] for key, name in RAW.items() if name in stated and stated[name] != values[name]}
    about = {"record_id": f"{SIDES[told]}-{at}", "origin": row.get("来处", f"{told}/{at}"), "malformed": ""}
    return {**about, **values, **raw, "received": "2024-03-20"}


def judged(case: dict[str, Any]) -> Reconciliation:
    """Reconcile a case under the default policy."""
    sides = {name: side(case, told) for told, name in SIDES.items()}
    return reconcile(sides, Terms(standard_of(case), CLOCK))


def named(case: dict[str, Any]) -> str:
    """Return what a case is about."""
    return str(case["情形"])


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_hard_case_comes_out_as_a_person_would_judge_it(case: dict[str, Any]) -> None:
    """Verdict, rule, differing fields, what was made equal, and why it was not matched."""
    verdicts = judged(case).verdicts.sort("group")
    expected = [(VERDICTS[told.split()[0]], "".join(told.split()[1:])) for told in case["结论"]]
    assert verdicts.select("verdict", "rule").rows() == expected
    for group, names in case.get("不同", {}).items():
        assert verdicts["differing"][group - 1].split(",") == names
    for heading, column in (("归一化", "normalised"), ("为何不匹配", "why_not")):
        for group, parts in case.get(heading, {}).items():
            assert [part for part in parts if part not in verdicts[column][group - 1]] == []
    alone = verdicts["verdict"].str.starts_with("only_in_")
    assert ((verdicts["why_not"] != "") == alone).all()


@pytest.mark.parametrize("case", [case for case in CASES if "解释" in case], ids=named)
def test_explain_tells_the_same(case: dict[str, Any], tmp_path: Path) -> None:
    """What the verdicts say of a case, the command says to whoever asks for its number."""
    found, source = judged(case), side(case, "业务系统")
    workspace = Workspace(furnished(tmp_path / "desk", None).folder)
    report = empty_report()
    report.verdicts, report.differences, report.members = found.verdicts, found.differences, found.members
    report.tried = found.tried
    with workspace.journal() as journal:
        run = journal.begin_run("disclosure", "2024-03-01", "2024-03-25", "2024-03-25")
        names = standard_of(case).names
        values = ({key: value for key, value in row.items() if key in names and value} for row in source.to_dicts())
        rows = zip(source["record_id"], source["origin"], values, strict=True)
        journal.remember_records(run, [RecordRow(key, key, origin, "approval@1", row, {}) for key, origin, row in rows])
        journal.remember_verdicts(run, found.verdicts.iter_rows(named=True))
        journal.keep_evidence(run, "report", "disclosure", pack(report), ".json.gz")
        for number, parts in case["解释"].items():
            blocks = [
                block
                for section in sections(explain(workspace, journal, number), workspace.folder)
                for block in section
            ]
            text = "\n".join(f"{heading}\n" + "\n".join(" ".join(pair) for pair in pairs) for heading, pairs in blocks)
            assert [part for part in parts if part not in text] == []


def test_there_are_at_least_thirty_and_no_two_are_one() -> None:
    """Each case is a case of its own."""
    assert len(CASES) >= 30
    assert len({named(case) for case in CASES}) == len(CASES)
