"""What is remarked about a mapping, by itself and against rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl
import pytest

from mappings.linting import static
from mappings.mapping import Mapping, faults
from mappings.measuring import measured
from mappings.remarks import Remark, by_gravity
from mappings.shortcomings import shortcomings
from tests.docs.pages import DOCS
from tests.mappings.rows import FOLDER, VALID, mapping_text, raw
from tests.mappings.words import aliases
from words.errors import Place

PLACE = Place(file="台账.xlsx", sheet="一月")
Rules = dict[str, str]
WHOLE = {name: f'"{name}"' for name in VALID}


def parsed(rules: Rules, *, partial: bool = True) -> tuple[Mapping, str]:
    """Return a mapping and its text."""
    text = mapping_text(rules, partial=partial)
    return Mapping.parse(text, "mappings/test.yaml", "test"), text


def alone(rules: Rules, *, partial: bool = True) -> list[tuple[str, str, str, int | None]]:
    """Return what is remarked without rows."""
    return [(each.gravity, each.code, each.field, each.line) for each in static(*parsed(rules, partial=partial))]


def against(rules: Rules, *tables: pl.DataFrame, partial: bool = True) -> list[Remark]:
    """Return what rows say against a mapping, gravest first."""
    made, text = parsed(rules, partial=partial)
    return by_gravity(shortcomings(measured(made, [(table, PLACE) for table in tables]), text, aliases()))


def told(remarks: Sequence[Remark]) -> list[tuple[str, str, str, int | None]]:
    """Return the remarks that need somebody."""
    return [(each.gravity, each.code, each.field, each.count) for each in remarks if each.gravity != "note"]


def noted(remarks: Sequence[Remark]) -> list[tuple[str, str, str]]:
    """Return the remarks that are only good to know."""
    return [(each.code, each.field, each.what) for each in remarks if each.gravity == "note"]


def test_every_fault_is_told_at_once() -> None:
    """An integrator corrects a file once, not once for every fault."""
    text = (
        "standard: licence\nfields:\n  nmae: 名称\n  status: {constant: 好}\n  name: {from: 名, transforms: [flod]}\n"
    )
    assert [(each.code, each.place.line) for each in faults(text, "m.yaml")][:4] == [
        ("unknown-field", 3),
        ("unfit-value", 4),
        ("unknown-transform", 5),
        ("unmapped-field", 2),
    ]
    assert [each.code for each in faults("standard: licnece\nfields: {}\n", "m.yaml")] == ["unknown-standard"]
    assert [each.code for each in faults("standart: licence\n", "m.yaml")] == ["unknown-key"]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ({"document_number": "文号"}, []),
        (
            {"document_number": "文号", "certificate_number": "[证号, 文 号]"},
            [("heading-two-fields", "certificate_number", 5)],
        ),
        (
            {"document_number": "文号", "name": "{from: 甲, otherwise: {from: 文号}}"},
            [("heading-two-fields", "name", 5)],
        ),
        ({"document_number": "[文号, 文号：]"}, [("heading-twice-in-rule", "document_number", 4)]),
        ({"document_number": "{from: 文号, otherwise: {from: 文号, transforms: [fold]}}"}, []),
    ],
)
def test_collisions_are_seen_without_rows(rules: Rules, found: list[tuple[str, str, int]]) -> None:
    """One heading for two fields, or twice for one, unless transforms take its parts apart."""
    assert alone(rules) == [("warning", *each) for each in found]


def test_a_range_is_two_fields_of_one_heading() -> None:
    """Transforms that take each its own end are no collision."""
    ends = {end: f"{{from: 有效期(起止), transforms: [range_{end}]}}" for end in ("start", "end")}
    assert alone({"document_number": "文号", "valid_from": ends["start"], "valid_until": ends["end"]}) == []


def test_a_ledger_has_to_say_which_decision_it_means() -> None:
    """Without a document number, or a name and a day, every row would be put aside."""
    assert alone({"name": "名称", "content": "内容"}) == [("error", "nothing-telling", "document_number", 3)]
    assert alone({"name": "名称", "decision_date": "日期"}) == []


def test_what_is_demanded_of_some_records_is_told_of() -> None:
    """A source that never states a credit code has every organisation put into quarantine; a ledger may."""
    rules = {name: rule for name, rule in WHOLE.items() if name != "uscc"}
    assert ("warning", "unmapped-conditional", "uscc", 3) in alone(rules, partial=False)
    assert alone({"document_number": "文号"}) == []


@pytest.mark.parametrize("name", ["approval", "bureau", "construction", "ledger"])
def test_the_shipped_mappings_have_no_remark(name: str) -> None:
    """What the toolkit ships passes its own lint."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert static(Mapping.parse(text, f"mappings/{name}.yaml", name), text) == []


