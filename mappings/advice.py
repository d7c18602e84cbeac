"""What the standard lets pass and a person should still look at, and what only the day tells: all of one frame at once.

Facts that no source confirms are warnings, so that a profile decides whether they are refusals (``refuse``).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from mappings.checks import Check
from mappings.standards.fields import Standard
from mappings.standards.licence import CITIZEN_CARD, PERSON, SOLE_TRADER

#: Fields that belong together: neither is stated without the other.
_PAIRS = (("representative_id_type", "representative_id_number"), ("certificate_name", "certificate_number"))
_AUTHORITIES = ("authority_code", "source_unit_code")
#: An identity number that stands alone among other digits, told from other 18 digits by its day of birth.
_NUMBER_IN_TEXT = (
    r"(?:^|[^0-9A-Z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"(?:$|[^0-9A-Z])"
)


def advice(standard: Standard, today: date) -> list[Check]:
    """Return the checks of the standard's warnings, and of the errors that need the day, for the fields it has."""
    found = [
        *_notes(standard),
        *_of_types(),
        *_halves(),
        *_codes(),
        *_days(today),
        Check("facts", "number-in-text", _text("facts").str.contains(_NUMBER_IN_TEXT)),
    ]
    known = set(standard.names)
    return [check for check in found if {check.field, *check.failing.meta.root_names()} <= known]


def stated(name: str) -> pl.Expr:
    """Return whether a field holds something."""
    return _text(name) != ""


def _text(name: str) -> pl.Expr:
    return pl.col(name).fill_null("")


def _notes(standard: Standard) -> list[Check]:
    """An entry that admits a note should have one (许可类别: 其他须注明)."""
    noted = {field.name: [each[:-1] for each in field.choices if each.endswith("-")] for field in standard.fields}
    return [
        Check(name, "other-without-note", _text(name).str.contains(f"(^|、)({'|'.join(words)})(、|$)"))
        for name, words in noted.items()
        if words
    ]


def _of_types() -> list[Check]:
    """The fields that the edition keeps empty for some types (items 3, 7, 8, 9, 12, 13)."""
    person = _text("counterpart_type") == PERSON
    single = person | (_text("counterpart_type") == SOLE_TRADER)
    empty = {
        **dict.fromkeys(("uscc", "legal_representative"), person),
        **dict.fromkeys(("institution_number", "social_organization_number"), single),
        **dict.fromkeys(("id_type", "id_number"), ~person & stated("counterpart_type")),
    }
    return [Check(name, "not-for-type", condition & stated(name)) for name, condition in empty.items()]


def _halves() -> list[Check]:
    both = [pair for one, other in _PAIRS for pair in ((one, other), (other, one))]
    return [Check(name, "half-stated", ~stated(name) & stated(other)) for name, other in both]


def _codes() -> list[Check]:
    inner = _text("uscc").str.slice(8, 9)
    tax = _text("tax_number")
    return [
        Check(
            "organization_code",
            "organization-code-differs",
            stated("organization_code") & stated("uscc") & (_text("organization_code") != inner),
        ),
        Check("registration_number", "registration-old", _text("registration_number").str.contains("^[0-9]{13}$")),
        Check("tax_number", "tax-number-form", stated("tax_number") & (tax.str.len_chars() != 15) & ~_is_own(tax)),
        *[Check(name, "authority-prefix", stated(name) & ~_text(name).str.contains("^1[12]")) for name in _AUTHORITIES],
    ]


def _is_own(code: pl.Expr) -> pl.Expr:
    return stated("uscc") & (code == _text("uscc"))


def _days(today: date) -> list[Check]:
    day, decided = today.isoformat(), _text("decision_date")
    ends = [Check(name, "ended", stated(name) & (_text(name) < day)) for name in ("valid_until", "effective_until")]
    numbers = (("id_type", "id_number"), ("representative_id_type", "representative_id_number"))
    born = [
        Check(
            number,
            "born-later",
            (_text(kind) == CITIZEN_CARD) & (_text(number).str.slice(6, 8) > today.strftime("%Y%m%d")),
        )
        for kind, number in numbers
    ]
    early = Check(
        "valid_from",
        "valid-before-decision",
        stated("valid_from") & stated("decision_date") & (_text("valid_from") < decided),
    )
    return [*ends, *born, early]
