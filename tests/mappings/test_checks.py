"""What the standard demands of a value and of a record: the check characters and tables of the domain."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.checks import check_records, check_value
from mappings.choices import fits_choice
from mappings.normalise import Unfit
from mappings.numbers import valid_identity_number, valid_organization_code, valid_registration_number
from mappings.standards import LICENCE, STANDARDS, Standard
from mappings.standards.licence import COUNTERPART_TYPES, IDENTITY_DOCUMENTS, LICENCE_KINDS, STATUSES
from tests.mappings.rows import ALPHABET, canonical, heavy, patient, record, records, usccs

USCC = LICENCE.by_name["uscc"]
ORGANIZATION = LICENCE.by_name["organization_code"]
REGISTRATION = LICENCE.by_name["registration_number"]


def rule(name: str, value: str) -> str:
    """Return the rule that a value fails, empty where it fails none."""
    try:
        check_value(LICENCE.by_name[name], value)
    except Unfit as unfit:
        return unfit.rule
    return ""


@pytest.mark.parametrize("region", ["610100", "620100", "630100", "640100", "650100"])
@given(body=st.text(ALPHABET, min_size=9, max_size=9))
@patient
def test_the_western_regions_are_regions(region: str, body: str) -> None:
    """A code registered in 61–65 fails by its check character only."""
    assert [rule("uscc", f"91{region}{body}{check}") for check in ALPHABET].count("") == 1


@pytest.mark.parametrize(
    ("code", "failing"),
    [
        ("00000000000000000X", "uscc-check"),
        ("000000000000000000", "uscc-check"),
        ("91150100MA0N12340C", "uscc-check"),
        ("91150100MA0N12340", "uscc-form"),
        ("91150100MA0N12340BB", "uscc-form"),
        ("9I150100MA0N12340B", "uscc-form"),
        ("91150100MA0N1234OB", "uscc-form"),
        ("9115010OMA0N12340B", "uscc-form"),
        ("91٢50100MA0N12340B", "uscc-form"),
        ("110108000000016", "uscc-form"),
        ("91150100ma0n12340b", "uscc-form"),
    ],
)
def test_wrong_credit_codes_are_named(code: str, failing: str) -> None:
    """Placeholders, wrong check characters, lengths and letters are told apart."""
    assert rule("uscc", code) == failing
    assert rule("authority_code", code) == failing


@given(code=usccs(), place=st.integers(0, 17), other=st.sampled_from(ALPHABET))
@patient
def test_one_wrong_character_of_a_credit_code_is_found(code: str, place: int, other: str) -> None:
    """GB 32100 finds every single exchanged character."""
    changed = code[:place] + other + code[place + 1 :]
    assert (rule("uscc", changed) == "") == (changed == code)


@pytest.mark.parametrize(
    "number",
    [
        *("110105194912310021", "44052418800101001X", "11010519491331002X", "11010519490230002X", "110105491231002"),
        *(
            "",
            "00010519491231002X",
            "99010519491231002X",
            "1101051949123100٢X",
            "11010519491231002*",
            "1101********31002X",
        ),
    ],
)
def test_wrong_identity_numbers_are_found(number: str) -> None:
    """A wrong check character, birth date, province, length or a mask is no identity number."""
    assert not valid_identity_number(number)


@given(code=usccs())
@patient
def test_one_check_character_completes_eight_characters(code: str) -> None:
    """Eight characters that are not all noughts have one check character."""
    valid = [valid_organization_code(code[8:16] + check) for check in "0123456789X"]
    assert valid.count(True) == (code[8:16] != "00000000")


@pytest.mark.parametrize("code", ["000000000", "72513935x", "72513935", "725139350", "MA0N12340B", "٧2513935X", "某某"])
def test_wrong_organization_codes_are_named(code: str) -> None:
    """The row of noughts passes the arithmetic and is a placeholder all the same."""
    assert not valid_organization_code(code)
    assert rule("organization_code", code) == "organization-code"


@given(body=st.from_regex(r"[0-9]{14}", fullmatch=True))
@patient
def test_one_check_digit_completes_a_registration_number(body: str) -> None:
    """MOD 11,10 leaves one digit to every fourteen."""
    assert [valid_registration_number(f"{body}{digit}") for digit in range(10)].count(True) == 1


@pytest.mark.parametrize("number", ["1501020001234", "91150100MA0N12340B", "蒙150102600123456"])
def test_older_registration_numbers_have_no_check_digit(number: str) -> None:
    """Only fifteen digits can be wrong."""
    assert rule("registration_number", number) == ""
    assert rule("registration_number", "150102000123452") == "registration-check"


@pytest.mark.parametrize("name", ["某*", "张*三", "某某/公司", "NULL公司", "公司null", "test", "Test"])
def test_a_masked_name_is_no_name(name: str) -> None:
    """A name that a system hides or fills is not delivered."""
    assert rule("name", name) == "masked-name"


@pytest.mark.parametrize("name", ["买买提·吐尔逊", "Testo(中国)有限公司", "某某(北京)有限公司"])
def test_a_whole_name_is_a_name(name: str) -> None:
    """Middle dots, brackets and Latin letters belong to names."""
    assert rule("name", name) == ""


def test_the_code_tables_are_the_editions() -> None:
    """The texts of 2018, and nothing else."""
    assert COUNTERPART_TYPES == ("法人及非法人组织", "自然人", "个体工商户")
    assert LICENCE_KINDS == ("普通", "特许", "认可", "核准", "登记", "其他", "其他-")
    assert STATUSES == ("有效", "无效")
    assert IDENTITY_DOCUMENTS[0] == "身份证"


@pytest.mark.parametrize("name", ["counterpart_type", "licence_kind", "status", "id_type"])
def test_a_choice_is_one_of_its_table(name: str) -> None:
    """A text outside the table is refused; a note needs an entry that admits one, and some text."""
    for text in LICENCE.by_name[name].choices:
        if not text.endswith("-"):
            assert rule(name, text) == ""
    assert rule(name, "别的") == "not-a-choice"
    assert fits_choice("其他-补办", LICENCE_KINDS)
    assert not fits_choice("其他-", ("其他-",))
    assert not fits_choice("普通-补办", LICENCE_KINDS)


def test_a_mandatory_value_must_be_there() -> None:
    """Mandatory fields may not be empty, all others may."""
    empty = {field.name for field in LICENCE.fields if rule(field.name, "") == "mandatory"}
    assert empty == {field.name for field in LICENCE.fields if field.need == "M"}


@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        ({}, []),
        ({"uscc": ""}, [("uscc", "mandatory-for-type")]),
        ({"legal_representative": ""}, [("legal_representative", "mandatory-for-type")]),
        ({"counterpart_type": "个体工商户", "uscc": ""}, [("uscc", "mandatory-for-type")]),
        (
            {"counterpart_type": "自然人", "uscc": "", "legal_representative": ""},
            [("id_type", "mandatory-for-type"), ("id_number", "mandatory-for-type")],
        ),
        (
            {
                **{"counterpart_type": "自然人", "uscc": "", "legal_representative": ""},
                **{"id_type": "身份证", "id_number": "11010519491231002X"},
            },
            [],
        ),
        ({"id_type": "身份证", "id_number": "110105194912310021"}, [("id_number", "identity-check")]),
        ({"id_type": "护照号", "id_number": "G12345678"}, []),
        (
            {"representative_id_type": "身份证", "representative_id_number": "1"},
            [("representative_id_number", "identity-check")],
        ),
        ({"valid_from": "2024-03-15", "valid_until": "2024-03-14"}, [("valid_until", "ends-before-start")]),
        ({"valid_from": "2024-03-15", "valid_until": "2024-03-15"}, []),
        ({"valid_from": "", "valid_until": "2024-03-14"}, []),
        ({"valid_until": ""}, []),
    ],
)
def test_what_one_field_demands_of_another(changes: dict[str, str], failing: list[tuple[str, str]]) -> None:
    """The conditional fields of the edition, the order of the validity, and identity numbers by their document."""
    found = check_records(canonical(record(), record(**changes)), LICENCE)
    assert found == [(1, field, rule_name) for field, rule_name in failing]


@given(made=st.lists(records(), max_size=4))
@heavy
def test_valid_records_fail_no_rule(made: list[dict[str, str]]) -> None:
    """Records that are made valid are valid."""
    assert check_records(canonical(*made), LICENCE) == []


def test_another_standard_has_no_licence_rules() -> None:
    """Conditional fields belong to standards that know the type of a licensee."""
    other = Standard("other", "其他", "Other", "1", LICENCE.fields[:1], ("name",))
    assert check_records(pl.DataFrame({"name": ["甲"]}), other) == []


def test_the_standard_is_the_edition_of_2018() -> None:
    """Twenty-eight fields in the published order with their codes, traps of naming included."""
    assert STANDARDS["licence"] is LICENCE
    codes = [field.code for field in LICENCE.fields]
    assert codes == [
        *("XK_XDR_MC", "XK_XDR_LB", "XK_XDR_SHXYM", "XK_XDR_GSZC", "XK_XDR_ZZJG", "XK_XDR_SWDJ", "XK_XDR_SYDW"),
        *("XK_XDR_SHZZ", "XK_FRDB", "XK_FR_ZJLX", "XK_FR_ZJHM", "XK_XDR_ZJLX", "XK_XDR_ZJHM", "XK_XKWS", "XK_WSH"),
        *("XK_XKLB", "XK_XKZS", "XK_XKBH", "XK_NR", "XK_JDRQ", "XK_YXQZ", "XK_YXQZI", "XK_XKJG", "XK_XKJGDM", "XK_ZT"),
        *("XK_LYDW", "XK_LYDWDM", "BZ"),
    ]
    assert LICENCE.by_name["valid_from"].code == "XK_YXQZ"
    assert LICENCE.by_name["valid_until"].code == "XK_YXQZI"
    identifying = {"name", "uscc", "document_number", "certificate_number", "authority_code"}
    assert LICENCE.identifying == identifying
    assert {field.name for field in LICENCE.fields if field.personal} == {"id_number", "representative_id_number"}
    assert all(field.source and field.label and field.english and field.length for field in LICENCE.fields)
