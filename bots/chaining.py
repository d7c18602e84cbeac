"""Chaining: one record from two systems. What only one of them has waits, and is never sent half-empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from bots.declared import Chain
from bots.gathering import Collected, Side, mapped_side, remembered
from bots.order import Order
from connectors.base import Row
from journal import Journal
from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.headers import find_columns
from mappings.hints import sentence_of
from mappings.joining import join, together
from mappings.mapping import Mapping as FieldMapping
from mappings.normalise import Unfit, calendar_date
from reconciliation.report import QUARANTINE_COLUMNS
from words.errors import Place
from words.languages import gettext as _

#: Why a row is no record yet.
WAITING, OVERDUE, UNCLEAR = "half-waiting", "half-overdue", "halves-unclear"


HALVES = (WAITING, OVERDUE, UNCLEAR)


@dataclass(frozen=True, slots=True)
class Half:
    """One of two systems: its connector, its title, and what it shows."""

    name: str
    title: str
    rows: Sequence[Row]

    def origin(self, row: Row) -> str:
        """Return where a row stands."""
        return _("{system} › {row}").format(system=self.title, row=row.label or row.key)


@dataclass(frozen=True, slots=True)
class Lone:
    """A row that is no record by itself, and why."""

    half: Half
    row: Row
    why: str


@dataclass(frozen=True, slots=True)
class Whole:
    """Two systems together: the rows that are whole, as raw rows that say where both halves stand, and the others."""

    title: str
    rows: pl.DataFrame
    lone: Sequence[Lone]


def whole_of(halves: tuple[Half, Half], chained: Chain) -> Whole:
    """Put the halves of two systems together; what stands alone counts as waiting."""
    first, second = halves
    found = join([row.payload for row in first.rows], [row.payload for row in second.rows], chained.by)
    lone = [
        *(Lone(first, first.rows[each], WAITING) for each in found.first),
        *(Lone(second, second.rows[each], WAITING) for each in found.second),
        *(Lone(first, first.rows[each], UNCLEAR) for group, _other in found.unclear for each in group),
        *(Lone(second, second.rows[each], UNCLEAR) for _group, other in found.unclear for each in other),
    ]
    pairs = [(first.rows[one], second.rows[other]) for one, other, _rule in found.pairs]
    return Whole(f"{first.title} + {second.title}", _frame(halves, pairs), lone)


def chain(
    journal: Journal,
    run_id: str,
    chained: Chain,
    systems: tuple[Collected, Collected],
    order: Order,
    *,
    remember: bool = True,
) -> Side:
    """Return the records of two systems that each know a half of them, as one side; older ones than asked for go.

    They are remembered, unless their mapping is only tried.
    """
    first, second = (_half(each) for each in systems)
    whole = whole_of((first, second), chained)
    mapping = systems[0].source.mapping
    rows = whole.rows.filter(pl.Series([not _older(row, mapping, order) for row in whole.rows.iter_rows(named=True)]))
    mapped = apply(mapping, rows, place=Place(system=whole.title))
    if remember:
        journal.remember_records(run_id, remembered(mapped, mapping.standard))
    days = {half.name: journal.days_of_rows(half.name) for half in (first, second)}
    lone = [
        replace(each, why=_why(each, days, chained, order.as_of))
        for each in whole.lone
        if not _older(each.row.payload, mapping, order)
    ]
    new = sum(system.new for system in systems)
    side = mapped_side("source", [mapped], mapping.standard, rows.height + len(lone), new)
    return _with_lone(side, lone, mapping)


def _older(payload: Mapping[str, str], mapping: FieldMapping, order: Order) -> bool:
    """Tell whether a row was clearly decided before the window began."""
    decided = _decided(payload, mapping)
    return bool(decided) and decided < order.since.isoformat()


def _decided(payload: Mapping[str, str], mapping: FieldMapping) -> str:
    """Return the day on which a row was decided; nothing if that cannot be read."""
    try:
        return calendar_date(_read(payload, mapping, "decision_date"))
    except Unfit:
        return ""


def _half(system: Collected) -> Half:
    return Half(system.source.name, system.source.title, [row for row in system.rows if not row.gone])


def _why(lone: Lone, days: Mapping[str, Mapping[str, str]], chained: Chain, as_of: date) -> str:
    since = date.fromisoformat(days[lone.half.name].get(lone.row.key, as_of.isoformat()))
    overdue = lone.why == WAITING and as_of > since + timedelta(days=chained.wait)
    return OVERDUE if overdue else lone.why


def _frame(halves: tuple[Half, Half], pairs: Sequence[tuple[Row, Row]]) -> pl.DataFrame:
    first, second = halves
    rows = [
        together(one.payload, other.payload, (first.name, second.name))
        | {ORIGIN: f"{first.origin(one)} + {second.origin(other)}", ROW_KEY: f"{one.key} + {other.key}"}
        for one, other in pairs
    ]
    columns = dict.fromkeys([*(key for row in rows for key in row), ORIGIN, ROW_KEY], pl.String)
    nothing = dict.fromkeys(columns, "")
    return pl.DataFrame([nothing | row for row in rows], schema=columns)


def _with_lone(side: Side, lone: Sequence[Lone], mapping: FieldMapping) -> Side:
    lines = [_line(each, mapping) for each in lone]
    quarantine = pl.DataFrame(lines, schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String))
    columns = side.unreadable.columns
    rows = [{name: line.get(name, "") for name in columns} for line in lines]
    unreadable = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    return replace(
        side,
        quarantine=pl.concat([side.quarantine, quarantine]),
        unreadable=pl.concat([side.unreadable, unreadable]),
    )


def _line(lone: Lone, mapping: FieldMapping) -> dict[str, str]:
    payload = lone.row.payload
    return dict.fromkeys(QUARANTINE_COLUMNS, "") | {
        "side": "source",
        "origin": lone.half.origin(lone.row),
        "document_number": _read(payload, mapping, "document_number"),
        "name": _read(payload, mapping, "name"),
        "value": lone.row.key,
        "rule": lone.why,
        "sentence": sentence_of(lone.why),
        "mapping": mapping.version,
        "authority_name": _read(payload, mapping, "authority_name"),
        "decision_date": _decided(payload, mapping),
        "item": mapping.standard.item_of({name: _read(payload, mapping, name) for name in mapping.standard.item}),
    }


def _read(payload: Mapping[str, str], mapping: FieldMapping, field: str) -> str:
    """Return what a half says of a field, as it stands there."""
    rule = mapping.fields.get(field)
    found = find_columns(list(payload), rule.headers) if rule else []
    return payload[found[0]] if found else ""
