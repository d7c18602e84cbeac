"""Codes with check characters: organisations, persons, business registrations."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

#: Characters of GB 32100: no I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

REGIONS = {
    "150102": "新城区",
    "150103": "回民区",
    "150104": "玉泉区",
    "150105": "赛罕区",
    "150121": "土默特左旗",
    "150122": "托克托县",
    "150123": "和林格尔县",
    "150124": "清水河县",
    "150125": "武川县",
}

# Birth places by the first birth year for which the public table of districts knows their code.
_BIRTHPLACES = {"150102": 1983, "150103": 1983, "150104": 1983, "150105": 1983, "150121": 1900, "150122": 1900}
_FIRST_BIRTHDAY = date(1962, 1, 1)


def organisation_check(body: str) -> str:
    """Return the check character of an eight-character organisation code (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_code(prefix: str, body: str) -> str:
    """Complete a unified social credit code from its eight-character prefix and organisation code body."""
    head = prefix + body + organisation_check(body)
    return head + str(uscc.calc_check_digit(head))


def random_credit_code(rng: Random, kind: str, region: str) -> str:
    """Make a credit code of a kind (``91`` company, ``92`` individual business, ``93`` cooperative)."""
    return credit_code(kind + region, "MA" + "".join(rng.choices(ALPHABET, k=6)))


def random_identity_number(rng: Random) -> str:
    """Make a resident identity number of a grown-up."""
    birthday = _FIRST_BIRTHDAY + timedelta(days=rng.randrange(40 * 365))
    places = [place for place, since in _BIRTHPLACES.items() if since <= birthday.year]
    head = f"{rng.choice(places)}{birthday:%Y%m%d}{rng.randint(1, 998):03d}"
    return head + str(ric.calc_check_digit(head + "0"))


def random_registration(rng: Random, region: str) -> str:
    """Make a fifteen-digit business registration number."""
    head = f"{region}{rng.randrange(10**8):08d}"
    return head + str(mod_11_10.calc_check_digit(head))
