"""What never reaches a log: secrets that were read, what opens a door, and numbers that belong to a person."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"

#: A resident's number keeps its place of issue, a mobile number its network: enough to tell two lines apart.
_RESIDENT = re.compile(r"([1-9]\d{5})(?:(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx])")
_RESIDENT_OLD = re.compile(r"(?<!\d)([1-9]\d{5})\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)((?:(?:\+|00)?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?\d{4}(?!\d)")
#: Passports, permits of Hong Kong, Macao and Taiwan residents, residence permits of foreigners.
_TRAVEL = re.compile(r"(?<![A-Za-z\d])((?:[DEGHKMPS]|E[A-Z]|MA|[A-Z]{3}(?=\d{12})))\d{7,12}(?![A-Za-z\d])")

_WORD = r"(?:password|passwd|pwd|token|secret|signature|session|sessionid|credential|api[-_]?key|ticket|口令|密码)"
_OPENS = rf"(?:[\w.-]*{_WORD}|sign|sid|auth)"
_VALUE = r"""(?:"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'|[^\s&;,"'<>)}\]]+)"""
_NAMED = re.compile(rf"(?i)((?<![\w.-]){_OPENS}[\"']?\s*[=:：]\s*){_VALUE}")
_HEADER = re.compile(
    r"(?i)((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]*(?:token|auth|key|session)[\w-]*)([\"']?\s*[:=]\s*)[^\r\n]+"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic|digest)\s+[\w.~+/=-]{8,}")
_IN_ADDRESS = re.compile(r"(\b[a-zA-Z][\w+.-]*://[^\s/:@]*):[^\s/]*@")
_PARTS = (
    (_IN_ADDRESS, rf"\1:{HIDDEN}@"),
    (_HEADER, rf"\1\2{HIDDEN}"),
    (_NAMED, rf"\1{HIDDEN}"),
    (_BEARER, rf"\1 {HIDDEN}"),
    (_RESIDENT, r"\1************"),
    (_RESIDENT_OLD, r"\1*********"),
    (_MOBILE, r"\1********"),
    (_TRAVEL, r"\1********"),
)
_KEY = re.compile(rf"(?i)^(?:{_OPENS}|(?:proxy-)?authorization|(?:set-)?cookie)$")

_forms: set[str] = set()
_secrets: re.Pattern[str] | None = None


def conceal(secret: str) -> None:
    """Let a secret be hidden wherever this process speaks of it from now on, however it is written there."""
    global _secrets  # noqa: PLW0603 - one process hides what it has read
    forms = _written(secret)
    if forms <= _forms:
        return
    _forms.update(forms)
    longest = sorted(_forms, key=len, reverse=True)
    _secrets = re.compile("|".join(map(re.escape, longest)))


def _written(secret: str) -> set[str]:
    """Return the ways in which programs write a text: bare, in code, in JSON, in addresses, in pages, in headers."""
    raw = secret.encode("utf-8", "surrogatepass")
    both = f"{secret}'\""  # with both kinds of quotation marks in it, repr escapes one of them
    return {
        secret,
        repr(secret)[1:-1],
        repr(both)[1:-1].removesuffix("\\'\""),
        repr(raw)[2:-1],
        ascii(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(raw),
        quote(raw, safe=""),
        quote_plus(raw),
        html.escape(secret),
        base64.b64encode(raw).decode(),
    } - {""}


def masked(text: str) -> str:
    """Return a text without secrets and without numbers that belong to a person."""
    if _secrets is not None:
        text = _secrets.sub(HIDDEN, text)
    for pattern, instead in _PARTS:
        text = pattern.sub(instead, text)
    return text


def masked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of a log line masked, with nothing in them but text, numbers, lists and keys with values."""
    return {masked(str(name)): HIDDEN if _KEY.match(str(name)) else _field(value) for name, value in fields.items()}


def _field(value: Any) -> Any:  # noqa: ANN401 - whatever somebody tells
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, Mapping):
        return masked_fields(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_field(each) for each in value]
    told = masked(str(value))
    return value if isinstance(value, int) and told == str(value) else told
