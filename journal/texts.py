"""How times, data and content become text: the one clock, the one JSON form, the one hash."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def now() -> str:
    """Return the present as UTC ISO text to the microsecond, so that text order is time order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def canonical(data: object) -> str:
    """Return JSON text with sorted keys, no spaces and unescaped Chinese: equal data, equal text."""
    return _encode(data)


def sha256(content: str | bytes) -> str:
    """Return the SHA-256 of the bytes, or of the text's UTF-8, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
