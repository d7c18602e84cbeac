"""What a system says of its limits: how many requests are left, and when there are more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from tenacity import RetryCallState, wait_exponential

from connectors.wire import LONGEST_WAIT, NoAnswer

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10
_LONGER = wait_exponential(multiplier=_FIRST_PAUSE, max=_LONGEST_PAUSE)
_EPOCH = 1_000_000_000  # what is larger is a moment, not a number of seconds


class Rest:
    """Until when a system wants to be left alone."""

    def __init__(self) -> None:
        self._until = 0.0

    def heed(self, headers: Mapping[str, str]) -> None:
        """Note what an answer says: ``X-RateLimit-Remaining`` and ``-Reset``, with or without the ``X-``."""
        for before in ("x-", ""):
            remaining = headers.get(f"{before}ratelimit-remaining", "")
            if remaining.strip() == "0":
                self._until = time.monotonic() + seconds_of(headers.get(f"{before}ratelimit-reset", ""))

    async def over(self) -> None:
        """Wait until there are requests left again."""
        if (left := self._until - time.monotonic()) > 0:
            await asyncio.sleep(left)


def seconds_of(reset: str) -> float:
    """Return the seconds to wait that a header tells: as seconds, or as the moment in seconds since 1970."""
    try:
        told = float(reset)
    except ValueError:
        return 0
    told = told - time.time() if told > _EPOCH else told
    return min(max(told, 0), LONGEST_WAIT)


def pause(state: RetryCallState) -> float:
    """Return longer waits each time, and never less than the system asks for."""
    error = state.outcome.exception() if state.outcome else None
    return max(_LONGER(state), error.after if isinstance(error, NoAnswer) else 0)
