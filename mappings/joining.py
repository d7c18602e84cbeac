"""Joining the rows of two systems that each know one half of a record. Pure.

The rules are tried in their order. A key that stands on both sides exactly once makes a pair; one that stands twice on
a side makes a group that nobody can tell apart, which no later rule takes up: a weaker likeness must not decide what a
stronger one left open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mappings.normalise import fold
from words.declared import Declared

Payload = Mapping[str, str]


class On(Declared):
    """Columns by which two rows belong together: ``first`` of the one system, ``second`` of the other."""

    first: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(slots=True)
class Joined:
    """What became of every row, by its number on its side.

    Attributes:
        pairs: (first, second, number of the rule).
        unclear: groups of rows of both sides that share a key which does not tell them apart.
        first: rows without another half.
        second: rows without another half.
    """

    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    unclear: list[tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)


def join(first: Sequence[Payload], second: Sequence[Payload], rules: Iterable[On]) -> Joined:
    """Join two systems' rows: every row is in one pair, in one group, or alone."""
    found = Joined(first=list(range(len(first))), second=list(range(len(second))))
    for number, rule in enumerate(rules):
        left = _by_key(first, found.first, rule.first)
        right = _by_key(second, found.second, rule.second)
        for key in left.keys() & right.keys():
            mine, theirs = left[key], right[key]
            if len(mine) == len(theirs) == 1:
                found.pairs.append((mine[0], theirs[0], number))
            else:
                found.unclear.append((tuple(mine), tuple(theirs)))
        found.first = _without(found.first, {row for key in left.keys() & right.keys() for row in left[key]})
        found.second = _without(found.second, {row for key in left.keys() & right.keys() for row in right[key]})
    found.pairs.sort()
    found.unclear.sort()
    return found


def _by_key(rows: Sequence[Payload], left: Iterable[int], columns: Sequence[str]) -> dict[tuple[str, ...], list[int]]:
    keys: dict[tuple[str, ...], list[int]] = {}
    for number in left:
        key = tuple("".join(fold(rows[number].get(column, "")).split()).casefold() for column in columns)
        if all(key):
            keys.setdefault(key, []).append(number)
    return keys


def _without(rows: Iterable[int], gone: Collection[int]) -> list[int]:
    return [row for row in rows if row not in gone]


def together(first: Payload, second: Payload, names: tuple[str, str]) -> dict[str, str]:
    """Return two halves as one row.

    A column that both have stands under ``NAME.COLUMN`` of each, so that the mapping can say which of them counts;
    under its own name stands what they agree on, or what only one of them says.
    """
    whole: dict[str, str] = {}
    for column in dict.fromkeys([*first, *second]):
        one, other = first.get(column, ""), second.get(column, "")
        if column in first and column in second:
            whole |= {f"{names[0]}.{column}": one, f"{names[1]}.{column}": other}
        if not one or not other or fold(one) == fold(other):
            whole[column] = one or other
    return whole
