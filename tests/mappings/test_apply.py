"""Raw rows to canonical records: nothing is lost, nothing is half done, everything that was altered is kept."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.apply import ORIGIN, ROW_KEY, Finding, Mapped, apply
from mappings.mapping import Mapping
from mappings.normalise import blank
from mappings.rules import RULES
from mappings.standards import LICENCE, STANDARDS
from tests.mappings.rows import (
    by_label,
    canonical,
    heavy,
    labelled,
    mapping,
    messy,
    patient,
    raw,
    record,
    records,
    shipped,
)
from words.errors import DriftError, Place
from words.languages import choose

LABELS = {field.name: field.label for field in LICENCE.fields}
LEDGER = shipped("ledger")
DIRT = st.one_of(
    st.none(),
    messy,
    st.sampled_from(
        ["无", "/", "长期", "2024-02-30", "2024年3月5日", "45366", "1", "自然人", "91150100MA0N12340B", "其他"]
    ),
)


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def with_value(name: str, rule: str) -> Mapping:
    """Return the mapping of the standard's labels with another rule for one field."""
    return mapping({field.name: f'"{field.label}"' for field in LICENCE.fields} | {name: rule})


def conserved(mapped: Mapped, rows: pl.DataFrame) -> None:
    """Assert that every raw row is a record or rejected, once, and that only rejected rows have findings."""
    keys = [*mapped.records["row_key"].to_list(), *mapped.rejected["row_key"].to_list()]
    assert sorted(keys) == sorted(rows[ROW_KEY].to_list())
    assert mapped.quarantined == mapped.rejected.height
    assert len(mapped.changed) == mapped.records.height
    assert {finding.row for finding in mapped.findings} == set(mapped.rejected["row"].to_list())
    assert {finding.rule for finding in mapped.findings} <= set(RULES)


@given(made=st.lists(records(), max_size=4))
@heavy
def test_valid_records_pass_as_they_are(made: list[dict[str, str]]) -> None:
    """Canonical values are their own canonical form, in order, with their origin."""
    rows = by_label(*made) if made else raw([], list(LABELS.values()))
    mapped = apply(labelled(), rows)
    assert mapped.findings == ()
    assert mapped.records.select(LICENCE.names).to_dicts() == made
    assert mapped.records["origin"].to_list() == rows[ORIGIN].to_list()
    assert mapped.changed == ({},) * len(made)
    conserved(mapped, rows)


@given(data=st.data(), size=st.integers(0, 5))
@patient
def test_every_row_is_a_record_or_rejected(data: st.DataObject, size: int) -> None:
    """However dirty a frame is, rows = records + rejected, and each value's history is kept."""
    names = data.draw(st.lists(st.sampled_from(LICENCE.names), min_size=1, max_size=6, unique=True))
    dirty: list[dict[str, str | None]] = [dict(record()) for _ in range(size)]
    for row in dirty:
        row.update({name: data.draw(DIRT) for name in names if data.draw(st.booleans())})
    rows = raw([{LABELS[name]: value for name, value in row.items()} for row in dirty], list(LABELS.values()))
    mapped = apply(labelled(), rows)
    conserved(mapped, rows)
    by_key = {row[ROW_KEY]: row for row in rows.to_dicts()}
    for kept, made in zip(mapped.changed, mapped.records.to_dicts(), strict=True):
        shown = {name: by_key[made["row_key"]][LABELS[name]] or "" for name in LICENCE.names}
        assert kept == {name: text for name, text in shown.items() if text and text != made[name]}
    for finding in mapped.findings:
        assert finding.field in LABELS


@given(data=st.data(), size=st.integers(0, 5))
@patient
def test_a_ledger_loses_no_row_either(data: st.DataObject, size: int) -> None:
    """A partial mapping keeps every row that names a decision and reports the others."""
    headers = ["行政相对人名称", "许可决定文书号", "许可决定日期", "有效期至", "统一社会信用代码"]
    rows = raw([{header: data.draw(DIRT) for header in headers} for _ in range(size)], headers)
    mapped = apply(LEDGER, rows)
    conserved(mapped, rows)
    for finding in mapped.findings:
        row = rows.row(finding.row, named=True)
        assert blank(row["许可决定文书号"] or "")
        assert blank(row["行政相对人名称"] or "") or blank(row["许可决定日期"] or "")
    assert all(value is None or value for column in mapped.records.select(LICENCE.names) for value in column)


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_partial_list_of_any_standard_keeps_the_rows_with_a_number(standard: str) -> None:
    """Standards differ in the other fields that could say which decision a row means."""
    text = f"standard: {standard}\npartial: true\nfields:\n  document_number: 编号\n"
    rows = raw([{"编号": "审〔2024〕1号"}, {"编号": ""}], ["编号"])
    assert apply(Mapping.parse(text, "mappings/test.yaml", "test"), rows).quarantined == 1


