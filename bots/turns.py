"""Turns: the requests of one login in their time, whichever process or machine makes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from connectors.courtesy import Courtesy, quiet_now
from journal import Journal


@dataclass
class SharedTurns:
    """Gives turns by the journal, which all processes share.

    Attributes:
        opened: opens the journal, at the first turn.
        courtesy: what the system is spared.
        login: whose requests they are.
        title: what the system is called.
    """

    opened: Callable[[], Journal]
    courtesy: Courtesy
    login: str
    title: str
    _journal: Journal | None = field(default=None, init=False)

    async def turn(self) -> None:
        """Wait until one more request may be sent.

        Raises:
            SystemFailure: the system is left alone at this hour, or the journal cannot be reached.
        """
        if hours := self.courtesy.rests(datetime.now()):  # noqa: DTZ005 - the machine's own clock is meant
            raise quiet_now(self.title, hours)
        if self.courtesy.per_minute is None:
            return
        if seconds := await asyncio.to_thread(self._reserved):
            await asyncio.sleep(seconds)

    def _reserved(self) -> float:
        if self._journal is None:
            self._journal = self.opened()
        return self._journal.take_turn(self.login, *self.courtesy.pace)

    def close(self) -> None:
        """Let go of the journal."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
