"""A chart of stacked columns as the rectangles, lines and names of a drawing, with three counts a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, FOOT = 640, 240, 44, 10, 24
LOOKS = ("good", "open", "wrong")
_STEPS = 4
_ROUND = (1, 2, 3, 5, 10)
_FILLED = 0.6


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle: its look, place and size, and what it stands for."""

    look: str
    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A text with its place; a line of the scale has only a ``y``."""

    text: str
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of ``names`` by their counts, for three kinds in the order of ``LOOKS``."""

    kinds: Sequence[str]
    months: Sequence[tuple[str, dict[str, int]]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The looks and what they stand for."""
        return list(zip(LOOKS, self.kinds, strict=True))

    @property
    def _top(self) -> int:
        """The number at the upper end of the scale, which is divided into steps of whole numbers."""
        most = max((sum(counts.values()) for _name, counts in self.months), default=0)
        wanted, ten = max(most / _STEPS, 1), 1
        while ten * _ROUND[-1] < wanted:
            ten *= _ROUND[-1]
        return _STEPS * ten * next(step for step in _ROUND if ten * step >= wanted)

    @property
    def lines(self) -> list[Mark]:
        """The lines of the scale."""
        numbers = [self._top * step // _STEPS for step in range(_STEPS + 1)]
        return [Mark(f"{number:,}", y=self._y(number)) for number in numbers]

    @property
    def names(self) -> list[Mark]:
        """What stands below the columns."""
        return [Mark(name, x=round(self._x(place) + self._pace / 2, 1)) for place, (name, _) in enumerate(self.months)]

    @property
    def bars(self) -> Iterator[Bar]:
        """The rectangles, from below upwards."""
        for place, (name, counts) in enumerate(self.months):
            below = 0
            for (look, kind), count in zip(self.legend, counts.values(), strict=True):
                x, width = self._x(place) + self._pace * (1 - _FILLED) / 2, self._pace * _FILLED
                y, height = self._y(below + count), self._y(below) - self._y(below + count)
                below += count
                if count:
                    yield Bar(look, round(x, 1), y, round(width, 1), round(height, 1), f"{name} {kind} {count:,}")

    @property
    def _pace(self) -> float:
        return (self.width - self.left) / max(len(self.months), 1)

    def _x(self, place: int) -> float:
        return self.left + place * self._pace

    def _y(self, number: int) -> float:
        room = self.height - TOP - FOOT
        return round(TOP + room * (1 - number / self._top), 1)
