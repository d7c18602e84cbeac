"""The table of rules is whole: what can fail stands in it, and what stands in it can fail."""

from __future__ import annotations

import re
from datetime import date

import pytest

from mappings.checks import check_value
from mappings.normalise import Unfit
from mappings.profile_file import ProfileFile
from mappings.profiles import Profile
from mappings.receiving import Receiving
from mappings.rules import RULES, WARNINGS, Layer, Severity
from mappings.standards import LICENCE, PENALTY, STANDARDS, Kind
from reconciliation.policies import Policy
from tests.mappings.rows import CREDIT, FOLDER, canonical, credit, record
from tests.mappings.test_penalties import frame
from tests.mappings.test_penalties import record as penalty
from words.errors import UsageError
from words.languages import choose

TODAY = date(2024, 4, 1)
PLATFORM = credit()
ID = {"id_type": "身份证", "id_number": "11010519491231002X"}


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def warned(changes: dict[str, str], profile: Profile = PLATFORM) -> list[tuple[str, str]]:
    """Return (label, sentence) of what a licence is warned of."""
    given = {"certificate_name": "施工许可证"} | changes
    text = profile.warnings(canonical(record(**given)), TODAY)[0]
    return [(label, sentence) for each in text.split("; ") if each for label, _, sentence in [each.partition(": ")]]


def sentence(rule: str) -> str:
    """Return the first part of a rule's sentence as it is split by ``warned``."""
    return RULES[rule].sentence.split("; ")[0]


def test_every_rule_is_used_and_every_used_rule_has_a_row() -> None:
    """The codes in the pure room are those of the table, but for those that other rooms report."""
    texts = [file.read_text("utf-8") for file in FOLDER.glob("*.py") if file.name != "rules.py"]
    used = {code for text in texts for code in re.findall(r'"([a-z]+(?:-[a-z]+)+|placeholder|mandatory|ended)"', text)}
    of_others = {rule.code for rule in RULES.values() if rule.layer is Layer.LEDGER}
    assert set(RULES) - of_others <= used


def test_every_row_is_whole() -> None:
    """A code that is unique, a sentence that begins small, a hint that is a sentence, fields that exist."""
    known = {name for standard in STANDARDS.values() for name in standard.names} | set(Kind)
    for code, rule in RULES.items():
        assert code == rule.code
        assert not rule.sentence[0].isupper()
        assert not rule.sentence.endswith(".")
        assert rule.hint[0].isupper()
        assert rule.hint.endswith(".")
        assert set(rule.fields) <= known


def test_the_ledgers_layer_has_the_names_of_the_policy() -> None:
    """What reconciliation finds, and a bot decides about, is one documented list with the other layers."""
    named = {rule.code for rule in RULES.values() if rule.layer is Layer.LEDGER}
    assert {code for code in named if "hal" not in code} <= set(Policy.model_fields)


