"""A mapping held against real rows: counts of what they fill, which codes they have, what fails in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from mappings import transforms
from mappings.apply import ORIGIN, OWN_COLUMNS, Finding
from mappings.choices import parts
from mappings.headers import plain_header
from mappings.mapping import FieldRule, Mapping
from mappings.normalise import Unfit, blank, fold
from mappings.previewing import failures, headings_of
from mappings.standards.fields import Kind, Need
from words.errors import Place

_EXAMPLES = 3


@dataclass(slots=True)
class Failing:
    """Rows that fail in the same way, and where the first of them stand, each with its value."""

    count: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unusable:
    """A table that the mapping cannot read: two columns for a field, or none for one that needs it."""

    field: str
    columns: tuple[str, ...]
    rows: int
    place: Place


@dataclass(slots=True)
class Measure:
    """What tables of raw rows show of a mapping.

    Attributes:
        there: heading in plain form → as it stands in the rows.
        filled: heading in plain form → how many rows have something there.
        codes: field → the codes that rows have, where its rule has a code table.
        failing: (field, rule, value where each value is told by itself) → rows.
        unusable: tables whose rows could not be judged.
    """

    mapping: Mapping
    there: dict[str, str] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)
    codes: dict[str, set[str]] = field(default_factory=dict)
    failing: dict[tuple[str, str, str], Failing] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, place: Place) -> None:
        """Look at one more table."""
        for name in rows.columns:
            if name not in OWN_COLUMNS:
                self.there.setdefault(plain_header(name), name)
                self.filled[plain_header(name)] += _filled(rows[name])
        found = headings_of(self.mapping, rows)
        self._note_codes(rows, found)
        unusable = [*_unusable(self.mapping, found, rows.height, place)]
        self.unusable += unusable
        for finding in () if unusable else failures(self.mapping, rows, place=place):
            for value in self._told_apart(finding):
                self._note(finding, value, rows[ORIGIN][finding.row] or "")

    def _note(self, finding: Finding, value: str, origin: str) -> None:
        failing = self.failing.setdefault((finding.field, finding.rule, value), Failing())
        failing.count += 1
        if len(failing.examples) < _EXAMPLES:
            failing.examples.append((origin, finding.value))

    def _told_apart(self, finding: Finding) -> Sequence[str]:
        """Return the values under which a failure is counted: of a code table each by itself, of others none."""
        if finding.rule == "not-a-choice":
            return [finding.value]
        if finding.rule != "code-not-in-table":
            return [""]
        chain = self.mapping.fields[finding.field].chain
        known = {code for rule in chain for code in rule.codes or {}}
        several = self.mapping.standard.by_name[finding.field].kind is Kind.CHOICES
        codes = {
            code for rule in chain if rule.codes is not None for code in _codes_of(rule, finding.value, several=several)
        }
        return sorted(codes - known) or [finding.value]

    def _note_codes(self, rows: pl.DataFrame, found: dict[str, list[list[str]]]) -> None:
        for name, chain in found.items():
            several = self.mapping.standard.by_name[name].kind is Kind.CHOICES
            for rule, headings in zip(self.mapping.fields[name].chain, chain, strict=True):
                if rule.codes is not None and headings:
                    values = rows[headings[0]].unique().to_list()
                    seen = (code for value in values for code in _codes_of(rule, value or "", several=several))
                    self.codes.setdefault(name, set()).update(seen)


def _filled(column: pl.Series) -> int:
    counts = column.fill_null("").value_counts(name="rows")
    return sum(rows for text, rows in counts.iter_rows() if not blank(text))


def _codes_of(rule: FieldRule, value: str, *, several: bool) -> Iterable[str]:
    """Yield the codes that a value names: one, or each of several, without the note behind it."""
    text = value
    try:
        for step in rule.transforms:
            text = text if blank(text) else transforms.build(step)(text)
    except Unfit:
        return
    if fold(text) in (rule.codes or {}):
        yield fold(text)
        return
    for part in parts(text) if several else [fold(text)]:
        yield part if part in (rule.codes or {}) else part.partition("-")[0]


def _unusable(mapping: Mapping, found: dict[str, list[list[str]]], rows: int, place: Place) -> Iterable[Unusable]:
    for name, chain in found.items():
        yield from (Unusable(name, tuple(each), rows, place) for each in chain if len(each) > 1)
        rule = mapping.fields[name]
        needed = mapping.standard.by_name[name].need is Need.MANDATORY and not mapping.partial
        if needed and rows and rule.headers and not chain[0] and not rule.otherwise:
            yield Unusable(name, (), rows, place)


def measured(mapping: Mapping, tables: Iterable[tuple[pl.DataFrame, Place]]) -> Measure:
    """Return what tables of raw rows show of a mapping."""
    measure = Measure(mapping)
    for rows, place in tables:
        measure.add(rows, place)
    return measure