CODED = {"document_number": "文号", "licence_kind": '{from: 类, codes: {"01": 普通, "02": 特许}}'}


def test_codes_without_a_row_are_counted() -> None:
    """Each code by itself, whatever note stands behind it, with the rows where it stands."""
    values = ["01", "06", "06-补办", "07", "06", "06", ""]
    found = against(CODED, raw([{"文号": f"审{number}号", "类": value} for number, value in enumerate(values)]))
    assert told(found) == [
        ("warning", "code-not-in-table", "licence_kind", 4),
        ("warning", "code-not-in-table", "licence_kind", 1),
    ]
    assert "“06”" in found[0].what
    assert found[0].examples == (("sheet row 2", "06"), ("sheet row 3", "06-补办"), ("sheet row 5", "06"))
    assert found[0].line == 5
    assert noted(found) == [("dead-code", "licence_kind", "No row has the code: 02.")]


def test_several_codes_in_one_value_are_told_apart() -> None:
    """Of 02;09 only 09 has no row."""
    rules = {"document_number": "文号", "penalty_kind": '{from: 类, codes: {"02": 罚款}}'}
    text = mapping_text(rules, partial=True).replace("licence", "penalty", 1)
    made = Mapping.parse(text, "m.yaml", "m")
    table = raw([{"文号": "罚1号", "类": "02;09"}, {"文号": "罚2号", "类": "02"}])
    (found,) = shortcomings(measured(made, [(table, PLACE)]), text, aliases("penalty"))
    assert (found.code, found.count) == ("code-not-in-table", 1)
    assert "“09”" in found.what


def test_failing_values_are_counted_by_rule() -> None:
    """In a ledger too, whose run would compare them as they stand; over all sheets together."""
    rules = {"document_number": "文号", "decision_date": "日", "uscc": "码"}
    first = raw([{"文号": "审1号", "日": "2024-02-30", "码": "无"}, {"文号": "审2号", "日": "明天", "码": "911"}])
    second = raw([{"文号": "审3号", "日": "昨天", "码": "911"}])
    assert told(against(rules, first, second)) == [
        ("warning", "impossible-date", "decision_date", 1),
        ("warning", "unreadable-date", "decision_date", 2),
        ("warning", "uscc-form", "uscc", 2),
    ]


def test_what_one_field_demands_of_another_counts_too() -> None:
    """An end before the start, and in a whole record what its type demands."""
    rules = {"document_number": "文号", "valid_from": "自", "valid_until": "至"}
    assert told(against(rules, raw([{"文号": "审1号", "自": "2024-02-03", "至": "2024-02-01"}]))) == [
        ("warning", "ends-before-start", "valid_until", 1)
    ]
    whole = raw([{**VALID, "uscc": ""}])
    assert told(against(WHOLE, whole, partial=False)) == [("warning", "mandatory-for-type", "uscc", 1)]


def test_two_columns_make_the_mapping_useless() -> None:
    """A run would stop at this sheet, so its rows are not judged; those of the others are."""
    rules = {"document_number": "[文号, 批号]", "decision_date": "日"}
    clash = raw([{"文号": "审1号", "批号": "审2号", "日": "明天"}])
    good = raw([{"文号": "审1号", "日": "明天"}])
    found = against(rules, clash, good)
    assert told(found) == [
        ("error", "two-columns", "document_number", 1),
        ("warning", "unreadable-date", "decision_date", 1),
    ]
    assert "台账.xlsx" in found[0].examples[0][0]