@pytest.mark.parametrize(
    ("rule", "field", "changes"),
    [
        ("other-without-note", "Licence kind", {"licence_kind": "其他"}),
        ("not-for-type", "Person's document number", {"id_number": "11010519491231002X"}),
        (
            "not-for-type",
            "Unified social credit code",
            {"counterpart_type": "自然人", "legal_representative": "", **ID},
        ),
        ("not-for-type", "Legal representative", {"counterpart_type": "自然人", "uscc": "", **ID}),
        (
            "not-for-type",
            "Public institution number",
            {"counterpart_type": "个体工商户", "uscc": "92150102MA0P56783P", "institution_number": "1"},
        ),
        ("half-stated", "Certificate", {"certificate_name": ""}),
        ("half-stated", "Certificate number", {"certificate_number": ""}),
        ("half-stated", "Representative's document number", {"representative_id_type": "身份证"}),
        ("organization-code-differs", "Organization code", {"organization_code": "72513935X"}),
        ("registration-old", "Business registration number", {"registration_number": "1501020001234"}),
        ("tax-number-form", "Tax number", {"tax_number": "15010"}),
        ("authority-prefix", "Authority's credit code", {"authority_code": "91150100MA0N12340B"}),
        ("authority-prefix", "Data source unit's credit code", {"source_unit_code": "91150100MA0N12340B"}),
        ("valid-before-decision", "Valid from", {"valid_from": "2024-03-14"}),
        ("prefix-and-type", "Licensee type", {"uscc": "92150102MA0P56783P"}),
        ("prefix-and-type", "Licensee type", {"counterpart_type": "个体工商户"}),
        ("ended", "Valid until", {"valid_until": "2024-03-31"}),
    ],
)
def test_a_warning_is_told_and_keeps_nothing_back(rule: str, field: str, changes: dict[str, str]) -> None:
    """What no source confirms is shown, never refused; a profile that names the rule refuses it."""
    assert (field, sentence(rule)) in warned(changes)
    given = canonical(record(**{"certificate_name": "施工许可证"} | changes))
    choices = CREDIT.replace(", choices: [普通, 特许, 认可, 核准, 登记, 其他-]", "")
    lenient = Profile.parse(choices, "p", "p")
    assert lenient.malformed(given, TODAY).to_list() == [""]
    strict = Profile.parse(choices + f"\nrefuse: [{rule}]\n", "p", "p")
    assert sentence(rule) in strict.malformed(given, TODAY)[0]
    assert (field, sentence(rule)) not in warned(changes, strict)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"organization_code": "MA0N12340"},
        {"tax_number": "91150100MA0N12340B"},
        {"tax_number": "150102000123451"},
        {"registration_number": "110108000000016"},
        {"valid_until": "2024-04-01"},
        {"counterpart_type": "自然人", "uscc": "", "legal_representative": "", **ID},
        {"counterpart_type": "个体工商户", "uscc": "92150102MA0P56783P"},
        {"licence_kind": "其他-补办"},
        {"authority_code": "12150100460123458F"},
    ],
)
def test_what_is_usual_is_not_warned_of(changes: dict[str, str]) -> None:
    """A warning that everybody gets is read by nobody."""
    assert warned(changes) == []


def test_a_birthday_ahead_is_no_birthday() -> None:
    """The day is judged where it is known; the check character of such a number may be right."""
    born = {"counterpart_type": "自然人", "uscc": "", "legal_representative": "", "id_type": "身份证"}
    reason = credit().malformed(canonical(record(**born, id_number="110105204912310022")), TODAY)[0]
    assert RULES["born-later"].sentence in reason
    assert RULES["born-later"].severity is Severity.ERROR


def test_an_identity_number_in_the_facts_of_a_penalty_is_told_and_a_credit_code_is_not() -> None:
    """Facts are read by everybody; 18 digits without a day of birth are something else."""
    profile = Profile(
        "p", ProfileFile(standard="penalty", edition="2018", title="平台", columns=({"field": "name"},), key=("name",))
    )
    made = [
        penalty(facts="当事人(身份证号11010519491231002X)无证经营"),
        penalty(facts="当事人(111501000115123436)无证经营"),
    ]
    told = profile.warnings(frame(*made), TODAY).to_list()
    assert [RULES["number-in-text"].sentence in each for each in told] == [True, False]


def test_which_prefix_goes_with_which_type_is_the_receivers_word() -> None:
    """One platform ties 法人 to 91 and 自然人 to 92, wrongly; its profile says so, and no other one does."""
    odd = Profile.parse(CREDIT + '\nprefixes: {"91": 法人及非法人组织, "92": 自然人}\n', "p", "p")
    cooperative = {"uscc": "93150121MA0Q43211G"}
    assert warned(cooperative) == []
    assert [field for field, _sentence in warned(cooperative, odd)] == ["Licensee type"]


@pytest.mark.parametrize(("word", "rule"), [("", "mandatory"), ("待定", "placeholder"), ("同上", "placeholder")])
def test_a_word_in_the_place_of_a_value_is_no_value(word: str, rule: str) -> None:
    """无 and 空 are nothing already; other words only where a value must be."""
    with pytest.raises(Unfit) as unfit:
        check_value(LICENCE.by_name["content"], word)
    assert unfit.value.rule == rule
    check_value(LICENCE.by_name["remarks"], word)
    check_value(PENALTY.by_name["remarks"], word)


