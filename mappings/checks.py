"""What the standard demands of a value and of a record; a record that fails is quarantined, never half-sent.

Receivers demand more (lengths, characters, code tables); that is ``mappings.profiles``.
"""

from __future__ import annotations

import re

import polars as pl
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from mappings.choices import entries, fits_choice
from mappings.normalise import Unfit
from mappings.passing import surely_citizens
from mappings.standards.commitment import NOT_AT_ALL, PARTLY
from mappings.standards.fields import Field, Kind, Need, Standard
from mappings.standards.penalty import FINE, PUBLIC_YEARS
from words.languages import N_

#: Every rule a value or a record can fail, with the sentence for a clerk.
SENTENCES: dict[str, str] = {
    "mandatory": N_("the standard demands a value here, and there is none"),
    "mandatory-for-type": N_("this type of licensee demands a value here, and there is none"),
    "impossible-date": N_("no calendar has this day"),
    "unreadable-date": N_("this is not readable as a date"),
    "uscc-form": N_("a unified social credit code has 18 characters and never I, O, S, V or Z"),
    "uscc-check": N_("the check character of this unified social credit code is wrong (GB 32100-2015)"),
    "organization-code": N_("this is not a valid organization code (GB 11714-1997)"),
    "registration-check": N_("the check digit of this business registration number is wrong (GS 15-2006)"),
    "identity-check": N_("this is not a valid citizen identity number (GB 11643-1999)"),
    "masked-name": N_("a name must be complete: no “*”, “/”, “null” or “test”"),
    "not-a-choice": N_("this value is not in the standard's code table"),
    "code-not-in-table": N_("the mapping's code table has no row for this code"),
    "unreadable-amount": N_("this is not readable as an amount"),
    "subject-code": N_("this is neither a unified social credit code nor a citizen identity number"),
    "unreadable-events": N_("what happened is not readable as a list with moments"),
    "kept-and-not-kept": N_("what was not kept must be stated unless all was kept, and only then"),
    "ends-before-start": N_("the validity ends before it begins"),
    "half-waiting": N_("the other system has no row for this yet"),
    "half-overdue": N_("the other system still has no row for this"),
    "halves-unclear": N_("several rows of the two systems belong together, and nothing tells which to which"),
    "mandatory-for-party": N_("this type of party demands a value here, and there is none"),
    "mandatory-for-penalty": N_("this kind of penalty demands a value here, and there is none"),
    "amount-too-long": N_("an amount in 万元 has at most 12 digits before the point and 6 behind it"),
    "ends-before-decision": N_("this day lies before the decision"),
    "public-too-long": N_("a penalty is disclosed for three years at most"),
}

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ORGANIZATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
_CITIZEN = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)[0-9]{15}[0-9X]")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_PLACEHOLDER = re.compile(r"0{8,17}.")
_MASKED = re.compile(r"\*|/|null|^test$", re.IGNORECASE)
_CITIZEN_CARD = "身份证"
#: Values up to which checking each costs less than the engine's queries.
_MANY = 500


def check_value(field: Field, value: str) -> None:
    """Check one canonical value by its field's kind.

    Raises:
        Unfit: names the rule that the value fails.
    """
    if not value:
        if field.need is Need.MANDATORY:
            raise Unfit("mandatory")
        return
    if field.kind is Kind.USCC:
        _check_uscc(value)
    elif field.kind is Kind.SUBJECT_CODE:
        _check_subject(value)
    elif field.kind is Kind.ORGANIZATION_CODE and not valid_organization_code(value):
        raise Unfit("organization-code")
    elif field.kind is Kind.REGISTRATION_NUMBER and not valid_registration_number(value):
        raise Unfit("registration-check")
    elif field.kind is Kind.NAME and _MASKED.search(value):
        raise Unfit("masked-name")
    elif field.kind is Kind.AMOUNT and not _AMOUNT.fullmatch(value):
        raise Unfit("amount-too-long")
    elif not _fits(field, value):
        raise Unfit("not-a-choice")


def _fits(field: Field, value: str) -> bool:
    named = entries(field, value) if field.kind is Kind.CHOICES else [value]
    return not field.choices or all(fits_choice(each, field.choices) for each in named)


def _check_uscc(value: str) -> None:
    """GB 32100-2015; the form is checked without the region prefixes that some rule engines wrongly demand."""
    if not _USCC.fullmatch(value):
        raise Unfit("uscc-form")
    if _PLACEHOLDER.fullmatch(value) or uscc.calc_check_digit(value[:17]) != value[17]:
        raise Unfit("uscc-check")


def _check_subject(value: str) -> None:
    """A natural person's code is the identity number (信用承诺: 承诺人代码)."""
    if valid_identity_number(value):
        return
    try:
        _check_uscc(value)
    except Unfit:
        raise Unfit("subject-code") from None


def valid_organization_code(value: str) -> bool:
    """Whether a nine-character organization code has the right check character and is no row of zeros."""
    if not _ORGANIZATION.fullmatch(value) or _PLACEHOLDER.fullmatch(value):
        return False
    total = sum(int(char, 36) * weight for char, weight in zip(value, (3, 7, 9, 10, 5, 8, 4, 2), strict=False))
    return "0123456789X0"[11 - total % 11] == value[-1]