def test_a_missing_column_makes_a_whole_mapping_useless() -> None:
    """What the standard demands has to be there; a ledger may lack it."""
    table = raw([{name: value for name, value in VALID.items() if name != "content"}])
    assert told(against(WHOLE, table, partial=False))[0] == ("error", "column-missing", "content", 1)
    assert told(against({**WHOLE, "content": '"content"'}, table)) == []


def test_dead_entries_are_told() -> None:
    """A heading that no row fills; a whole field weighs in a source, and is only noted of a ledger."""
    rules = {"document_number": "[文号, 批号]", "remarks": "注", "certificate_number": "证号"}
    table = raw([{"文号": "审1号", "证号": " "}])
    assert noted(against(rules, table)) == [
        ("dead-heading", "document_number", "No row has anything below: 批号."),
        ("dead-field", "remarks", "No row has anything for the field “remarks”; looked for: 注."),
        (
            "dead-field",
            "certificate_number",
            "No row has anything for the field “certificate_number”; looked for: 证号.",
        ),
    ]
    source = {**WHOLE, "remarks": "注", "registration_number": "号"}
    found = against(source, raw([{**VALID, "号": ""}]), partial=False)
    assert told(found) == [("warning", "dead-field", "remarks", 0)]
    assert [field for code, field, _what in noted(found) if code == "dead-field"] == ["registration_number"]


def test_columns_that_nobody_reads_are_told() -> None:
    """One that may be a field that no other column is, needs somebody; others are noted, numbering is not."""
    rules = {"document_number": "文号"}
    table = raw(
        [
            {
                "文号": "审1号",
                "批准文号": "审1号",
                "发证\n日期": "2024-01-01",
                "事项名称": "x",
                "心情": "",
                "序号": "1",
                "_title": "t",
            }
        ]
    )
    found = against(rules, table)
    assert told(found) == [("warning", "unread-heading", "decision_date", 1)]
    assert "发证 日期" in found[0].what
    assert "decision_date" in found[0].todo
    assert [what for _code, _field, what in noted(found)] == [
        "Nobody reads the column “批准文号”.",
        "Nobody reads the column “事项名称”.",
        "Nobody reads the column “心情”.",
    ]


def test_a_heading_that_is_left_out_on_purpose_is_not_told() -> None:
    """Whoever answered that a column says nothing is not asked again."""
    text = mapping_text({"document_number": "文号"}, partial=True) + "ignore: [发证日期（必填）]\n"
    made = Mapping.parse(text, "mappings/test.yaml", "test")
    table = raw([{"文号": "审1号", "发证日期": "2024-01-01"}])
    assert shortcomings(measured(made, [(table, PLACE)]), text, aliases()) == []


def test_no_rows_prove_nothing() -> None:
    """An empty folder does not make every heading dead."""
    assert told(against({"document_number": "文号"})) == [("warning", "no-rows", "", None)]


def test_every_finding_is_explained() -> None:
    """The page has every finding with its gravest severity, and none that is gone."""
    page = (
        (DOCS / "reference/errors.md").read_text(encoding="utf-8").partition("## Findings")[2].partition("## Rules")[0]
    )
    rows = set(re.findall(r"^\| `([a-z-]+)` \| (?:error|warning|note) \|", page, re.MULTILINE))
    sources = [(FOLDER / f"{name}.py").read_text(encoding="utf-8") for name in ("linting", "shortcomings")]
    made = {code for source in sources for code in re.findall(r"\"(?:error|warning|note)\",\s+\"([a-z-]+)\"", source)}
    assert made | {"dead-field"} == rows


def test_a_clean_ledger_has_nothing_to_tell() -> None:
    """Nothing is remarked for the sake of remarking."""
    assert against({"document_number": "文号"}, raw([{"文号": "审1号", "序号": "1"}])) == []