@pytest.mark.parametrize(
    ("names", "name", "taken"),
    [
        ("{pattern: '^[一-龥]+$'}", "买买提·吐尔逊", False),
        ("{pattern: '^[一-龥]+$', allow: ·}", "买买提·吐尔逊", True),
        ("{pattern: '^[一-龥]+$', allow: '·-]'}", "买买提-吐]尔逊", True),
        ("{pattern: '^[一-龥]+$', exceptions: [买买提·吐尔逊]}", "买买提·吐尔逊", True),
        ("{pattern: '^[一-龥]+$', exceptions: [买买提·吐尔逊]}", "买买提·艾力", False),
        ("{shortest: 3}", "甲", False),
        ("{shortest: 3}", "AB", False),
        ("{shortest: 3}", "甲乙", True),
        ("{shortest: 3}", "甲A", True),
    ],
)
def test_names_of_foreigners_and_minorities_have_their_exceptions(names: str, name: str, taken: bool) -> None:
    """A Chinese character counts two; what is named as an exception is taken as it stands."""
    text = f"standard: licence\nedition: '2018'\ntitle: 平台\nkey: [name]\nnames: {names}\ncolumns: [{{field: name}}]\n"
    reason = Profile.parse(text, "p", "p").malformed(canonical(record(name=name)), TODAY)[0]
    assert (reason == "") == taken


def test_a_narrower_expression_for_codes_is_one_receivers_own() -> None:
    """The standard takes region 61; whoever does not says so in its profile."""
    narrow = Profile.parse(CREDIT + "\ncredit_code: '^[1-9A-GY][1239][1-5]'\n", "p", "p")
    west = canonical(record(uscc="91610100MA6U123487"))
    assert credit().malformed(west, TODAY).to_list() == [""]
    assert "does not take, though it is valid" in narrow.malformed(west, TODAY)[0]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_ceiling_is_in_bytes_of_the_receivers_encoding(encoding: str) -> None:
    """800 bytes are 400 Chinese characters of GBK and 266 of UTF-8; nothing is cut, one more is held."""
    text = f"standard: licence\nedition: '2018'\ntitle: 平台\nencoding: {encoding}\nkey: [content]\n"
    profile = Profile.parse(text + "columns: [{field: content, length: 800}]\n", "p", "p")
    fits = 800 // {"gb18030": 2, "utf-8": 3}[encoding]
    reasons = profile.malformed(canonical(record(content="许" * fits), record(content="许" * (fits + 1))), TODAY)
    assert reasons.to_list() == ["", "Licence content: longer than 800 bytes"]
    assert profile.encode(canonical(record(content="许" * (fits + 1))))["许可内容"][0] == "许" * (fits + 1)


@pytest.mark.parametrize(
    "line",
    [
        "refuse: [mandatory]",
        "refuse: [differs]",
        'prefixes: {"92": 个体}',
        "credit_code: '('",
        "encoding: gbk9",
        "names: {pattern: '('}",
    ],
)
def test_a_profile_that_says_what_cannot_be_is_refused(line: str) -> None:
    """Only warnings of the standard and the receiver can be raised; errors are refused anyway."""
    text = "standard: licence\nedition: '2018'\ntitle: 平台\nkey: [name]\ncolumns: [{field: name}]\n"
    with pytest.raises(UsageError) as error:
        Profile.parse(f"{text}{line}\n", "p", "p")
    assert (error.value.code, error.value.place.line) == ("bad-value", 6)


def test_nothing_to_warn_of_is_said_with_nothing() -> None:
    """Also of no records at all, and by a receiver that refuses everything."""
    assert credit().warnings(canonical(), TODAY).to_list() == []
    head = {"standard": "licence", "edition": "2018", "title": "平台", "key": ["name"], "columns": [{"field": "name"}]}
    strict = Receiving(ProfileFile.model_validate(head | {"refuse": WARNINGS}))
    assert strict.warnings(canonical(record()), TODAY).to_list() == [""]
    assert strict.refusals(canonical(record()), TODAY).to_list() != [""]
