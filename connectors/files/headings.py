"""The header of a sheet: under title rows, over several rows, with groups that were merged over their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.files.sheets import Cells
from mappings.headers import plain_header
from mappings.mapping import Mapping

SEARCHED_ROWS = 20
_FEWEST = 3
_HIGHEST = 4


@dataclass(frozen=True, slots=True)
class Header:
    """Where headings stand.

    Attributes:
        first, last: the rows of the header, from 0.
        names: column → heading.
        printed: column → what stands in it in the header, in plain form: how a header that is printed again looks.
        titles: the rows above, each as its cells that are not blank.
    """

    first: int
    last: int
    names: dict[int, str]
    printed: dict[int, frozenset[str]]
    titles: tuple[tuple[str, ...], ...]


def words_of(mapping: Mapping) -> frozenset[str]:
    """Return the headings that a mapping knows, in plain form."""
    rules = (each for rule in mapping.fields.values() for each in rule.chain)
    return frozenset(plain_header(word) for rule in rules for word in rule.headers)


def fewest_of(mapping: Mapping) -> int:
    """Return how many known headings make a header: three, or all of a mapping that reads fewer columns."""
    return min(_FEWEST, sum(bool(rule.headers) for rule in mapping.fields.values()))


def find_header(cells: Sequence[Cells], words: frozenset[str], fewest: int) -> Header | None:
    """Return the rows that show most known headings together, as few of them and as high up as may be."""
    texts = [filled(row) for row in cells[: SEARCHED_ROWS + _HIGHEST]]
    endings = frozenset(word[place:] for word in words for place in range(len(word)))
    best: tuple[int, int, int] | None = None
    for first in range(min(len(texts), SEARCHED_ROWS)):
        for height in range(1, min(_HIGHEST, len(texts) - first) + 1):
            _names, known, lowest = _together(texts[first : first + height], words, endings)
            score = (known, -height, -first)
            # A record may hold a heading's word by chance; the last row of a header has more than one.
            if known >= fewest and (height == 1 or lowest > 1) and (best is None or score > best):
                best = score
    return _header(texts, -best[2], -best[1], words, endings) if best else None


def _header(
    texts: Sequence[dict[int, str]], first: int, height: int, words: frozenset[str], endings: frozenset[str]
) -> Header:
    rows = texts[first : first + height]
    names, _known, _lowest = _together(rows, words, endings)
    titles = tuple(tuple(row.values()) for row in texts[:first] if row)
    return Header(first, first + height - 1, names, _printed(rows), titles)


def filled(row: Cells) -> dict[int, str]:
    """Return column → text of the cells that are not blank."""
    return {column: text for column, cell in enumerate(row) if cell and (text := cell.strip())}


def _together(
    texts: Sequence[dict[int, str]], words: frozenset[str], endings: frozenset[str]
) -> tuple[dict[int, str], int, int]:
    """Return column → heading of some rows together, how many are known, and how many of those the last row has."""
    names: dict[int, str] = {}
    known: dict[str, int] = {}
    for column in sorted({column for each in texts for column in each}):
        name, depth = _heading(texts, column, words, endings)
        if depth is None:
            lowest = max(place for place, each in enumerate(texts) if column in each)
            name = f"{_group(texts[lowest - 1], column) if lowest else ''}{texts[lowest][column]}"
        else:
            known.setdefault(plain_header(name), depth)
        names[column] = name
    return names, len(known), list(known.values()).count(len(texts) - 1)


def _heading(
    texts: Sequence[dict[int, str]], column: int, words: frozenset[str], endings: frozenset[str]
) -> tuple[str, int | None]:
    """Return a column's lowest word that is known, alone or behind its groups, and the row it stands in."""
    for depth in range(len(texts) - 1, -1, -1):
        leaf = texts[depth].get(column)
        if leaf is None or plain_header(leaf) not in endings:
            continue
        groups = [group for each in texts[:depth] if (group := _group(each, column))]
        for chain in (leaf, *(f"{group}{leaf}" for group in reversed(groups)), "".join([*groups, leaf])):
            if plain_header(chain) in words:
                return chain, depth
    return "", None


def _group(row: dict[int, str], column: int) -> str:
    """Return the word over a column; of merged cells only the leftmost has one."""
    return next((row[left] for left in range(column, -1, -1) if left in row), "")


def _printed(rows: Sequence[dict[int, str]]) -> dict[int, frozenset[str]]:
    columns = {column for each in rows for column in each}
    return {column: frozenset(plain_header(each[column]) for each in rows if column in each) for column in columns}
