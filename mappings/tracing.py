"""How a value became what it is: every transform, code table and normalisation that changed it, by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mappings import transforms
from mappings.apply import scalar
from mappings.mapping import FieldRule
from mappings.normalise import LONG_TERM, blank, fold
from mappings.standards.fields import Field, Kind
from words.languages import N_

#: What the steps are called that no mapping file names.
STEPS: dict[str, str] = {
    "codes": N_("code table of the mapping"),
    "nothing": N_("a way of writing nothing"),
    "trimmed": N_("outer blanks"),
    "invisible": N_("invisible characters"),
    "brackets": N_("brackets"),
    "width": N_("full width → half width"),
    "blanks": N_("blanks inside"),
    "capitals": N_("capitals"),
    "hyphens": N_("hyphens"),
    "year-brackets": N_("year in 〔〕"),
    "name": N_("blanks and middle dots of a name"),
    "text": N_("letters and digits of running text"),
    "excel-serial": N_("Excel's number of a day"),
    "long-term": N_("长期 → 2099-12-31"),
    "date": N_("written form of a day"),
    "moment": N_("written form of a moment"),
    "unit": N_("unit → 万元"),
    "amount": N_("written form of an amount"),
    "entries": N_("entries of the standard's code table"),
    "events": N_("what happened, in order"),
}

_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_BRACKETS = str.maketrans("（）", "()")


@dataclass(frozen=True, slots=True)
class Step:
    """What changed a value, a key of ``STEPS`` or a transform as its mapping names it, and what it was then."""

    name: str
    after: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What a rule makes of a raw value.

    Attributes:
        value: the canonical text, or the value as it stands where it has none.
        fails: the rule of ``mappings.checks`` that it fails; empty if it fails none.
        steps: what changed it, in order.
    """

    value: str
    fails: str
    steps: tuple[Step, ...]


def trace(field: Field, rule: FieldRule, raw: str, *, checked: bool = True) -> Trace:
    """Make a raw value canonical as ``apply`` does, and tell how; unchecked is how ledgers and feeds are read."""
    value, fails = scalar(rule, field, checked=checked)(raw)
    return Trace(
        value, fails or "", tuple(_normalised(field, raw, value) if fails else _steps(field, rule, raw, value))
    )


def _steps(field: Field, rule: FieldRule, raw: str, value: str) -> Iterator[Step]:
    text = raw
    for step in rule.transforms:
        after = text if blank(text) else transforms.build(step)(text)
        if after != text:
            yield Step(named(step), after)
        text = after
    if rule.codes is not None and not blank(text):
        if text != value:
            yield Step("codes", value)
        return
    yield from _normalised(field, text, value)


def named(step: str | dict[str, str]) -> str:
    """Return a transform as a mapping writes it."""
    return step if isinstance(step, str) else " ".join(f"{name}: {argument}" for name, argument in step.items())


def _normalised(field: Field, text: str, value: str) -> Iterator[Step]:
    """Yield the small changes that are told apart, then what the field's kind does besides."""
    if text == value:
        return
    if blank(text):
        yield Step("nothing", value)
        return
    for name, change in _SMALL[field.kind]:
        after = change(text)
        if after != text:
            yield Step(name, after)
        text = after
    if text != value:
        yield Step(_last(field.kind, text, value), value)


def _last(kind: Kind, text: str, value: str) -> str:
    if kind is Kind.DATE:
        if value == LONG_TERM and not text.startswith("20"):
            return "long-term"
        return "excel-serial" if _SERIAL.fullmatch(text) else "date"
    if kind is Kind.AMOUNT:
        return "unit" if text.endswith(("元", "万", "亿")) else "amount"
    return _REST[kind]


def _visible(text: str) -> str:
    return "".join(letter for letter in text if letter.isspace() or fold(letter))


def _half(text: str) -> str:
    return "".join(fold(letter) or letter for letter in text)


def _without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


_Small = tuple[tuple[str, Callable[[str], str]], ...]
_FOLD: _Small = (("invisible", _visible), ("brackets", lambda text: text.translate(_BRACKETS)), ("width", _half))
_TRIM: _Small = (("trimmed", str.strip),)
_DENSE: _Small = (*_FOLD, *_TRIM, ("blanks", _without_blanks))
_CODE: _Small = (*_DENSE, ("capitals", str.upper))
_SMALL: dict[Kind, _Small] = {
    **dict.fromkeys(Kind, (*_FOLD, *_TRIM)),
    **dict.fromkeys((Kind.CHOICE, Kind.CHOICES, Kind.AMOUNT), _DENSE),
    **dict.fromkeys((Kind.CODE, Kind.USCC, Kind.ORGANIZATION_CODE, Kind.REGISTRATION_NUMBER), _CODE),
    **dict.fromkeys((Kind.IDENTITY_NUMBER, Kind.SUBJECT_CODE, Kind.DOCUMENT_NUMBER), _CODE),
    Kind.TEXT: _TRIM,
    Kind.EVENTS: (),
}
_REST: dict[Kind, str] = {
    **dict.fromkeys(Kind, "hyphens"),
    Kind.TEXT: "text",
    Kind.NAME: "name",
    Kind.DOCUMENT_NUMBER: "year-brackets",
    Kind.CHOICE: "entries",
    Kind.CHOICES: "entries",
    Kind.MOMENT: "moment",
    Kind.EVENTS: "events",
}
