"""A file seen through a mapping, cell by cell, and everything that fails in it, in a ledger too."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from mappings.apply import ORIGIN, OWN_COLUMNS, Finding, apply
from mappings.headers import find_columns
from mappings.mapping import FieldRule, Mapping
from mappings.standards.fields import Field
from mappings.tracing import Step, trace
from words.errors import Place

#: What a record lacks is no fault of a ledger, which states only some fields.
_DEMANDS = ("mandatory", "kept-and-not-kept")


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one row.

    Attributes:
        field: its name.
        heading: the heading that it came from; empty for a constant.
        raw, value: what stands there, and what it is in canonical form.
        steps: what changed it.
        fails: the rule of ``mappings.checks`` that it fails; empty if it fails none.
    """

    field: str
    heading: str
    raw: str
    value: str
    steps: tuple[Step, ...]
    fails: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: where it stands, and its fields as far as a column or a constant answers to them."""

    origin: str
    cells: tuple[Cell, ...]

    @property
    def fails(self) -> bool:
        """Whether anything in it fails."""
        return any(cell.fails for cell in self.cells)


def headings_of(mapping: Mapping, rows: pl.DataFrame) -> dict[str, list[list[str]]]:
    """Return for each field the headings that answer to each rule of its chain."""
    there = [name for name in rows.columns if name not in OWN_COLUMNS]
    return {name: [find_columns(there, each.headers) for each in rule.chain] for name, rule in mapping.fields.items()}


def failures(mapping: Mapping, rows: pl.DataFrame, *, place: Place | None = None) -> tuple[Finding, ...]:
    """Return everything that fails; of a ledger, too, what its mapping would let pass as it stands.

    Raises:
        DriftError: two columns answer to one field, or a column that a mandatory field needs is not there.
    """
    if not mapping.partial:
        return apply(mapping, rows, place=place).findings
    strict = copy.copy(mapping)
    answered = {name for name, found in headings_of(mapping, rows).items() if any(found)}
    answered |= {name for name, rule in mapping.fields.items() if any(each.constant for each in rule.chain)}
    strict.partial, strict.fields = False, {name: rule for name, rule in mapping.fields.items() if name in answered}
    found = apply(strict, rows, place=place).findings
    return tuple(each for each in found if not each.rule.startswith(_DEMANDS))


def preview(
    mapping: Mapping, rows: pl.DataFrame, most: int, *, place: Place | None = None
) -> tuple[tuple[Row, ...], int]:
    """Return so many rows cell by cell, those that fail first, and how many fail altogether.

    Raises:
        DriftError: as ``failures`` does.
    """
    rules: dict[int, dict[str, str]] = {}
    for finding in failures(mapping, rows, place=place):
        rules.setdefault(finding.row, {}).setdefault(finding.field, finding.rule)
    others = (row for row in range(rows.height) if row not in rules)
    chosen = [row for row, _each in zip([*sorted(rules), *others], range(most), strict=False)]
    headings = headings_of(mapping, rows)
    shown = tuple(_row(mapping, headings, rows.row(row, named=True), rules.get(row, {})) for row in chosen)
    return shown, len(rules)


def _row(
    mapping: Mapping, headings: dict[str, list[list[str]]], raw: dict[str, str | None], fails: dict[str, str]
) -> Row:
    lenient = mapping.partial or mapping.as_shown
    cells = [
        _cell(
            mapping.standard.by_name[name], list(zip(rule.chain, headings[name], strict=True)), raw, checked=not lenient
        )
        for name, rule in mapping.fields.items()
    ]
    known = [cell for cell in cells if cell]
    missing = [Cell(name, "", "", "", ()) for name in fails.keys() - {cell.field for cell in known}]
    return Row(raw[ORIGIN] or "", tuple(_failing(cell, fails.get(cell.field, "")) for cell in [*known, *missing]))


def _failing(cell: Cell, rule: str) -> Cell:
    return Cell(cell.field, cell.heading, cell.raw, cell.value, cell.steps, rule)


def _cell(
    field: Field, chain: Sequence[tuple[FieldRule, Iterable[str]]], raw: dict[str, str | None], *, checked: bool
) -> Cell | None:
    """Return what a field's rule makes, or the next rule where this one has nothing; None if no column answers."""
    if not chain:
        return None
    rule, found = chain[0]
    heading = next(iter(found), "")
    if not heading and rule.constant is None:
        return _cell(field, chain[1:], raw, checked=checked)
    shown = rule.constant if rule.constant is not None else raw[heading] or ""
    made = trace(field, rule, shown, checked=checked)
    cell = Cell(field.name, heading, shown, made.value, made.steps)
    if made.value:
        return cell
    following = _cell(field, chain[1:], raw, checked=checked)
    return following if following and (following.value or following.raw) else cell
