"""Neighbouring days of one kind, told as one: holidays are known by their first and last day."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

Kind = TypeVar("Kind", bound=Hashable)


class Stretch(NamedTuple, Generic[Kind]):
    """Days from ``first`` to ``last``, both included, all of one kind."""

    first: date
    last: date
    kind: Kind

    @property
    def span(self) -> str:
        """The days as ``schedules/calendar.yaml`` names them."""
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


def stretches(days: Iterable[tuple[date, Kind]]) -> Iterator[Stretch[Kind]]:
    """Yield the days, which come in their order, as stretches; none goes over a New Year."""
    stretch: Stretch[Kind] | None = None
    for day, kind in days:
        if stretch and stretch[2] == kind and day == stretch.last + timedelta(days=1) and day.year == stretch.last.year:
            stretch = stretch._replace(last=day)
            continue
        if stretch:
            yield stretch
        stretch = Stretch(day, day, kind)
    if stretch:
        yield stretch
