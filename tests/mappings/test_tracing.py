"""How a value became what it is: named steps that end where applying the mapping ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.apply import apply
from mappings.mapping import FieldRule, Mapping
from mappings.previewing import failures, preview
from mappings.standards import LICENCE, PENALTY, Field
from mappings.tracing import STEPS, trace
from tests.mappings.rows import days, heavy, mapping, messy, patient, raw, usccs

COLUMNS = ("甲", "乙", "丙", "丁")
#: Field → its rule: chains, codes, transforms and constants.
RULES = {
    "name": "甲",
    "uscc": "{from: 乙, otherwise: {from: 甲}}",
    "document_number": "{from: 甲, transforms: [{after: 号}], otherwise: {from: 丙}}",
    "licence_kind": '{from: 丁, codes: {"01": 普通, "06": 其他, "0": ""}}',
    "decision_date": "{from: 丙, otherwise: {from: 无此栏, otherwise: {constant: 长期}}}",
    "valid_until": "{from: 乙, transforms: [range_end]}",
    "content": "{from: 丁, otherwise: {from: 甲}}",
    "status": "{constant: 有效}",
}
texts = st.one_of(
    messy,
    days,
    usccs().map(str.lower),
    st.sampled_from(
        ["", "无", "01", "06-补办", "6", "长期", "45000", "２０２４．３．５", "2024-01-01至2025-13-01", "审(2024)１号"]
    ),
)
rows = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, texts)), min_size=1, max_size=6)


def read(partial: bool) -> Mapping:
    """Return the mapping of the properties, as a source's or a ledger's."""
    made = mapping(RULES, partial=True)
    made.partial = partial
    return made


@pytest.mark.parametrize("partial", [True, False])
@given(rows=rows)
@heavy
def test_what_is_shown_is_what_is_applied(rows: list[dict[str, str | None]], partial: bool) -> None:
    """Cell by cell, a preview has the very values and faults that a run would have."""
    made, frame = read(partial), raw(rows)
    mapped = apply(made, frame)
    values = {row["row_key"]: row for row in [*mapped.records.to_dicts(), *mapped.rejected.to_dicts()]}
    shown, failing = preview(made, frame, len(rows))
    assert len(shown) == len(rows)
    assert failing == sum(row.fails for row in shown)
    for row in shown:
        key = f"key {row.origin.removeprefix('sheet row ')}"
        assert {cell.field: cell.value for cell in row.cells} == {
            cell.field: values[key][cell.field] or "" for cell in row.cells
        }
    if not partial:
        told = {(f"sheet row {finding.row + 1}", finding.field) for finding in mapped.findings}
        assert told == {(row.origin, cell.field) for row in shown for cell in row.cells if cell.fails}


@given(field=st.sampled_from([*LICENCE.fields, *PENALTY.fields]), text=texts, checked=st.booleans())
@patient
def test_the_last_step_is_the_value(field: Field, text: str, checked: bool) -> None:
    """Whatever changed a value is named, and what changed nothing is not."""
    made = trace(field, FieldRule(headers=("甲",)), text, checked=checked)
    assert (made.steps[-1].after if made.steps else text) == made.value
    assert bool(made.steps) == (made.value != text)
    assert {step.name for step in made.steps} <= set(STEPS)


@pytest.mark.parametrize(
    ("name", "rule", "text", "steps", "value"),
    [
        ("name", {}, "某某（集团）", ["brackets"], "某某(集团)"),
        ("name", {}, " ＡＢ\u200b公司", ["invisible", "width", "trimmed"], "AB公司"),
        ("name", {}, "阿·买买提", [], "阿·买买提"),
        ("name", {}, "阿•买买提", ["name"], "阿·买买提"),
        ("uscc", {}, "91150100ma0n12340b", ["capitals"], "91150100MA0N12340B"),
        ("organization_code", {}, "MA0N1234-0", ["hyphens"], "MA0N12340"),
        ("document_number", {}, "审[2024] 1号", ["blanks", "year-brackets"], "审〔2024〕1号"),
        ("decision_date", {}, "45000", ["excel-serial"], "2023-03-15"),
        ("decision_date", {}, "２０２４年3月5日", ["width", "date"], "2024-03-05"),
        ("valid_until", {}, "长期有效", ["long-term"], "2099-12-31"),
        ("valid_until", {"transforms": ("range_end",)}, "2024-01-01至长期", ["range_end", "long-term"], "2099-12-31"),
        ("remarks", {}, "暂无", ["nothing"], ""),
        ("licence_kind", {"codes": {"06": "其他"}}, "06-补办", ["codes"], "其他-补办"),
        ("content", {}, "第１条\r\n", ["trimmed", "text"], "第1条"),
        ("decision_date", {"transforms": ({"after": "于"},)}, "决定于2024.3.5", ["after: 于", "date"], "2024-03-05"),
    ],
)
def test_steps_are_named(name: str, rule: dict[str, object], text: str, steps: list[str], value: str) -> None:
    """An integrator reads what was done to a value, in order."""
    made = trace(LICENCE.by_name[name], FieldRule.model_validate({"from": ["甲"], **rule}), text)
    assert ([step.name for step in made.steps], made.value, made.fails) == (steps, value, "")


@pytest.mark.parametrize(
    ("text", "transforms", "steps"),
    [("3000元", (), ["unit"]), ("3000", ("yuan_to_wan",), ["yuan_to_wan"]), ("1,200.50", (), ["amount"])],
)
def test_amounts_say_how_they_became_ten_thousands(text: str, transforms: tuple[str, ...], steps: list[str]) -> None:
    """A factor of ten thousand never comes unseen."""
    made = trace(PENALTY.by_name["fine"], FieldRule(headers=("甲",), transforms=transforms), text)
    assert [step.name for step in made.steps] == steps


def test_a_ledger_tells_what_it_would_let_pass() -> None:
    """A ledger's unreadable value is compared as it stands; here it is named, and what is not stated is no fault."""
    made = mapping({"name": "甲", "decision_date": "乙", "uscc": "丙"}, partial=True)
    frame = raw([{"甲": "甲公司", "乙": "2024-02-30", "丙": ""}, {"甲": "乙公司", "乙": "2024-02-28", "丙": "911"}])
    assert [(each.row, each.field, each.rule) for each in failures(made, frame)] == [
        (0, "decision_date", "impossible-date"),
        (1, "uscc", "uscc-form"),
    ]


def test_rows_that_fail_come_first() -> None:
    """Of a long file the few rows are shown that somebody has to look at."""
    made = mapping({"name": "甲", "decision_date": "乙"}, partial=True)
    frame = raw([{"甲": "公司", "乙": "2024-13-01" if number == 7 else "2024-03-01"} for number in range(9)])
    shown, failing = preview(made, frame, 2)
    assert ([row.origin for row in shown], failing) == (["sheet row 8", "sheet row 1"], 1)
    assert [(cell.field, cell.heading, cell.fails) for cell in shown[0].cells] == [
        ("name", "甲", ""),
        ("decision_date", "乙", "impossible-date"),
    ]
