"""The one canonical text of each kind of value.

Every rule takes what a system shows and returns the canonical text; a value that cannot be made canonical raises
``Unfit`` with the name of a rule in ``mappings.checks``. All of them are idempotent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from mappings.standards.fields import EVENT_KEYS, Kind

LONG_TERM = "2099-12-31"
#: What stands between several entries of a code table in one value.
BETWEEN = "、"
LONG_TERM_WORDS = {"长期", "长期有效", "永久", "永久有效", "无固定期限", "9999-12-31", "2099-12-31", "2099-12-30"}
NOTHING = {"", "/", "\\", "-", "--", "—", "——", "空", "无", "暂无", "未提供", "未知", "未填写", "none", "null", "nan"}
#: What people type where a value must be, besides these; as a regular expression for whole texts of any case.
PLACEHOLDER = "不详|待定|待补充?|待核实|没有|无此项|同上|略|测试|na|tbd|x+|0+"
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
FULL_WIDTH_WORDS = {code: target for code, target in FULL_WIDTH.items() if chr(target).isalnum() or chr(target) == " "}
_INVISIBLE: dict[int, int | None] = dict.fromkeys(
    [*range(0x09), *range(0x0E, 0x1C), 0x7F, 0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF]
)
_FOLDED = _INVISIBLE | FULL_WIDTH
_FOLDED_WORDS = _INVISIBLE | FULL_WIDTH_WORDS
#: Looking first is many times cheaper than translating what needs no change.
_FOLDABLE = re.compile(f"[{''.join(map(re.escape, map(chr, _FOLDED)))}]")
_LONGEST_NOTHING = 40  # with the blanks that people put around it
_DOTS = str.maketrans("•・‧∙⋅●", "······")
_YEAR = re.compile(r"[(\[【〔〖﹝{<《〈]([0-9]{4})[)\]】〕〗﹞}>》〉]")
_DATE = re.compile(r"([0-9]{4}|[0-9]{2}(?![,:]))[-/.,:年]([0-9]{1,2})[-/.,:月]([0-9]{1,2})日?")
_TIME = re.compile(r"(?:T|\s|(?<=日))\s*([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$")
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?")
_SERIAL = re.compile(r"([1-9][0-9]{4})(?:\.[0-9]+)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_YEAR = 1900  # what lies before it is a system's way of writing nothing
_DAY = 24 * 60  # minutes
_BEIJING = 8 * 60  # minutes ahead of UTC
_AMOUNT = re.compile(r"[¥￥]?((?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,18})(?:\.[0-9]{1,10})?)(元|万元?|亿元?)?")
#: What a written unit is in 万元, the unit of all amounts.
_UNITS = {"元": Decimal("0.0001"), "万": Decimal(1), "亿": Decimal(10_000)}
_CONTROL = re.compile(r"[\x0b\x0c\x1c-\x1f]")


class Unfit(ValueError):  # noqa: N818 - the word of the rule
    """A value that has no canonical form; ``rule`` names why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def fold(text: str) -> str:
    """Return half-width characters without invisible ones and outer blanks (letters, digits, punctuation, brackets)."""
    return (text.translate(_FOLDED) if _FOLDABLE.search(text) else text).strip()


def blank(text: str) -> bool:
    """Whether a system writes this where it means nothing."""
    if len(text) > _LONGEST_NOTHING:
        return text.isspace()
    return "".join(fold(text).split()).casefold() in NOTHING


