"""Mapping files: what the lint refuses, with file and line, and what the short forms mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.mapping import Mapping
from mappings.standards import COMMITMENT_CASE, LICENCE, Standard
from mappings.standards.fields import Need
from tests.mappings.rows import FOLDER, mapping, mapping_text, patient, shipped
from words.errors import UsageError
from words.languages import choose

PARTIAL = "standard: licence\npartial: true\nfields:\n"


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def refused(text: str) -> UsageError:
    """Return why a mapping file is refused."""
    with pytest.raises(UsageError) as error:
        Mapping.parse(text, "mappings/test.yaml", "test")
    assert error.value.place.file == "mappings/test.yaml"
    return error.value


@pytest.mark.parametrize(
    ("text", "code", "line", "todo"),
    [
        ("partial: true\nstandard: licnece\nfields: {}\n", "unknown-standard", 2, "licence"),
        (PARTIAL + "  name: 名称\n  documentnumber: 文号\n", "unknown-field", 5, "document_number"),
        (PARTIAL + "  name: {from: 名称, transform: [fold]}\n", "unknown-key", 4, "transforms"),
        (PARTIAL + "  name:\n    from: 名称\n    transfroms: [fold]\n", "unknown-key", 6, "transforms"),
        (PARTIAL + "  name: {from: 名称, otherwise: {form: 别名}}\n", "unknown-key", 4, "from"),
        (
            PARTIAL + "  name: 名称\n  decision_date:\n    from: 日\n    transforms: [epochms]\n",
            "unknown-transform",
            7,
            "epoch_ms",
        ),
        (PARTIAL + "  name: {from: 名称, transforms: [{find: '('}]}\n", "unknown-transform", 4, "find"),
        (PARTIAL + "  name: {from: 名称, transforms: [before]}\n", "unknown-transform", 4, "before"),
        (PARTIAL + "  name: {from: 名称, transforms: [{}]}\n", "unknown-transform", 4, ""),
        (PARTIAL + "  name: {from: 名称, otherwise: {from: 别, transforms: [flod]}}\n", "unknown-transform", 4, "fold"),
        (PARTIAL + "  name: 名称\n  uscc: 代码\n  name: 别名\n", "not-yaml", 6, ""),
        (PARTIAL + "  name: {from: 名称, constant: 甲}\n", "bad-value", 4, ""),
        (PARTIAL + "  name: {transforms: [fold]}\n", "bad-value", 4, ""),
        (PARTIAL + "  name: {from: []}\n", "bad-value", 4, ""),
        (PARTIAL + "  status: {from: 状态, codes: {1: 有效}}\n", "bad-value", 4, ""),
        (PARTIAL + '  name: 名称\n  status: {from: 状态, codes: {"1": 有笑}}\n', "unfit-value", 5, "有效"),
        (PARTIAL + '  authority_code: {constant: "111501000115123437"}\n', "unfit-value", 4, ""),
        (
            PARTIAL + '  name: 名称\n  valid_until: {from: 止, otherwise: {constant: "2024-02-30"}}\n',
            "unfit-value",
            5,
            "",
        ),
        ("standard: licence\n", "missing-key", 1, "reference"),
        ("", "missing-key", None, "reference"),
        ("standard: licence\nfields:\n  name: [名称\n", "not-yaml", 4, ""),
        ("standard: licence\nfields:\n\tname: 名称\n", "not-yaml", 3, ""),
    ],
)
def test_every_fault_is_named_with_its_line(text: str, code: str, line: int | None, todo: str) -> None:
    """An integrator is led to the line, and to the word that was meant."""
    error = refused(text)
    assert (error.code, error.place.line) == (code, line)
    assert todo in error.todo


@pytest.mark.parametrize("name", [field.name for field in LICENCE.fields if field.need is Need.MANDATORY])
def test_a_mandatory_field_without_a_rule_is_refused(name: str) -> None:
    """A whole record cannot be made without it."""
    rules = {field.name: f'"{field.label}"' for field in LICENCE.fields if field.name != name}
    error = refused(mapping_text(rules))
    assert error.code == "unmapped-field"
    assert error.place.line == 3
    assert f"“{name}”" in error.sentence
    assert mapping(rules, partial=True).fields.keys() == rules.keys()


def test_optional_fields_may_be_unmapped() -> None:
    """Only what the standard demands has to come from somewhere."""
    rules = {field.name: f'"{field.label}"' for field in LICENCE.fields if field.need is Need.MANDATORY}
    assert mapping(rules).fields.keys() == rules.keys()


def test_the_short_forms_are_the_long_form() -> None:
    """A bare text or list is ``from``; one alias needs no list."""
    made = mapping(
        {"name": "名称", "uscc": "[代码, 信用代码]", "content": "{from: 内容}", "remarks": "{from: [备注]}"},
        partial=True,
    )
    assert [rule.headers for rule in made.fields.values()] == [("名称",), ("代码", "信用代码"), ("内容",), ("备注",)]


def test_a_constant_or_a_code_may_mean_nothing() -> None:
    """A code table may say that a code states nothing."""
    made = mapping({"status": '{from: 状态, codes: {"10": 有效, "0": ""}}', "remarks": '{constant: ""}'}, partial=True)
    assert made.fields["status"].codes == {"10": "有效", "0": ""}
    assert made.fields["remarks"].constant == ""


@pytest.mark.parametrize(
    ("name", "standard"),
    [("approval", LICENCE), ("bureau", LICENCE), ("ledger", LICENCE), ("construction", COMMITMENT_CASE)],
)
def test_the_shipped_mappings_are_without_fault(name: str, standard: Standard) -> None:
    """What the toolkit ships passes its own lint."""
    assert shipped(name).standard is standard


def test_every_yaml_in_the_room_is_tested_here() -> None:
    """A new declared file does not slip by."""
    assert {file.name for file in FOLDER.glob("*.yaml")} == {
        "approval.yaml",
        "bureau.yaml",
        "commitments.profile.yaml",
        "construction.yaml",
        "credit.profile.yaml",
        "ledger.yaml",
    }


@pytest.mark.parametrize("heading", ["日期", "名称", "编号", "单位"])
def test_the_ledger_mapping_knows_no_ambiguous_word(heading: str) -> None:
    """A word that can mean two fields is asked about, never guessed."""
    assert all(heading not in rule.headers for rule in shipped("ledger").fields.values())


def test_the_ledger_mapping_gives_a_word_to_one_field() -> None:
    """Only the range of validity is two fields in one column."""
    fields: dict[str, list[str]] = {}
    for name, rule in shipped("ledger").fields.items():
        for header in rule.headers:
            fields.setdefault(header, []).append(name)
    assert {header: names for header, names in fields.items() if len(names) > 1} == {
        "有效期(起止)": ["valid_from", "valid_until"]
    }


@given(remark=st.text(st.characters(codec="utf-8", categories=["L", "N"]), max_size=20))
@patient
def test_the_version_changes_with_the_text(remark: str) -> None:
    """Another text is another version, the same text the same, and the name stands in front."""
    text = PARTIAL + "  name: 名称\n"
    first, again = (Mapping.parse(text, "m.yaml", "m").version for _ in range(2))
    other = Mapping.parse(f"{text}# {remark}\n", "m.yaml", "m").version
    assert first == again != other
    assert first.startswith("m@")
