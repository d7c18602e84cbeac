"""How times, data, content and numbers become text: the one clock, the one JSON form, the one hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def now() -> str:
    """Return the present as UTC ISO text to the microsecond, so that text order is time order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def storable(text: str) -> str:
    """Return the text with a replacement character for what not every database stores.

    Systems send NUL, which PostgreSQL refuses, and halves of characters, which no UTF-8 has. Both kinds of database
    get the same text, and hashes are those of the text that is stored.
    """
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def canonical(data: object) -> str:
    """Return JSON text with sorted keys, no spaces and unescaped Chinese: equal data, equal text."""
    return storable(_encode(data))


def sha256(content: str | bytes) -> str:
    """Return the SHA-256 of the bytes, or of the text's UTF-8, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(storable(content).encode() if isinstance(content, str) else content).hexdigest()


def pack(numbers: Iterable[int]) -> str:
    """Return numbers as ranges: 1, 2, 3, 7 become ``1-3,7``."""
    runs = groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0])
    spans = ([number for _place, number in run] for _gap, run in runs)
    return ",".join(f"{span[0]}-{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)


def unpack(ranges: str) -> Iterator[int]:
    """Yield the numbers of such ranges; none of an empty text."""
    for span in filter(None, ranges.split(",")):
        first, _dash, last = span.partition("-")
        yield from range(int(first), int(last or first) + 1)
