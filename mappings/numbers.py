"""The numbers by which parties are known: their check characters, and what a mistyped one probably means.

python-stdnum computes the check characters it knows; it knows none of organization codes.
"""

from __future__ import annotations

import re

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ORGANIZATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
_CITIZEN = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)[0-9]{15}[0-9X]")
_PLACEHOLDER = re.compile(r"0{8,17}.")
_OLD_CITIZEN = re.compile(r"[0-9]{15}")
#: Letters that no unified social credit code has, and the digits they are taken for.
_MISREAD = str.maketrans("IOZS", "1025")


def has_form_of_uscc(value: str) -> bool:
    """Whether a text has the form of GB 32100-2015, without the regions and classes that some rule engines demand."""
    return bool(_USCC.fullmatch(value))


def valid_uscc(value: str) -> bool:
    """Whether a unified social credit code has the right form and check character and is no row of noughts."""
    placeholder = _PLACEHOLDER.fullmatch(value)
    return has_form_of_uscc(value) and not placeholder and uscc.calc_check_digit(value[:17]) == value[17]


def valid_organization_code(value: str) -> bool:
    """Whether a nine-character organization code has the right check character and is no row of noughts."""
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


def meant_code(value: str) -> str:
    """Return the valid code that a mistyped one probably means (I for 1, O for 0, Z for 2, S for 5), or nothing."""
    likely = value.translate(_MISREAD)
    return likely if likely != value and (valid_uscc(likely) or valid_organization_code(likely)) else ""


def upgraded(value: str) -> str:
    """Return the 18 characters of a 15-digit identity number of before 1999, or nothing if it is none."""
    if not _OLD_CITIZEN.fullmatch(value):
        return ""
    longer = f"{value[:6]}19{value[6:]}"
    longer += ric.calc_check_digit(f"{longer}0")
    return longer if valid_identity_number(longer) else ""
