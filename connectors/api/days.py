"""The day that a feed tells in one of the ways in which interfaces tell moments."""

from __future__ import annotations

from datetime import datetime

from connectors.api.signing import CHINA
from mappings.normalise import calendar_date

_SECONDS, _MILLISECONDS, _COMPACT = 10, 13, 14  # digits


def day_of(shown: str) -> str:
    """Return ``YYYY-MM-DD``, in China, from a written day or moment, or from one counted since 1970.

    Raises:
        Unfit: it is none of them.
    """
    if shown.isdecimal() and len(shown) in {_SECONDS, _MILLISECONDS}:
        return datetime.fromtimestamp(int(shown[:_SECONDS]), CHINA).date().isoformat()
    return calendar_date(shown[:8] if shown.isdecimal() and len(shown) == _COMPACT else shown)
