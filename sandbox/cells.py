"""How one value comes to stand in a cell: harmless ways of writing the same thing."""

from __future__ import annotations

import re
from datetime import date
from random import Random

from sandbox.styles import Shape

CellValue = str | int | date | None

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_WIDE_DIGITS = {code: code + 0xFEE0 for code in range(ord("0"), ord("9") + 1)}
_WIDE_BRACKETS = str.maketrans("()", "（）")
_YEAR_BRACKETS = (r"[\1]", r"（\1）", r"【\1】", r"(\1)", r"［\1］")
_FOREVER = ("长期", "长期", "9999-12-31", "2099/12/31")
_LONG_TERM = "2099-12-31"
# A spreadsheet counts days from here, because it believes that 1900 was a leap year.
_SERIAL_ZERO = date(1899, 12, 30)
# Numbers with more digits would lose their last ones as floating point.
_NUMBER_DIGITS = 15


def name(text: str, rng: Random) -> str:
    """Write a name with wide brackets, blanks around it, or a blank between two characters of a person."""
    match rng.randrange(12):
        case 0 | 1:
            return text.translate(_WIDE_BRACKETS).translate(_WIDE_DIGITS)
        case 2:
            return f" {text}"
        case 3:
            return f"{text}  "
        case 4 if len(text) == 2:
            return f"{text[0]}　{text[1]}"
    return text.translate(_WIDE_BRACKETS) if rng.random() < 0.5 else text


def credit_code(text: str, rng: Random) -> str | None:
    """Write a credit code in lower case, in groups or wide; a person without one gets a blank, ``/`` or ``无``."""
    if not text:
        return rng.choice((None, "/", "无"))
    match rng.randrange(14):
        case 0:
            return text.lower()
        case 1:
            return f"{text[:8]} {text[8:17]} {text[17:]}"
        case 2:
            return text.translate(_WIDE)
        case 3:
            return f"{text} "
    return text


def document_number(text: str, rng: Random) -> str:
    """Write a document number with other brackets around the year, blanks, wide digits or lower-case letters."""
    match rng.randrange(10):
        case 0 | 1 | 2:
            return re.sub(r"〔(\d{4})〕", rng.choice(_YEAR_BRACKETS), text)
        case 3:
            return re.sub(r"(\d+)号", r" \1 号", text)
        case 4:
            return text.translate(_WIDE_DIGITS).translate(_WIDE_BRACKETS)
        case 5:
            return re.sub(r"〔(\d{4})〕", r" 【\1】 ", text)
        case 6:
            return f" {text.lower()}"
    return text


def certificate_number(text: str, rng: Random) -> str | int:
    """Write a certificate number, one of digits now as a number and now as text."""
    if text.isdigit() and len(text) <= _NUMBER_DIGITS and rng.random() < 0.5:
        return int(text)
    return text.translate(_WIDE_DIGITS) if rng.random() < 0.05 else text


def day(text: str, shape: Shape, rng: Random) -> str | int | date:
    """Write a date in one of the shapes of offices."""
    if text == _LONG_TERM:
        return rng.choice(_FOREVER)
    moment = date.fromisoformat(text)
    if shape == "real":
        return moment
    if shape == "serial":
        return (moment - _SERIAL_ZERO).days
    return {
        "chinese": f"{moment.year}年{moment.month}月{moment.day}日",
        "dotted": f"{moment.year}.{moment.month}.{moment.day}",
        "slashed": f"{moment:%Y/%m/%d}",
        "compact": f"{moment:%Y%m%d}",
        "iso": text,
    }[shape]


def period(first: str, last: str) -> str:
    """Write both ends of a licence in one cell."""
    return f"{first}至{'长期' if last == _LONG_TERM else last}"


def plain(text: str, rng: Random) -> str | None:
    """Write a text, now and then with blanks around it."""
    return (f" {text} " if rng.random() < 0.06 else text) or None
