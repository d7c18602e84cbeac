"""The header of a sheet: under title rows, over several rows, with groups that were merged over their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.files.sheets import Cells
from mappings.headers import plain_header
from mappings.mapping import FieldRule, Mapping

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

    def headers(rule: FieldRule) -> Iterator[str]:
        yield from rule.headers
        if rule.otherwise:
            yield from headers(rule.otherwise)

    return frozenset(plain_header(word) for rule in mapping.fields.values() for word in headers(rule))


def fewest_of(mapping: Mapping) -> int:
    """Return how many known headings make a header: three, or all of a mapping that reads fewer columns."""
    return min(_FEWEST, sum(bool(rule.headers) for rule in mapping.fields.values()))


def find_header(cells: Sequence[Cells], words: frozenset[str], fewest: int) -> Header | None:
    """Return the rows that show most known headings together, as few of them and as high up as may be."""
    best: tuple[tuple[int, int, int], Header] | None = None
    for first in range(min(len(cells), SEARCHED_ROWS)):
        for height in range(1, min(_HIGHEST, len(cells) - first) + 1):
            rows = cells[first : first + height]
            names, lowest = _together(rows, words)
            known = sum(plain_header(name) in words for name in names.values())
            score = (known, -height, -first)
            # A record may hold a heading's word by chance; the last row of a header has more than one.
            if known >= fewest and (height == 1 or lowest > 1) and (best is None or score > best[0]):
                best = (score, Header(first, first + height - 1, names, _printed(rows), _titles(cells[:first])))
    return best[1] if best else None


def filled(row: Cells) -> dict[int, str]:
    """Return column → text of the cells that are not blank."""
    return {column: text for column, cell in enumerate(row) if cell and (text := cell.strip())}


def _together(rows: Sequence[Cells], words: frozenset[str]) -> tuple[dict[int, str], int]:
    """Return column → heading of a header over some rows, and how many known ones its last row gives."""
    texts = [filled(row) for row in rows]
    names: dict[int, str] = {}
    lowest = 0
    for column in sorted({column for each in texts for column in each}):
        own = [depth for depth, each in enumerate(texts) if column in each]
        names[column], depth = _heading(texts, column, own, words)
        lowest += depth == len(rows) - 1 and plain_header(names[column]) in words
    return names, lowest


def _heading(
    texts: Sequence[dict[int, str]], column: int, own: Sequence[int], words: frozenset[str]
) -> tuple[str, int]:
    """Return a column's heading and the row it stands in: its lowest word, alone or behind its groups, if known so."""
    for depth in reversed(own):
        leaf = texts[depth][column]
        groups = [group for each in texts[:depth] if (group := _group(each, column))]
        chains = [leaf, *(f"{group}{leaf}" for group in reversed(groups)), "".join([*groups, leaf])]
        for chain in chains:
            if plain_header(chain) in words:
                return chain, depth
    depth = own[-1]
    above = _group(texts[depth - 1], column) if depth else ""
    return f"{above}{texts[depth][column]}", depth


def _group(row: dict[int, str], column: int) -> str:
    """Return the word over a column; of merged cells only the leftmost has one."""
    return next((row[left] for left in range(column, -1, -1) if left in row), "")


def _printed(rows: Sequence[Cells]) -> dict[int, frozenset[str]]:
    texts = [filled(row) for row in rows]
    columns = {column for each in texts for column in each}
    return {column: frozenset(plain_header(each[column]) for each in texts if column in each) for column in columns}


def _titles(rows: Sequence[Cells]) -> tuple[tuple[str, ...], ...]:
    return tuple(found for row in rows if (found := tuple(filled(row).values())))
