"""The three sides of a run as canonical frames: what the sources show, what the ledgers say, what the feed has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from bots.guarding import Guard
from bots.identifying import of_deliveries
from bots.watching import Watch
from connectors.base import Feed, Incremental, Ledgers, Row, Source
from journal import CollectedRow, Journal, RecordRow
from mappings.apply import ORIGIN, ROW_KEY, Mapped, apply
from mappings.hints import sentence_of
from mappings.identity import with_identity
from mappings.standards import Standard
from reconciliation.matching import RAW
from reconciliation.report import QUARANTINE_COLUMNS
from words.errors import Place, YinxinError
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the reconciliation.

    Attributes:
        name: source, ledger or feed.
        records: canonical records.
        quarantine: findings, columns ``QUARANTINE_COLUMNS``.
        rows: raw rows that came.
        unreadable: the rows that did not survive, as far as they could be read.
        mappings: the versions of the mappings that were applied.
        new: rows that no earlier run had seen as they are.
        troubles: what could not be read at all and does not stop the run.
    """

    name: str
    records: pl.DataFrame
    quarantine: pl.DataFrame
    rows: int
    unreadable: pl.DataFrame
    mappings: tuple[str, ...]
    new: int = 0
    troubles: tuple[YinxinError, ...] = ()

    @property
    def quarantined(self) -> int:
        """The number of raw rows that did not survive."""
        return self.unreadable.height


@dataclass(frozen=True, slots=True)
class Collected:
    """What a source showed: its rows, of which so many no earlier run had seen as they are."""

    source: Source
    rows: Sequence[Row]
    new: int


async def collect(guard: Guard, watch: Watch) -> Collected:
    """Collect a window, remember the rows as they came, and keep the pictures.

    Raises:
        DriftError: the source does not show what it showed before.
    """
    source, journal, run_id = guard.source, guard.journal, guard.run_id
    known = journal.known_rows(source.name)
    if isinstance(source, Incremental):
        source.go_on(journal.mark(source.name))
    rows: list[Row] = []
    async for page in source.collect(guard.window, known):
        rows += page.rows
        watch.progress("collect", source.title, len(rows), page.total)
    await guard.look(rows)
    new = sum(not row.known for row in rows)
    if new:
        for piece in await source.evidence():
            journal.keep_evidence(run_id, piece.kind, f"{source.title} {piece.about}", piece.content, piece.suffix)
    journal.remember_rows(run_id, source.name, (CollectedRow(row.key, row.digest, dict(row.payload)) for row in rows))
    return Collected(source, rows, new)


def map_rows(journal: Journal, run_id: str, collected: Collected, *, remember: bool = True) -> Side:
    """Map what a source showed, and remember the records, unless their mapping is only tried."""
    source, rows = collected.source, collected.rows
    mapped = apply(source.mapping, frame_of(source.title, rows), place=Place(system=source.title))
    if remember:
        journal.remember_records(run_id, remembered(mapped, source.mapping.standard))
    return mapped_side("source", [mapped], source.mapping.standard, len(rows), collected.new)


def frame_of(title: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return collected rows as a raw frame of text, with where each stands."""
    keys = dict.fromkeys(key for row in rows for key in row.payload)
    columns = {key: [row.payload.get(key, "") for row in rows] for key in keys}
    origins = [_("{system} › {row}").format(system=title, row=row.label or row.key) for row in rows]
    return pl.DataFrame(
        {**columns, ORIGIN: origins, ROW_KEY: [row.key for row in rows]},
        schema=dict.fromkeys([*keys, ORIGIN, ROW_KEY], pl.String),
    )


def remembered(mapped: Mapped, standard: Standard) -> Iterable[RecordRow]:
    """Yield mapped records as the journal remembers them, with what was normalised."""
    values = mapped.records.select(standard.names).iter_rows(named=True)
    told = mapped.records.select("record_id", "fingerprint", "origin").iter_rows()
    for value, (record_id, fingerprint, origin), changed in zip(values, told, mapped.changed, strict=True):
        yield RecordRow(record_id, fingerprint, origin, mapped.mapping, value, changed)


def read_ledgers(ledgers: Ledgers, watch: Watch) -> Side:
    """Read and map every ledger; one that cannot be read is told, and the law's clock does not wait for it."""
    tables, unreadable = ledgers.readable()
    mapped = []
    for number, table in enumerate(tables, 1):
        mapped.append(apply(ledgers.mapping, table.rows, place=table.place))
        watch.progress("collect", ledgers.title, number, len(tables))
    side = mapped_side("ledger", mapped, ledgers.mapping.standard, sum(table.rows.height for table in tables))
    told = pl.concat([side.quarantine, _unread(unreadable, ledgers.mapping.version)])
    return replace(side, quarantine=told, troubles=tuple(unreadable))


def _unread(errors: Sequence[YinxinError], mapping: str) -> pl.DataFrame:
    lines = [
        {"side": "ledger", "origin": str(error.place.file), "rule": error.code, "sentence": error.sentence}
        for error in errors
    ]
    blank = dict.fromkeys(QUARANTINE_COLUMNS, "") | {"mapping": mapping}
    return pl.DataFrame([blank | line for line in lines], schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String))