def valid_registration_number(value: str) -> bool:
    """Whether a fifteen-digit registration number has the right check digit; other lengths never had one."""
    return not re.fullmatch(r"[0-9]{15}", value) or bool(mod_11_10.is_valid(value))


def valid_identity_number(value: str) -> bool:
    """Whether an 18-character citizen identity number has a province, a birth date and the right check character."""
    try:
        return (
            bool(_CITIZEN.fullmatch(value) and ric.get_birth_date(value)) and ric.calc_check_digit(value) == value[-1]
        )
    except ValueError:
        return False


def check_records(records: pl.DataFrame, standard: Standard) -> list[tuple[int, str, str]]:
    """Check what one field demands of another; returns (row, field, rule) for every failure."""
    known = set(records.columns)
    rules = [rule for rule in _cross_rules(standard) if {rule[0], *rule[2].meta.root_names()} <= known]
    # One query for all rules: each query costs about a millisecond, however small its frame is.
    failing = records.select(fails.alias(str(place)) for place, (_field, _rule, fails) in enumerate(rules))
    found = [
        (row, field, rule)
        for (field, rule, _fails), rows in zip(rules, failing, strict=True)
        if rows.any()
        for row in rows.arg_true().to_list()
    ]
    return found + _wrong_identity_numbers(records)


def _cross_rules(standard: Standard) -> list[tuple[str, str, pl.Expr]]:
    rules = {"licence": _licence_rules, "penalty": _penalty_rules, "commitment": _performance_rules}
    return rules[standard.name]() if standard.name in rules else []


def _performance_rules() -> list[tuple[str, str, pl.Expr]]:
    """What was not kept, and what follows, are stated exactly where not all was kept (信用承诺: 未履行的承诺内容)."""
    stated = pl.col("performance").is_in([PARTLY, NOT_AT_ALL])
    names = ("unperformed", "accountability")
    return [(name, "kept-and-not-kept", stated == (pl.col(name).fill_null("") == "")) for name in names]


def _licence_rules() -> list[tuple[str, str, pl.Expr]]:
    """The conditional fields of the 2018 edition (items 3, 9, 10–13) and the order of the validity dates."""
    person = pl.col("counterpart_type") == "自然人"
    wanted = [("uscc", ~person), ("legal_representative", ~person), ("id_type", person), ("id_number", person)]
    return [
        *[(name, "mandatory-for-type", condition & (pl.col(name) == "")) for name, condition in wanted],
        (
            "valid_until",
            "ends-before-start",
            (pl.col("valid_from") != "")
            & (pl.col("valid_until") != "")
            & (pl.col("valid_until") < pl.col("valid_from")),
        ),
    ]


def _penalty_rules() -> list[tuple[str, str, pl.Expr]]:
    """The conditional fields of the 2018 edition (items 3, 9, 12, 13, 20–22), and how long a penalty is shown."""
    person = pl.col("counterpart_type") == "自然人"
    of_party = [("uscc", ~person), ("legal_representative", ~person), ("id_type", person), ("id_number", person)]
    named = {"fine": f"{FINE}(、|$)", "confiscated": "没收", "revoked_certificate": "暂扣|吊销"}
    of_kind = [(name, pl.col("penalty_kind").str.contains(f"(^|、)({kind})")) for name, kind in named.items()]
    decided = pl.col("decision_date")
    longest = decided.str.to_date("%Y-%m-%d", strict=False).dt.offset_by(f"{PUBLIC_YEARS}y").dt.to_string("%Y-%m-%d")
    return [
        *[(name, "mandatory-for-party", condition & (pl.col(name) == "")) for name, condition in of_party],
        *[(name, "mandatory-for-penalty", kind & pl.col(name).is_in(["", "0"])) for name, kind in of_kind],
        *[
            (name, "ends-before-decision", (pl.col(name) != "") & (pl.col(name) < decided))
            for name in ("effective_until", "public_until")
        ],
        ("public_until", "public-too-long", (pl.col("public_until") > longest).fill_null(value=False)),
    ]


def _wrong_identity_numbers(records: pl.DataFrame) -> list[tuple[int, str, str]]:
    pairs = (("id_type", "id_number"), ("representative_id_type", "representative_id_number"))
    found: list[tuple[int, str, str]] = []
    for kind, number in pairs:
        if {kind, number} <= set(records.columns):
            written = (records[kind] == _CITIZEN_CARD) & (records[number] != "")
            rows = written.arg_true() if written.any() else written.head(0)
            if len(rows) > _MANY:
                rows = rows.filter(~surely_citizens(records[number].gather(rows)))
            numbers = records[number].gather(rows).to_list() if len(rows) else []
            found += [
                (row, number, "identity-check")
                for row, value in zip(rows.to_list(), numbers, strict=True)
                if not valid_identity_number(value)
            ]
    return found
