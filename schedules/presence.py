"""A worker's presence: it reports in with what it is at, signs off in order, and is missed otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from journal import Journal, new_name
from words.errors import SystemFailure

_FORGOTTEN = 86_400.0  # seconds after which a worker that was missed is not told of any more


@dataclass
class Presence:
    """One worker's entry in the crew."""

    journal: Journal
    doing: Callable[[], Sequence[str]]
    queues: Collection[str]
    size: int
    name: str = field(default_factory=new_name)

    def report(self) -> None:
        """Say that it is there, and what it is at."""
        self.journal.report_in(self.name, self.queues, self.size, ", ".join(self.doing()))
        self.journal.forget_gone(_FORGOTTEN)

    def __enter__(self) -> Self:
        if self.size:
            self.report()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        with suppress(SystemFailure):  # its database is away; it will be missed instead
            self.journal.sign_off(self.name)
