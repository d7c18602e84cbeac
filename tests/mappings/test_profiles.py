"""One receiver's edition of a standard: written in its form, read back, and refused for its reasons."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.profile_file import Column
from mappings.profiles import Profile
from mappings.standards import LICENCE
from tests.mappings.rows import CREDIT, canonical, credit, heavy, record, records
from words.errors import UsageError
from words.languages import choose

TODAY = date(2024, 3, 20)
PROFILE = credit()
SMALL = """standard: licence
edition: "2016"
title: 旧平台
date_format: "%Y年%m月%d日"
key: [document_number]
columns:
  - {field: document_number, header: 文书号}
  - {field: decision_date}
  - {field: status, codes: {有效: "0", 无效: "1"}}
"""


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def refusal(**changes: str) -> str:
    """Return why the credit platform would refuse a record."""
    return str(PROFILE.malformed(canonical(record(**changes)), TODAY)[0])


def refused(text: str) -> UsageError:
    """Return why a profile file is refused."""
    with pytest.raises(UsageError) as error:
        Profile.parse(text, "mappings/test.profile.yaml", "test")
    assert error.value.place.file == "mappings/test.profile.yaml"
    return error.value


def read_back(profile: Profile, encoded: pl.DataFrame) -> pl.DataFrame:
    """Return the receiver's own rows as canonical records."""
    numbers = [str(number) for number in range(encoded.height)]
    rows = encoded.with_columns(
        pl.Series(ORIGIN, numbers, dtype=pl.String), pl.Series(ROW_KEY, numbers, dtype=pl.String)
    )
    mapped = apply(profile.reading(), rows)
    assert mapped.findings == ()
    return mapped.records


def test_a_record_is_written_in_the_receivers_form() -> None:
    """Its headings in its order, slashed dates, its code for the status, all text."""
    encoded = PROFILE.encode(canonical(record(valid_until="2099-12-31"), record(status="无效")))
    assert encoded.columns == [field.label for field in LICENCE.fields]
    assert tuple(encoded.columns) == PROFILE.headers
    assert set(encoded.dtypes) == {pl.String}
    assert encoded["许可决定日期"].to_list() == ["2024/03/15"] * 2
    assert encoded["有效期至"].to_list() == ["2099/12/31", "2027/03/14"]
    assert encoded["当前状态"].to_list() == ["1", "2"]


def test_status_one_is_valid_in_this_edition_and_revoked_in_the_other() -> None:
    """The danger that makes the edition mandatory."""
    assert PROFILE.declared.edition == LICENCE.edition == "2018"
    assert PROFILE.encode(canonical(record(status="有效")))["当前状态"].to_list() == ["1"]
    other = Profile.parse(SMALL, "p", "p")
    assert other.encode(canonical(record(status="无效")))["当前状态"].to_list() == ["1"]
    assert other.reading().fields["status"].codes == {"0": "有效", "1": "无效"}


@given(made=st.lists(records(), max_size=4))
@heavy
def test_what_is_written_is_read_back_the_same(made: list[dict[str, str]]) -> None:
    """decode(encode(record)) == record, fingerprint included."""
    read = read_back(PROFILE, PROFILE.encode(canonical(*made)))
    assert read.select(LICENCE.names).to_dicts() == made


def test_rows_are_read_by_field_code_as_well() -> None:
    """Interfaces answer with field codes where the template has labels."""
    encoded = PROFILE.encode(canonical(record()))
    coded = encoded.rename({field.label: field.code.lower() for field in LICENCE.fields})
    assert read_back(PROFILE, coded).select(LICENCE.names).to_dicts() == [record()]


def test_a_profile_has_its_own_headings_order_and_dates() -> None:
    """Only its columns, under its headings, in its order; an empty date stays empty."""
    other = Profile.parse(SMALL, "p", "p")
    encoded = other.encode(canonical(record(), record(decision_date="")))
    assert encoded.columns == ["文书号", "许可决定日期", "当前状态"]
    assert encoded.rows() == [("呼审批许〔2024〕12号", "2024年03月15日", "0"), ("呼审批许〔2024〕12号", "", "0")]


def test_no_records_are_written_as_none() -> None:
    """An empty batch has its headings, and nothing in it is malformed."""
    assert PROFILE.encode(canonical()).height == 0
    assert PROFILE.encode(canonical()).columns == list(PROFILE.headers)
    assert PROFILE.malformed(canonical(), TODAY).to_list() == []


def test_a_good_record_is_taken() -> None:
    """No reason, no text; an empty optional value is no fault."""
    assert refusal() == ""
    assert refusal(licence_kind="其他-补办") == ""
    assert refusal(decision_date="2024-03-20") == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "买买提·吐尔逊"}, "Licensee: characters that 信用平台 does not take"),
        ({"name": "甲乙-丙公司"}, "Licensee: characters that 信用平台 does not take"),
        ({"name": "ABC Trading"}, "Licensee: characters that 信用平台 does not take"),
        ({"name": "某TeSt公司"}, "Licensee: characters that 信用平台 does not take"),
        ({"name": "某Null公司"}, "Licensee: characters that 信用平台 does not take"),
        ({"legal_representative": "玛丽·李"}, "Legal representative: characters that 信用平台 does not take"),
        ({"authority_name": "某局*"}, "Authority: characters that 信用平台 does not take"),
        ({"licence_kind": "其他"}, "Licence kind: not in the code table of 信用平台"),
        ({"licence_kind": "其他-"}, "Licence kind: not in the code table of 信用平台"),
        ({"decision_date": "2024-03-21"}, "Decision date: later than today"),
        ({"document_number": "许" * 32 + "1"}, "Document number: longer than 64 bytes"),
    ],
)
def test_each_refusal_has_its_reason(changes: dict[str, str], reason: str) -> None:
    """The receiver's known reasons, found before anything is sent."""
    assert refusal(**changes) == reason


