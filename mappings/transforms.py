"""The named transforms a mapping may use, each a text to a text; canonical form comes after them by the field's kind.

In a mapping file a transform is a bare name (``epoch_ms``) or a name with its argument (``before: 行政许可``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from mappings.editions import STATUS_CODES
from mappings.normalise import LONG_TERM_WORDS, Unfit, fold, hyphenless
from mappings.numbers import valid_identity_number, valid_uscc
from mappings.standards.fields import EVENT_KEYS
from mappings.standards.licence import ORGANIZATION, PERSON, SOLE_TRADER

Transform = Callable[[str], str]

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_RANGE = re.compile(r"\s*(?:至|到|~|～|—+|–|\s-\s)\s*")


def _epoch_ms(text: str) -> str:
    """Milliseconds since 1970 → the day in Asia/Shanghai, as the system's own page shows it."""
    try:
        return datetime.fromtimestamp(int(text) / 1000, _SHANGHAI).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise Unfit("unreadable-date") from None


def _range_start(text: str) -> str:
    """``2024-03-15至2027-03-14`` → its first part; a single value stays, but 长期 alone says nothing of a beginning."""
    first = _RANGE.split(text, maxsplit=1)[0]
    return "" if fold(first) in LONG_TERM_WORDS else first


def _range_end(text: str) -> str:
    """``2024-03-15至2027-03-14`` → its last part; a single value stays."""
    return _RANGE.split(text, maxsplit=1)[-1]


def _ten_thousands(text: str) -> str:
    """元 → 万元, exact decimals."""
    try:
        return f"{(Decimal(fold(text).replace(',', '')) / 10000).normalize():f}"
    except InvalidOperation:
        raise Unfit("unreadable-amount") from None


def _type_of_party(text: str) -> str:
    """The type that a code tells: ``92…`` 个体工商户, other credit codes 法人及非法人组织, identity numbers 自然人."""
    code = hyphenless(text)
    if valid_uscc(code):
        return SOLE_TRADER if code.startswith("92") else ORGANIZATION
    if valid_identity_number(code):
        return PERSON
    raise Unfit("type-unknown")


PLAIN: dict[str, Transform] = {
    "epoch_ms": _epoch_ms,
    "range_start": _range_start,
    "range_end": _range_end,
    "yuan_to_wan": _ten_thousands,
    "fold": fold,
    "type_of_party": _type_of_party,
}


def _before(mark: str) -> Transform:
    """Keep what stands before a mark; nothing when the mark is absent."""
    return lambda text: text.split(mark, 1)[0] if mark in text else ""


def _after(mark: str) -> Transform:
    """Keep what stands behind a mark; nothing when the mark is absent."""
    return lambda text: text.split(mark, 1)[1] if mark in text else ""


def _find(pattern: str) -> Transform:
    """Keep the first match of a regular expression (its first group if it has one); nothing when there is none."""
    compiled = re.compile(pattern)

    def keep(text: str) -> str:
        found = compiled.search(text)
        return (found.group(1) if compiled.groups else found.group(0)) if found else ""

    return keep


def _prefix(start: str) -> Transform:
    """Put a text in front of whatever is there."""
    return lambda text: f"{start}{text}" if text else ""


def _events(keys: str) -> Transform:
    """A list of objects as JSON → the standard's events: ``at=qrsj by=qrbmdm result=qrjg`` names the system's keys."""
    own = dict(pair.split("=") for pair in keys.split())
    if "at" not in own or not set(own) <= set(EVENT_KEYS):
        raise LookupError(keys)

    def rename(text: str) -> str:
        try:
            found = json.loads(text)
            told = [{key: str(each.get(theirs) or "") for key, theirs in own.items()} for each in found]
        except (ValueError, AttributeError, TypeError):
            raise Unfit("unreadable-events") from None
        return json.dumps([each for each in told if any(each.values())], ensure_ascii=False)

    return rename


def _instead(text: str) -> Transform:
    """Put one text in the place of whatever is there."""
    return lambda _text: text


def _status(edition: str) -> Transform:
    """A number for 当前状态 → its text, by its edition: ``"2016"``, ``"2018"``, or ``hubei`` for certificates."""
    codes = STATUS_CODES[edition]

    def read(text: str) -> str:
        if fold(text) not in {*codes, *codes.values()}:
            raise Unfit("code-not-in-table")
        return codes.get(fold(text), fold(text))

    return read


WITH_ARGUMENT: dict[str, Callable[[str], Transform]] = {
    "before": _before,
    "after": _after,
    "find": _find,
    "prefix": _prefix,
    "events": _events,
    "instead": _instead,
    "status": _status,
}

NAMES = sorted([*PLAIN, *WITH_ARGUMENT])


def build(step: str | dict[str, str]) -> Transform:
    """Return the transform that a mapping names.

    Raises:
        LookupError: no transform has this name, or it wants another argument, one, or none.
        re.error: the argument is not a regular expression.
    """
    if isinstance(step, str):
        return PLAIN[step]
    if len(step) != 1:
        raise LookupError(", ".join(step))
    ((name, argument),) = step.items()
    try:
        return WITH_ARGUMENT[name](argument)
    except ValueError:
        raise LookupError(argument) from None
