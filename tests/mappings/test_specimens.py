"""The published specimens of the numbers, and the synthetic ones: each passes and fails as the domain's tables say."""

from __future__ import annotations

import re

import pytest
from stdnum.iso7064 import mod_11_10

from mappings.checks import check_value
from mappings.hints import hint_of
from mappings.normalise import Unfit, normalise
from mappings.numbers import meant_code, upgraded, valid_identity_number
from mappings.standards import LICENCE

#: A rule engine in production takes only these; the toolkit takes more.
NARROW = re.compile(r"^[1-9A-GY][1239][1-5]\d{5}[0-9A-HJ-NPQRTUWXY]{10}$")

USCC, ORGANIZATION, REGISTRATION = "uscc", "organization_code", "registration_number"
#: field, as it is written, the rule it fails (none: valid), and what it is.
SPECIMENS = [
    (USCC, "91350100M000100Y43", "", "GB 32100's own specimen"),
    (USCC, "91230500MA1B3N1N2M", "", "enterprise"),
    (USCC, "9133021272513935X8", "", "its organization code ends with X"),
    (USCC, "91330282L07196379D", "", "second-class organization code with L"),
    (USCC, "11420000MB15291767", "", "authority"),
    (USCC, "11230500001755309F", "", "authority, noughts before its organization code"),
    (USCC, "00000000000000000X", "uscc-check", "placeholder of a live authority field"),
    (USCC, "000000000000000000", "uscc-check", "placeholder that passes the arithmetic"),
    (USCC, "91150100MA0N12340B", "", "synthetic: enterprise"),
    (USCC, "92150102MA0P56783P", "", "synthetic: 个体工商户"),
    (USCC, "111501000115123436", "", "synthetic: authority"),
    (USCC, "12150100460123458F", "", "synthetic: public institution"),
    (USCC, "93150121MA0Q43211G", "", "synthetic: cooperative"),
    (USCC, "N1150121MF01234518", "", "synthetic: rural collective; fails the narrow expression"),
    (USCC, "52150100502123457K", "", "synthetic: private non-enterprise unit"),
    (USCC, "31150000MD0123454E", "", "synthetic: law firm"),
    (USCC, "91610100MA6U123487", "", "region 61; fails the narrow expression"),
    (USCC, "34150000MD01234545", "", "class 4; fails the narrow expression"),
    (USCC, "９１１５０１００－ｍａ０ｎ１２３４０ｂ", "", "full width, small, with a hyphen"),
    (USCC, "91150100MA0N12340C", "uscc-check", "wrong check character"),
    (USCC, "9115010OMA0N12340B", "uscc-form", "O for 0"),
    (USCC, "91150100MA0N12340", "uscc-form", "17 characters"),
    (ORGANIZATION, "72513935X", "", "GB 11714: 10 is X"),
    (ORGANIZATION, "755918469", "", "GB 11714"),
    (ORGANIZATION, "780688132", "", "GB 11714"),
    (ORGANIZATION, "78068813-2", "", "as it is often written"),
    (ORGANIZATION, "M000100Y4", "", "inside the specimen of GB 32100"),
    (ORGANIZATION, "000000000", "organization-code", "passes the arithmetic, and is a placeholder"),
    (ORGANIZATION, "725139350", "organization-code", "0 for X"),
    (REGISTRATION, "110108000000016", "", "GS 15"),
    (REGISTRATION, "330200400065251", "", "10 is 1"),
    (REGISTRATION, "150102000123451", "", "synthetic"),
    (REGISTRATION, "150102000123452", "registration-check", "wrong check digit"),
    (REGISTRATION, "1501020001234", "", "13 digits have no check digit: only a warning"),
]
IDENTITY = [
    ("11010519491231002X", True, "GB 11643's own specimen"),
    ("11010519491231002x", True, "written small"),
    ("440524188001010014", True, "GB 11643's own specimen"),
    ("110105194912310021", False, "wrong check character"),
    ("11010519491331002X", False, "no such month"),
    ("99010519491231002X", False, "no such province"),
    ("110105491231002", False, "15 digits: to be written with 18"),
]


@pytest.mark.parametrize(("field", "written", "rule", "what"), SPECIMENS, ids=[each[1] for each in SPECIMENS])
def test_a_specimen_passes_or_fails_as_published(field: str, written: str, rule: str, what: str) -> None:
    """GB 32100, GB 11714, GS 15: specimens, synthetic vectors, placeholders and what a narrower expression refuses."""
    value = normalise(LICENCE.by_name[field].kind, written)
    failed = ""
    try:
        check_value(LICENCE.by_name[field], value)
    except Unfit as unfit:
        failed = unfit.rule
    assert failed == rule
    if field == USCC and not rule:
        assert bool(NARROW.match(value)) == ("narrow" not in what)


@pytest.mark.parametrize(("written", "valid", "what"), IDENTITY, ids=[each[0] for each in IDENTITY])
def test_an_identity_number_passes_or_fails_as_published(written: str, valid: bool, what: str) -> None:
    """GB 11643: check character, day of birth, province."""
    number = normalise(LICENCE.by_name["id_number"].kind, written)
    assert valid_identity_number(number) == valid, what


def test_the_example_of_the_standard_for_check_digits_holds() -> None:
    """ISO 7064, MOD 11,10: 0794 is completed by 5."""
    assert mod_11_10.calc_check_digit("0794") == "5"


def test_a_mistyped_code_is_suggested_and_nothing_else_is() -> None:
    """I, O, Z and S are taken for digits only where that makes the code valid."""
    assert meant_code("9ZI50IO2MAOP56783P") == "92150102MA0P56783P"
    assert meant_code("9115010OMA0N12340C") == ""
    assert meant_code("91150100MA0N12340B") == ""
    assert "“91150100MA0N12340B”" in hint_of("uscc-form", " 9115010o-MAON1234OB ")
    assert "“" not in hint_of("uscc-form", "9115010OMA0N12340C")


def test_an_old_identity_number_is_upgraded_as_a_suggestion_that_repeats_nothing_of_it() -> None:
    """15 digits become 18; the hint has what is missing, never the number."""
    assert upgraded("110105491231002") == "11010519491231002X"
    assert upgraded("110105491331002") == upgraded("11010519491231002X") == ""
    hint = hint_of("identity-check", "110105491231002")
    assert "“19”" in hint
    assert "“X”" in hint
    assert "110105" not in hint
