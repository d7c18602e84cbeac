"""Which values of a column are canonical already and pass their checks, told for the whole column in one pass.

What is let through here comes out of ``mappings.choices.canonical`` and ``mappings.checks.check_value`` unchanged. The
rest has not failed: it goes to those rules value by value. So a pattern here may be too narrow, and never too wide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from mappings.choices import canonical
from mappings.normalise import FULL_WIDTH, FULL_WIDTH_WORDS, NOTHING, PLACEHOLDER, Unfit
from mappings.standards.fields import Field, Kind, Need

Passing = Callable[[pl.Series], pl.Series]

_HAN = r"\x{4E00}-\x{9FFF}"
_WORDS = rf"[!-~{_HAN}〔〕【】《》（）“”、。，；：？！·…—]"
#: No blanks but single ones inside a text, and nothing that is invisible, full-width or written otherwise elsewhere.
_PATTERNS = {
    Kind.TEXT: rf"^{_WORDS}+(?: {_WORDS}+)*$",
    Kind.NAME: rf"^[0-9A-Za-z{_HAN}()·.,&《》“”-]+$",
    Kind.DOCUMENT_NUMBER: rf"^[0-9A-Z{_HAN}〔〕#./_-]+$",
    Kind.CODE: "^[0-9A-Z-]+$",
    Kind.USCC: "^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
    Kind.ORGANIZATION_CODE: "^[0-9A-Z]{8}[0-9X]$",
    Kind.REGISTRATION_NUMBER: "^[0-9A-Z-]{1,14}$",
    Kind.IDENTITY_NUMBER: "^[0-9A-Z]+$",
}
_WRITTEN = sorted(" *".join(map(re.escape, word)) for word in NOTHING if word)
#: Ways of writing nothing, and of masking a name; any of them is for the rules to judge.
_DOUBTFUL = f"(?i)^(?:{'|'.join(_WRITTEN)}|test|{PLACEHOLDER})$"
_MASKED = "(?i)null"
_CITIZEN = "^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)[0-9]{15}[0-9X]$"

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: The check character counts once; a whole code is a multiple of 31.
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: The check character counts once; a whole number is one more than a multiple of 11.
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Scan:
    """How the values of a field are told apart.

    Attributes:
        passes: which texts pass as they stand.
        tidied: the texts with the commonest faults mended; it has the same canonical form.
    """

    passes: Passing
    tidied: Callable[[pl.Series], pl.Series]


def scan_of(field: Field, *, checked: bool) -> Scan | None:
    """Return what tells which values of a field pass, or None if only the rules can tell.

    Args:
        field: what the values are.
        checked: they have to pass ``check_value`` too.
    """
    empty = not (checked and field.need is Need.MANDATORY)
    if field.kind is Kind.CHOICE:
        own = [choice for choice in field.choices if not choice.endswith("-") and _canonical(field, choice)]
        own += [""] if empty else []
        return Scan(lambda values: values.is_in(own), lambda values: _half_width(field.kind, values))
    if field.kind not in _PATTERNS or field.choices:
        return None

    def passes(values: pl.Series) -> pl.Series:
        passed = _shaped(field.kind, values)
        if checked and field.kind in _VALID:
            passed = _narrowed(passed, values, _VALID[field.kind])
        return passed | (values == "") if empty and not passed.all() else passed

    return Scan(passes, lambda values: _half_width(field.kind, values))


def _half_width(kind: Kind, values: pl.Series) -> pl.Series:
    """Return texts without outer blanks, half-width where this kind wants it, and in capitals if it is a code."""
    table = FULL_WIDTH_WORDS if kind is Kind.TEXT else FULL_WIDTH
    wide, narrow = map(chr, table), map(chr, table.values())
    told = values.str.replace_many(list(wide), list(narrow)).str.strip_chars(" ")
    return told if kind in {Kind.TEXT, Kind.NAME, Kind.CHOICE} else told.str.to_uppercase()


def surely_citizens(values: pl.Series) -> pl.Series:
    """Return which texts are valid identity numbers (GB 11643-1999); where it says no, the rule has to tell."""
    return _narrowed(values.str.contains(_CITIZEN), values, _citizens)


def _canonical(field: Field, text: str) -> bool:
    try:
        return canonical(field, text) == text
    except Unfit:
        return False


def _shaped(kind: Kind, values: pl.Series) -> pl.Series:
    shaped = values.str.contains(_PATTERNS[kind]) & ~values.str.contains(_DOUBTFUL)
    return shaped & ~values.str.contains(_MASKED) if kind is Kind.NAME else shaped


def _narrowed(passed: pl.Series, values: pl.Series, valid: Passing) -> pl.Series:
    """Return what passed and is valid as well; only that is looked at."""
    if passed.all():
        return valid(values) if len(values) else passed
    rows = passed.arg_true()
    return passed.clone().scatter(rows, valid(values.gather(rows))) if len(rows) else passed


def _credit_codes(codes: pl.Series) -> pl.Series:
    """GB 32100-2015: the check character, on what has the form; a row of zeros is a placeholder."""
    return (_worth(codes, _USCC, _USCC_WEIGHTS) % 31 == 0) & ~codes.str.starts_with("0" * 8)


def _organization_codes(codes: pl.Series) -> pl.Series:
    """GB 11714-1997: the check character, on what has the form; a row of zeros is a placeholder."""
    heads, checks = codes.str.head(8), codes.str.tail(1)
    total = _worth(heads, _LETTERS, _ORGANIZATION_WEIGHTS) + checks.replace("X", "10").cast(pl.Int32)
    return (total % 11 == 0) & (heads != "0" * 8)


def _citizens(numbers: pl.Series) -> pl.Series:
    """GB 11643-1999: a day of birth and the check character, on what has the form."""
    born = numbers.str.slice(6, 8)
    real = born.str.to_date("%Y%m%d", strict=False).is_not_null() & ~born.str.starts_with("0")
    return real & (_worth(numbers, "0123456789X", _CITIZEN_WEIGHTS) % 11 == 1)


def _worth(codes: pl.Series, alphabet: str, weights: Sequence[int]) -> pl.Series:
    """Return what each code adds up to: the place of each sign in the alphabet, times its weight.

    All codes have as many signs as there are weights, an even number, all of one byte; they are looked up by twos.
    """
    twos = codes.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt16, len(weights) // 2)).alias("twos").to_frame()
    signs = twos.select(pl.col("twos").arr.get(place).alias(str(place)) for place in range(len(weights) // 2))
    total = pl.repeat(0, len(codes), dtype=pl.Int32, eager=True)
    for two, (first, second) in zip(signs, zip(weights[::2], weights[1::2], strict=True), strict=True):
        total += _worth_of_two(alphabet, first, second).gather(two)
    return total


@cache
def _worth_of_two(alphabet: str, first: int, second: int) -> pl.Series:
    """Return for every two bytes what they are worth with these weights; the first is the lower half of the number."""
    place = {ord(sign): place for place, sign in enumerate(alphabet)}
    values = pl.Series([place.get(byte, 0) for byte in range(256)], dtype=pl.Int32)
    both = pl.int_range(1 << 16, eager=True)
    return values.gather(both % 256) * first + values.gather(both // 256) * second


_VALID: dict[Kind, Passing] = {Kind.USCC: _credit_codes, Kind.ORGANIZATION_CODE: _organization_codes}
