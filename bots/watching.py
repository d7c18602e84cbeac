"""What a run tells whoever watches it: which step it is at, how far, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """Measures the steps of a run and shows nothing; the command line shows them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step; a step that comes again adds up."""
        start = time.monotonic()
        self.begin(name)
        try:
            yield
        finally:
            took = time.monotonic() - start
            self.seconds[name] = round(self.seconds.get(name, 0.0) + took, 3)
            self.end(name, took)

    def begin(self, name: str) -> None:
        """A step begins."""

    def end(self, name: str, seconds: float) -> None:
        """A step has ended after so many seconds."""

    def waits(self, about: str) -> None:
        """Somebody else, who is described in words, is at work with the same systems and has to end first."""

    def progress(self, name: str, what: str, done: int, total: int) -> None:
        """Within a step, so much of the total of something (a system's rows, a feed's batches) is done."""

    def tell(self, action: str, system: str, **facts: str | int) -> None:
        """Something happened at a system that a log keeps: a file handed over, a receipt, one ``record`` refused."""