@given(data=st.data(), size=st.integers(1, 5))
@patient
def test_long_frames_are_mapped_as_short_ones(data: st.DataObject, size: int) -> None:
    """Where looking every row up costs more than a query, the query comes to the same."""
    headers = ["行政相对人名称", "许可决定文书号", "许可决定日期", "有效期至", "统一社会信用代码"]
    rows = raw([{header: data.draw(DIRT) for header in headers} for _ in range(size)], headers)
    short = apply(LEDGER, rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mappings.apply._FEW", 0)
        long = apply(LEDGER, rows)
    assert long.records.equals(short.records)
    assert (long.findings, long.changed) == (short.findings, short.changed)


def test_no_rows_are_no_records() -> None:
    """A window without decisions keeps all columns."""
    for made in (labelled(), LEDGER):
        mapped = apply(made, raw([], list(LABELS.values())))
        assert (mapped.records.height, mapped.rejected.height, mapped.findings, mapped.changed) == (0, 0, (), ())
        wanted = {*LICENCE.names, "origin", "row_key", "record_id", "fingerprint"}
        assert set(mapped.records.columns) == wanted
        assert mapped.mapping == made.version


def test_a_finding_names_row_field_value_and_rule() -> None:
    """What a clerk needs to put a row right; the rejected row keeps what was readable."""
    rows = by_label(
        record(),
        record(uscc="91150100MA0N12340C", decision_date="２０２４年2月30日"),
        record(document_name=" 无 "),
    )
    mapped = apply(labelled(), rows)
    assert set(mapped.findings) == {
        Finding(1, "uscc", "91150100MA0N12340C", "uscc-check"),
        Finding(1, "decision_date", "２０２４年2月30日", "impossible-date"),
        Finding(2, "document_name", " 无 ", "mandatory"),
    }
    assert [finding.row for finding in mapped.findings] == [1, 1, 2]
    assert mapped.rejected["row"].to_list() == [1, 2]
    assert mapped.rejected["decision_date"].to_list() == ["2024年2月30日", "2024-03-15"]
    assert mapped.rejected["document_number"].to_list() == ["呼审批许〔2024〕12号"] * 2


def test_a_value_is_reported_once() -> None:
    """A value that fails by itself is not reported again by a rule across fields."""
    mapped = apply(labelled(), by_label(record(uscc="1"), record(uscc="")))
    assert mapped.findings == (Finding(0, "uscc", "1", "uscc-form"), Finding(1, "uscc", "", "mandatory-for-type"))


def test_what_was_altered_is_kept_as_it_was_shown() -> None:
    """Only altered values, each with its raw text."""
    written = record(name="呼和浩特某某建筑有限公司 ", decision_date="45366", valid_until="长期", tax_number="/")
    mapped = apply(labelled(), by_label(record(), written))
    assert mapped.changed == (
        {},
        {"name": "呼和浩特某某建筑有限公司 ", "decision_date": "45366", "valid_until": "长期", "tax_number": "/"},
    )
    assert mapped.records["valid_until"].to_list() == ["2027-03-14", "2099-12-31"]


@pytest.mark.parametrize(
    ("rule", "shown", "value", "failing"),
    [
        ('{from: 码, codes: {"1": 有效, "0": 无效}}', "1", "有效", None),
        ('{from: 码, codes: {"1": 有效, "0": 无效}}', " １ ", "有效", None),
        ('{from: 码, codes: {"1": 有效, "0": 无效}}', "2", "2", "code-not-in-table"),
        ('{from: 码, codes: {"1": 有效, "0": ""}}', "0", "", "mandatory"),
        ('{from: 码, codes: {"1": 有效}}', "", "", "mandatory"),
        ("{from: 码}", "有 效", "有效", None),
        ("{from: 码}", "失效", "失效", "not-a-choice"),
        ("{constant: 有效}", "无效", "有效", None),
    ],
)
def test_codes_become_texts(rule: str, shown: str, value: str, failing: str | None) -> None:
    """A code is looked up, a code without a row is a finding, and no code is no text."""
    rows = by_label(record()).with_columns(pl.lit(shown).alias("码"))
    mapped = apply(with_value("status", rule), rows)
    made = mapped.records if failing is None else mapped.rejected
    assert [finding.rule for finding in mapped.findings] == ([failing] if failing else [])
    assert made["status"].to_list() == [value]


@pytest.mark.parametrize(
    ("shown", "kind"),
    [("06-补办", "其他-补办"), ("０６－补办", "其他-补办"), ("06", "其他"), ("01", "普通"), ("06-a-b", "其他-a-b")],
)
def test_a_code_keeps_its_note(shown: str, kind: str) -> None:
    """The note behind 其他 is part of what was decided."""
    rows = by_label(record()).with_columns(许可种类=pl.lit(shown))
    mapped = apply(with_value("licence_kind", '{from: 许可种类, codes: {"01": 普通, "06": 其他}}'), rows)
    assert mapped.records["licence_kind"].to_list() == [kind]
    assert mapped.changed[0]["licence_kind"] == shown


@pytest.mark.parametrize("shown", ["09-补办", "补办", "06补办", "-补办"])
def test_a_note_without_a_code_is_no_code(shown: str) -> None:
    """Only a known code with a dash may carry a note."""
    rows = by_label(record()).with_columns(许可种类=pl.lit(shown))
    mapped = apply(with_value("licence_kind", '{from: 许可种类, codes: {"01": 普通, "06": 其他}}'), rows)
    assert mapped.findings == (Finding(0, "licence_kind", shown, "code-not-in-table"),)


OTHERWISE = '{from: 止, otherwise: {from: 长期标志, codes: {"1": 长期, "0": ""}}}'


@pytest.mark.parametrize(
    ("first", "second", "value", "kept", "failing"),
    [
        ("2027-03-14", "0", "2027-03-14", None, None),
        ("2027/3/14", "1", "2027-03-14", "2027/3/14", None),
        ("", "1", "2099-12-31", "1", None),
        ("无", "1", "2099-12-31", "1", None),
        ("", "", "", None, ("", "mandatory")),
        ("/", "", "", None, ("/", "mandatory")),
        ("", "0", "0", None, ("0", "mandatory")),
        ("", "2", "2", None, ("2", "code-not-in-table")),
        ("2027-02-30", "1", "2027-02-30", None, ("2027-02-30", "impossible-date")),
    ],
)
def test_the_second_rule_speaks_where_the_first_is_silent(
    first: str, second: str, value: str, kept: str | None, failing: tuple[str, str] | None
) -> None:
    """A flag stands in for an empty date; what is kept and reported is the text that was used."""
    rows = by_label(record()).with_columns(止=pl.lit(first), 长期标志=pl.lit(second))
    mapped = apply(with_value("valid_until", OTHERWISE), rows)
    if failing:
        assert mapped.findings == (Finding(0, "valid_until", *failing),)
    else:
        assert mapped.findings == ()
        assert mapped.records["valid_until"].to_list() == [value]
        assert mapped.changed[0].get("valid_until") == kept


def test_the_second_rule_takes_over_a_column_that_is_not_there() -> None:
    """Some editions of a system have only the flag."""
    rows = by_label(record(), record()).with_columns(长期标志=pl.Series(["1", "1"]))
    mapped = apply(with_value("valid_until", OTHERWISE), rows)
    assert mapped.records["valid_until"].to_list() == ["2099-12-31"] * 2


def test_a_chain_of_rules_is_asked_in_order() -> None:
    """Third choices work like second ones."""
    rule = "{from: 甲, otherwise: {from: 乙, otherwise: {constant: 未注明机关}}}"
    rows = by_label(record(), record(), record()).with_columns(
        甲=pl.Series(["甲局", "", ""]), 乙=pl.Series(["", "乙局", ""])
    )
    mapped = apply(with_value("authority_name", rule), rows)
    assert mapped.records["authority_name"].to_list() == ["甲局", "乙局", "未注明机关"]


@pytest.mark.parametrize(
    ("rule", "shown", "value"),
    [
        ("{from: 列, transforms: [{after: '：'}, {prefix: 呼}]}", "文号：审〔2024〕1号", "呼审〔2024〕1号"),
        ("{from: 列, transforms: [fold, {find: '审.*号'}]}", "　根据审(2024)1号文", "审〔2024〕1号"),
        ("{from: 列, transforms: [{before: '；'}]}", "审〔2024〕1号；审〔2024〕2号", "审〔2024〕1号"),
    ],
)
def test_transforms_run_in_their_order(rule: str, shown: str, value: str) -> None:
    """Each works on what the one before it left, and the canonical form comes last."""
    rows = by_label(record()).with_columns(列=pl.lit(shown))
    mapped = apply(with_value("document_number", rule), rows)
    assert mapped.records["document_number"].to_list() == [value]
    assert mapped.changed[0]["document_number"] == shown


def test_a_transform_that_finds_nothing_leaves_nothing() -> None:
    """An empty mandatory value is a finding with the raw text."""
    rows = by_label(record()).with_columns(列=pl.lit("没有"))
    mapped = apply(with_value("document_number", "{from: 列, transforms: [{before: '；'}]}"), rows)
    assert mapped.findings == (Finding(0, "document_number", "没有", "mandatory"),)


def test_a_transform_that_finds_nothing_lets_the_second_rule_speak() -> None:
    """Nothing found is nothing said, for a whole record and for a ledger."""
    rule = "{from: 列, transforms: [{find: '(.*)局'}], otherwise: {constant: 水务局}}"
    rows = by_label(record(), record()).with_columns(列=pl.Series(["教育局", "无此机关"]))
    mapped = apply(with_value("authority_name", rule), rows)
    assert mapped.records["authority_name"].to_list() == ["教育", "水务局"]
    ledger = mapping({"document_number": "行政许可决定文书号", "authority_name": rule}, partial=True)
    assert apply(ledger, rows).records["authority_name"].to_list() == ["教育", "水务局"]


def test_an_unreadable_transform_is_a_finding() -> None:
    """Milliseconds that are none are refused by name."""
    rows = by_label(record(decision_date="昨天"), record(decision_date="1710432000000"), record(decision_date="无"))
    mapped = apply(with_value("decision_date", "{from: 许可决定日期, transforms: [epoch_ms]}"), rows)
    assert [(finding.row, finding.rule) for finding in mapped.findings] == [(0, "unreadable-date"), (2, "mandatory")]
    assert mapped.records["decision_date"].to_list() == ["2024-03-15"]


def test_two_columns_for_one_field_stop_the_mapping() -> None:
    """Which of two columns is right is not guessed."""
    rows = by_label(record()).with_columns(pl.lit("x").alias("许可决定\n日期 *"))
    with pytest.raises(DriftError) as error:
        apply(labelled(), rows, place=Place(file="台账.xlsx", sheet="3月", row=3, system="台账", url="http://x"))
    assert error.value.code == "two-columns"
    place = error.value.place
    assert (place.file, place.sheet, place.row, place.field) == ("台账.xlsx", "3月", 3, "许可决定日期")
    assert "许可决定\n日期 *" in error.value.sentence


def test_a_mandatory_column_must_be_there() -> None:
    """A system that lost a column changed its layout; optional columns may come and go."""
    rows = by_label(record())
    with pytest.raises(DriftError) as error:
        apply(labelled(), rows.drop("许可决定日期"))
    assert (error.value.code, error.value.place.field) == ("column-missing", "许可决定日期")
    assert error.value.exit_code == 5
    with pytest.raises(DriftError) as error:
        apply(with_value("valid_until", "{from: 止, otherwise: {from: 标志}}"), rows)
    assert error.value.code == "column-missing"
    mapped = apply(labelled(), rows.drop("备注", "许可编号"))
    assert mapped.records.select("remarks", "certificate_number").row(0) == ("", "")


def test_headings_are_matched_by_their_words() -> None:
    """Stars, required marks, numbering, line breaks and width do not matter, nor does the order."""
    rows = by_label(record())
    dressed = {
        field.label: f"{number}.{field.label[:2]}\n{field.label[2:]}（必填）*"
        for number, field in enumerate(LICENCE.fields, 1)
    }
    mapped = apply(labelled(), rows.rename(dressed).select(*reversed(list(dressed.values())), ORIGIN, ROW_KEY))
    assert mapped.records.select(LICENCE.names).to_dicts() == [record()]


def test_a_ledger_that_does_not_ask_is_never_compared() -> None:
    """No column and a blank cell are null, for what a ledger never stated cannot differ."""
    headers = ["单位名称", "文书编号", "签发日期", "许可证证号"]
    rows = raw([dict(zip(headers, ["甲公司", "审1号", "2024.3.5", " / "], strict=True))], headers)
    mapped = apply(LEDGER, rows)
    stated = {
        name: value
        for name, value in mapped.records.select(LICENCE.names).row(0, named=True).items()
        if value is not None
    }
    assert stated == {"name": "甲公司", "document_number": "审1号", "decision_date": "2024-03-05"}


def test_an_unreadable_ledger_value_stands_as_it_is() -> None:
    """It has to show as a difference, so it is kept, folded, and is no finding."""
    headers = ["单位名称", "文书编号", "签发日期", "统一社会信用代码"]
    rows = raw(
        [dict(zip(headers, ["甲公司", "审1号", "２０２４年2月30日", "91150100MA0N12340C"], strict=True))], headers
    )
    mapped = apply(LEDGER, rows)
    assert mapped.findings == ()
    assert mapped.records.select("decision_date", "uscc").row(0) == ("2024年2月30日", "91150100MA0N12340C")
    assert mapped.changed == ({"decision_date": "２０２４年2月30日"},)


@pytest.mark.parametrize(
    ("name", "number", "day", "usable"),
    [
        ("甲公司", "", "2024-03-05", True),
        ("", "审1号", "", True),
        ("甲公司", "", "", False),
        ("", "", "2024-03-05", False),
        ("无", "/", "2024-03-05", False),
    ],
)
def test_a_ledger_row_must_say_which_decision_it_means(name: str, number: str, day: str, usable: bool) -> None:
    """A document number, or a name with a day; anything less is reported."""
    headers = ["单位名称", "文书编号", "签发日期"]
    mapped = apply(LEDGER, raw([dict(zip(headers, [name, number, day], strict=True))], headers))
    assert mapped.records.height == usable
    assert mapped.findings == (() if usable else (Finding(0, "document_number", "", "mandatory"),))


def test_a_range_in_one_ledger_column_is_two_dates() -> None:
    """有效期(起止) holds both ends; two columns hold one each."""
    headers = ["单位名称", "文书编号", "签发日期", "有效期（起止）"]
    rows = raw([dict(zip(headers, ["甲公司", "审1号", "2024.3.5", "2024年3月5日至长期"], strict=True))], headers)
    mapped = apply(LEDGER, rows)
    assert mapped.records.select("valid_from", "valid_until").row(0) == ("2024-03-05", "2099-12-31")


@pytest.mark.parametrize(
    ("title", "authority"),
    [
        ("青城市水务局行政许可台账", "青城市水务局"),
        ("  青城市水务局2026年行政许可台账", "青城市水务局"),
        ("青城市水务局2026年度行政许可台账 填报单位：水务局", "青城市水务局"),
        ("台账", None),
        ("", None),
    ],
)
def test_the_title_of_a_ledger_names_the_authority(title: str, authority: str | None) -> None:
    """Where no column does."""
    headers = ["单位名称", "文书编号", "签发日期", "_title"]
    rows = raw([dict(zip(headers, ["甲公司", "审1号", "2024.3.5", title], strict=True))], headers)
    assert apply(LEDGER, rows).records["authority_name"].to_list() == [authority]


def test_cells_without_text_are_blank() -> None:
    """A null in a raw frame is an empty cell."""
    rows = by_label(record()).with_columns(
        pl.lit(None, pl.String).alias("备注"), pl.lit(None, pl.String).alias("许可内容")
    )
    mapped = apply(labelled(), rows)
    assert mapped.findings == (Finding(0, "content", "", "mandatory"),)
    assert mapped.rejected.select(LICENCE.names).to_dicts() == canonical(record(content="")).to_dicts()
