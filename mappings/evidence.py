"""What values say of the column they stand in: whether they can be those of a field.

A value that is of one strict form (a credit code with its check character, an identity number, a written day) cannot be
a name or a text; beyond that, free text proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from mappings import transforms
from mappings.checks import check_value
from mappings.choices import canonical
from mappings.normalise import Unfit, blank, calendar_date, code, fold
from mappings.numbers import valid_identity_number
from mappings.standards import LICENCE, Standard
from mappings.standards.fields import Field, Kind

#: Distinct values that are looked at; more prove nothing more.
_MOST = 500
_LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]")
_DIGITS = re.compile(r"[0-9.,]+")
_DECISION = re.compile(r"[\[(〔【][0-9]{4}[\])〕】].*[0-9]")
_WITH_UNIT = re.compile(r"[0-9](?:元|万元?|亿元?)$")
_ORGANISATION = re.compile(r"(?:公司|厂|店|局|院|所|中心|学校|合作社|部|集团|委员会)(?:\([^)]*\))?$")
_CREDIT_CODE = LICENCE.by_name["uscc"]
#: Kinds that a value either is or is not, whatever stands above it.
STRICT = frozenset(
    {Kind.USCC, Kind.ORGANIZATION_CODE, Kind.IDENTITY_NUMBER, Kind.DATE, Kind.MOMENT, Kind.CHOICE, Kind.CHOICES}
)


def distinct(values: Iterable[str]) -> list[str]:
    """Return the values that are looked at: each once, none that means nothing."""
    found = dict.fromkeys(value for value in values if not blank(value))
    return list(found)[:_MOST]


def share(field: Field, steps: Sequence[str], values: Sequence[str]) -> float:
    """Return the share of distinct values, from 0 to 1, that this field may hold after these transforms."""
    built = [transforms.build(step) for step in steps]
    return sum(_fits(field, built, value) for value in values) / len(values) if values else 0.0


def tells(standard: Standard, values: Sequence[str], least: float) -> list[tuple[Field, float]]:
    """Return the fields that values alone suggest, most likely first; they never decide."""
    found = [(field, _suggested(field, values)) for field in standard.fields]
    return sorted((each for each in found if each[1] >= least), key=lambda each: -each[1])


def _suggested(field: Field, values: Sequence[str]) -> float:
    if field.kind is Kind.DATE:
        return _share(values, _written_day)
    if field.kind is Kind.DOCUMENT_NUMBER:
        return _share(values, lambda value: bool(_DECISION.search(fold(value))))
    if field.kind is Kind.AMOUNT:
        return _share(values, lambda value: bool(_WITH_UNIT.search(fold(value))))
    return share(field, (), values) if field.kind in STRICT else 0.0


def _share(values: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, values)) / len(values) if values else 0.0


def _fits(field: Field, steps: Sequence[transforms.Transform], value: str) -> bool:
    try:
        text = value
        for step in steps:
            text = step(text)
        made = canonical(field, text)
        check_value(field, made)
    except Unfit:
        return False
    return bool(made) and _plausible(field, made)


def _plausible(field: Field, made: str) -> bool:
    """Whether a value that the standard takes can be what the field is about."""
    if field.kind is Kind.IDENTITY_NUMBER:
        return valid_identity_number(made)
    if field.kind is Kind.REGISTRATION_NUMBER:
        return made.isdecimal() and 13 <= len(made) <= 15
    if field.kind is Kind.NAME:
        person = field.name == "legal_representative"
        return bool(_LETTERS.search(made)) and not _strict(made) and not (person and _ORGANISATION.search(made))
    if field.kind is Kind.DOCUMENT_NUMBER:
        return any(map(str.isdigit, made)) and not _strict(made)
    if field.kind is Kind.CODE:
        return made.isascii()
    return field.kind is not Kind.TEXT or not (_strict(made) or _DIGITS.fullmatch(made))


def _strict(value: str) -> bool:
    return _credit_code(value) or valid_identity_number(code(value)) or _written_day(value)


def _credit_code(value: str) -> bool:
    try:
        check_value(_CREDIT_CODE, canonical(_CREDIT_CODE, value))
    except Unfit:
        return False
    return True


def _written_day(value: str) -> bool:
    """Whether a value is a day that somebody wrote; a bare number may be anything."""
    if fold(value).isdecimal() and len(fold(value)) != 8:
        return False
    try:
        return bool(calendar_date(value))
    except Unfit:
        return False