async def read_feed(feed: Feed, journal: Journal) -> Side:
    """Read the feed's own list and map it back; what was sent there keeps its name, whatever the feed shows of it."""
    raw = await feed.disclosed()
    mapped = apply(feed.profile.reading(), raw, place=Place(system=feed.title))
    received = dict(zip(raw[ROW_KEY], raw["received"], strict=True))
    days = pl.Series("received", [received[key] for key in mapped.records["row_key"]], dtype=pl.String)
    side = mapped_side("feed", [mapped], feed.profile.standard, raw.height)
    return replace(side, records=of_deliveries(feed, journal, side.records).with_columns(days))


def mapped_side(name: str, mapped: Sequence[Mapped], standard: Standard, rows: int, new: int = 0) -> Side:
    """Return what was mapped as one side; ``rows`` came, ``new`` of which no earlier run had seen."""
    nothing = pl.DataFrame(schema=dict.fromkeys([*standard.names, "origin", "row_key"], pl.String))
    unreadable = [each.rejected.select(standard.names) for each in mapped]
    frames = [_with_raw(each) for each in mapped] or [with_identity(nothing, standard)]
    return Side(
        name=name,
        records=pl.concat(frames),
        quarantine=pl.concat([_no_quarantine(), *(quarantine_of(name, each, standard) for each in mapped)]),
        rows=rows,
        unreadable=pl.concat([nothing.select(standard.names), *unreadable]),
        mappings=tuple(dict.fromkeys(each.mapping for each in mapped)),
        new=new,
    )


def _with_raw(mapped: Mapped) -> pl.DataFrame:
    """Add what was shown where normalisation altered a key, so that a match can be traced to what was written."""
    shown = {raw: [changed.get(key) for changed in mapped.changed] for raw, key in RAW.items()}
    return mapped.records.with_columns(pl.Series(raw, texts, dtype=pl.String) for raw, texts in shown.items())


def _no_quarantine() -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String))


def quarantine_of(side: str, mapped: Mapped, standard: Standard) -> pl.DataFrame:
    """Return one line per finding, readable by the clerk who has to act."""
    rows = {row["row"]: row for row in mapped.rejected.iter_rows(named=True)}
    lines = [
        {
            "side": side,
            "origin": rows[finding.row]["origin"],
            "document_number": rows[finding.row]["document_number"] or "",
            "name": rows[finding.row]["name"] or "",
            "field": finding.field,
            "value": finding.value,
            "rule": finding.rule,
            "sentence": sentence_of(finding.rule),
            "mapping": mapped.mapping,
            "authority_name": rows[finding.row].get("authority_name") or "",
            "decision_date": rows[finding.row].get("decision_date") or "",
            "deadline": "",
            "item": standard.item_of(rows[finding.row]),
        }
        for finding in mapped.findings
    ]
    return pl.DataFrame(lines, schema=dict.fromkeys(QUARANTINE_COLUMNS, pl.String))


def merged(sides: Sequence[Side]) -> Side:
    """Return several sources as one side."""
    return Side(
        name=sides[0].name,
        records=pl.concat([side.records for side in sides]),
        quarantine=pl.concat([side.quarantine for side in sides]),
        rows=sum(side.rows for side in sides),
        unreadable=pl.concat([side.unreadable for side in sides]),
        mappings=tuple(version for side in sides for version in side.mappings),
        new=sum(side.new for side in sides),
    )


def without_quarantined(records: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of another side that do not belong to a quarantined source row.

    Their decision is known at the source; it only cannot be read there yet, so they are not alone.
    """
    numbers = quarantine.filter(pl.col("document_number") != "")["document_number"].unique()
    return records.filter(~pl.col("document_number").fill_null("").is_in(numbers.implode()))


def with_known_authorities(ledger: pl.DataFrame, source: pl.DataFrame, standard: Standard) -> pl.DataFrame:
    """Give ledger rows the authority's code that the sources use for its name, so that their identity is whole."""
    known = source.filter(pl.col("authority_name") != "").unique("authority_name")
    codes = dict(zip(known["authority_name"], known["authority_code"], strict=True))
    code = pl.col("authority_code").fill_null(
        pl.col("authority_name").replace_strict(codes, default=None, return_dtype=pl.String)
    )
    return with_identity(ledger.with_columns(authority_code=code).drop("record_id", "fingerprint"), standard)
