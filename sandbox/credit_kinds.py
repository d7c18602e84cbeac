"""The kinds of record that the credit platform takes, and what it checks in an uploaded row of any kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import ric, uscc

Values = dict[str, str]
#: The code of a column with what is wrong with its value; nothing is wrong where that is empty.
Complaints = Iterator[tuple[str, str]]

HOLDERS = ("法人及非法人组织", "自然人", "个体工商户")
FORBIDDEN = re.compile(r"\*|null|/|test", re.IGNORECASE)
_NAME = re.compile(r"[a-zA-Z()\d\u4e00-\u9fa5]+")
_DATE = re.compile(r"(\d{4})/(\d{2})/(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One kind of record.

    Attributes:
        title, template: What its pages and its template are called.
        path: Where its pages lie below the platform's, and its data below the platform's interface.
        log: The file that keeps what was received.
        batch, withdrawal: What the numbers of its batches and withdrawals begin with.
        columns: Label and code of the template's columns, in order.
        mandatory: The codes of those that are always filled.
        number, name: The codes of the two that say which record a row is about.
        ask: What the input for the number is called in a form.
        content: The code of the one that ordered faults garble.
        listed: Words and codes in the own list; the first two are the name and the number.
        notes: The template's notes.
        complaints: What is wrong with a row, in the order of the platform's checks.
        public: What the public sees of a record; nothing of one that is not for it.
    """

    title: str
    template: str
    path: str
    log: str
    batch: str
    withdrawal: str
    columns: tuple[tuple[str, str], ...]
    mandatory: tuple[str, ...]
    number: str
    name: str
    ask: str
    content: str
    listed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    complaints: Callable[[Values, date], Complaints]
    public: Callable[[Values], Values]
    labels: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", {code: label for label, code in self.columns})

    @property
    def codes(self) -> list[str]:
        """The codes of the columns in order."""
        return list(self.labels)

    @property
    def name_word(self) -> str:
        """What people call the name."""
        return self.listed[0][0]

    @property
    def number_word(self) -> str:
        """What people call the number."""
        return self.listed[1][0]

    def first_fault(self, values: Values, today: date) -> Fault | None:
        """The first thing wrong with a row."""
        wrong = ((code, complaint) for code, complaint in self.complaints(values, today) if complaint)
        return next((Fault("FORMAT_ERROR", code, self.labels[code] + complaint) for code, complaint in wrong), None)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused: the class of error, the field's code, and a sentence."""

    kind: str
    field: str
    reason: str


def filled(values: Values, codes: Iterable[str]) -> Complaints:
    """Columns that must not be empty."""
    return ((code, "" if values[code] else "不能为空") for code in codes)


def short(values: Values, limits: Mapping[str, int]) -> Complaints:
    """Columns that have a most length, in bytes of GBK, where a Chinese character takes two."""
    for code, limit in limits.items():
        size = len(values[code].encode("gbk", "replace"))
        yield code, f"长度超过限制（最多{limit}字节，实际{size}字节）" if size > limit else ""


def listed(values: Values, known: Mapping[str, tuple[str, ...]]) -> Complaints:
    """Columns whose values are enumerated."""
    return ((code, "" if values[code] in texts else "不在取值范围内") for code, texts in known.items())


def dated(values: Values, codes: Iterable[str]) -> Complaints:
    """Columns that are dates."""
    return ((code, "" if day(values[code]) else "格式错误，应为YYYY/MM/DD") for code in codes)


def name(text: str) -> str:
    """What is wrong with a name."""
    if not text:
        return ""
    if text in {"空", "无"} or FORBIDDEN.search(text):
        return "不能为空、无，不能包含*、null、/、test"
    return "" if _NAME.fullmatch(text) else "包含非法字符"


def credit_code(text: str) -> str:
    """What is wrong with a unified social credit code."""
    return _checked(text, uscc.is_valid)


def identity_number(text: str) -> str:
    """What is wrong with a resident identity number."""
    return _checked(text, ric.is_valid)


def _checked(text: str, is_valid: Callable[[str], bool]) -> str:
    if not text:
        return ""
    if len(text) != 18:
        return "长度应为18位"
    return "" if is_valid(text) else "校验位错误"


def day(text: str) -> date | None:
    """The day that a text says, if it says one as the platform wants it."""
    match = _DATE.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
