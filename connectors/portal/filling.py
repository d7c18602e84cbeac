"""Declared requests with their blanks filled in, and dotted paths into answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

Fills = Mapping[str, str | int]
_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
_BLANK = re.compile(r"\{(page|size|offset|since|until|key|batch)\}")


def filled(value: str | int | bool, fills: Fills) -> str | int | bool:
    """Fill the blanks of one declared value; a value that is one blank keeps the number's type."""
    if not isinstance(value, str):
        return value
    if (whole := _BLANK.fullmatch(value)) and whole[1] in fills:
        return fills[whole[1]]
    return _BLANK.sub(lambda blank: str(fills.get(blank[1], blank[0])), value)


def charset(encoding: str) -> str:
    """Return the codec to read and write with: GB18030 holds all of GB2312 and GBK."""
    return "gb18030" if encoding.lower().replace("-", "") in {"gb2312", "gbk", "gb18030"} else encoding


def encoded(fields: Mapping[str, str], encoding: str) -> bytes:
    """Return form fields as the portal's own page would send them: in its encoding, rare characters as ``&#N;``."""
    return urlencode(list(fields.items()), encoding=encoding, errors="xmlcharrefreplace").encode("ascii")


def with_query(url: str, fields: Mapping[str, str], encoding: str) -> str:
    """Return an address with more fields in its query, and nothing in it that an address may not hold."""
    safe = quote(url, safe=_SAFE, encoding=encoding, errors="xmlcharrefreplace")
    if not fields:
        return safe
    return f"{safe}{'&' if '?' in url else '?'}{encoded(fields, encoding).decode('ascii')}"


def dig(answer: Any, path: str) -> Any:  # noqa: ANN401 - JSON is anything
    """Return what stands at a dotted path, or None."""
    for step in path.split(".") if path else []:
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer


def flat(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a JSON object as text by leaf key; nothing is empty text, an outer key wins over an inner one.

    A list stays what it is, as JSON text: what happened to a record, for example.
    """
    inner: dict[str, str] = {}
    own: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            inner |= flat(value)
        elif isinstance(value, list):
            own[key] = json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
        else:
            own[key] = _text(value)
    return inner | own


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