def plain_text(text: str) -> str:
    """Return running text: letters and digits half-width, Chinese punctuation untouched, control characters gone."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    words = unified.translate(_FOLDED_WORDS) if _FOLDABLE.search(unified) else unified
    return _CONTROL.sub("", words).strip()


def name(text: str) -> str:
    """Return a name: half-width brackets, one middle dot, no blanks except one between two Latin words."""
    words = re.sub(r"\s+", " ", fold(text)).translate(_DOTS)
    return re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", words)


def document_number(text: str) -> str:
    """Return a document or certificate number: no blanks, half-width capitals, the year in ``〔〕`` (GB/T 9704)."""
    return _YEAR.sub(r"〔\1〕", re.sub(r"\s", "", fold(text)).upper())


def code(text: str) -> str:
    """Return a code: half-width capitals without blanks."""
    return re.sub(r"\s", "", fold(text)).upper()


def hyphenless(text: str) -> str:
    """Return a code that some write with hyphens (``78068813-2``) without them."""
    return code(text).replace("-", "")


def calendar_date(text: str) -> str:
    """Return ``YYYY-MM-DD`` from any written form, an Excel serial, or a word for 长期.

    Raises:
        Unfit: ``impossible-date`` for a day that no calendar has, ``unreadable-date`` for anything else.
    """
    folded = fold(text)
    time = _TIME.search(folded)
    shown = re.sub(r"\s", "", folded[: time.start()] if time else folded)
    if shown in LONG_TERM_WORDS:
        return LONG_TERM
    day = _written_day(shown)
    if time and time[3] and day.isoformat() not in LONG_TERM_WORDS:
        day += timedelta(days=_minutes(time) // _DAY)
    return LONG_TERM if day.isoformat() in LONG_TERM_WORDS else day.isoformat()


def moment(text: str) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS`` as it is in China; a day without a time is its midnight.

    Raises:
        Unfit: as ``calendar_date`` does.
    """
    time = _TIME.search(fold(text))
    hours, minutes = divmod(_minutes(time) % _DAY, 60) if time else (0, 0)
    seconds = re.search(r":[0-9]{2}:([0-9]{2})", time[0]) if time else None
    return f"{calendar_date(text)} {hours:02}:{minutes:02}:{int(seconds[1]) if seconds else 0:02}"


def events(text: str) -> str:
    """Return what happened, oldest first, with the standard's keys and nothing else.

    Raises:
        Unfit: ``unreadable-events`` if it is no list, or one of them has no moment.
    """
    try:
        found = [{key: str(each.get(key) or "") for key in EVENT_KEYS} for each in json.loads(text)]
    except (ValueError, AttributeError, TypeError):
        raise Unfit("unreadable-events") from None
    told = [{**each, "at": moment(each["at"]), "by": code(each["by"]), "until": _day(each["until"])} for each in found]
    ordered = sorted(told, key=lambda each: each["at"])
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")) if ordered else ""


def amount(text: str) -> str:
    """Return an amount in 万元 as plain digits; a unit that is written with it counts.

    Raises:
        Unfit: ``unreadable-amount`` for anything that is not one amount.
    """
    found = _AMOUNT.fullmatch(re.sub(r"\s", "", fold(text)))
    if not found:
        raise Unfit("unreadable-amount")
    value = Decimal(found[1].replace(",", "")) * _UNITS[(found[2] or "万")[:1]]
    return f"{value.normalize():f}"


def _day(text: str) -> str:
    return "" if blank(text) else calendar_date(text)


def _written_day(shown: str) -> date:
    if serial := _SERIAL.fullmatch(shown):
        return _EXCEL_EPOCH + timedelta(days=int(serial[1]))
    if not (parts := _DIGITS.fullmatch(shown) or _DATE.fullmatch(shown)):
        raise Unfit("unreadable-date")
    year, month, dom = parts.groups()
    try:
        day = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(dom))
    except ValueError:
        raise Unfit("impossible-date") from None
    if day.year < _FIRST_YEAR:
        raise Unfit("impossible-date")
    return day


def _minutes(time: re.Match[str]) -> int:
    """Minutes since the written day began in China: midnight there is 16:00 of the day before in UTC."""
    minutes, zone = int(time[1]) * 60 + int(time[2]), time[3]
    if not zone:
        return minutes
    ahead = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[-2:]))
    return minutes - ahead + _BEIJING


NORMALISERS: dict[Kind, Callable[[str], str]] = {
    Kind.TEXT: plain_text,
    Kind.NAME: name,
    Kind.DOCUMENT_NUMBER: document_number,
    Kind.CODE: code,
    Kind.USCC: hyphenless,
    Kind.ORGANIZATION_CODE: hyphenless,
    Kind.REGISTRATION_NUMBER: code,
    Kind.IDENTITY_NUMBER: code,
    Kind.DATE: calendar_date,
    Kind.MOMENT: moment,
    Kind.SUBJECT_CODE: hyphenless,
    Kind.EVENTS: events,
    Kind.CHOICE: lambda text: re.sub(r"\s", "", fold(text)),
    Kind.CHOICES: lambda text: re.sub(r"\s", "", fold(text)),
    Kind.AMOUNT: amount,
}


def normalise(kind: Kind, text: str) -> str:
    """Return the canonical text of a value of this kind; empty text for every way of writing nothing."""
    value = "" if blank(text) else NORMALISERS[kind](text)
    return "" if blank(value) else value
