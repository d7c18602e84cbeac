"""What the standard demands of a value and of a record; a record that fails is quarantined, never half-sent.

The rules stand in ``mappings.rules``. Receivers demand more (lengths, characters, code tables): ``mappings.receiving``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from mappings.choices import entries, fits_choice
from mappings.normalise import PLACEHOLDER, Unfit
from mappings.numbers import (
    has_form_of_uscc,
    valid_identity_number,
    valid_organization_code,
    valid_registration_number,
    valid_uscc,
)
from mappings.passing import surely_citizens
from mappings.standards.commitment import NOT_AT_ALL, PARTLY
from mappings.standards.fields import Field, Kind, Need, Standard
from mappings.standards.licence import CITIZEN_CARD, PERSON
from mappings.standards.penalty import FINE, PUBLIC_YEARS

_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_MASKED = re.compile(r"\*|/|null|^test$", re.IGNORECASE)
_PLACEHOLDER = re.compile(PLACEHOLDER, re.IGNORECASE)
_IN_WORDS = frozenset({Kind.TEXT, Kind.NAME, Kind.DOCUMENT_NUMBER})


@dataclass(frozen=True, slots=True)
class Check:
    """A rule that a record fails where an expression over its canonical fields holds; ``field`` is named for it."""

    field: str
    rule: str
    failing: pl.Expr


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
    elif field.need is Need.MANDATORY and field.kind in _IN_WORDS and _PLACEHOLDER.fullmatch(value):
        raise Unfit("placeholder")
    elif field.kind in _BY_KIND:
        rule, passes = _BY_KIND[field.kind]
        if not passes(value):
            raise Unfit(rule)
    elif not _fits(field, value):
        raise Unfit("not-a-choice")


def _fits(field: Field, value: str) -> bool:
    named = entries(field, value) if field.kind is Kind.CHOICES else [value]
    return not field.choices or all(fits_choice(each, field.choices) for each in named)


def _check_uscc(value: str) -> None:
    if not has_form_of_uscc(value):
        raise Unfit("uscc-form")
    if not valid_uscc(value):
        raise Unfit("uscc-check")


_BY_KIND: dict[Kind, tuple[str, Callable[[str], bool]]] = {
    Kind.SUBJECT_CODE: ("subject-code", lambda value: valid_identity_number(value) or valid_uscc(value)),
    Kind.ORGANIZATION_CODE: ("organization-code", valid_organization_code),
    Kind.REGISTRATION_NUMBER: ("registration-check", valid_registration_number),
    Kind.NAME: ("masked-name", lambda value: not _MASKED.search(value)),
    Kind.AMOUNT: ("amount-too-long", lambda value: bool(_AMOUNT.fullmatch(value))),
}


def check_records(records: pl.DataFrame, standard: Standard) -> list[tuple[int, str, str]]:
    """Check what one field demands of another; returns (row, field, rule) for every failure."""
    known = set(records.columns)
    checks = [each for each in _cross_checks(standard) if {each.field, *each.failing.meta.root_names()} <= known]
    # One query for all: each query costs about a millisecond, however small its frame is.
    failing = records.select(each.failing.alias(str(place)) for place, each in enumerate(checks))
    found = [
        (row, check.field, check.rule)
        for check, rows in zip(checks, failing, strict=True)
        if rows.any()
        for row in rows.arg_true().to_list()
    ]
    return found + _wrong_identity_numbers(records)


def _cross_checks(standard: Standard) -> list[Check]:
    rules = {"licence": _licence_rules, "penalty": _penalty_rules, "commitment": _performance_rules}
    return rules[standard.name]() if standard.name in rules else []


def _performance_rules() -> list[Check]:
    """What was not kept, and what follows, are stated exactly where not all was kept (信用承诺: 未履行的承诺内容)."""
    stated = pl.col("performance").is_in([PARTLY, NOT_AT_ALL])
    names = ("unperformed", "accountability")
    return [Check(name, "kept-and-not-kept", stated == (pl.col(name).fill_null("") == "")) for name in names]


def _licence_rules() -> list[Check]:
    """The conditional fields of the 2018 edition (items 3, 9, 12, 13) and the order of the validity dates."""
    begins, ends = pl.col("valid_from"), pl.col("valid_until")
    return [
        *_of_party("mandatory-for-type"),
        Check("valid_until", "ends-before-start", (begins != "") & (ends != "") & (ends < begins)),
    ]


def _of_party(rule: str) -> list[Check]:
    person = pl.col("counterpart_type") == PERSON
    wanted = [("uscc", ~person), ("legal_representative", ~person), ("id_type", person), ("id_number", person)]
    return [Check(name, rule, condition & (pl.col(name) == "")) for name, condition in wanted]


def _penalty_rules() -> list[Check]:
    """The conditional fields of the 2018 edition (items 3, 9, 12, 13, 20–22), and how long a penalty is shown."""
    named = {"fine": f"{FINE}(、|$)", "confiscated": "没收", "revoked_certificate": "暂扣|吊销"}
    of_kind = [(name, pl.col("penalty_kind").str.contains(f"(^|、)({kind})")) for name, kind in named.items()]
    decided = pl.col("decision_date")
    longest = decided.str.to_date("%Y-%m-%d", strict=False).dt.offset_by(f"{PUBLIC_YEARS}y").dt.to_string("%Y-%m-%d")
    return [
        *_of_party("mandatory-for-party"),
        *[Check(name, "mandatory-for-penalty", kind & pl.col(name).is_in(["", "0"])) for name, kind in of_kind],
        *[
            Check(name, "ends-before-decision", (pl.col(name) != "") & (pl.col(name) < decided))
            for name in ("effective_until", "public_until")
        ],
        Check("public_until", "public-too-long", (pl.col("public_until") > longest).fill_null(value=False)),
    ]


def _wrong_identity_numbers(records: pl.DataFrame) -> list[tuple[int, str, str]]:
    pairs = (("id_type", "id_number"), ("representative_id_type", "representative_id_number"))
    found: list[tuple[int, str, str]] = []
    for kind, number in pairs:
        if {kind, number} <= set(records.columns):
            written = (records[kind] == CITIZEN_CARD) & (records[number] != "")
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