def test_reasons_are_told_in_the_readers_language() -> None:
    """A clerk reads the field's own label."""
    choose("zh")
    assert refusal(decision_date="2024-03-21").startswith("许可决定日期")


def test_all_reasons_are_told_at_once() -> None:
    """A clerk corrects a record once."""
    reason = refusal(name="买买提·吐尔逊", licence_kind="其他", decision_date="2025-01-01")
    assert reason.count("; ") == 2


@pytest.mark.parametrize(
    "column", [column for column in PROFILE.columns if not column.codes], ids=lambda column: column.field
)
def test_lengths_are_bytes_of_the_receivers_encoding(column: Column) -> None:
    """Two bytes a Chinese character, one a Latin letter, four beyond the plane; the last byte that fits, fits."""
    name = column.field
    longest = column.length or LICENCE.by_name[name].length
    sentence = f"{LICENCE.by_name[name].english}: longer than {longest} bytes"
    fitting = "甲" * (longest // 2) + "a" * (longest % 2)
    assert sentence not in refusal(**{name: fitting})
    assert sentence in refusal(**{name: fitting + "a"})
    assert sentence not in refusal(**{name: "a" * longest})
    assert sentence in refusal(**{name: "𠮷" * (longest // 4) + "a" * (longest % 4 + 1)})


@given(made=st.lists(records(), min_size=1, max_size=4), text=st.text(st.characters(codec="gb18030"), max_size=40))
@heavy
def test_a_record_is_too_long_exactly_when_its_bytes_are(made: list[dict[str, str]], text: str) -> None:
    """The measure is the encoded text, in every row by itself."""
    changed = [each | {"document_name": text if row % 2 else "书"} for row, each in enumerate(made)]
    reasons = PROFILE.malformed(canonical(*changed), TODAY).to_list()
    for each, reason in zip(changed, reasons, strict=True):
        too_long = len(each["document_name"].encode("gb18030")) > 64
        assert ("Decision document: longer than 64 bytes" in reason) == too_long


def test_forbidden_words_are_found_in_any_case() -> None:
    """However the profile and the name write them."""
    shouting = Profile.parse(CREDIT.replace('"null"', '"NULL"').replace("pattern:", "# pattern:"), "p", "p")
    reasons = shouting.malformed(canonical(record(name="某nUlL公司"), record(name="某公司")), TODAY).to_list()
    assert reasons == ["Licensee: characters that 信用平台 does not take", ""]


def test_a_receiver_may_take_every_name() -> None:
    """Without a rule for names there is no refusal for names."""
    assert Profile.parse(SMALL.replace("文书号}", "文书号}\n  - {field: name}"), "p", "p").malformed(
        canonical(record(name="买买提·吐尔逊 & Co.*")), TODAY
    ).to_list() == [""]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "todo"),
    [
        ("standard: licence", "standard: license", "unknown-standard", 1, "licence"),
        ('edition: "2016"\n', "", "missing-key", 1, ""),
        ("field: decision_date", "field: decision_day", "unknown-field", 8, "decision_date"),
        ("field: decision_date", "field: document_number", "field-twice", 8, ""),
        ("field: decision_date", "field: decision_date, header: 文书号", "header-twice", 8, ""),
        ("field: decision_date", "field: decision_date, lenght: 3", "unknown-key", 8, "length"),
        ("key: [document_number]", "key: [document_no]", "unknown-field", 5, "document_number"),
        ("key: [document_number]", "names: {pattern: '('}", "bad-value", 5, ""),
        ("key: [document_number]", "names: {pattern: '(?!a)'}", "bad-value", 5, ""),
        ("key: [document_number]", "names: {patern: a}", "unknown-key", 5, "pattern"),
        ("title: 旧平台", "titel: 旧平台", "unknown-key", 3, "title"),
        (SMALL[SMALL.index("columns") :], "columns: []\n", "bad-value", 6, ""),
        (SMALL[SMALL.index("columns") :], "", "missing-key", 1, ""),
        ("  - {field: decision_date}", "  - {field: decision_date", "not-yaml", 9, ""),
    ],
)
def test_every_fault_of_a_profile_is_named_with_its_line(old: str, new: str, code: str, line: int, todo: str) -> None:
    """An integrator is led to the line; an edition that is not named is a fault of its own."""
    error = refused(SMALL.replace(old, new))
    assert (error.code, error.place.line) == (code, line)
    assert todo in error.todo


def test_the_shipped_profile_has_every_field_once() -> None:
    """The template of the 2018 edition in the standard's order."""
    assert [column.field for column in PROFILE.columns] == list(LICENCE.names)
    assert PROFILE.declared.key == ("document_number", "name")
